//! The emulator that is always there: the crate `armagnac`, ARMv6-M and ARMv7-M.
//!
//! It counts by stepping: every instruction between the two markers, those of a conditional block whose condition
//! fails included, as they cost time on a device as well. It lacks the DSP instructions of ARMv7E-M.

use super::decode::RememberingDecoder;
use super::image::Image;
use super::memory::Memory;
use super::recorder::Recorder;
use super::{Failure, Outcome, markers};
use armagnac::core::{ArmVersion, Config, Emulator, Event, Processor};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

/// The emulated instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Core {
    /// ARMv6-M: Cortex-M0 and M0+.
    V6m,
    /// ARMv7-M: Cortex-M3.
    V7m,
}

/// A run of more instructions than this hangs.
const MOST_INSTRUCTIONS: u64 = 20_000_000_000;

/// The number that a semihosting breakpoint carries.
const SEMIHOSTING: u8 = 0xab;
/// Semihosting: write a text that ends with a zero byte.
const SYS_WRITE0: u32 = 0x04;
/// Semihosting: stop.
const SYS_EXIT: u32 = 0x18;
/// Semihosting: the reason to stop that counts as success.
const APPLICATION_EXIT: u32 = 0x20026;

/// Longest text of one semihosting call.
const MOST_TEXT: u32 = 4096;

/// Runs a firmware to its end.
///
/// # Errors
/// The file cannot be read or placed, the core meets an instruction that it does not know, or the run hangs.
pub(crate) fn run(elf: &Path, core: Core) -> Result<Outcome, Failure> {
    let image = Image::read(elf)?;
    run_image(&image, core).map_err(|message| Failure::Broken(format!("{}: {message}", elf.display())))
}

/// Runs an image to its end.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_image(image: &Image, core: Core) -> Result<Outcome, String> {
    let mut processor = prepare(image, core)?;
    let mut recorder = Recorder::new(markers(image)?);
    let mut outcome = Outcome::default();
    // The emulator stops with a Rust panic on what it does not implement, such as a division by zero.
    let ran = catch_unwind(AssertUnwindSafe(|| step_to_end(&mut processor, &mut recorder, &mut outcome)));
    ran.unwrap_or_else(|_| Err("the emulator does not implement what the image does".to_owned()))
        .map_err(|message| format!("{message}, at {}", place(image, processor.pc())))?;
    outcome.calls = recorder.into_calls();
    Ok(outcome)
}

fn place(image: &Image, address: u32) -> String {
    let function = image.function_at(address).map_or("no function", |symbol| symbol.name.as_str());
    format!("{address:#010x} in {function}")
}

fn prepare(image: &Image, core: Core) -> Result<Processor, String> {
    let (config, version) = match core {
        Core::V6m => (Config::v6m(), ArmVersion::V6M),
        Core::V7m => (Config::v7m(), ArmVersion::V7M),
    };
    let mut processor = Processor::new(config);
    processor.instruction_decoder = Box::new(RememberingDecoder::new(version));

    let (ram_start, ram_end) = (image.address_of("_stack_bottom")?, image.address_of("_ram_end")?);
    let flash_start =
        image.segments.iter().map(|segment| segment.address).min().ok_or("the image is empty")?;
    let flash_end = image.segments.iter().map(|segment| segment.address as usize + segment.bytes.len()).max();
    let mut flash = vec![0; flash_end.unwrap_or_default() - flash_start as usize];
    for segment in &image.segments {
        let at = (segment.address - flash_start) as usize;
        flash[at..at + segment.bytes.len()].copy_from_slice(&segment.bytes);
    }
    let ram = Memory::ram(ram_end.saturating_sub(ram_start) as usize);
    for (address, memory) in [(flash_start, Memory::flash(flash)), (ram_start, ram)] {
        processor.map_iface(address, Rc::new(RefCell::new(memory))).map_err(|_| {
            format!("memory at {address:#010x} overlaps the system's registers or other memory")
        })?;
    }
    let vector = |at| image.word(flash_start + at).ok_or("the image has no vector table");
    processor.set_sp(vector(0)?);
    processor.set_pc(vector(4)? & !1);
    Ok(processor)
}

fn step_to_end(
    processor: &mut Processor,
    recorder: &mut Recorder,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let mut executed = 0;
    while executed < MOST_INSTRUCTIONS {
        match processor.next_event().map_err(|error| format!("the core stopped: {error:?}"))? {
            Event::Instruction { .. } => {
                executed += 1;
                recorder.begin(processor.pc());
            }
            Event::Break(SEMIHOSTING) => match processor.registers.r0 {
                SYS_WRITE0 => outcome.output.push_str(&text_at(processor, processor.registers.r1)?),
                SYS_EXIT => {
                    outcome.exit_ok = processor.registers.r1 == APPLICATION_EXIT;
                    return Ok(());
                }
                operation => return Err(format!("semihosting call {operation:#x} is not provided")),
            },
            Event::Break(number) => return Err(format!("breakpoint {number:#x}")),
            Event::Hook { .. } | Event::Reset | Event::DebugHint(_) => {}
        }
    }
    Err(format!("no end after {MOST_INSTRUCTIONS} instructions"))
}

fn text_at(processor: &mut Processor, address: u32) -> Result<String, String> {
    let mut bytes = Vec::new();
    for at in address..address.saturating_add(MOST_TEXT) {
        let read = processor.read_u8_iface(at);
        match read.map_err(|error| format!("the printed text cannot be read: {error:?}"))? {
            0 => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            byte => bytes.push(byte),
        }
    }
    Err(format!("a printed text has no end within {MOST_TEXT} bytes"))
}

#[cfg(test)]
mod tests {
    use super::super::{MEASURE_STOP, handmade};
    use super::*;

    #[test]
    fn a_loop_of_two_instructions_counts_twice_its_turns_plus_three() {
        for core in [Core::V6m, Core::V7m] {
            for turns in [1, 10, 255] {
                let image = Image::parse(&handmade::counting_loop(turns)).unwrap();
                let outcome = run_image(&image, core).unwrap();
                // The call, the first value, two per turn, the return.
                assert_eq!(outcome.instructions(), [3 + 2 * u64::from(turns)]);
                assert_eq!(outcome.output, "ok\n");
                assert!(outcome.exit_ok);
            }
        }
    }

    #[test]
    fn an_instruction_of_another_core_is_named_with_its_place() {
        // SMLAD r0, r0, r0, r0 is of the DSP extension.
        let image = Image::parse(&handmade::program(&[0xfb20, 0x0000])).unwrap();
        let message = run_image(&image, Core::V7m).unwrap_err();
        assert!(message.contains("InstructionUnknown") && message.contains("in main"), "{message}");
    }

    #[test]
    fn an_image_without_markers_is_refused() {
        let mut image = Image::parse(&handmade::counting_loop(1)).unwrap();
        image.symbols.retain(|symbol| symbol.name != MEASURE_STOP);
        assert!(run_image(&image, Core::V6m).unwrap_err().contains(MEASURE_STOP));
    }
}

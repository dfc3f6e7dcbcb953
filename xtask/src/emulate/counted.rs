//! What each of many records takes on an emulated core, told by a firmware with the feature `counted`.
//!
//! QEMU can let its clock advance by the same time with every instruction. The firmware prints what a counter of its core says
//! of each record, and the count follows without a log, at full speed and exactly. The other emulator counts by stepping.

use super::by_function::{self, Shares};
use super::image::Image;
use super::recorder::Call;
use super::{Failure, Outcome, armagnac, instructions, qemu};
use std::path::Path;
use tillwatch_testkit::tolerance::COUNTER_INSTRUCTIONS;

/// Records, and what they took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Instructions of each record, in order: the call, the function and its return.
    pub(crate) instructions: Vec<u64>,
    /// Most bytes of stack that one of them touched.
    pub(crate) stack: u32,
}

impl Counted {
    /// Fewest and most instructions of a record.
    ///
    /// # Panics
    /// Never: [`by_clock`] and [`by_steps`] give one record at least.
    pub(crate) fn range(&self) -> (u64, u64) {
        let all = || self.instructions.iter().copied();
        (all().min().unwrap_or_default(), all().max().unwrap_or_default())
    }
}

/// Calls before the first record: they tell what a tick is.
const KNOWN_CALLS: usize = 2;
/// Instructions of a call that returns at once: the call and its return.
const NO_TURNS: u64 = 2;
/// Nanoseconds that an instruction takes, as a power of two: five ticks of the slowest counter, so that one tick more or less
/// does not matter. 24 bits then hold 2.6 million instructions.
const EXACT_SHIFT: u32 = 8;
/// The same for large models, whose counts may then be off by three instructions: 24 bits hold 21 million.
const LARGE_SHIFT: u32 = 5;
/// Multiply-accumulates of a model that takes fewer than 2.6 million instructions on every core, and of one that takes fewer than 21.
const EXACT_MACS: usize = 1 << 17;
const LARGE_MACS: usize = 1 << 20;

/// Lets QEMU run a firmware of a model of so many multiply-accumulates, and counts by its clock.
///
/// # Errors
/// As [`qemu::run`]; a model too large for the counter.
pub(crate) fn by_clock(elf: &Path, machine: qemu::Machine, macs: usize) -> Result<Counted, Failure> {
    let shift = match macs {
        ..EXACT_MACS => EXACT_SHIFT,
        EXACT_MACS..LARGE_MACS => LARGE_SHIFT,
        _ => {
            let message = format!(
                "{}: {macs} multiply-accumulates, at most {LARGE_MACS} can be counted by the clock",
                elf.display()
            );
            return Err(Failure::Broken(message));
        }
    };
    let outcome = qemu::clocked(elf, machine, shift)?;
    read(&outcome, machine.ticks_per_second() << shift).ok_or_else(|| broken_off(elf, &outcome))
}

/// Steps through a firmware.
///
/// # Errors
/// As [`armagnac::run`].
pub(crate) fn by_steps(elf: &Path, core: armagnac::Core) -> Result<Counted, Failure> {
    Ok(recorded(elf, &armagnac::run(elf, core)?)?.0)
}

/// What each function takes of each record: counted in QEMU, and equal at every address to what stepping counts, where the other
/// emulator has the core.
///
/// # Errors
/// As [`qemu::run`]; the emulators differ.
pub(crate) fn by_function(
    elf: &Path,
    machine: qemu::Machine,
    embedded: Option<armagnac::Core>,
) -> Result<(Counted, Shares), Failure> {
    let outcome = qemu::run(elf, machine)?;
    if let Some(core) = embedded
        // What they print differs: neither clock goes by instructions here.
        && armagnac::run(elf, core)?.calls != outcome.calls
    {
        return Err(Failure::Broken(format!(
            "{}: the emulators differ in what they executed",
            elf.display()
        )));
    }
    let (counted, calls) = recorded(elf, &outcome)?;
    Ok((counted, by_function::shares(calls, &Image::read(elf)?)))
}

/// The measured calls that were records, and what they took.
fn recorded<'a>(elf: &Path, outcome: &'a Outcome) -> Result<(Counted, &'a [Call]), Failure> {
    match (outcome.calls.get(KNOWN_CALLS..), outcome.stack_bytes()) {
        (Some(calls), Some(stack)) if outcome.is_complete() && !calls.is_empty() => {
            Ok((Counted { instructions: calls.iter().map(instructions).collect(), stack }, calls))
        }
        _ => Err(broken_off(elf, outcome)),
    }
}

/// Reads the lines `clock NONE KNOWN LENGTH`, `ticks T` and `stack B`; a tick is `10^9 / tick_rate` instructions. None where the
/// run broke off, or where the call of known length shows that the clock does not go by instructions.
fn read(outcome: &Outcome, tick_rate: u64) -> Option<Counted> {
    let numbers: Option<Vec<u64>> =
        outcome.value("clock")?.split(' ').map(|number| number.parse().ok()).collect();
    let [none, known, length] = numbers?[..] else { return None };
    let instructions_of = |ticks: u64| {
        let ticks = u128::from(ticks.saturating_sub(none));
        // Rounded: the counter is read to a whole tick.
        ((2 * ticks * 1_000_000_000 + u128::from(tick_rate)) / (2 * u128::from(tick_rate))) as u64 + NO_TURNS
    };
    let lines = outcome.output.lines().filter_map(|line| line.strip_prefix("ticks "));
    let instructions: Option<Vec<u64>> = lines.map(|ticks| ticks.parse().ok().map(instructions_of)).collect();
    let instructions = instructions.filter(|all| !all.is_empty())?;
    let is_by_instructions = instructions_of(known).abs_diff(length + NO_TURNS) <= COUNTER_INSTRUCTIONS;
    (outcome.is_complete() && is_by_instructions)
        .then_some(Counted { instructions, stack: outcome.stack_bytes()? })
}

/// A run that printed less than it should, with its last lines.
fn broken_off(elf: &Path, outcome: &Outcome) -> Failure {
    let lines: Vec<&str> = outcome.output.lines().collect();
    let last = lines[lines.len().saturating_sub(5)..].join("\n");
    Failure::Broken(format!("{}: the run did not end well:\n{last}", elf.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A board whose counter goes 6.4 ticks an instruction.
    const TICK_RATE: u64 = 25_000_000 << 8;

    fn outcome(output: &str) -> Outcome {
        Outcome { output: output.to_owned(), calls: Vec::new(), exit_ok: true }
    }

    #[test]
    fn ticks_become_instructions() {
        let text = "clock 19 25625 4001\nticks 64019\nticks 64025\nstack 40\ndone\n";
        let counted = read(&outcome(text), TICK_RATE).unwrap();
        assert_eq!(counted, Counted { instructions: vec![10_002, 10_003], stack: 40 });
        assert_eq!(counted.range(), (10_002, 10_003));
    }

    #[test]
    fn a_clock_of_its_own_or_a_run_that_broke_off_counts_nothing() {
        let text = "clock 19 25700 4001\nticks 64019\nstack 40\ndone\n";
        assert_eq!(read(&outcome(text), TICK_RATE), None);
        let text = "clock 19 25625 4001\nticks 64019\nstack 40\n";
        assert_eq!(read(&outcome(text), TICK_RATE), None);
        assert_eq!(read(&outcome("clock 19 25625 4001\nstack 40\ndone\n"), TICK_RATE), None);
    }
}

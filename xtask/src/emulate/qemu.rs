//! The second witness: QEMU, which also knows the DSP instructions, ARMv8-M and RISC-V.
//!
//! A plugin counts while a firmware runs. Where QEMU does not load it, the firmware runs twice: once at full speed for its
//! output, once with one log line per instruction, of which the measured calls are counted and the rest is cut off; that
//! is slower, and said. Either way what was executed is exact and equals what [`super::armagnac`] executes.

use super::counter::{self, Counter};
use super::image::Image;
use super::recorder::Call;
use super::{Failure, Outcome, markers, trace};
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// An emulated board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    /// MPS2 AN385, Cortex-M3: runs images of ARMv7-M and of ARMv6-M, whose instructions are a subset.
    An385,
    /// MPS2 AN386, Cortex-M4: ARMv7E-M.
    An386,
    /// MPS2 AN505, Cortex-M33: ARMv8-M, with DSP instructions.
    An505,
    /// MPS3 AN547, Cortex-M55: ARMv8.1-M with vectors.
    An547,
    /// The board "virt" with an RV32 core.
    Virt,
}

impl Machine {
    /// The program that emulates it.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::An385 | Self::An386 | Self::An505 | Self::An547 => "qemu-system-arm",
            Self::Virt => "qemu-system-riscv32",
        }
    }

    /// The command that installs the program on Debian and Ubuntu.
    pub(crate) fn install(self) -> &'static str {
        match self {
            Self::An385 | Self::An386 | Self::An505 | Self::An547 => "apt-get install qemu-system-arm",
            Self::Virt => "apt-get install qemu-system-misc",
        }
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::An385 => &["-M", "mps2-an385"],
            Self::An386 => &["-M", "mps2-an386"],
            Self::An505 => &["-M", "mps2-an505"],
            Self::An547 => &["-M", "mps3-an547"],
            Self::Virt => &["-M", "virt", "-bios", "none"],
        }
    }

    /// Ticks a second of the counter that a firmware with the feature `counted` reads: SysTick at the speed of the board's
    /// core, or the cycle counter, which QEMU lets follow its own clock.
    pub(super) fn ticks_per_second(self) -> u64 {
        match self {
            Self::An385 | Self::An386 => 25_000_000,
            Self::An505 => 20_000_000,
            Self::An547 => 32_000_000,
            Self::Virt => 1_000_000_000,
        }
    }
}

/// A run that takes longer hangs: 10,000 records take about a second.
pub(crate) const LONGEST_RUN: Duration = Duration::from_secs(300);

/// Runs a firmware to its end for what it prints, within a limit, and counts nothing.
///
/// # Errors
/// As [`run`].
pub(crate) fn output(elf: &Path, machine: Machine, limit: Duration) -> Result<Outcome, Failure> {
    version(machine)?;
    let (output, exit_ok) = run_for_output(elf, machine, &[], limit)?;
    Ok(Outcome { output, calls: Vec::new(), exit_ok })
}

/// Runs a firmware to its end for what it prints, its clock advancing by 2^`shift` nanoseconds with every instruction.
///
/// # Errors
/// As [`run`].
pub(super) fn clocked(elf: &Path, machine: Machine, shift: u32) -> Result<Outcome, Failure> {
    version(machine)?;
    let by_instructions = ["-icount".to_owned(), format!("shift={shift}")];
    let (output, exit_ok) = run_for_output(elf, machine, &by_instructions, LONGEST_RUN)?;
    Ok(Outcome { output, calls: Vec::new(), exit_ok })
}

/// Runs a firmware to its end and counts its measured calls.
///
/// # Errors
/// [`Failure::NotFound`] where the emulator is not installed; else what went wrong.
pub(crate) fn run(elf: &Path, machine: Machine) -> Result<Outcome, Failure> {
    let version = version(machine)?;
    match run_with_counter(elf, machine, version) {
        Ok(outcome) => Ok(outcome),
        Err(message) => {
            counter::say_once(&message);
            run_with_log(elf, machine, version)
        }
    }
}

/// Runs a firmware once, with the plugin.
fn run_with_counter(elf: &Path, machine: Machine, version: (u32, u32)) -> Result<Outcome, String> {
    let counter = Counter::new(version, markers(&Image::read(elf)?)?)?;
    let ran = run_for_output(elf, machine, &counter.arguments(), LONGEST_RUN);
    let (output, exit_ok) = ran.map_err(|failure| failure.to_string())?;
    Ok(Outcome { output, calls: counter.calls()?, exit_ok })
}

/// Runs a firmware twice, without the plugin.
fn run_with_log(elf: &Path, machine: Machine, version: (u32, u32)) -> Result<Outcome, Failure> {
    let (output, exit_ok) = run_for_output(elf, machine, &[], LONGEST_RUN)?;
    let calls = run_for_log(elf, machine, version)?;
    Ok(Outcome { output, calls, exit_ok })
}

/// Major and minor version of the installed emulator.
///
/// # Errors
/// As [`run`].
pub(crate) fn version(machine: Machine) -> Result<(u32, u32), Failure> {
    let program = machine.program();
    let answer = match Command::new(program).arg("--version").output() {
        Ok(answer) => answer,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Failure::NotFound { program, install: machine.install() });
        }
        Err(error) => return Err(Failure::Broken(format!("{program} did not start: {error}"))),
    };
    let text = String::from_utf8_lossy(&answer.stdout);
    parse_version(&text).ok_or_else(|| Failure::Broken(format!("{program} --version answered {text:?}")))
}

/// Reads `QEMU emulator version 7.2.22 (Debian …)`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split("version ").nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn command(elf: &Path, machine: Machine, console: &str) -> Command {
    let mut command = Command::new(machine.program());
    command
        .args(machine.arguments())
        .args(["-nographic", "-monitor", "none", "-serial", "none", "-chardev", console])
        .args(["-semihosting-config", "enable=on,target=native,chardev=console", "-kernel"])
        .arg(elf)
        .stdin(Stdio::null());
    command
}

fn run_for_output(
    elf: &Path,
    machine: Machine,
    more: &[String],
    limit: Duration,
) -> Result<(String, bool), Failure> {
    let mut child = command(elf, machine, "stdio,id=console")
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} did not start: {error}", machine.program()))?;
    let (done, waiting) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let said = thread::spawn(move || text_of(stderr));
    thread::spawn(move || done.send(text_of(stdout)));
    let output = waiting.recv_timeout(limit);
    if output.is_err() {
        stop(&mut child);
    }
    let output = output.map_err(|_| format!("{}: no end after {} s", elf.display(), limit.as_secs()))?;
    let status = child.wait().map_err(|error| error.to_string())?;
    let said = said.join().unwrap_or_default();
    if !status.success() && output.is_empty() {
        let first = said.lines().next().unwrap_or("no message");
        return Err(Failure::Broken(format!("{} ended with {status}: {first}", machine.program())));
    }
    Ok((output, status.success()))
}

fn text_of(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What was read before a failure is worth showing, and a cut output lacks its last line.
        let _ = pipe.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).replace('\r', "")
}

fn run_for_log(elf: &Path, machine: Machine, version: (u32, u32)) -> Result<Vec<Call>, Failure> {
    let markers = markers(&Image::read(elf)?)?;
    let one_by_one: &[&str] =
        if version >= (8, 1) { &["-accel", "tcg,one-insn-per-tb=on"] } else { &["-singlestep"] };
    let mut child = command(elf, machine, "null,id=console")
        .args(one_by_one)
        .args(["-d", "exec,nochain"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} did not start: {error}", machine.program()))?;
    let log = child.stderr.take().ok_or_else(|| "the emulator has no log".to_owned())?;
    let calls = trace::calls(BufReader::with_capacity(1 << 16, log), markers);
    stop(&mut child);
    calls.map_err(|error| Failure::Broken(format!("the log of {} broke off: {error}", machine.program())))
}

/// Ends a child that may have ended already.
fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::super::{armagnac, handmade};
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(parse_version("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg)\n"), Some((7, 2)));
        assert_eq!(parse_version("QEMU emulator version 10.0.2\n"), Some((10, 0)));
        assert_eq!(parse_version("no such thing"), None);
    }

    /// By hand, by the plugin, by the log and by the emulator inside: the same, address by address.
    #[test]
    fn the_handmade_loop_counts_as_on_paper_where_qemu_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let elf = folder.path().join("loop.elf");
        for turns in [1, 200] {
            let file = handmade::counting_loop(turns);
            std::fs::write(&elf, &file).unwrap();
            let version = match version(Machine::An385) {
                Ok(version) => version,
                Err(failure) => {
                    assert!(matches!(failure, Failure::NotFound { .. }), "{failure}");
                    return;
                }
            };
            let by_log = run_with_log(&elf, Machine::An385, version).unwrap();
            assert_eq!(by_log.instructions(), [3 + 2 * u64::from(turns)]);
            assert_eq!((by_log.output.as_str(), by_log.exit_ok), ("ok\n", true));
            assert_eq!(run_with_counter(&elf, Machine::An385, version).unwrap(), by_log);
            let image = Image::parse(&file).unwrap();
            assert_eq!(armagnac::run_image(&image, armagnac::Core::V7m).unwrap(), by_log);
        }
    }
}

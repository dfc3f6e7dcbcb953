//! Counts instructions in the execution log of QEMU, where its plugin does not load.
//!
//! With one instruction per translated block and chaining off, the log holds one line per executed instruction:
//! `Trace 0: 0x7f3cc0000100 [00800400/00000040/00000110/ff000201] reset`, the second number being the address. A block
//! that was logged and then not begun, because the emulator had something else to do first, is taken back by a line
//! `Stopped execution of TB chain before …`.

use super::recorder::{Call, Markers, Recorder};
use std::io::{self, BufRead};

/// The measured calls, read until the end marker or the end of the log.
///
/// # Errors
/// Where the log cannot be read.
pub(super) fn calls(mut log: impl BufRead, markers: Markers) -> io::Result<Vec<Call>> {
    let mut recorder = Recorder::new(markers);
    // Begun, unless the next line takes it back.
    let mut logged: Option<u32> = None;
    let mut line = Vec::new();
    while log.read_until(b'\n', &mut line)? > 0 {
        let taken_back = line.starts_with(b"Stopped execution");
        let next = address_of(&line);
        if taken_back {
            logged = None;
        } else if next.is_some()
            && let Some(address) = std::mem::replace(&mut logged, next)
            && !recorder.begin(address)
        {
            return Ok(recorder.into_calls());
        }
        line.clear();
    }
    if let Some(address) = logged {
        recorder.begin(address);
    }
    Ok(recorder.into_calls())
}

/// The address that a line reports as executed.
fn address_of(line: &[u8]) -> Option<u32> {
    let line = line.strip_prefix(b"Trace ")?;
    let bracket = line.iter().position(|&byte| byte == b'[')?;
    let mut numbers = line.get(bracket + 1..)?.split(|&byte| byte == b'/');
    let digits = numbers.nth(1)?;
    digits.iter().try_fold(0_u32, |value, &digit| Some(value << 4 | (digit as char).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::super::instructions;
    use super::*;

    const MARKERS: Markers = Markers { start: 0x92, stop: 0x94, end: 0x6d8 };

    fn counted(log: &str) -> Vec<u64> {
        let calls = calls(log.as_bytes(), MARKERS).unwrap();
        calls.iter().map(instructions).collect()
    }

    #[test]
    fn lines_of_old_and_new_versions_are_read() {
        assert_eq!(
            address_of(b"Trace 0: 0x7f3cc0000100 [00800400/0000004a/00000110/ff000201] reset\n"),
            Some(0x4a)
        );
        assert_eq!(
            address_of(b"Trace 0: 0x7f3c [00000400/000000000000004a/00000110/ff000201] \n"),
            Some(0x4a)
        );
        assert_eq!(address_of(b"qemu-system-arm: terminating\n"), None);
    }

    #[test]
    fn calls_are_counted_between_the_markers_only() {
        let log = |addresses: &[u32]| -> String {
            addresses.iter().map(|at| format!("Trace 0: 0x1 [0/{at:08x}/0/0] f\n")).collect()
        };
        let mut text = log(&[0x10, 0x92, 0x20, 0x22, 0x94, 0x30, 0x92, 0x20]);
        text.push_str("Stopped execution of TB chain before 0x1 [00000020] f\n");
        text.push_str(&log(&[0x20, 0x94, 0x6d8, 0x92, 0x94]));
        assert_eq!(counted(&text), [3, 2]);
    }

    #[test]
    fn a_stop_without_a_start_is_no_call_and_the_last_line_counts() {
        assert!(counted("Trace 0: 0x1 [0/94/0/0] f\nTrace 0: 0x1 [0/92/0/0] f\n").is_empty());
        assert_eq!(counted("Trace 0: 0x1 [0/92/0/0] f\nTrace 0: 0x1 [0/94/0/0] f\n"), [1]);
    }
}

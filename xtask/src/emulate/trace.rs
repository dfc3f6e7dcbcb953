//! Counts instructions in the execution log of QEMU.
//!
//! With one instruction per translated block and chaining off, the log holds one line per executed instruction:
//! `Trace 0: 0x7f3cc0000100 [00800400/00000040/00000110/ff000201] reset`, the second number being the address. A block
//! that was logged and then not begun, because the emulator had something else to do first, is taken back by a line
//! `Stopped execution of TB chain before …`.

use std::io::{self, BufRead};

/// Addresses that the count hangs on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Markers {
    /// First counted instruction.
    pub(crate) start: u32,
    /// First instruction that is not counted any more.
    pub(crate) stop: u32,
    /// Nothing after it is counted.
    pub(crate) end: u32,
}

/// Instructions of each measured call, read until the end marker or the end of the log.
///
/// # Errors
/// Where the log cannot be read.
pub(super) fn count(mut log: impl BufRead, markers: Markers) -> io::Result<Vec<u64>> {
    let (mut calls, mut executed, mut started_at) = (Vec::new(), 0_u64, None);
    let mut line = Vec::new();
    while log.read_until(b'\n', &mut line)? > 0 {
        if let Some(address) = address_of(&line) {
            if address == markers.start {
                started_at = Some(executed);
            } else if address == markers.end {
                break;
            } else if address == markers.stop
                && let Some(begun) = started_at.take()
            {
                calls.push(executed - begun);
            }
            executed += 1;
        } else if line.starts_with(b"Stopped execution") {
            executed = executed.saturating_sub(1);
        }
        line.clear();
    }
    Ok(calls)
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
    use super::*;

    const MARKERS: Markers = Markers { start: 0x92, stop: 0x94, end: 0x6d8 };

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
        assert_eq!(count(text.as_bytes(), MARKERS).unwrap(), [3, 2]);
    }

    #[test]
    fn a_stop_without_a_start_is_no_call() {
        let log = "Trace 0: 0x1 [0/94/0/0] f\nTrace 0: 0x1 [0/92/0/0] f\n";
        assert!(count(log.as_bytes(), MARKERS).unwrap().is_empty());
    }
}

//! Recorded calls as text, from the plugin to whoever started the emulator.
//!
//! A line `call`, then one line `address count two_behind four_behind` for each place, all in decimal; the last line is `whole`, so
//! that a text that was cut off is told from a short one.

use super::recorder::{Call, Place};
use std::fmt::Write;

/// Writes calls.
pub(crate) fn write(calls: &[Call]) -> String {
    let mut text = String::new();
    for call in calls {
        text.push_str("call\n");
        for (address, Place { count, two_behind, four_behind }) in call {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{address} {count} {two_behind} {four_behind}");
        }
    }
    text.push_str("whole\n");
    text
}

//! What every refusal has to be.

use std::fmt::Display;

/// Most bytes of a refusal: it quotes at most a cell, cut, and the columns of a file.
const LONGEST: usize = 1 << 16;

/// A refusal is one line that begins with the file, however wild the bytes that it quotes.
pub(crate) fn check(error: &impl Display, file: &str) {
    let said = error.to_string();
    assert!(said.starts_with(file), "does not begin with {file}: {said:?}");
    assert!(!said.contains(|c: char| c.is_control()), "more than one plain line: {said:?}");
    let start: String = said.chars().take(200).collect();
    assert!(said.len() < LONGEST, "{} bytes: {start:?} ...", said.len());
}

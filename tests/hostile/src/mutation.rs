//! Bytes changed by chance from a seed.

use tillwatch_engine::seeded::SeededWords;

/// Bytes that parsers give a meaning.
const TELLING: [u8; 24] = *b"\0\x01\x7f\x80\xff,;\n\r\t\"'.-+eE09[]= #";
/// Most changes at once.
const MOST_CHANGES: usize = 8;
/// Most bytes of a result: mutations must not make a test slow.
const LONGEST: usize = 1 << 16;

/// One to eight changes to `bytes`, some of which bring in parts of `other`.
#[must_use]
pub fn mutate(bytes: &[u8], other: &[u8], words: &mut SeededWords) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=below(MOST_CHANGES, words) {
        change(&mut bytes, other, words);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], words: &mut SeededWords) {
    let (start, end) = part(bytes.len(), words);
    match below(8, words) {
        0 => bytes.truncate(start),
        1 => drop(bytes.drain(start..end)),
        2 => {
            let again = bytes[start..end].to_vec();
            drop(bytes.splice(start..start, again));
        }
        3 => {
            let (from, to) = part(other.len(), words);
            drop(bytes.splice(start..end, other[from..to].iter().copied()));
        }
        4 => bytes.insert(start, TELLING[below(TELLING.len(), words)]),
        5 => set(bytes, start, |_| words.next_word() as u8),
        6 => set(bytes, start, |_| TELLING[below(TELLING.len(), words)]),
        _ => set(bytes, start, |byte| byte ^ 1 << below(8, words)),
    }
}

fn set(bytes: &mut [u8], at: usize, new: impl FnOnce(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = new(*byte);
    }
}

/// A part of `len` bytes, rarely a long one.
fn part(len: usize, words: &mut SeededWords) -> (usize, usize) {
    let start = below(len + 1, words);
    let most = if below(4, words) == 0 { len - start } else { (len - start).min(4) };
    (start, start + below(most + 1, words))
}

/// A number from 0 to `limit - 1`.
fn below(limit: usize, words: &mut SeededWords) -> usize {
    words.next_word() as usize % limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_gives_the_same_bytes_and_others_other_ones() {
        let from = |seed| mutate(b"amount,kind\n1,2\n", b"other", &mut SeededWords::new(seed));
        assert_eq!(from(1), from(1));
        let distinct: BTreeSet<_> = (0..1000).map(from).collect();
        assert!(distinct.len() > 800, "{} of 1000 are distinct", distinct.len());
        let lens: BTreeSet<_> = distinct.iter().map(Vec::len).collect();
        assert!(lens.contains(&0) && lens.iter().any(|&len| len > 16));
        assert!(distinct.iter().any(|bytes| bytes.windows(5).any(|part| part == b"other")));
    }

    #[test]
    fn nothing_can_be_changed_too() {
        let mut words = SeededWords::new(3);
        assert!((0..1000).any(|_| !mutate(b"", b"", &mut words).is_empty()));
    }
}

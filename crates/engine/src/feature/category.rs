//! Categories and flags.
//!
//! Category codes count from 0, and 0 is *unknown*: what training never saw, or what is outside the vocabulary.

use super::{MISSING, Mark};

/// The two codes of one column of a one-hot group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneHot {
    /// Code where the category is another one.
    pub off: i16,
    /// Code where the category is this one.
    pub on: i16,
}

/// A category as one column per level, level 0 being unknown.
///
/// A missing category leaves every column at code 0, the mean of a standardised column.
///
/// # Shapes
/// `levels` and `out`: one entry per level, unknown included; the shorter bounds the work.
/// # Units
/// `raw`: category code or [`MISSING`]; `out`: wide codes.
/// # Bounds
/// Any raw value; outside the vocabulary it is unknown.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Examples
/// ```
/// use tillwatch_engine::feature::{Mark, OneHot, one_hot};
/// let levels = [OneHot { off: 0, on: 900 }, OneHot { off: -100, on: 400 }];
/// let mut out = [0; 2];
/// assert_eq!(one_hot(1, &levels, &mut out), Mark::NONE);
/// assert_eq!(out, [0, 400]);
/// assert_eq!(one_hot(77, &levels, &mut out), Mark::UNKNOWN);
/// assert_eq!(out, [900, -100]);
/// ```
pub fn one_hot(raw: i32, levels: &[OneHot], out: &mut [i16]) -> Mark {
    one_hot_from(raw, levels.len(), levels.iter().copied(), out)
}

/// [`one_hot`] over levels that are decoded on the way.
///
/// # Bounds
/// `n_levels` is the number of items in `levels`.
/// # Exactness
/// As [`one_hot`].
/// # Panics
/// Never.
pub fn one_hot_from(
    raw: i32,
    n_levels: usize,
    levels: impl Iterator<Item = OneHot>,
    out: &mut [i16],
) -> Mark {
    let known = raw > 0 && (raw as u32 as usize) < n_levels;
    let level = if known { raw as u32 as usize } else { 0 };
    for (index, (codes, column)) in levels.zip(out.iter_mut()).enumerate() {
        let code = if index == level { codes.on } else { codes.off };
        *column = if raw == MISSING { 0 } else { code };
    }
    mark(raw, known)
}

/// A category as one column: a table entry per level, by convention its standardised surprisal.
///
/// # Units
/// `raw`: category code or [`MISSING`]; `table`: wide codes, entry 0 for unknown; result: wide code and mark.
/// # Bounds
/// Any raw value; outside the table it is unknown. An empty table gives code 0.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
#[must_use]
pub fn surprisal(raw: i32, table: &[i16]) -> (i16, Mark) {
    surprisal_from(raw, table.len(), table.iter().copied())
}

/// [`surprisal`] over a table that is decoded on the way.
///
/// # Bounds
/// `n_levels` is the number of items in `table`.
/// # Exactness
/// As [`surprisal`].
/// # Panics
/// Never.
pub fn surprisal_from(raw: i32, n_levels: usize, mut table: impl Iterator<Item = i16>) -> (i16, Mark) {
    let known = raw > 0 && (raw as u32 as usize) < n_levels;
    let code = table.nth(if known { raw as u32 as usize } else { 0 }).unwrap_or(0);
    (if raw == MISSING { 0 } else { code }, mark(raw, known))
}

/// A yes or no: any value other than 0 is yes. A missing flag takes code 0, the mean of a standardised column.
///
/// # Units
/// `raw`: 0, 1 or [`MISSING`]; result: wide code and mark.
/// # Bounds
/// Any raw value.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
#[must_use]
pub fn flag(raw: i32, codes: OneHot) -> (i16, Mark) {
    let code = if raw == 0 { codes.off } else { codes.on };
    if raw == MISSING { (0, Mark::MISSING) } else { (code, Mark::NONE) }
}

const fn mark(raw: i32, known: bool) -> Mark {
    if raw == MISSING {
        Mark::MISSING
    } else if known {
        Mark::NONE
    } else {
        Mark::UNKNOWN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [OneHot; 3] =
        [OneHot { off: 1, on: 10 }, OneHot { off: 2, on: 20 }, OneHot { off: 3, on: 30 }];

    #[test]
    fn every_raw_value_lands_somewhere() {
        for (raw, want, marked) in [
            (0, [10, 2, 3], Mark::UNKNOWN),
            (1, [1, 20, 3], Mark::NONE),
            (2, [1, 2, 30], Mark::NONE),
            (3, [10, 2, 3], Mark::UNKNOWN),
            (-1, [10, 2, 3], Mark::UNKNOWN),
            (i32::MAX, [10, 2, 3], Mark::UNKNOWN),
            (MISSING, [0, 0, 0], Mark::MISSING),
        ] {
            let mut out = [99; 3];
            assert_eq!(one_hot(raw, &LEVELS, &mut out), marked, "{raw}");
            assert_eq!(out, want, "{raw}");
        }
    }

    #[test]
    fn surprisal_reads_the_table() {
        let table = [900, 5, -5];
        assert_eq!(surprisal(2, &table), (-5, Mark::NONE));
        assert_eq!(surprisal(1, &table), (5, Mark::NONE));
        for raw in [0, 3, -1, i32::MAX] {
            assert_eq!(surprisal(raw, &table), (900, Mark::UNKNOWN), "{raw}");
        }
        assert_eq!(surprisal(MISSING, &table), (0, Mark::MISSING));
        assert_eq!(surprisal(1, &[]), (0, Mark::UNKNOWN));
    }

    #[test]
    fn flags_have_two_codes() {
        let codes = OneHot { off: -3, on: 8 };
        assert_eq!(flag(0, codes), (-3, Mark::NONE));
        assert_eq!(flag(1, codes), (8, Mark::NONE));
        assert_eq!(flag(MISSING, codes), (0, Mark::MISSING));
    }
}

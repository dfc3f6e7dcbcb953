//! Features that look back: against the previous record, against a running mean.
//!
//! Their state is explicit: one [`Memory`] per such feature, owned by the caller, one set per terminal (or whatever
//! the schema groups by). The first record of a group has nothing to look back at, so the feature is missing there.
//! What is missing takes as many instructions as what is there.

use super::{Affine, MISSING, Mark};
use crate::fixed::log2_1p;

/// What one feature remembers between records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    value: i32,
    seen: bool,
}

impl Memory {
    /// Nothing seen yet.
    pub const EMPTY: Self = Self { value: 0, seen: false };

    /// [`log2_1p`] of the change since the previous value; what [`delta`] standardises.
    ///
    /// # Units
    /// `raw`: steps or [`MISSING`]; result: steps of 2^-16, or [`MISSING`] where there is nothing to compare.
    /// # Bounds
    /// Any raw value; the difference saturates.
    /// # Exactness
    /// Bit-exact under contract `tw-w8a8-r16-2`.
    /// # Panics
    /// Never.
    pub fn log_change(&mut self, raw: i32) -> i32 {
        let before = *self;
        let is_there = raw != MISSING;
        self.value = if is_there { raw } else { before.value };
        self.seen = before.seen | is_there;
        let log = log2_1p(raw.saturating_sub(before.value));
        if is_there & before.seen { log } else { MISSING }
    }

    /// [`log2_1p`] of a value less its running mean; what [`ratio_to_mean`] standardises.
    ///
    /// # Units
    /// `raw`: steps or [`MISSING`]; result: steps of 2^-16, or [`MISSING`] where there is nothing to compare.
    /// # Bounds
    /// Any raw value; `window_log2` in `0..=15`.
    /// # Exactness
    /// Bit-exact under contract `tw-w8a8-r16-2`.
    /// # Panics
    /// Never.
    pub fn log_ratio(&mut self, raw: i32, window_log2: u32) -> i32 {
        let before = *self;
        let is_there = raw != MISSING;
        let log = log2_1p(raw);
        let ratio = log - before.value; // both within 31 * 2^16
        let mean = if before.seen { before.value + ratio.wrapping_shr(window_log2) } else { log };
        self.value = if is_there { mean } else { before.value };
        self.seen = before.seen | is_there;
        if is_there & before.seen { ratio } else { MISSING }
    }
}

/// Signed logarithm of the change since the previous record, standardised.
///
/// A missing value leaves the memory as it was.
///
/// # Units
/// `raw`: steps or [`MISSING`]; the affine map's input is [`log2_1p`] of the difference, in steps of 2^-16.
/// # Bounds
/// Any raw value; the difference saturates.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Features with memory".
/// # Examples
/// ```
/// use tillwatch_engine::feature::{Affine, Mark, Memory, delta};
/// let affine = Affine { center: 0, multiplier: 1 << 21, shift: 0, fill: 0 }; // 32 codes per octave
/// let mut memory = Memory::EMPTY;
/// assert_eq!(delta(100, &affine, &mut memory), (0, Mark::MISSING));
/// assert_eq!(delta(107, &affine, &mut memory), (96, Mark::NONE)); // log2(1 + 7) = 3
/// ```
pub fn delta(raw: i32, affine: &Affine, memory: &mut Memory) -> (i16, Mark) {
    affine.apply_present(memory.log_change(raw))
}

/// Logarithm of a value against its running geometric mean, standardised.
///
/// The mean is an exponentially weighted one of [`log2_1p`]: `mean += (x - mean) >> window_log2`, so it follows the
/// last `2^window_log2` records. It is updated after the comparison; a missing value leaves it as it was.
///
/// # Units
/// `raw`: steps or [`MISSING`]; the affine map's input is a difference of logarithms in steps of 2^-16.
/// # Bounds
/// Any raw value; `window_log2` in `0..=15`.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Features with memory".
pub fn ratio_to_mean(raw: i32, affine: &Affine, window_log2: u32, memory: &mut Memory) -> (i16, Mark) {
    affine.apply_present(memory.log_ratio(raw, window_log2))
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2^16 in, 256 codes out: a code is 1/256 of an octave.
    const OCTAVE: Affine = Affine { center: 0, multiplier: 1 << 24, shift: 0, fill: 11 };

    #[test]
    fn delta_skips_missing_records() {
        let mut memory = Memory::EMPTY;
        assert_eq!(delta(MISSING, &OCTAVE, &mut memory), (11, Mark::MISSING));
        assert_eq!(delta(50, &OCTAVE, &mut memory), (11, Mark::MISSING));
        assert_eq!(delta(MISSING, &OCTAVE, &mut memory), (11, Mark::MISSING));
        assert_eq!(delta(53, &OCTAVE, &mut memory), (512, Mark::NONE));
        assert_eq!(delta(53, &OCTAVE, &mut memory), (0, Mark::NONE));
        assert_eq!(delta(38, &OCTAVE, &mut memory), (-1024, Mark::NONE));
    }

    #[test]
    fn delta_saturates_between_extremes() {
        let mut memory = Memory::EMPTY;
        let _ = delta(i32::MIN + 1, &OCTAVE, &mut memory);
        assert_eq!(delta(i32::MAX, &OCTAVE, &mut memory), (31 * 256, Mark::NONE));
    }

    #[test]
    fn ratio_compares_first_and_then_learns() {
        let mut memory = Memory::EMPTY;
        assert_eq!(ratio_to_mean(15, &OCTAVE, 1, &mut memory), (11, Mark::MISSING));
        assert_eq!(ratio_to_mean(255, &OCTAVE, 1, &mut memory), (1024, Mark::NONE)); // 8 - 4 octaves
        assert_eq!(ratio_to_mean(63, &OCTAVE, 1, &mut memory), (0, Mark::NONE)); // the mean moved to 6
        assert_eq!(ratio_to_mean(MISSING, &OCTAVE, 1, &mut memory), (11, Mark::MISSING));
        assert_eq!(ratio_to_mean(127, &OCTAVE, 1, &mut memory), (256, Mark::NONE));
    }
}

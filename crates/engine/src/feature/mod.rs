//! Feature preparation: from raw integers to wide codes.
//!
//! A *field* is one raw integer of a record; a *feature* turns it into one or more *columns* of wide codes, the 16-bit
//! numbers that the network reads and that the residual is taken on. The same functions run in training and on the
//! device.
//!
//! A missing value takes the feature's fill code, is [marked](Mark) and leaves the score; a saturated or unknown value
//! stays in the score and is marked too, so that it can be counted.

mod affine;
mod category;
mod cyclic;
mod memory;
mod ngrams;

pub use affine::{Affine, Symlog, logarithm, numeric, symlog};
pub use category::{OneHot, flag, one_hot, one_hot_from, surprisal, surprisal_from};
pub use cyclic::{Cyclic, cyclic};
pub use memory::{Memory, delta, ratio_to_mean};
pub use ngrams::count_ngrams;

/// The raw value that stands for an absent one. No other raw value equals it: readers saturate above it.
pub const MISSING: i32 = i32::MIN;

/// Largest magnitude of a wide code. `i16::MIN` is not a code, so that a code can always be negated.
pub const WIDE_MAX: i16 = i16::MAX;

/// What was remarkable about one prepared value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark(u8);

impl Mark {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The value was absent: the feature leaves the score.
    pub const MISSING: Self = Self(1);
    /// The wide code was clipped to its range.
    pub const SATURATED: Self = Self(2);
    /// The category is not in the vocabulary.
    pub const UNKNOWN: Self = Self(4);

    /// True when `self` carries every bit of `other`.
    ///
    /// # Bounds
    /// Any marks.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[inline]
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Everything that is remarkable about one or the other.
    ///
    /// # Bounds
    /// Any marks.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[inline]
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Clips a value to a wide code and says whether it had to.
const fn saturate(value: i32) -> (i16, Mark) {
    let code = if value > WIDE_MAX as i32 {
        WIDE_MAX
    } else if value < -(WIDE_MAX as i32) {
        -WIDE_MAX
    } else {
        value as i16
    };
    (code, if code as i32 == value { Mark::NONE } else { Mark::SATURATED })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saturation_is_symmetric_and_marked() {
        assert_eq!(saturate(32_767), (32_767, Mark::NONE));
        assert_eq!(saturate(32_768), (32_767, Mark::SATURATED));
        assert_eq!(saturate(-32_767), (-32_767, Mark::NONE));
        assert_eq!(saturate(-32_768), (-32_767, Mark::SATURATED));
        let both = Mark::SATURATED.with(Mark::UNKNOWN);
        assert!(both.has(Mark::SATURATED) && both.has(Mark::UNKNOWN) && !both.has(Mark::MISSING));
        assert_eq!(both.with(Mark::UNKNOWN), both);
        assert!(Mark::SATURATED.has(Mark::NONE) && !Mark::NONE.has(Mark::SATURATED));
    }
}

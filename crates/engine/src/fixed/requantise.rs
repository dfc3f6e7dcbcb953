//! Accumulator to output code.

use super::multiply_round_high;

/// What an output channel of a layer brings along: its start value and its scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// Accumulator start value: the bias with the input zero point and the weight sum folded in.
    pub bias: i32,
    /// `round(scale * 2^(32 - shift))`, in `0..2^31`.
    pub multiplier: i32,
}

/// The part of a layer's output rule that all its channels share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requantise {
    /// Output code of real zero.
    pub zero_point: i32,
    /// Smallest output code; a ReLU is `out_min = zero_point`.
    pub out_min: i32,
    /// Largest output code; a ReLU6 is `out_max` = code of 6.
    pub out_max: i32,
    /// Left shift of the accumulator before the product, 0 except where the scale is 0.5 or more.
    pub shift: u32,
}

impl Requantise {
    /// Largest shift.
    pub const MAX_SHIFT: u32 = 15;
    /// Farthest zero point from 0: it may lie outside the range of codes, but not so far that the sum could overflow.
    pub const MAX_ZERO_POINT: u32 = 1 << 16;

    /// Maps an accumulator to an output code.
    ///
    /// `out = clamp(zero_point + ((acc * 2^shift * multiplier + 2^31) >> 32), out_min, out_max)`
    ///
    /// # Bounds
    /// `|acc| * 2^shift < 2^31` and `out_min <= out_max`: proven by bake and by the model file's validation.
    /// # Exactness
    /// Bit-exact under contract `tw-w8a8-r16-1`; within 0.75 of the exact real value before the clamp.
    /// # Panics
    /// Never; out of bounds the shift wraps.
    /// # Cost
    /// Two instructions on M4 (`SMMLAR`, `SSAT`), about six on M3, about thirty on M0.
    /// # Source
    /// `NUMERICS.md`, "Requantise".
    #[inline]
    #[must_use]
    pub const fn apply(self, acc: i32, multiplier: i32) -> i32 {
        let scaled = multiply_round_high(acc.wrapping_shl(self.shift), multiplier);
        let code = self.zero_point.wrapping_add(scaled);
        if code < self.out_min {
            self.out_min
        } else if code > self.out_max {
            self.out_max
        } else {
            code
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Requantise = Requantise { zero_point: 0, out_min: i32::MIN, out_max: i32::MAX, shift: 0 };

    #[test]
    fn rounds_half_up_on_both_sides_of_zero() {
        let half = i32::MAX; // a scale of 0.5 less one step
        assert_eq!(OPEN.apply(2, 1 << 30), 1);
        assert_eq!(OPEN.apply(-2, 1 << 30), 0);
        assert_eq!(OPEN.apply(-3, 1 << 30), -1);
        assert_eq!(OPEN.apply(i32::MAX, half), (1 << 30) - 1); // 2^30 - 1 + 2^-32
    }

    #[test]
    fn clamps_to_the_activation_range() {
        let relu = Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };
        assert_eq!(relu.apply(-1000, 1 << 30), -128);
        assert_eq!(relu.apply(100, 1 << 30), -103);
        assert_eq!(relu.apply(100_000, 1 << 30), 127);
    }
}

//! Accumulator to output code.

use super::{multiply_round_high, multiply_round_short};

/// What an output channel of a layer brings along: its start value and its scale, together one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(4))]
pub struct Channel {
    /// Accumulator start value in steps of `2^bias_shift`: the bias with the input zero point and the weight sum folded in.
    pub bias: i16,
    /// Scale in steps of `2^(shift + S - 32)`, not negative; `S` is the [`MULTIPLIER_SHIFT`] of the output's codes.
    ///
    /// [`MULTIPLIER_SHIFT`]: crate::kernel::Code::MULTIPLIER_SHIFT
    pub multiplier: i16,
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
    /// Left shift of the accumulator before the product, 0 except where a multiplier cannot express the scale.
    pub shift: u32,
    /// Left shift of the channels' biases; 0 in a rule without channels.
    pub bias_shift: u32,
}

impl Requantise {
    /// Largest shift.
    pub const MAX_SHIFT: u32 = 15;
    /// Largest shift of biases: `1 << bias_shift` is a factor of 16 bits, as one instruction of Cortex-M4 takes it.
    pub const MAX_BIAS_SHIFT: u32 = 14;
    /// Farthest zero point from 0: it may lie outside the range of codes, but not so far that the sum could overflow.
    pub const MAX_ZERO_POINT: u32 = 1 << 16;

    /// Maps an accumulator to an output code.
    ///
    /// `out = clamp(zero_point + ((acc * 2^shift * multiplier + 2^31) >> 32), out_min, out_max)`
    ///
    /// # Bounds
    /// `|acc| * 2^shift < 2^31` and `out_min <= out_max`: proven by bake and by the model file's validation.
    /// # Exactness
    /// Bit-exact under contract `tw-w8a8-r16-2`; within 0.75 of the exact real value before the clamp.
    /// # Panics
    /// Never; out of bounds the shift wraps.
    /// # Source
    /// `NUMERICS.md`, "Requantise".
    #[inline]
    #[must_use]
    pub const fn apply(self, acc: i32, multiplier: i32) -> i32 {
        self.code(multiply_round_high(acc.wrapping_shl(self.shift), multiplier))
    }

    /// [`Requantise::apply`] with the multiplier of a channel, `multiplier * 2^multiplier_shift`.
    ///
    /// # Bounds
    /// As [`Requantise::apply`]; `multiplier_shift` is [`MULTIPLIER_SHIFT`] of the output's codes, at most 15.
    /// # Exactness
    /// As [`Requantise::apply`].
    /// # Panics
    /// Never.
    /// # Cost
    /// Two instructions on M4 (`SMLAWT`, `SSAT`), about seven on M3, about twenty on M0.
    /// # Source
    /// `NUMERICS.md`, "Requantise".
    ///
    /// [`MULTIPLIER_SHIFT`]: crate::kernel::Code::MULTIPLIER_SHIFT
    #[inline]
    #[must_use]
    pub const fn apply_short(self, acc: i32, multiplier: i16, multiplier_shift: u32) -> i32 {
        self.code(multiply_round_short(acc.wrapping_shl(self.shift), multiplier, multiplier_shift))
    }

    /// What the accumulator of a channel begins with.
    ///
    /// # Bounds
    /// `bias_shift <= 14`.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never; out of bounds the shift wraps.
    #[inline]
    #[must_use]
    pub const fn bias(self, channel: Channel) -> i32 {
        (channel.bias as i32).wrapping_shl(self.bias_shift)
    }

    /// The code of a scaled accumulator.
    #[inline]
    const fn code(self, scaled: i32) -> i32 {
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

    const OPEN: Requantise =
        Requantise { zero_point: 0, out_min: i32::MIN, out_max: i32::MAX, shift: 0, bias_shift: 0 };

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
        let relu = Requantise { zero_point: -128, out_min: -128, out_max: 127, ..OPEN };
        assert_eq!(relu.apply(-1000, 1 << 30), -128);
        assert_eq!(relu.apply(100, 1 << 30), -103);
        assert_eq!(relu.apply(100_000, 1 << 30), 127);
    }

    #[test]
    fn a_short_multiplier_is_a_long_one() {
        let rule = Requantise { zero_point: -9, shift: 1, ..OPEN };
        for acc in [0, 1, -1, 1000, -12_345, 1 << 29, (1 << 30) - 1, 1 - (1 << 30)] {
            for multiplier in [0, 1, 77, 1 << 14, i16::MAX] {
                for shift in [11, 15] {
                    let long = i32::from(multiplier) << shift;
                    assert_eq!(rule.apply_short(acc, multiplier, shift), rule.apply(acc, long));
                }
            }
        }
    }

    #[test]
    fn biases_are_shifted() {
        let rule = |bias_shift| Requantise { bias_shift, ..OPEN };
        let channel = Channel { bias: i16::MIN, multiplier: 0 };
        assert_eq!((rule(0).bias(channel), rule(14).bias(channel)), (-32_768, -(1 << 29)));
        assert_eq!(rule(3).bias(Channel { bias: 5, multiplier: i16::MAX }), 40);
    }
}

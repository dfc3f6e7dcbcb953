//! Standardisation in fixed point, plain and on a log scale.

use super::{MISSING, Mark, saturate};
use crate::fixed::{log2_1p, log2_1p_over, multiply_round_high};

/// Subtract a centre, multiply by a scale: `round((x - center) * scale)` with `scale = multiplier / 2^(32 - shift)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affine {
    /// The value that becomes code 0, in the units of the input.
    pub center: i32,
    /// Scale as a fraction of 2^32, in `0..2^31`.
    pub multiplier: i32,
    /// Left shift of the difference before the product, `0..=30`.
    pub shift: u32,
    /// Code of a missing value: the calibration median.
    pub fill: i16,
}

impl Affine {
    /// Largest shift.
    pub const MAX_SHIFT: u32 = 30;

    /// Smallest multiplier of a shift: with one above 0 the difference saturates before the product, which has to be
    /// outside the code range by then.
    ///
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn least_multiplier(shift: u32) -> i32 {
        if shift == 0 { 0 } else { 1 << 17 }
    }

    /// Maps an integer to a wide code.
    ///
    /// # Units
    /// `value`: raw steps, or steps of 2^-16 of a logarithm; result: wide codes.
    /// # Bounds
    /// Any value; `shift` is at most [`Affine::MAX_SHIFT`] and `multiplier` at least [`Affine::least_multiplier`].
    /// # Exactness
    /// Bit-exact under contract `tw-w8a8-r16-2`.
    /// # Panics
    /// Never.
    #[inline]
    #[must_use]
    pub const fn apply(&self, value: i32) -> (i16, Mark) {
        let limit = i32::MAX.wrapping_shr(self.shift);
        let difference = value.saturating_sub(self.center);
        let bounded = if difference > limit {
            limit
        } else if difference < -limit {
            -limit
        } else {
            difference
        };
        saturate(multiply_round_high(bounded.wrapping_shl(self.shift), self.multiplier))
    }

    /// [`Affine::apply`], with [`MISSING`] taking the fill code and the same time.
    pub(super) const fn apply_present(&self, value: i32) -> (i16, Mark) {
        let (code, mark) = self.apply(value);
        if value == MISSING { (self.fill, Mark::MISSING) } else { (code, mark) }
    }
}

/// A number, standardised.
///
/// # Units
/// `raw`: steps of the field's resolution, or [`MISSING`]; result: wide code and mark.
/// # Bounds
/// Any raw value.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Feature preparation".
/// # Examples
/// ```
/// use tillwatch_engine::feature::{Affine, Mark, numeric};
/// // centre 100, scale 0.25
/// let affine = Affine { center: 100, multiplier: 1 << 30, shift: 0, fill: 0 };
/// assert_eq!(numeric(140, &affine), (10, Mark::NONE));
/// ```
#[must_use]
pub fn numeric(raw: i32, affine: &Affine) -> (i16, Mark) {
    affine.apply_present(raw)
}

/// A number on a signed logarithmic scale, standardised.
///
/// # Units
/// `raw`: steps of the field's resolution, or [`MISSING`]; the affine map's input is [`log2_1p`] in steps of 2^-16.
/// # Bounds
/// Any raw value.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Logarithm".
#[must_use]
pub fn logarithm(raw: i32, affine: &Affine) -> (i16, Mark) {
    let log = log2_1p(raw);
    affine.apply_present(if raw == MISSING { MISSING } else { log })
}

/// Distance from an origin on a logarithmic scale that is nearly linear near it, standardised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symlog {
    /// The value whose logarithm is 0, in raw steps.
    pub origin: i32,
    /// Distance up to which the scale is nearly linear, as a power of two of raw steps, `0..=30`.
    pub width_log2: u32,
    /// From [`log2_1p_over`] in steps of 2^-16 to wide codes.
    pub affine: Affine,
}

impl Symlog {
    /// Largest `width_log2`.
    pub const MAX_WIDTH_LOG2: u32 = 30;
}

/// A number with long tails: its distance from an origin on a signed logarithmic scale, standardised.
///
/// # Units
/// `raw`: steps of the field's resolution, or [`MISSING`]; result: wide code and mark.
/// # Bounds
/// Any raw value; the distance saturates at 2^31 - 1.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Feature preparation".
/// # Examples
/// ```
/// use tillwatch_engine::feature::{Affine, Mark, Symlog, symlog};
/// // 256 codes for each doubling of 1 + distance / 16
/// let rule = Symlog {
///     origin: 100,
///     width_log2: 4,
///     affine: Affine { center: 0, multiplier: 1 << 24, shift: 0, fill: 0 },
/// };
/// assert_eq!(symlog(116, &rule), (256, Mark::NONE));
/// assert_eq!(symlog(100 - 48, &rule), (-512, Mark::NONE));
/// ```
#[must_use]
pub fn symlog(raw: i32, rule: &Symlog) -> (i16, Mark) {
    let distance = raw.saturating_sub(rule.origin);
    let log = log2_1p_over(distance, rule.width_log2);
    rule.affine.apply_present(if raw == MISSING { MISSING } else { log })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn missing_takes_the_fill_code() {
        let affine = Affine { center: 5, multiplier: 1 << 30, shift: 3, fill: -7 };
        assert_eq!(numeric(MISSING, &affine), (-7, Mark::MISSING));
        assert_eq!(logarithm(MISSING, &affine), (-7, Mark::MISSING));
        assert_eq!(symlog(MISSING, &Symlog { origin: -9, width_log2: 3, affine }), (-7, Mark::MISSING));
    }

    #[test]
    fn far_values_saturate_on_the_right_side() {
        let affine = Affine { center: 0, multiplier: 1 << 30, shift: 12, fill: 0 };
        for raw in [i32::MAX, 1 << 25, i32::MIN + 1, -(1 << 25)] {
            assert_eq!(numeric(raw, &affine), (raw.signum() as i16 * 32_767, Mark::SATURATED), "{raw}");
        }
    }

    #[test]
    fn symlog_counts_octaves_from_its_origin() {
        // A code for each 2^-8 of an octave; distances of 2^4 (2^k - 1) are k octaves away.
        let affine = Affine { center: 0, multiplier: 1 << 24, shift: 0, fill: 0 };
        let rule = Symlog { origin: 100, width_log2: 4, affine };
        for (raw, octaves) in [(100, 0), (100 + 16, 1), (100 + 16 * 7, 3), (100 - 16 * 7, -3)] {
            assert_eq!(symlog(raw, &rule), (256 * octaves, Mark::NONE), "{raw}");
        }
        assert_eq!(logarithm(-7, &affine), (-3 * 256, Mark::NONE));
    }

    proptest! {
        #[test]
        fn equals_the_definition_with_its_limit(
            raw in prop_oneof![any::<i32>(), -3_i32..=3, Just(i32::MAX), Just(-i32::MAX)],
            center in prop_oneof![any::<i32>(), -3_i32..=3, Just(i32::MAX), Just(i32::MIN)],
            multiplier in prop_oneof![0_i32..=i32::MAX, 0_i32..=1 << 18],
            shift in 0..=Affine::MAX_SHIFT,
        ) {
            let multiplier = multiplier.max(Affine::least_multiplier(shift));
            let limit = i128::from(i32::MAX >> shift);
            let difference = (i128::from(raw) - i128::from(center)).clamp(-limit, limit);
            let exact = ((difference << shift) * i128::from(multiplier) + (1 << 31)) >> 32;
            let code = exact.clamp(-32_767, 32_767);
            let mark = if code == exact { Mark::NONE } else { Mark::SATURATED };
            prop_assert_eq!(Affine { center, multiplier, shift, fill: 0 }.apply(raw), (code as i16, mark));
        }

        #[test]
        fn equals_the_exact_formula(
            raw in any::<i32>(), center in any::<i32>(), multiplier in (1_i32 << 29)..=i32::MAX, shift in 0_u32..13
        ) {
            prop_assume!(raw != MISSING);
            let affine = Affine { center, multiplier, shift, fill: 0 };
            let difference = i128::from(raw) - i128::from(center);
            let exact = ((difference << shift) * i128::from(multiplier) + (1 << 31)) >> 32;
            let clipped = exact.clamp(-32_767, 32_767);
            let (code, mark) = numeric(raw, &affine);
            prop_assert_eq!(i128::from(code), clipped);
            prop_assert_eq!(mark == Mark::SATURATED, exact != clipped);
        }
    }
}

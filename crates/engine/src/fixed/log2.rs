//! Integer logarithm by leading zeros and a table.

/// Fraction bits of [`log2_1p`].
pub const LOG2_FRACTION_BITS: u32 = 16;

/// `round(2^16 * log2(1 + i / 64))` for `i` in `0..=64`; re-derived by a test with libm.
const LOG2_TABLE: [u32; 65] = [
    0, 1466, 2909, 4331, 5732, 7112, 8473, 9814, 11136, 12440, 13727, 14996, 16248, 17484, 18704, 19909,
    21098, 22272, 23433, 24579, 25711, 26830, 27936, 29029, 30109, 31178, 32234, 33279, 34312, 35334, 36346,
    37346, 38336, 39316, 40286, 41246, 42196, 43137, 44068, 44990, 45904, 46809, 47705, 48593, 49472, 50344,
    51207, 52063, 52911, 53751, 54584, 55410, 56229, 57040, 57845, 58643, 59434, 60219, 60997, 61769, 62534,
    63294, 64047, 64794, 65536,
];

/// Signed logarithm `sign(x) * log2(1 + |x|)` with 16 fraction bits.
///
/// The fraction is interpolated linearly between 65 table entries.
///
/// # Units
/// `x`: any integer; result: log2 in steps of 2^-16, at most 31 * 2^16 + 1 in magnitude.
/// # Bounds
/// Any `x`; `i32::MIN` is taken as `-i32::MAX`.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`; odd and monotone; within 2^-14 of the real logarithm.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Logarithm".
/// # Examples
/// ```
/// use tillwatch_engine::fixed::log2_1p;
/// assert_eq!(log2_1p(0), 0);
/// assert_eq!(log2_1p(7), 3 << 16);
/// assert_eq!(log2_1p(-7), -(3 << 16));
/// ```
#[must_use]
pub fn log2_1p(x: i32) -> i32 {
    log2_1p_over(x, 0)
}

/// Signed logarithm `sign(x) * log2(1 + |x| / 2^width_log2)` with 16 fraction bits: nearly linear up to the width, a
/// logarithm beyond it.
///
/// # Units
/// `x`: any integer; result: log2 in steps of 2^-16, at most 31 * 2^16 + 1 in magnitude.
/// # Bounds
/// Any `x`; `i32::MIN` is taken as `-i32::MAX`. `width_log2`: `0..=30`.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`; odd and monotone; within 2^-14 of the real logarithm.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Logarithm"; Webber, "A bi-symmetric log transformation for wide-range data", Measurement Science and
/// Technology 24 (2013).
/// # Examples
/// ```
/// use tillwatch_engine::fixed::log2_1p_over;
/// assert_eq!(log2_1p_over(-16, 4), -(1 << 16));
/// assert_eq!(log2_1p_over(48, 4), 2 << 16);
/// ```
#[inline]
#[must_use]
pub fn log2_1p_over(x: i32, width_log2: u32) -> i32 {
    let value = x.saturating_abs() as u32 + 1_u32.wrapping_shl(width_log2); // 1 ..= 2^31 + 2^30 - 1
    let exponent = 31 ^ value.leading_zeros(); // value > 0; ilog2 would bring a panic path
    let mantissa = value << (31 - exponent); // leading one at bit 31
    let index = (mantissa >> 25) & 63;
    let fraction = (mantissa >> 9) & 0xffff; // the 16 bits below the index
    let low = LOG2_TABLE.get(index as usize).copied().unwrap_or(0);
    let high = LOG2_TABLE.get(index as usize + 1).copied().unwrap_or(0);
    let log = ((exponent - width_log2) << 16) + low + (((high - low) * fraction + 0x8000) >> 16);
    if x < 0 { -(log as i32) } else { log as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table_is_what_libm_gives() {
        for (i, &entry) in LOG2_TABLE.iter().enumerate() {
            assert_eq!(entry, libm::round(libm::log2(1.0 + i as f64 / 64.0) * 65536.0) as u32, "entry {i}");
        }
    }

    #[test]
    fn powers_of_two_are_exact() {
        for exponent in 0..31 {
            assert_eq!(log2_1p((1_u32 << exponent) as i32 - 1), exponent << 16);
        }
        assert_eq!(log2_1p(i32::MIN), -log2_1p(i32::MAX));
    }

    #[test]
    fn between_two_entries_it_is_their_rounded_mean() {
        for (i, pair) in LOG2_TABLE.windows(2).enumerate() {
            let value = (64 + i as i32) << 14; // 2^20 and more
            assert_eq!(log2_1p(value - 1), (20 << 16) + pair[0] as i32);
            let mean = (pair[0] + pair[1] + 1) >> 1;
            assert_eq!(log2_1p(value + (1 << 13) - 1), (20 << 16) + mean as i32, "after entry {i}");
        }
    }

    #[test]
    fn powers_of_two_are_exact_on_any_width() {
        for width_log2 in 0..=30 {
            for exponent in 0..31 - width_log2 {
                let x = ((1 << exponent) - 1) << width_log2;
                assert_eq!(log2_1p_over(x, width_log2), (exponent as i32) << 16, "{x} over 2^{width_log2}");
            }
        }
    }

    proptest! {
        #[test]
        fn stays_odd_and_monotone(x in 0..i32::MAX) {
            prop_assert_eq!(log2_1p(-x), -log2_1p(x));
            prop_assert!(log2_1p(x) <= log2_1p(x + 1));
        }

        #[test]
        fn any_width_stays_odd_and_monotone(x in 0..i32::MAX, width_log2 in 0_u32..=30) {
            prop_assert_eq!(log2_1p_over(-x, width_log2), -log2_1p_over(x, width_log2));
            prop_assert!(log2_1p_over(x, width_log2) <= log2_1p_over(x + 1, width_log2));
        }
    }
}

//! Sine of a phase by a quarter-wave table.

/// Fraction bits of [`sine`]: the value one is `2^15`.
pub const SINE_FRACTION_BITS: u32 = 15;

/// `round(2^15 * sin(pi / 2 * i / 32))` for `i` in `0..=32`; re-derived by a test with libm.
const SINE_TABLE: [i32; 33] = [
    0, 1608, 3212, 4808, 6393, 7962, 9512, 11039, 12540, 14010, 15447, 16846, 18205, 19520, 20788, 22006,
    23170, 24279, 25330, 26320, 27246, 28106, 28899, 29622, 30274, 30853, 31357, 31786, 32138, 32413, 32610,
    32729, 32768,
];

/// Sine of `2 pi * phase / 2^32`, in steps of 2^-15.
///
/// # Units
/// `phase`: turns in steps of 2^-32, so it wraps by itself; result: -2^15 ..= 2^15.
/// # Bounds
/// Any phase. The cosine is `sine(phase + 2^30)` with wrapping addition.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`; within 2^-11 of the real sine.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Sine".
/// # Examples
/// ```
/// use tillwatch_engine::fixed::sine;
/// assert_eq!(sine(0), 0);
/// assert_eq!(sine(1 << 30), 32768); // a quarter turn
/// assert_eq!(sine(3 << 30), -32768);
/// ```
#[must_use]
pub fn sine(phase: u32) -> i32 {
    let quadrant = phase >> 30;
    let within = phase & 0x3fff_ffff;
    // The second and fourth quadrant run backwards; 2^30 - within keeps the end point.
    let angle = if quadrant & 1 == 0 { within } else { 0x4000_0000 - within };
    let index = (angle >> 25) as usize; // 0 ..= 32
    let fraction = ((angle >> 10) & 0x7fff) as i32;
    let low = SINE_TABLE.get(index).copied().unwrap_or(0);
    let high = SINE_TABLE.get(index + 1).copied().unwrap_or(low);
    let magnitude = low + (((high - low) * fraction + 0x4000) >> 15);
    if quadrant < 2 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table_is_what_libm_gives() {
        for (i, &entry) in SINE_TABLE.iter().enumerate() {
            let exact = libm::sin(core::f64::consts::FRAC_PI_2 * i as f64 / 32.0);
            assert_eq!(entry, libm::round(exact * 32768.0) as i32, "entry {i}");
        }
    }

    #[test]
    fn between_two_entries_it_is_their_rounded_mean() {
        for (i, pair) in SINE_TABLE.windows(2).enumerate() {
            let start = (i as u32) << 25;
            assert_eq!(sine(start), pair[0]);
            assert_eq!(sine(start + (1 << 24)), (pair[0] + pair[1] + 1) >> 1, "after entry {i}");
        }
    }

    proptest! {
        #[test]
        fn the_second_quarter_runs_back_through_the_first(phase in 0..=1_u32 << 30) {
            prop_assert_eq!(sine((1 << 31) - phase), sine(phase));
        }

        #[test]
        fn half_a_turn_on_it_is_the_negative(phase in any::<u32>()) {
            prop_assert_eq!(sine(phase.wrapping_add(1 << 31)), -sine(phase));
        }
    }
}

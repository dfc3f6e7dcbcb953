//! Values that come round again: hours, weekdays, angles.

use super::{MISSING, Mark, saturate};
use crate::fixed::{SINE_FRACTION_BITS, sine};

/// A period and an amplitude.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cyclic {
    /// `round(2^32 / period)`, the period in raw steps.
    pub turn_per_step: u32,
    /// Code of a sine of one.
    pub amplitude: i16,
}

/// A cyclic value as two columns, sine and cosine.
///
/// The phase is `raw * turn_per_step` modulo 2^32, so wrapping needs no division. A missing value takes code 0 in
/// both columns, the centre of the circle.
///
/// # Units
/// `raw`: steps or [`MISSING`]; result: wide codes of sine and cosine, and a mark.
/// # Bounds
/// Any raw value. The phase is off by at most `|raw| / 2^33` turns, hence negligible for hours and weekdays; a Unix
/// time would not do.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Sine".
/// # Examples
/// ```
/// use tillwatch_engine::feature::{Cyclic, Mark, cyclic};
/// let hours = Cyclic { turn_per_step: 178_956_971, amplitude: 724 }; // 2^32 / 24
/// assert_eq!(cyclic(6, &hours), ([724, 0], Mark::NONE));
/// assert_eq!(cyclic(12 + 24, &hours), cyclic(12, &hours));
/// ```
#[must_use]
pub fn cyclic(raw: i32, rule: &Cyclic) -> ([i16; 2], Mark) {
    // A missing value walks a circle of no size, in the time of any other.
    let is_missing = raw == MISSING;
    let amplitude = if is_missing { 0 } else { i32::from(rule.amplitude) };
    let phase = (raw as u32).wrapping_mul(rule.turn_per_step);
    let code = |phase| {
        let scaled = sine(phase) * amplitude;
        saturate((scaled + (1 << (SINE_FRACTION_BITS - 1))) >> SINE_FRACTION_BITS).0
    };
    let codes = [code(phase), code(phase.wrapping_add(1 << 30))];
    (codes, if is_missing { Mark::MISSING } else { Mark::NONE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_round_the_circle() {
        let rule = Cyclic { turn_per_step: 1 << 30, amplitude: 1000 };
        let want = [[0, 1000], [1000, 0], [0, -1000], [-1000, 0], [0, 1000]];
        for (raw, want) in (0..).zip(want) {
            assert_eq!(cyclic(raw, &rule), (want, Mark::NONE));
        }
        assert_eq!(cyclic(-1, &rule), ([-1000, 0], Mark::NONE));
        assert_eq!(cyclic(MISSING, &rule), ([0, 0], Mark::MISSING));
    }

    #[test]
    fn halves_round_up_on_both_sides() {
        // Sine and cosine of 17 of the 128 steps of a turn are 24,279 and 22,006 of 2^15.
        let at = |turn_per_step| cyclic(1, &Cyclic { turn_per_step, amplitude: 1 << 14 }).0;
        assert_eq!(at(17 << 25), [12_140, 11_003]); // 12,139.5
        assert_eq!(at((17 << 25) + (1 << 31)), [-12_139, -11_003]);
    }

    #[test]
    fn the_widest_amplitude_stays_a_code() {
        let rule = Cyclic { turn_per_step: 1 << 30, amplitude: i16::MAX };
        assert_eq!(cyclic(1, &rule).0, [32_767, 0]);
        assert_eq!(cyclic(3, &rule).0, [-32_767, 0]);
    }
}

//! What is only counted: sums that add up over devices.

use crate::score::Verdict;

/// Bins of the histogram of scores.
pub const OCTAVES: usize = 24;

/// The octave of the first bin: scores below 2^9, a 128th of a calibration mean.
pub const FIRST_OCTAVE: u32 = 8;

/// Counts over events; those of two devices, or of two days, add up. At 2^32 - 1 they stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Events.
    pub events: u32,
    /// Of them those whose verdict was at least watch.
    pub watches: u32,
    /// Of them those whose verdict was alarm.
    pub alarms: u32,
    /// Events by score: bin `i` is `2^(8 + i) <= score < 2^(9 + i)`, the first one also below, the last one also above.
    pub octaves: [u32; OCTAVES],
}

impl Counts {
    /// Nothing seen yet.
    pub const EMPTY: Self = Self { events: 0, watches: 0, alarms: 0, octaves: [0; OCTAVES] };

    pub(super) fn update(&mut self, score: u64, verdict: Verdict) {
        self.events = self.events.saturating_add(1);
        self.watches = self.watches.saturating_add(u32::from(verdict >= Verdict::Watch));
        self.alarms = self.alarms.saturating_add(u32::from(verdict == Verdict::Alarm));
        if let Some(count) = self.octaves.get_mut(octave(score)) {
            *count = count.saturating_add(1);
        }
    }
}

/// The bin of a score.
///
/// # Bounds
/// Any score; the result is below [`OCTAVES`].
/// # Exactness
/// Exact: the place of the highest bit.
/// # Panics
/// Never.
#[must_use]
pub fn octave(score: u64) -> usize {
    let highest = (score.min(u32::MAX.into()) as u32 | 1).ilog2();
    (highest.saturating_sub(FIRST_OCTAVE) as usize).min(OCTAVES - 1)
}

/// What is counted of one feature, in six bytes: those of two devices, or of two days, add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureCount {
    /// Upper and lower half of the sum: halves, so that a feature takes six bytes and not eight.
    sum: [u16; 2],
    outside: u16,
}

impl FeatureCount {
    /// Nothing seen yet.
    pub const EMPTY: Self = Self { sum: [0; 2], outside: 0 };

    /// Sum of the feature's codes, each within the limit of [`super::Baseline::limit`]; at the ends of an `i32` it stays.
    ///
    /// A feature of several columns counts with the largest of their codes: that of the level it has.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn sum(self) -> i32 {
        let [high, low] = self.sum;
        ((high as u32) << 16 | low as u32) as i32
    }

    /// Events in which the feature was saturated or not in the vocabulary; at 65,535 it stays.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn outside(self) -> u16 {
        self.outside
    }

    #[inline]
    pub(super) fn update(&mut self, code: i16, is_outside: bool) {
        let sum = self.sum().saturating_add(code.into());
        self.sum = [(sum >> 16) as u16, sum as u16];
        self.outside = self.outside.saturating_add(is_outside.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_octaves_with_open_ends() {
        let bins = [0, 1, 511, 512, 1023, 1024, 65_536, (1 << 31) - 1, 1 << 31, u64::MAX].map(octave);
        assert_eq!(bins, [0, 0, 0, 1, 1, 2, 8, 22, 23, 23]);
    }

    #[test]
    fn counts_and_sums_stay_at_their_ends() {
        let mut counts = Counts { events: u32::MAX, alarms: u32::MAX - 1, ..Counts::EMPTY };
        counts.octaves[0] = u32::MAX;
        counts.update(0, Verdict::Alarm);
        counts.update(0, Verdict::Alarm);
        assert_eq!((counts.events, counts.watches, counts.alarms), (u32::MAX, 2, u32::MAX));
        assert_eq!(counts.octaves[0], u32::MAX);
        let mut feature = FeatureCount { sum: [0x7fff, 0xfff0], outside: 65_534 };
        for _ in 0..2 {
            feature.update(10, true);
        }
        assert_eq!((feature.sum(), feature.outside()), (i32::MAX, 65_535));
        let mut feature = FeatureCount { sum: [0x8000, 5], outside: 0 };
        feature.update(-6, false);
        assert_eq!((feature.sum(), feature.outside()), (i32::MIN, 0));
        assert_eq!(size_of::<FeatureCount>(), 6);
    }
}

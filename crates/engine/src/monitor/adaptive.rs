//! An alarm threshold that follows the scores within a fixed range.

use super::logarithm;
use crate::fixed::multiply_round_high;
use crate::score::{ANCHORS, Thresholds, Verdict};

/// Scale from an offset to octaves in steps of 2^-16, as a fraction of 2^32: a million is an eighth of an octave.
const STEP: i32 = 35_184_372; // 2^13 / 10^6 * 2^32 = 35184372.09

/// What a threshold does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Off,
    Following,
    Frozen,
}

/// Adaptive conformal inference: every event above the threshold raises it, every other one lowers it, so that over a long
/// time the share of events above it is the promised one, whatever the scores do. It stays within the model's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Adaptive {
    /// Distance from the calibrated threshold, in millionths of a step.
    offset: i32,
    state: State,
}

impl Adaptive {
    pub(super) const OFF: Self = Self { offset: 0, state: State::Off };
    pub(super) const FOLLOWING: Self = Self { offset: 0, state: State::Following };

    /// The verdict on a score; that of the calibrated thresholds where this is off.
    pub(super) fn verdict(self, score: u64, log: i32, thresholds: &Thresholds) -> Verdict {
        if self.state == State::Off {
            return thresholds.verdict(score);
        }
        if log > logarithm(thresholds.alarm) + multiply_round_high(self.offset, STEP) {
            Verdict::Alarm
        } else if score > thresholds.watch {
            Verdict::Watch
        } else {
            Verdict::Normal
        }
    }

    /// Takes an event; `promised` in alarms per million.
    pub(super) fn update(&mut self, is_alarm: bool, promised: u32, thresholds: &Thresholds) {
        if self.state != State::Following {
            return;
        }
        let gained = if is_alarm { 1_000_000 } else { 0 };
        let [least, most] = range(thresholds);
        // Rates are at most a million, offsets below 2^29. `clamp` would keep a panic at `opt-level = "z"`, for a range upside down.
        self.offset = (self.offset + gained - promised.min(1_000_000) as i32).min(most).max(least);
    }

    /// Stops following, until [`Adaptive::resume`] or [`Adaptive::revert`].
    pub(super) fn freeze(&mut self) {
        if self.state == State::Following {
            self.state = State::Frozen;
        }
    }

    pub(super) fn resume(&mut self) {
        if self.state == State::Frozen {
            self.state = State::Following;
        }
    }

    pub(super) fn revert(&mut self) {
        self.offset = 0;
        self.resume();
    }

    pub(super) const fn offset(self) -> i32 {
        self.offset
    }

    /// True where it would go further if the model's range let it.
    pub(super) fn is_at_limit(self, thresholds: &Thresholds) -> bool {
        let [least, most] = range(thresholds);
        self.state != State::Off && (self.offset <= least || self.offset >= most)
    }
}

/// The smallest and largest offset: the threshold lies between the one for watching and twice the largest calibration
/// score or alarm threshold.
fn range(thresholds: &Thresholds) -> [i32; 2] {
    let [.., largest] = thresholds.anchors;
    let alarm = logarithm(thresholds.alarm);
    let most = logarithm(largest.max(thresholds.alarm)) + (1 << 16);
    [millionths(logarithm(thresholds.watch).min(alarm) - alarm), millionths(most - alarm)]
}

/// Octaves in steps of 2^-16 to an offset: `floor(octaves * 10^6 / 2^13)`. Below 2^29 for 32 octaves.
const fn millionths(octaves: i32) -> i32 {
    // 10^6 / 2^13 is 15625 / 2^7; the product with all bits would not fit.
    (octaves >> 7) * 15_625 + (((octaves & 127) * 15_625) >> 7)
}

const _: () = assert!(ANCHORS > 0, "the largest calibration score is the last anchor");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::SeededWords;
    use proptest::prelude::*;

    /// Watch at 2^18, alarm at 2^20, largest calibration score 2^21.
    const THRESHOLDS: Thresholds =
        Thresholds { watch: (1 << 18) - 1, alarm: (1 << 20) - 1, anchors: [(1 << 21) - 1; ANCHORS] };

    /// Scores whose logarithm is evenly spread over four octaves from `first`.
    fn score(words: &mut SeededWords, first: u32) -> u64 {
        let place = words.next_word();
        ((1_u64 << 16) + u64::from(place & 0xffff)) << (first - 16 + (place >> 30))
    }

    fn alarms(adaptive: &mut Adaptive, first: u32, events: u32, seed: u32) -> u32 {
        let mut words = SeededWords::new(seed);
        let mut alarms = 0;
        for _ in 0..events {
            let score = score(&mut words, first);
            let is_alarm = adaptive.verdict(score, logarithm(score), &THRESHOLDS) == Verdict::Alarm;
            adaptive.update(is_alarm, 20_000, &THRESHOLDS);
            alarms += u32::from(is_alarm);
        }
        alarms
    }

    #[test]
    fn the_promised_rate_is_kept_where_scores_have_moved_and_the_range_allows_it() {
        // A fixed threshold would alarm at a quarter of these and at none of those.
        let mut adaptive = Adaptive::FOLLOWING;
        let many = alarms(&mut adaptive, 17, 50_000, 1);
        assert!((900..=1_100).contains(&many), "{many} of 50,000, wanted 1,000");
        let mut adaptive = Adaptive::FOLLOWING;
        let few = alarms(&mut adaptive, 16, 50_000, 1);
        assert!((900..=1_100).contains(&few), "{few} of 50,000, wanted 1,000");
    }

    #[test]
    fn it_ends_at_twice_the_largest_calibration_score() {
        let mut adaptive = Adaptive::FOLLOWING;
        let all = alarms(&mut adaptive, 24, 1_000, 2);
        assert_eq!((all, adaptive.offset()), (1_000, 16_000_000)); // two octaves of eight steps
        assert!(adaptive.is_at_limit(&THRESHOLDS));
        assert_eq!(adaptive.verdict(3 << 21, logarithm(3 << 21), &THRESHOLDS), Verdict::Alarm);
        alarms(&mut adaptive, 16, 5_000, 3);
        assert!(!adaptive.is_at_limit(&THRESHOLDS));
    }

    #[test]
    fn frozen_it_stays_and_reverted_it_is_the_calibrated_one() {
        let mut adaptive = Adaptive::FOLLOWING;
        adaptive.update(true, 20_000, &THRESHOLDS);
        adaptive.freeze();
        adaptive.update(true, 20_000, &THRESHOLDS);
        assert_eq!(adaptive.offset(), 980_000);
        adaptive.resume();
        adaptive.update(false, 20_000, &THRESHOLDS);
        assert_eq!(adaptive.offset(), 960_000);
        adaptive.freeze();
        adaptive.revert();
        assert_eq!(adaptive, Adaptive::FOLLOWING);
    }

    #[test]
    fn millionths_of_an_octave_step_are_exact() {
        for octaves in (-(31 << 16)..=33 << 16).step_by(61) {
            let exact = (i64::from(octaves) * 1_000_000).div_euclid(1 << 13);
            assert_eq!(i64::from(millionths(octaves)), exact, "{octaves}");
        }
    }

    #[test]
    fn watching_begins_where_it_was_calibrated_wherever_the_threshold_is() {
        let (mut adaptive, watch) = (Adaptive::FOLLOWING, THRESHOLDS.watch);
        for _ in 0..3 {
            for (score, want) in [(watch, Verdict::Normal), (watch + 1, Verdict::Watch)] {
                assert_eq!(adaptive.verdict(score, logarithm(score), &THRESHOLDS), want, "{score}");
            }
            adaptive.update(true, 20_000, &THRESHOLDS);
        }
        // A score equal to the threshold does not exceed it.
        let alarm = THRESHOLDS.alarm;
        assert_eq!(Adaptive::FOLLOWING.verdict(alarm, logarithm(alarm), &THRESHOLDS), Verdict::Watch);
    }

    #[test]
    fn off_it_does_nothing() {
        let mut adaptive = Adaptive::OFF;
        adaptive.update(true, 20_000, &THRESHOLDS);
        adaptive.freeze();
        adaptive.revert();
        assert_eq!(adaptive, Adaptive::OFF);
        assert!(!adaptive.is_at_limit(&THRESHOLDS));
        for score in [0, 1 << 18, (1 << 20) - 1, 1 << 20, u64::MAX] {
            assert_eq!(adaptive.verdict(score, logarithm(score), &THRESHOLDS), THRESHOLDS.verdict(score));
        }
    }

    proptest! {
        #[test]
        fn the_offset_is_the_sum_of_steps_within_the_range(
            events in prop::collection::vec(any::<bool>(), 0..300), promised in 1..=500_000_u32,
            watch in any::<u64>(), alarm in any::<u64>(), largest in any::<u64>(),
        ) {
            let thresholds = Thresholds { watch: watch.min(alarm), alarm, anchors: [largest; ANCHORS] };
            let log = |score: u64| i128::from(logarithm(score));
            let least = ((log(watch.min(alarm)) - log(alarm)) * 1_000_000).div_euclid(1 << 13);
            let most = ((log(largest.max(alarm)) + 65_536 - log(alarm)) * 1_000_000).div_euclid(1 << 13);
            let (mut adaptive, mut offset) = (Adaptive::FOLLOWING, 0_i128);
            for is_alarm in events {
                adaptive.update(is_alarm, promised, &thresholds);
                offset = (offset + if is_alarm { 1_000_000 } else { 0 } - i128::from(promised)).clamp(least, most);
                prop_assert_eq!(i128::from(adaptive.offset()), offset);
            }
        }
    }
}

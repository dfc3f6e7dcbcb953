//! Events in time: when alarms are worth a call, and whether the scores still are what they were in calibration.
//!
//! A [`EventMonitor`] takes the answer to every record. It raises an alarm after some hits among the last events and then rests;
//! it counts what a fleet wants to know and tests the stream for a rise of scores and for too many alarms. Whatever is
//! counted adds up: the counts of two devices are the sum of theirs. It is an observer: no score depends on it.
//!
//! All of it is integer arithmetic with a fixed size, under 300 bytes for up to 24 features. Tests look at the logarithm of
//! the score, so that one wild score does not outweigh a thousand usual ones.

mod adaptive;
mod alarm_rate;
mod average;
mod counts;
mod debounce;
mod page_hinkley;

pub use counts::{Counts, FIRST_OCTAVE, FeatureCount, OCTAVES, octave};
pub use debounce::Rules;

use crate::feature::{Mark, WIDE_MAX};
use crate::fixed::log2_1p;
use crate::score::{Scored, Thresholds, Verdict};
use adaptive::Adaptive;
use alarm_rate::AlarmRate;
use average::Average;
use debounce::Debounce;
use page_hinkley::PageHinkley;

/// Events that the mean of [`EventMonitor::mean_log2`] looks back, as a power of two.
const MEAN_LOG2: u32 = 5;
/// Events after which means have their full windows.
const GROWN_UP: u16 = 1 << 10;

/// What a stream is compared with: a model's own numbers.
#[derive(Clone, Copy, Debug)]
pub struct Baseline<'a> {
    /// Columns of each feature within a sample, in order.
    pub columns: &'a [u8],
    /// Largest code that counts in a feature's sum, from [`code_limit`].
    pub limit: i16,
    /// Promised alarms per million normal records.
    pub alarm_rate_ppm: u32,
    /// The calibrated thresholds.
    pub thresholds: &'a Thresholds,
}

/// The limit of codes for a rim: four standard deviations, as far as codes go.
///
/// # Units
/// `fraction_bits`: of a wide code.
/// # Bounds
/// Any.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
#[must_use]
pub const fn code_limit(fraction_bits: u8) -> i16 {
    if fraction_bits < 13 { 4 << fraction_bits } else { WIDE_MAX }
}

/// A record that was scored, as a monitor takes it.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The answer.
    pub scored: &'a Scored,
    /// Its wide codes; of several samples the newest counts.
    pub codes: &'a [i16],
    /// Its marks, one per feature.
    pub marks: &'a [Mark],
}

/// Counts and tests over a stream of events; what is counted per feature lies in a slice that the caller owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventMonitor {
    counts: Counts,
    rules: Rules,
    debounce: Debounce,
    /// Events so far, up to [`GROWN_UP`].
    age: u16,
    mean: Average,
    rise: PageHinkley,
    alarm_rate: AlarmRate,
    adaptive: Adaptive,
}

const _: () = assert!(
    size_of::<EventMonitor>() + 24 * size_of::<FeatureCount>() < 300,
    "a monitor of 24 features takes 300 bytes or more"
);

impl EventMonitor {
    /// Nothing seen yet; the alarm threshold is the calibrated one, always.
    ///
    /// # Bounds
    /// None.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(rules: Rules) -> Self {
        Self {
            counts: Counts::EMPTY,
            rules,
            debounce: Debounce::EMPTY,
            age: 0,
            mean: Average::EMPTY,
            rise: PageHinkley::EMPTY,
            alarm_rate: AlarmRate::EMPTY,
            adaptive: Adaptive::OFF,
        }
    }

    /// Nothing seen yet; the alarm threshold follows the scores, within the range of the model, until an alarm is raised.
    ///
    /// Rules of several hits are wanted here: where every event above the threshold is an alarm, the first one freezes it.
    ///
    /// # Bounds
    /// None.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    /// # Source
    /// Gibbs and Candes, "Adaptive Conformal Inference Under Distribution Shift", NeurIPS 2021.
    #[must_use]
    pub const fn adaptive(rules: Rules) -> Self {
        Self { adaptive: Adaptive::FOLLOWING, ..Self::new(rules) }
    }

    /// Takes an event; gives what is worth telling of it.
    ///
    /// # Shapes
    /// `features`: one per feature; the same slice at every call.
    /// # Bounds
    /// Any event. Slices that are too short end the counting of features.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    /// # Cost
    /// A logarithm, and a comparison per column; no scratch.
    /// # Source
    /// `NUMERICS.md`, "Events in time".
    pub fn observe(
        &mut self,
        event: &Event<'_>,
        baseline: &Baseline<'_>,
        features: &mut [FeatureCount],
    ) -> Verdict {
        let Baseline { thresholds, alarm_rate_ppm: promised, .. } = *baseline;
        let log = logarithm(event.scored.score);
        let verdict = self.adaptive.verdict(event.scored.score, log, thresholds);
        let is_alarm = verdict == Verdict::Alarm;
        self.counts.update(event.scored.score, verdict);
        count_features(event, baseline, features);
        self.mean.update(log, self.age, MEAN_LOG2);
        self.rise.update(log, self.age);
        self.age = (self.age + 1).min(GROWN_UP);
        self.alarm_rate.update(is_alarm, promised);
        self.adaptive.update(is_alarm, promised, thresholds);
        let told = self.debounce.update(verdict, self.rules);
        if told == Verdict::Alarm {
            self.adaptive.freeze();
        }
        told
    }

    /// The counts so far.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Counts from nothing again, after they have been sent; what the tests have seen stays.
    ///
    /// # Shapes
    /// `features`: as [`EventMonitor::observe`].
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    pub fn restart(&mut self, features: &mut [FeatureCount]) {
        self.counts = Counts::EMPTY;
        features.fill(FeatureCount::EMPTY);
    }

    /// Mean logarithm of the scores of about the last 32 events, in octaves of 2^-16: `16 << 16` is a calibration mean.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn mean_log2(&self) -> i32 {
        self.mean.0
    }

    /// Page-Hinkley: octaves by which scores were above their mean, half an octave tolerated, in steps of 2^-16.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    /// # Source
    /// Page, "Continuous inspection schemes", Biometrika 41 (1954); Hinkley, "Inference about the change-point from
    /// cumulative sum tests", Biometrika 58 (1971).
    #[must_use]
    pub const fn rise(&self) -> i32 {
        self.rise.sum()
    }

    /// True where scores have risen for good: [`EventMonitor::rise`] is above 32 octaves.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn has_risen(&self) -> bool {
        self.rise.has_risen()
    }

    /// Binomial CUSUM: alarms beyond twice the promised rate, in millionths of an alarm.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    /// # Source
    /// Reynolds and Stoumbos, "A CUSUM chart for monitoring a proportion when inspecting continuously", Journal of Quality
    /// Technology 31 (1999).
    #[must_use]
    pub const fn excess_alarms(&self) -> u32 {
        self.alarm_rate.sum()
    }

    /// True where there are too many alarms: [`EventMonitor::excess_alarms`] is above five.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn alarms_too_often(&self) -> bool {
        self.alarm_rate.is_exceeded()
    }

    /// Distance of the alarm threshold from the calibrated one, in millionths of an eighth of an octave; 0 where it is fixed.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn threshold_offset(&self) -> i32 {
        self.adaptive.offset()
    }

    /// True where a threshold that follows the scores has reached the end of its range: that is worth telling.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Bit-exact on every target.
    /// # Panics
    /// Never.
    #[must_use]
    pub fn threshold_is_at_limit(&self, baseline: &Baseline<'_>) -> bool {
        self.adaptive.is_at_limit(baseline.thresholds)
    }

    /// Lets the threshold follow again after an alarm, from where it is.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    pub fn resume_threshold(&mut self) {
        self.adaptive.resume();
    }

    /// Takes the threshold back to the calibrated one, and lets it follow again.
    ///
    /// # Bounds
    /// Any.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    pub fn revert_threshold(&mut self) {
        self.adaptive.revert();
    }
}

/// Counts the features of an event.
fn count_features(event: &Event<'_>, baseline: &Baseline<'_>, features: &mut [FeatureCount]) {
    let width: usize = baseline.columns.iter().map(|&n| usize::from(n)).sum();
    let newest = event.codes.len().saturating_sub(width);
    let mut codes = event.codes.iter().skip(newest);
    for ((feature, &columns), mark) in features.iter_mut().zip(baseline.columns).zip(event.marks) {
        let largest = codes.by_ref().take(columns.into()).fold(i16::MIN, |most, &code| most.max(code));
        let is_outside = mark.has(Mark::SATURATED) || mark.has(Mark::UNKNOWN);
        feature.update(largest.max(-baseline.limit).min(baseline.limit), is_outside);
    }
}

/// Logarithm of a score, in octaves of 2^-16; of scores from 2^31 on that of 2^31.
fn logarithm(score: u64) -> i32 {
    log2_1p(score.min(i32::MAX as u64) as i32)
}

#[cfg(test)]
mod tests;

//! The monitor as a whole.

use super::*;
use crate::score::{ANCHORS, Reasons, Tally};
use proptest::prelude::*;
use std::vec::Vec;

const THRESHOLDS: Thresholds = Thresholds { watch: 200_000, alarm: 400_000, anchors: [300_000; ANCHORS] };
/// A number and a category of three levels.
const BASELINE: Baseline<'_> =
    Baseline { columns: &[1, 3], limit: 2048, alarm_rate_ppm: 2_000, thresholds: &THRESHOLDS };

fn scored(score: u64) -> Scored {
    Scored {
        score,
        latent: 0,
        percentile: THRESHOLDS.percentile(score),
        verdict: THRESHOLDS.verdict(score),
        tally: Tally::default(),
        reasons: Reasons::new(),
    }
}

fn observe(
    monitor: &mut EventMonitor,
    features: &mut [FeatureCount],
    score: u64,
    codes: &[i16],
    marks: &[Mark],
) -> Verdict {
    monitor.observe(&Event { scored: &scored(score), codes, marks }, &BASELINE, features)
}

#[test]
fn a_feature_counts_with_its_largest_code_within_the_limit() {
    let (mut monitor, mut features) = (EventMonitor::new(Rules::EACH), [FeatureCount::EMPTY; 2]);
    observe(&mut monitor, &mut features, 1 << 16, &[-300, -90, 700, -60], &[Mark::NONE; 2]);
    observe(
        &mut monitor,
        &mut features,
        1 << 16,
        &[-32_767, 10_240, -40, -60],
        &[Mark::SATURATED, Mark::UNKNOWN],
    );
    let seen = features.map(|feature| (feature.sum(), feature.outside()));
    assert_eq!(seen, [(-300 - 2048, 1), (700 + 2048, 1)]);
    assert_eq!((monitor.counts().events, monitor.counts().octaves[8]), (2, 2));
}

#[test]
fn the_limit_is_four_standard_deviations_as_far_as_codes_go() {
    assert_eq!([0, 9, 12, 13, 15].map(code_limit), [4, 2048, 16_384, 32_767, 32_767]);
}

#[test]
fn of_several_samples_the_newest_counts() {
    let (mut monitor, mut features) = (EventMonitor::new(Rules::EACH), [FeatureCount::EMPTY; 2]);
    observe(&mut monitor, &mut features, 0, &[9, 9, 9, 9, 5, -1, -2, 7], &[Mark::NONE; 2]);
    assert_eq!(features.map(FeatureCount::sum), [5, 7]);
}

#[test]
fn slices_that_are_too_short_do_no_harm() {
    let mut monitor = EventMonitor::new(Rules::EACH);
    observe(&mut monitor, &mut [], 5, &[1], &[Mark::NONE]);
    observe(&mut monitor, &mut [FeatureCount::EMPTY; 1], 5, &[], &[]);
    let mut features = [FeatureCount::EMPTY; 2];
    observe(&mut monitor, &mut features, 5, &[1], &[Mark::NONE; 2]);
    assert_eq!(features.map(FeatureCount::sum), [1, -2048]); // no code at all
    assert_eq!(monitor.counts().events, 3);
}

#[test]
fn what_is_told_is_what_the_tests_stand_at() {
    let (mut monitor, mut features) = (EventMonitor::new(Rules::EACH), [FeatureCount::EMPTY; 2]);
    let (mut mean, mut rise, mut rate) = (Average::EMPTY, PageHinkley::EMPTY, AlarmRate::EMPTY);
    let mut told = [0; 2];
    // Long enough for the age to reach its end, then sixteen times the usual score.
    for event in 0..1_300_u32 {
        let score = if event < 1_200 { 60_000 + u64::from(event) * 10 } else { 1 << 20 };
        observe(&mut monitor, &mut features, score, &[], &[]);
        let age = event.min(1_024) as u16;
        mean.update(logarithm(score), age, 5);
        rise.update(logarithm(score), age);
        assert_eq!((monitor.mean_log2(), monitor.rise()), (mean.0, rise.sum()), "event {event}");
        rate.update(score > THRESHOLDS.alarm, BASELINE.alarm_rate_ppm);
        assert_eq!(monitor.excess_alarms(), rate.sum());
        let signals = [monitor.has_risen(), monitor.alarms_too_often()];
        assert_eq!(signals, [rise.has_risen(), rate.is_exceeded()]);
        told = [told[0] + u32::from(signals[0]), told[1] + u32::from(signals[1])];
    }
    // Within the last hundred events.
    assert!(told.iter().all(|events| (1..100).contains(events)), "{told:?}");
}

#[test]
fn restarting_clears_counts_and_leaves_the_tests() {
    let (mut monitor, mut features) = (EventMonitor::new(Rules::new(2, 3, 0)), [FeatureCount::EMPTY; 2]);
    for _ in 0..3 {
        observe(&mut monitor, &mut features, 500_000, &[9, 9, 9, 9], &[Mark::NONE; 2]);
    }
    let excess = monitor.excess_alarms();
    monitor.restart(&mut features);
    assert_eq!((monitor.counts(), features), (&Counts::EMPTY, [FeatureCount::EMPTY; 2]));
    assert_eq!((excess, monitor.excess_alarms()), (2_988_000, 2_988_000));
    assert_eq!(observe(&mut monitor, &mut features, 0, &[], &[]), Verdict::Alarm); // two of the last three
}

#[test]
fn a_raised_alarm_freezes_the_threshold_and_a_single_hit_does_not() {
    let (mut monitor, mut features) = (EventMonitor::adaptive(Rules::new(2, 2, 0)), [FeatureCount::EMPTY; 2]);
    let mut event = |monitor: &mut EventMonitor, score| observe(monitor, &mut features, score, &[], &[]);
    assert_eq!(event(&mut monitor, 1 << 30), Verdict::Normal);
    event(&mut monitor, 0);
    assert_eq!(monitor.threshold_offset(), 996_000);
    event(&mut monitor, 1 << 30);
    assert_eq!(event(&mut monitor, 1 << 30), Verdict::Alarm);
    let frozen = monitor.threshold_offset();
    event(&mut monitor, 0);
    assert_eq!(monitor.threshold_offset(), frozen);
    monitor.resume_threshold();
    event(&mut monitor, 0);
    assert_eq!(monitor.threshold_offset(), frozen - 2_000);
    monitor.revert_threshold();
    assert_eq!(monitor.threshold_offset(), 0);
    assert!(!monitor.threshold_is_at_limit(&BASELINE));
}

/// An event: score, codes, marks.
#[test]
fn a_threshold_at_the_end_of_its_range_is_told() {
    // The largest calibration score is the threshold here, so that an octave, eight alarms, is all the room there is.
    let mut monitor = EventMonitor::adaptive(Rules::new(32, 32, 0));
    let at_limit: Vec<bool> = (0..10)
        .map(|_| {
            observe(&mut monitor, &mut [], 1 << 30, &[], &[]);
            monitor.threshold_is_at_limit(&BASELINE)
        })
        .collect();
    assert_eq!(at_limit, [[false; 8].as_slice(), &[true; 2]].concat());
    assert_eq!(monitor.threshold_offset(), 8_000_000);
}

fn events() -> impl Strategy<Value = Vec<(u64, [i16; 4], [usize; 2])>> {
    let score = (any::<u64>(), 0..64_u32).prop_map(|(word, bits)| word >> bits);
    let codes = prop::array::uniform4(-32_767..=32_767_i16);
    prop::collection::vec((score, codes, prop::array::uniform2(0..4_usize)), 0..80)
}

/// Counts and features of a stream, counted by a monitor from nothing.
fn counted(events: &[(u64, [i16; 4], [usize; 2])]) -> (Counts, [FeatureCount; 2]) {
    const MARKS: [Mark; 4] = [Mark::NONE, Mark::MISSING, Mark::SATURATED, Mark::UNKNOWN];
    let (mut monitor, mut features) = (EventMonitor::new(Rules::EACH), [FeatureCount::EMPTY; 2]);
    for (score, codes, marks) in events {
        observe(&mut monitor, &mut features, *score, codes, &marks.map(|mark| MARKS[mark]));
    }
    (*monitor.counts(), features)
}

proptest! {
    #[test]
    fn counts_are_those_of_a_naive_count(events in events()) {
        let (counts, features) = counted(&events);
        let count = |is_one: &dyn Fn(u64) -> bool| events.iter().filter(|event| is_one(event.0)).count() as u32;
        prop_assert_eq!(counts.events as usize, events.len());
        prop_assert_eq!([counts.watches, counts.alarms], [count(&|s| s > 200_000), count(&|s| s > 400_000)]);
        let bins: Vec<u32> = (0..24)
            .map(|bin| count(&|s| (s >= 256 << bin || bin == 0) && (s < 512 << bin || bin == 23)))
            .collect();
        prop_assert_eq!(&counts.octaves[..], &bins[..]);
        let number: i64 = events.iter().map(|(_, codes, _)| i64::from(codes[0]).clamp(-2048, 2048)).sum();
        let level: i64 =
            events.iter().map(|(_, codes, _)| i64::from(*codes[1..].iter().max().unwrap()).clamp(-2048, 2048)).sum();
        prop_assert_eq!(features.map(|feature| i64::from(feature.sum())), [number, level]);
        let outside = |at: usize| events.iter().filter(|event| event.2[at] >= 2).count();
        prop_assert_eq!(features.map(|feature| usize::from(feature.outside())), [outside(0), outside(1)]);
    }

    #[test]
    fn counts_of_two_parts_add_up(events in events(), cut in 0..80_usize) {
        let (first, second) = events.split_at(cut.min(events.len()));
        let (whole, parts) = (counted(&events), [counted(first), counted(second)]);
        let numbers = |(counts, features): &(Counts, [FeatureCount; 2])| -> Vec<i64> {
            let of_features = features.iter().flat_map(|f| [f.sum().into(), f.outside().into()]);
            let of_events = [counts.events, counts.watches, counts.alarms].into_iter().chain(counts.octaves);
            of_events.map(i64::from).chain(of_features).collect()
        };
        let sums = numbers(&parts[0]).into_iter().zip(numbers(&parts[1])).map(|(a, b)| a + b);
        prop_assert_eq!(numbers(&whole), sums.collect::<Vec<i64>>());
    }
}

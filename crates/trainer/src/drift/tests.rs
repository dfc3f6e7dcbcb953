//! Comparison by hand.

use super::*;
use tillwatch_engine::monitor::OCTAVES;
use tillwatch_model::{Frame, Model};
use tillwatch_testkit::tolerance::PUBLISHED;

const MODEL: &[u8] = include_bytes!("../../../../fixtures/models/point_of_sale.tw");

fn frame(events: u32, octaves: &[(usize, u32)], features: &[(i32, u16)]) -> Frame {
    let mut all = [0; OCTAVES];
    octaves.iter().for_each(|&(octave, count)| all[octave] = count);
    Frame {
        model: 0,
        events,
        watches: 0,
        alarms: 0,
        octaves: all,
        mean_log2: 0,
        rise: 0,
        excess_alarms: 0,
        threshold_offset: 0,
        features: features.to_vec(),
    }
}

fn fleet(frames: &[Frame]) -> Fleet {
    let mut fleet = Fleet::default();
    frames.iter().for_each(|frame| fleet.add(frame));
    fleet
}

#[test]
fn an_index_by_hand() {
    let model = Model::validate(MODEL).unwrap();
    let normal = fleet(&[frame(1000, &[(7, 200), (8, 800)], &[(0, 0)])]);
    let expected = Expected::of_fleet(&normal, &model).unwrap();
    assert_eq!(expected.groups().iter().map(|group| group.share).collect::<Vec<_>>(), [0.2, 0.8]);
    let now = fleet(&[frame(400, &[(7, 200), (8, 200)], &[(400 * 512, 0)])]);
    let drift = compare(&now, &expected);
    // 0.3 ln 2.5 + 0.3 ln 1.6
    assert!((drift.psi - 0.415_888_308).abs() < PUBLISHED, "{}", drift.psi);
    assert!(drift.scores_drift() && drift.is_drifting());
    assert_eq!(drift.features[0].shift, Some(0.5)); // ten fraction bits
    assert!(drift.features[0].is_shifted && !drift.features[0].is_outside);
}

#[test]
fn frames_add_up_beyond_what_one_can_count() {
    let one = frame(u32::MAX, &[(3, u32::MAX)], &[(i32::MIN, u16::MAX), (5, 1)]);
    let sum = fleet(&[one.clone(), one]);
    assert_eq!((sum.frames, sum.events, sum.octaves[3]), (2, 8_589_934_590, 8_589_934_590));
    assert_eq!(sum.features, [[-4_294_967_296, 131_070], [10, 2]]);
}

#[test]
fn chance_is_not_drift() {
    assert!((25.0..27.0).contains(&chi_square(8))); // tables say 26.12
    let model = Model::validate(MODEL).unwrap();
    let expected = Expected::of_fleet(&fleet(&[frame(1000, &[(7, 200), (8, 800)], &[])]), &model).unwrap();
    let few = compare(&fleet(&[frame(10, &[(7, 4), (8, 6)], &[])]), &expected);
    assert!(few.psi > PSI_LIMIT && !few.is_drifting(), "{few:?}");
}

#[test]
fn the_models_own_reference_is_whole() {
    let model = Model::validate(MODEL).unwrap();
    let expected = Expected::of_model(&model).unwrap();
    let groups = expected.groups();
    assert!((groups.iter().map(|group| group.share).sum::<f64>() - 1.0).abs() < PUBLISHED);
    assert_eq!(groups.iter().map(|group| group.octaves).sum::<usize>(), OCTAVES);
    assert!(groups.len() >= 4 && groups.iter().all(|group| group.share > 0.009), "{groups:?}");
    // Hour and weekday are cyclic: nothing is known of their mean.
    let known: Vec<bool> = expected.features().iter().map(Option::is_some).collect();
    assert_eq!(known, [true, true, true, true, true, false, false, true, true]);
}

//! A frame: what a device has counted.

use crate::seal;
use tillwatch_model::{Frame, Model, model_id};
use tillwatch_trainer::drift::{Expected, Fleet, compare};

/// The model that frames are compared with.
const MODEL: &[u8] = include_bytes!("../../../fixtures/models/point_of_sale.tw");

/// A frame under a checksum that fits: it is refused, or it is added up and compared in finite numbers.
pub fn frame(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    seal::frame(&mut bytes);
    let Ok(frame) = Frame::read(&bytes) else { return };
    let model = Model::validate(MODEL).unwrap();
    let mut fleet = Fleet::default();
    fleet.add(&frame);
    fleet.add(&frame);
    assert_eq!(fleet.events, 2 * u64::from(frame.events));
    // As `tillwatch drift` does, which refuses frames of another model.
    if (frame.model, frame.features.len()) != (model_id(&model), model.body().features.len()) {
        return;
    }
    let references = [Expected::of_model(&model), Expected::of_fleet(&fleet, &model)];
    for expected in references.into_iter().flatten() {
        let drift = compare(&fleet, &expected);
        let (rate, [low, high]) = drift.alarm_rate;
        assert!([drift.psi, drift.psi_by_chance, rate, low, high].iter().all(|figure| figure.is_finite()));
        assert!((0.0..=1.0).contains(&rate), "{rate} alarms an event");
        for feature in &drift.features {
            assert!(feature.shift.is_none_or(f64::is_finite));
            assert!((0.0..=1.0).contains(&feature.outside), "outside in {} of the events", feature.outside);
        }
    }
}

//! What devices count and tell, equal on every runtime: the loader's stream on the workstation against the generated code.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use tillwatch_engine::feature::Memory;
use tillwatch_engine::monitor::{EventMonitor, Rules};
use tillwatch_engine::seeded::{SeededWords, draw_record};
use tillwatch_inference::point_of_sale;
use tillwatch_loader::Loader;
use tillwatch_model::{Frame, Model, frame_len, model_id, write_frame};
use tillwatch_trainer::drift::{Fleet, Monitored};

const MODEL: &[u8] = include_bytes!("../../../fixtures/models/point_of_sale.tw");

fn records(count: usize) -> Vec<[i32; point_of_sale::RAW_VALUES]> {
    let mut words = SeededWords::new(11);
    let mut record = [0; point_of_sale::RAW_VALUES];
    let mut draw = || {
        draw_record(&point_of_sale::SEEDED_FIELDS, &mut words, &mut record);
        record
    };
    (0..count).map(|_| draw()).collect()
}

#[test]
fn the_workstation_tells_and_counts_what_generated_code_does() {
    let model = Model::validate(MODEL).unwrap();
    assert_eq!(model_id(&model), point_of_sale::MODEL_ID);
    let loader = Loader::new(model);
    for events in [EventMonitor::new(Rules::new(2, 5, 3)), EventMonitor::adaptive(Rules::new(2, 5, 3))] {
        let mut loaded = Monitored::new(&loader, events.clone());
        let mut of_loaded = vec![Memory::EMPTY; loader.sizes().memories];
        let mut baked = point_of_sale::Monitor::new(events);
        let (mut memories, mut scratch) = (point_of_sale::Memories::EMPTY, point_of_sale::Scratch::new());
        let mut told = [0; 3];
        for record in records(3000) {
            let want = loaded.score(&loader, &record, &mut of_loaded);
            let scored = point_of_sale::score_raw(&record, &mut memories, &mut scratch);
            let got = baked.observe(&scored, &scratch);
            assert_eq!((scored, got), want);
            told[got as usize] += 1;
        }
        assert!(told[1] > 0 && told[2] > 0, "{told:?}");
        let mut buffer = [0; frame_len(point_of_sale::FEATURES)];
        let frame =
            write_frame(point_of_sale::MODEL_ID, &baked.events, &baked.features, &mut buffer).unwrap();
        assert_eq!(frame, loaded.frame(&loader));
    }
}

#[test]
fn frames_of_two_devices_add_up_to_that_of_one() {
    let loader = Loader::new(Model::validate(MODEL).unwrap());
    let records = records(600);
    let frame = |records: &[[i32; point_of_sale::RAW_VALUES]]| {
        let mut stream = Monitored::new(&loader, EventMonitor::new(Rules::EACH));
        for record in records {
            // Memories remember nothing, so that the cut changes no score.
            stream.score(&loader, record, &mut vec![Memory::EMPTY; loader.sizes().memories]);
        }
        Frame::read(&stream.frame(&loader)).unwrap()
    };
    let (first, second) = records.split_at(213);
    let (mut whole, mut parts) = (Fleet::default(), Fleet::default());
    whole.add(&frame(&records));
    [first, second].into_iter().for_each(|part| parts.add(&frame(part)));
    assert_eq!(Fleet { frames: 1, ..parts }, whole);
    assert!(whole.features.iter().any(|&[sum, _]| sum != 0));
    assert!(whole.features.iter().any(|&[_, outside]| outside > 0));
}

//! The committed model on every runtime of the host, random models on every one that takes any model: integers equal, float
//! within the tolerance table.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use tillwatch_engine::seeded::{SeededField, SeededWords};
use tillwatch_inference::point_of_sale;
use tillwatch_model::Model;
use tillwatch_testkit::runtime::{Answer, Baked, Float, Loaded, Runtime, Simulated, Tiled};
use tillwatch_testkit::strategy::{TinyModel, tiny_model, tiny_picture};
use tillwatch_testkit::tolerance;
use tillwatch_trainer::metrics::auroc;
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Schema, Table};

const MODEL: &[u8] = include_bytes!("../../../fixtures/models/point_of_sale.tw");

fn records(seed: u32, count: usize) -> Vec<Vec<i32>> {
    let mut words = SeededWords::new(seed);
    let fields = point_of_sale::SEEDED_FIELDS;
    let mut draw = || fields.iter().map(|field: &SeededField| field.draw(&mut words)).collect();
    (0..count).map(|_| draw()).collect()
}

fn answers(runtime: &mut dyn Runtime, records: &[Vec<i32>]) -> Vec<Answer> {
    records.iter().map(|raw| runtime.score(raw)).collect()
}

/// Simulation, loader and engine on one stream, fresh.
fn check_any_model(tiny: &TinyModel) -> Result<(), TestCaseError> {
    let model = Model::validate(&tiny.file).unwrap();
    let want = answers(&mut Simulated::new(&model), &tiny.records);
    let others: [&mut dyn Runtime; 2] = [&mut Loaded::new(model), &mut Tiled::new(model)];
    for runtime in others {
        prop_assert_eq!(&answers(runtime, &tiny.records), &want, "{}", runtime.name());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_model_of_rows(tiny in tiny_model()) {
        check_any_model(&tiny)?;
    }

    #[test]
    fn any_model_of_windows_and_images(tiny in tiny_picture()) {
        check_any_model(&tiny)?;
    }
}

#[test]
fn integer_runtimes_are_equal_bit_for_bit() {
    let model = Model::validate(MODEL).unwrap();
    let records = records(7, 3000);
    let want = answers(&mut Simulated::new(&model), &records);
    let others: [&mut dyn Runtime; 3] =
        [&mut Loaded::new(model), &mut Tiled::new(model), &mut Baked::point_of_sale()];
    for runtime in others {
        let got = answers(runtime, &records);
        let first = (0..records.len()).find(|&at| got[at] != want[at]);
        assert_eq!(first, None, "{} differs from the simulation", runtime.name());
    }
}

#[test]
fn the_float_model_detects_alike() {
    let model = Model::validate(MODEL).unwrap();
    let schema = Schema::parse(model.body().schema, "model").unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/data/transactions.csv");
    let options = ReadOptions { label: ColumnUse::Required, ..ReadOptions::default() };
    let table = Table::read(&[path], &schema, &options).unwrap();
    let (mut float, mut loaded) = (Float::new(model).unwrap(), Loaded::new(model));
    let number = |answer: Answer| match answer {
        Answer::Integer(score) => score as f64,
        Answer::Real(score) => score,
    };
    // One stream for all terminals: both see the same, and that is what is compared.
    let rows = 0..table.n_rows();
    let labels: Vec<bool> = rows.clone().map(|row| table.label(row) == Some(true)).collect();
    let real: Vec<f64> = rows.clone().map(|row| number(float.score(table.raw(row)))).collect();
    let integer: Vec<f64> = rows.map(|row| number(loaded.score(table.raw(row)))).collect();
    let (real, integer) = (auroc(&real, &labels).unwrap(), auroc(&integer, &labels).unwrap());
    assert!(tolerance::within(integer, real, tolerance::AUROC), "{integer} {real}");
}

#[test]
fn digests_of_loader_and_generated_code_are_equal() {
    let model = Model::validate(MODEL).unwrap();
    let fields: Vec<SeededField> = model.body().fields.iter().map(|field| field.seeded()).collect();
    assert_eq!(fields, point_of_sale::SEEDED_FIELDS);
    let mut loaded = Loaded::new(model);
    let mut record = vec![0; fields.len()];
    let digest =
        tillwatch_engine::seeded::seeded_digest(&fields, &mut record[..], 5000, 3, |raw| {
            match loaded.score(raw) {
                Answer::Integer(score) => score,
                Answer::Real(_) => 0,
            }
        });
    assert_eq!(digest, point_of_sale::digest(5000, 3, &mut point_of_sale::Scratch::new()));
}

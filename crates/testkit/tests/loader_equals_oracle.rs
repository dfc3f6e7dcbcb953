//! The loader against the oracle on random whole models: features, reconstruction, score, reasons, all equal.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_loader::{Loader, Model, Scratch};
use tillwatch_model::{Activation, Layer, Preparation};
use tillwatch_testkit::oracle::Oracle;
use tillwatch_testkit::strategy::{TinyModel, tiny_model};

fn with_loader<'a, R>(
    model: &Model<'a>,
    work: impl FnOnce(&Loader<'a>, &mut [Memory], &mut Scratch<'_>) -> R,
) -> R {
    let loader = Loader::new(*model);
    let sizes = loader.sizes();
    let (mut codes, mut reconstruction) = (vec![0; sizes.columns], vec![0; sizes.columns]);
    let (mut input, mut output) = (vec![0; sizes.activations], vec![0; sizes.activations]);
    let (mut marks, mut raw) = (vec![Mark::NONE; sizes.features], vec![0; sizes.fields]);
    let mut memories = vec![Memory::EMPTY; sizes.memories];
    let mut scratch = Scratch {
        codes: &mut codes,
        reconstruction: &mut reconstruction,
        activations: [&mut input, &mut output],
        marks: &mut marks,
        raw: &mut raw,
    };
    work(&loader, &mut memories, &mut scratch)
}

fn wide(codes: &[i16]) -> Vec<i64> {
    codes.iter().copied().map(i64::from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_sequence_of_records(tiny in tiny_model()) {
        let model = Model::validate(&tiny.file).unwrap();
        let mut oracle = Oracle::new(&model);
        with_loader(&model, |loader, memories, scratch| {
            for raw in &tiny.records {
                let want = oracle.score(raw);
                let got = loader.score(raw, memories, scratch);
                let codes: Vec<i64> = want.features.iter().flat_map(|feature| feature.codes.clone()).collect();
                prop_assert_eq!(wide(scratch.codes), codes, "wide codes of {:?}", raw);
                prop_assert_eq!(wide(scratch.reconstruction), want.reconstruction, "reconstruction of {:?}", raw);
                prop_assert_eq!(got, want.scored, "score of {:?}", raw);
            }
            Ok(())
        })?;
    }

    #[test]
    fn known_answers(tiny in tiny_model()) {
        let model = Model::validate(&tiny.file).unwrap();
        let outcome = with_loader(&model, Loader::self_test);
        prop_assert_eq!(outcome, Ok(()));
    }
}

/// What the strategy must reach, or the tests above compare less than they say.
#[test]
fn the_strategy_reaches_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    let mut scores = BTreeSet::new();
    for _ in 0..300 {
        let TinyModel { file, records } = tiny_model().new_tree(&mut runner).unwrap().current();
        let model = Model::validate(&file).unwrap();
        let mut oracle = Oracle::new(&model);
        for raw in &records {
            let answer = oracle.score(raw);
            let tally = answer.scored.tally;
            scores.insert(answer.scored.score);
            seen.insert(format!("verdict {:?}", answer.scored.verdict));
            seen.extend((tally.missing > 0).then(|| "missing".into()));
            seen.extend((tally.saturated > 0).then(|| "saturated".into()));
            seen.extend((tally.unknown > 0).then(|| "unknown".into()));
        }
        for feature in model.body().features.iter() {
            let name = match feature.preparation {
                Preparation::Numeric(_) => "numeric",
                Preparation::Logarithm(_) => "logarithm",
                Preparation::OneHot(_) => "one-hot",
                Preparation::Surprisal(_) => "surprisal",
                Preparation::Flag(_) => "flag",
                Preparation::Cyclic(_) => "cyclic",
                Preparation::Delta(_) => "delta",
                Preparation::RatioToMean { .. } => "ratio to mean",
            };
            seen.insert(name.into());
        }
        for Layer::Dense(layer) in model.body().layers.iter() {
            let name = match layer.activation {
                Activation::Clamp => "clamp",
                Activation::Table(_) => "table",
                Activation::RimTable(_) => "rim table",
            };
            seen.insert(name.into());
        }
        seen.insert(format!("{} layers", model.body().layers.len()));
        seen.extend(model.body().heads.prototypes.is_empty().then(|| "no prototypes".into()));
    }
    let want = [
        "1 layers",
        "2 layers",
        "3 layers",
        "4 layers",
        "5 layers",
        "clamp",
        "cyclic",
        "delta",
        "flag",
        "logarithm",
        "missing",
        "no prototypes",
        "numeric",
        "one-hot",
        "ratio to mean",
        "rim table",
        "saturated",
        "surprisal",
        "table",
        "unknown",
        "verdict Alarm",
        "verdict Normal",
        "verdict Watch",
    ];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), want);
    assert!(scores.len() > 400, "only {} different scores", scores.len());
}

//! The loader against the oracle on random whole models: features, reconstruction, score, reasons, all equal.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod loader;

use loader::{check_known_answers, check_records};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use tillwatch_model::{Activation, Layer, Model, Preparation};
use tillwatch_testkit::oracle::Oracle;
use tillwatch_testkit::strategy::{TinyModel, tiny_model};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_sequence_of_records(tiny in tiny_model()) {
        check_records(&tiny)?;
    }

    #[test]
    fn known_answers(tiny in tiny_model()) {
        check_known_answers(&tiny)?;
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
                Preparation::Symlog(_) => "symlog",
                Preparation::OneHot(_) => "one-hot",
                Preparation::Surprisal(_) => "surprisal",
                Preparation::Flag(_) => "flag",
                Preparation::Cyclic(_) => "cyclic",
                Preparation::Delta(_) => "delta",
                Preparation::RatioToMean { .. } => "ratio to mean",
            };
            seen.insert(name.into());
        }
        for layer in model.body().layers.iter() {
            let Layer::Dense(dense) = layer else { panic!("{layer:?} in a model of rows") };
            let name = match dense.activation {
                Activation::Clamp => "clamp",
                Activation::Table(_) => "table",
                Activation::RimTable(_) => "rim table",
            };
            seen.insert(name.into());
        }
        seen.insert(format!("{} layers", model.body().layers.len()));
        seen.extend(model.body().heads.prototypes.is_empty().then(|| "no prototypes".into()));
        seen.insert(if model.latent_len() > 0 { "latent" } else { "no latent" }.into());
        seen.extend((model.body().heads.latent_gain > 0).then(|| "latent gain".into()));
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
        "latent",
        "latent gain",
        "logarithm",
        "missing",
        "no latent",
        "no prototypes",
        "numeric",
        "one-hot",
        "ratio to mean",
        "rim table",
        "saturated",
        "surprisal",
        "symlog",
        "table",
        "unknown",
        "verdict Alarm",
        "verdict Normal",
        "verdict Watch",
    ];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), want);
    assert!(scores.len() > 400, "only {} different scores", scores.len());
}

//! The loader against the oracle on random models of windows and images, with layers of every kind.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod loader;

use loader::{check_known_answers, check_records};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use tillwatch_model::{Activation, Layer, Model, Preparation, Samples};
use tillwatch_testkit::oracle::Oracle;
use tillwatch_testkit::strategy::{TinyModel, tiny_picture};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_sequence_of_records(tiny in tiny_picture()) {
        check_records(&tiny)?;
    }

    #[test]
    fn known_answers(tiny in tiny_picture()) {
        check_known_answers(&tiny)?;
    }
}

/// A layer's kind, and what stands behind its sums.
fn layer_names(layer: &Layer<'_>) -> [Option<&'static str>; 2] {
    let activation = |activation: &Activation<'_>| match activation {
        Activation::Clamp => "clamp",
        Activation::Table(_) => "table",
        Activation::RimTable(_) => "rim table",
    };
    match layer {
        Layer::Dense(layer) => [Some("dense"), Some(activation(&layer.activation))],
        Layer::Convolution(layer) => [Some("convolution"), Some(activation(&layer.activation))],
        Layer::Transposed(layer) => [Some("transposed"), Some(activation(&layer.activation))],
        Layer::MaxPool(_) => [Some("max pool"), None],
        Layer::AveragePool(_) => [Some("average pool"), None],
        Layer::Upsample(_) => [Some("upsample"), None],
        Layer::TopK(_) => [Some("top-k"), None],
    }
}

/// What the geometry of a layer of windows can have.
fn geometry_names(layer: &Layer<'_>) -> Vec<&'static str> {
    let (Layer::Convolution(window) | Layer::Transposed(window)) = layer else { return Vec::new() };
    let odd = window.output.channels % 4 != 0 && window.output.channels > 4;
    let all = [
        (window.padding != [0, 0], "padding"),
        (window.stride != [1, 1], "stride"),
        (odd, "a group of four channels and some more"),
        (window.output.height > 1, "rows"),
    ];
    all.into_iter().filter_map(|(is_so, name)| is_so.then_some(name)).collect()
}

/// What the strategy must reach, or the tests above compare less than they say.
#[test]
fn the_strategy_reaches_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    let mut scores = BTreeSet::new();
    for _ in 0..300 {
        let TinyModel { file, records } = tiny_picture().new_tree(&mut runner).unwrap().current();
        let model = Model::validate(&file).unwrap();
        let body = model.body();
        assert!(model.n_columns() <= 120, "{} columns", model.n_columns());
        let mut oracle = Oracle::new(&model);
        for raw in &records {
            let answer = oracle.score(raw);
            scores.insert(answer.scored.score);
            seen.extend((answer.scored.tally.missing > 0).then_some("missing"));
            seen.extend((answer.scored.latent > 0).then_some("latent part"));
        }
        seen.insert(match body.samples {
            Samples::Row => "row",
            Samples::Window { .. } => "window",
            Samples::Image { .. } => "image",
        });
        seen.extend(body.features.iter().map(|feature| match feature.preparation {
            Preparation::Numeric(_) => "numeric",
            Preparation::Logarithm(_) => "logarithm",
            Preparation::OneHot(_) => "one-hot",
            Preparation::Flag(_) => "flag",
            _ => "a preparation that is none of windows",
        }));
        for (layer, left) in body.layers.iter().zip((0..body.layers.len()).rev()) {
            seen.extend(layer_names(&layer).into_iter().flatten());
            seen.extend(geometry_names(&layer));
            seen.extend((left == 0).then_some(match layer {
                Layer::Dense(_) => "dense at the end",
                Layer::Convolution(_) => "convolution at the end",
                _ => "transposed at the end",
            }));
        }
        let n_layers = ["1 layer", "2 layers", "3 layers", "4 layers", "5 layers"];
        seen.insert(n_layers[body.layers.len() - 1]);
        seen.insert(if body.heads.prototypes.is_empty() { "no prototypes" } else { "prototypes" });
        seen.insert(match (body.latent, body.heads.latent_gain) {
            (None, _) => "no latent",
            (Some(_), 0) => "latent without gain",
            (Some(_), _) => "latent with gain",
        });
    }
    let want = [
        "1 layer",
        "2 layers",
        "3 layers",
        "4 layers",
        "5 layers",
        "a group of four channels and some more",
        "average pool",
        "clamp",
        "convolution",
        "convolution at the end",
        "dense",
        "dense at the end",
        "flag",
        "image",
        "latent part",
        "latent with gain",
        "latent without gain",
        "logarithm",
        "max pool",
        "missing",
        "no latent",
        "no prototypes",
        "numeric",
        "one-hot",
        "padding",
        "prototypes",
        "rim table",
        "rows",
        "stride",
        "table",
        "top-k",
        "transposed",
        "transposed at the end",
        "upsample",
        "window",
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), want);
    assert!(scores.len() > 400, "only {} different scores", scores.len());
}

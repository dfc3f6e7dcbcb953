//! Whole models of rows, their layers dense.

use super::file::surroundings;
use super::layer::{Finish, OwnedLayer};
use super::{RecordShape, TinyModel, record_shape, requantise_rule};
use proptest::prelude::*;
use tillwatch_engine::fixed::Requantise;
use tillwatch_model::Samples;

/// Models of one to eight features, one to five layers and widths from 1 to 40, with every preparation, activation and
/// head.
pub fn tiny_model() -> impl Strategy<Value = TinyModel> {
    let shape = record_shape().prop_flat_map(|shape| (shape.records(), Just(shape)));
    (shape, dense_network(), surroundings()).prop_map(|((records, shape), network, surroundings)| {
        let layers = network.layers(&shape, surroundings.seeds());
        surroundings.model(&shape, Samples::Row, &layers, records)
    })
}

/// Dense layers, the record's width not yet known.
#[derive(Clone, Debug)]
struct DenseNetwork {
    /// Width, rule, and whether a table follows.
    hidden: Vec<(usize, Requantise, bool)>,
    last: (Requantise, bool),
}

fn dense_network() -> impl Strategy<Value = DenseNetwork> {
    let hidden = (1..=40_usize, requantise_rule(-128, 127), any::<bool>());
    (prop::collection::vec(hidden, 0..=4), (requantise_rule(-32_767, 32_767), any::<bool>()))
        .prop_map(|(hidden, last)| DenseNetwork { hidden, last })
}

impl DenseNetwork {
    fn layers(&self, shape: &RecordShape, seeds: impl Iterator<Item = u32>) -> Vec<OwnedLayer> {
        let width = shape.columns().iter().map(|&n| usize::from(n)).sum();
        let hidden = self.hidden.iter().map(|&(width, rule, has_table)| (width, rule, has_table, false));
        let last = (width, self.last.0, self.last.1, true);
        let mut in_len = width;
        let layer = |((out_len, rule, has_table, is_last), seed): ((usize, Requantise, bool, bool), u32)| {
            let widths = [core::mem::replace(&mut in_len, out_len), out_len];
            OwnedLayer::dense(widths, Finish { rule, has_table, is_last }, seed)
        };
        hidden.chain([last]).zip(seeds).map(layer).collect()
    }
}

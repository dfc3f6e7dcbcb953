//! A whole model, run from its file.

use super::{Past, Prepared, Scoring, dense, evaluate, narrow_input, narrow_table, prepare, rim_table};
use tillwatch_engine::feature::MISSING;
use tillwatch_engine::fixed::Channel;
use tillwatch_engine::score::Scored;
use tillwatch_model::{Activation, Layer, Model, channels, i16s, u32s};

/// Everything that a record gives on its way.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Columns and marks of each feature.
    pub features: Vec<Prepared>,
    /// One code per column.
    pub reconstruction: Vec<i64>,
    /// The score and what comes with it.
    pub scored: Scored,
}

/// A model and what its features remember.
#[derive(Clone, Debug)]
pub struct Oracle<'a> {
    model: Model<'a>,
    pasts: Vec<Past>,
    scoring: Scoring,
}

fn signed(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|&byte| byte as i8).collect()
}

impl<'a> Oracle<'a> {
    /// A model whose features have seen nothing yet.
    #[must_use]
    pub fn new(model: &Model<'a>) -> Self {
        let heads = &model.body().heads;
        let entries: Vec<i64> = signed(heads.prototypes).into_iter().map(i64::from).collect();
        Self {
            model: *model,
            pasts: vec![None; model.body().features.len()],
            scoring: Scoring {
                gains: u32s(heads.gains).collect(),
                rescale: u32s(heads.rescale).collect(),
                prototypes: entries.chunks(model.n_columns()).map(<[i64]>::to_vec).collect(),
                prototype_shift: heads.prototype_shift,
                prototype_gain: heads.prototype_gain,
                thresholds: model.thresholds().thresholds(),
            },
        }
    }

    /// Scores a record, one raw value per field; the next record comes after it.
    pub fn score(&mut self, raw: &[i32]) -> Answer {
        let list = self.model.body().features.iter().zip(&mut self.pasts);
        let features: Vec<Prepared> = list
            .map(|(feature, past)| {
                let raw = raw.get(usize::from(feature.field)).copied().unwrap_or(MISSING);
                prepare(&feature.preparation, raw, past)
            })
            .collect();
        let codes: Vec<i64> = features.iter().flat_map(|feature| feature.codes.clone()).collect();
        let reconstruction = self.reconstruct(&codes);
        let scored = evaluate(&self.scoring, &features, &reconstruction);
        Answer { features, reconstruction, scored }
    }

    /// The network's answer to wide codes.
    #[must_use]
    pub fn reconstruct(&self, codes: &[i64]) -> Vec<i64> {
        let body = self.model.body();
        let mut values = narrow_input(codes, body.input.multiplier, body.input.rule);
        for Layer::Dense(layer) in body.layers.iter() {
            let outputs: Vec<Channel> = channels(layer.channels).collect();
            values = dense(&signed(layer.weights), &outputs, layer.rule, &values);
            match layer.activation {
                Activation::Clamp => {}
                Activation::Table(bytes) => {
                    let table = signed(bytes);
                    values.iter_mut().for_each(|code| *code = narrow_table(*code, &table));
                }
                Activation::RimTable(bytes) => {
                    let table: Vec<i16> = i16s(bytes).collect();
                    values.iter_mut().for_each(|code| *code = rim_table(*code, &table));
                }
            }
        }
        values
    }
}

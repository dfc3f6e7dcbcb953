//! A whole model, run from its file.

use super::layer::run_layer;
use super::{Codes, Past, Prepared, Scoring, evaluate_samples, latent_distance, narrow_input, prepare};
use tillwatch_engine::feature::MISSING;
use tillwatch_engine::score::Scored;
use tillwatch_model::{Model, u32s};

/// Everything that a record gives on its way.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Of each sample, columns and marks of each feature.
    pub samples: Vec<Vec<Prepared>>,
    /// One code per column of the record.
    pub reconstruction: Vec<i64>,
    /// The latent vector; empty where the network has none.
    pub latent: Vec<i64>,
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

impl Answer {
    /// Wide codes of every column of the record.
    #[must_use]
    pub fn codes(&self) -> Vec<i64> {
        self.samples.iter().flatten().flat_map(|feature| feature.codes.clone()).collect()
    }
}

impl<'a> Oracle<'a> {
    /// A model whose features have seen nothing yet.
    #[must_use]
    pub fn new(model: &Model<'a>) -> Self {
        let heads = &model.body().heads;
        let entries: Vec<i64> = heads.prototypes.iter().map(|&byte| i64::from(byte as i8)).collect();
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

    /// Scores a record, one raw value per field of each sample; the next record comes after it.
    pub fn score(&mut self, raw: &[i32]) -> Answer {
        let body = self.model.body();
        let samples: Vec<Vec<Prepared>> = raw
            .chunks(body.fields.len())
            .map(|raw| {
                let list = body.features.iter().zip(&mut self.pasts);
                list.map(|(feature, past)| {
                    let raw = raw.get(usize::from(feature.field)).copied().unwrap_or(MISSING);
                    prepare(&feature.preparation, raw, past)
                })
                .collect()
            })
            .collect();
        let codes: Vec<i64> = samples.iter().flatten().flat_map(|feature| feature.codes.clone()).collect();
        let mut activations = self.activations(&codes);
        let latent =
            body.latent.map_or_else(Vec::new, |latent| activations[usize::from(latent.layer)].clone());
        let zero = body.latent.map_or(0, |latent| latent.zero_code.into());
        let reconstruction = activations.pop().unwrap_or_default();
        let part = latent_distance(&latent, zero, body.heads.latent_gain);
        let scored = evaluate_samples(&self.scoring, &samples, &reconstruction, part);
        Answer { samples, reconstruction, latent, scored }
    }

    /// What each layer makes of wide codes; the last is the network's answer.
    #[must_use]
    pub fn activations(&self, codes: &[i64]) -> Vec<Vec<i64>> {
        let body = self.model.body();
        let mut values = narrow_input(codes, body.input.multiplier, body.input.rule);
        let mut all = Vec::new();
        for (index, layer) in body.layers.iter().enumerate() {
            let codes = if index + 1 == body.layers.len() { Codes::Wide } else { Codes::Narrow };
            values = run_layer(&layer, codes, &values);
            all.push(values.clone());
        }
        all
    }
}

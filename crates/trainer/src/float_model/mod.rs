//! The float model that the integer one is made from and compared with.

use crate::nn::{Activation, LayerKind, Network, NetworkError};
use crate::prototypes::square_distance;
use crate::quantise::Range;
use tillwatch_engine::feature::Mark;
use tillwatch_model::{Body, Reference};

mod file;

pub(crate) use file::{kind_to_file, to_file};

/// Rows that go through the network together.
const TOGETHER: usize = 256;

/// One layer and its parameters, as it is exported.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatLayer {
    /// What it does.
    pub kind: LayerKind,
    /// Weights, then biases; none for layers without.
    pub parameters: Vec<f32>,
}

/// A trained float network with its scoring heads; values are standard deviations.
#[derive(Debug)]
pub struct FloatModel {
    network: Network<f32>,
    /// What 8-bit codes of the input span: the network sees what the device will see.
    pub input: Range,
    /// Columns of each feature in one sample.
    pub columns: Vec<u8>,
    /// The layer whose output is the latent vector; `None` for a network of one layer.
    pub latent: Option<usize>,
    /// Weight of each column's squared residual.
    pub column_weights: Vec<f32>,
    /// Calibration mean of the weighted squared residual.
    pub residual_mean: f32,
    /// Prototype rows.
    pub prototypes: Vec<f32>,
    /// Calibration mean of the squared prototype distance.
    pub prototype_mean: f32,
    /// Calibration mean of the squared length of the latent vector; 0 where it does not count.
    pub latent_mean: f32,
    /// Alarm threshold, calibrated on the same rows as the integer one.
    pub alarm: f32,
}

/// What a row is scored by besides its values.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// What the network made of it.
    pub reconstruction: &'a [f32],
    /// Squared length of its latent vector; 0 where that does not count.
    pub latent: f64,
}

impl FloatLayer {
    /// The layers of a network that is ready for export.
    #[must_use]
    pub fn all_of(network: &Network<f32>) -> Vec<Self> {
        let layer = |(layer, parameters): (&dyn crate::nn::Layer<f32>, &[f32])| Self {
            kind: layer.kind(),
            parameters: parameters.to_vec(),
        };
        network.layers().map(layer).collect()
    }

    /// Values of an input row.
    #[must_use]
    pub fn in_len(&self) -> usize {
        self.kind.layer::<f32>().in_len()
    }

    /// Values of an output row.
    #[must_use]
    pub fn out_len(&self) -> usize {
        self.kind.layer::<f32>().out_len()
    }

    /// What follows the sums.
    #[must_use]
    pub fn activation(&self) -> Activation {
        self.kind.activation().unwrap_or(Activation::Linear)
    }

    /// The weights, in the order of the layer.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.parameters[..self.kind.weight_len().unwrap_or(0)]
    }

    /// One per output channel.
    #[must_use]
    pub fn biases(&self) -> &[f32] {
        &self.parameters[self.kind.weight_len().unwrap_or(0)..]
    }

    /// What rows become before the activation.
    ///
    /// # Shapes
    /// `rows`: whole rows of `in_len`; the result: rows of `out_len`.
    #[must_use]
    pub fn sums(&self, rows: &[f64]) -> Vec<f64> {
        let kind = self.kind.with_activation(Activation::Linear);
        let parameters = self.parameters.iter().map(|&value| value.into()).collect();
        let network = Network::<f64>::from_kinds(&[kind], parameters).expect("the layer stood in a network");
        network.forward(rows).expect("whole rows")
    }
}

impl FloatModel {
    /// A model without heads: every column counts alike, nothing is calibrated.
    ///
    /// # Errors
    /// [`NetworkError`] where layers do not meet.
    pub fn new(
        layers: &[FloatLayer],
        input: Range,
        columns: Vec<u8>,
        latent: Option<usize>,
    ) -> Result<Self, NetworkError> {
        let kinds: Vec<LayerKind> = layers.iter().map(|layer| layer.kind).collect();
        let parameters = layers.iter().flat_map(|layer| &layer.parameters).copied().collect();
        let network = Network::from_kinds(&kinds, parameters)?;
        Ok(Self {
            column_weights: vec![1.0; network.out_len()],
            network,
            input,
            columns,
            latent,
            residual_mean: 1.0,
            prototypes: Vec::new(),
            prototype_mean: 1.0,
            latent_mean: 0.0,
            alarm: f32::INFINITY,
        })
    }

    /// The model that a file carries along; `None` where it carries none.
    #[must_use]
    pub fn from_file(body: &Body<'_>, reference: Option<&Reference<'_>>) -> Option<Self> {
        let reference = reference?;
        let layers: Vec<FloatLayer> = reference.layers.iter().map(|layer| file::layer(&layer)).collect();
        let input = Range::of_rule(&body.input, body.rim_fraction_bits.into());
        let latent = body.latent.map(|latent| latent.layer.into());
        // Validation has seen to it that the layers meet.
        let model = Self::new(&layers, input, body.columns.to_vec(), latent).ok()?;
        Some(Self {
            column_weights: file::floats(reference.column_weights),
            residual_mean: reference.residual_mean,
            prototypes: file::floats(reference.prototypes),
            prototype_mean: reference.prototype_mean,
            latent_mean: reference.latent_mean,
            alarm: reference.alarm,
            ..model
        })
    }

    /// The layers, each with its parameters.
    #[must_use]
    pub fn layers(&self) -> Vec<FloatLayer> {
        FloatLayer::all_of(&self.network)
    }

    /// Columns of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.network.in_len()
    }

    /// What the network makes of rows.
    ///
    /// # Shapes
    /// `rows` and the result: whole rows, one value per column.
    #[must_use]
    pub fn reconstruct(&self, rows: &[f32]) -> Vec<f32> {
        self.network.forward(&self.rendered(rows)).expect("whole rows")
    }

    /// The latent vectors of rows; empty where the network has none.
    ///
    /// # Shapes
    /// `rows`: whole rows.
    #[must_use]
    pub fn encode(&self, rows: &[f32]) -> Vec<f32> {
        self.latent.map_or_else(Vec::new, |layer| {
            self.network.forward_until(layer, &self.rendered(rows)).expect("whole rows")
        })
    }

    /// Values of a latent vector; 0 where the network has none.
    #[must_use]
    pub fn latent_len(&self) -> usize {
        let layer = self.latent.and_then(|latent| self.network.layers().nth(latent));
        layer.map_or(0, |(layer, _)| layer.out_len())
    }

    /// What the layers behind the latent vector make of some; empty where the network has none.
    ///
    /// # Shapes
    /// `latents`: whole vectors; the result: whole rows.
    #[must_use]
    pub fn decode(&self, latents: &[f32]) -> Vec<f32> {
        let Some(latent) = self.latent else { return Vec::new() };
        let layers = self.layers().split_off(latent + 1);
        let kinds: Vec<LayerKind> = layers.iter().map(|layer| layer.kind).collect();
        let parameters = layers.into_iter().flat_map(|layer| layer.parameters).collect();
        let decoder = Network::from_kinds(&kinds, parameters).expect("the layers stood in a network");
        decoder.forward(latents).expect("whole rows")
    }

    /// Squared lengths of the latent vectors of rows; zeros where they do not count.
    #[must_use]
    pub(crate) fn latent_squares(&self, rows: &[f32]) -> Vec<f64> {
        let n_rows = rows.len() / self.width();
        let latents = self.encode(rows);
        let len = latents.len() / n_rows.max(1);
        if len == 0 {
            return vec![0.0; n_rows];
        }
        let square = |row: &[f32]| row.iter().map(|&z| f64::from(z) * f64::from(z)).sum();
        latents.chunks_exact(len).map(square).collect()
    }

    /// The prototype nearest to a row; empty where there is none.
    #[must_use]
    pub fn nearest(&self, row: &[f32]) -> &[f32] {
        let rows = self.prototypes.chunks_exact(row.len());
        let scored = rows.map(|prototype| (square_distance(row, prototype), prototype));
        scored.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(&[], |(_, prototype)| prototype)
    }

    /// Scores of rows in the unit of the integer ones divided by `SCORE_ONE`: each head has calibration mean one.
    ///
    /// # Shapes
    /// `rows`: whole rows; `marks`: one per feature for each row.
    #[must_use]
    pub fn scores(&self, rows: &[f32], marks: &[Mark]) -> Vec<f64> {
        let (width, n_features) = (self.width(), self.columns.len());
        let parts = rows.chunks(TOGETHER * width).zip(marks.chunks(TOGETHER * n_features));
        let part = |(rows, marks): (&[f32], &[Mark])| -> Vec<f64> {
            let reconstructions = self.reconstruct(rows);
            let latents = if self.latent_mean > 0.0 {
                self.latent_squares(rows)
            } else {
                vec![0.0; rows.len() / width]
            };
            let answers = reconstructions.chunks_exact(width).zip(latents);
            let rows = rows.chunks_exact(width).zip(marks.chunks_exact(n_features)).zip(answers);
            rows.map(|((row, marks), (reconstruction, latent))| {
                self.score(row, marks, Answer { reconstruction, latent })
            })
            .collect()
        };
        parts.flat_map(part).collect()
    }

    /// The score of a row whose answer is known.
    ///
    /// # Shapes
    /// `row`: one value per column; `marks`: one per feature.
    #[must_use]
    pub fn score(&self, row: &[f32], marks: &[Mark], answer: Answer<'_>) -> f64 {
        let prototype = self.nearest(row);
        let mut column = 0;
        let mut sum = 0_f64;
        // Every sample has the same features; a feature that is missing leaves.
        let mut features = self.columns.iter().zip(marks).cycle();
        while column < row.len() {
            let Some((&n_columns, mark)) = features.next() else { break };
            let range = column..column + usize::from(n_columns);
            column = range.end;
            if mark.has(Mark::MISSING) {
                continue;
            }
            for j in range {
                let residual = f64::from(row[j] - answer.reconstruction[j]);
                sum +=
                    residual * residual * f64::from(self.column_weights[j]) / f64::from(self.residual_mean);
                if let Some(&prototype) = prototype.get(j) {
                    let distance = f64::from(row[j] - prototype);
                    sum += distance * distance / f64::from(self.prototype_mean);
                }
            }
        }
        let present = marks.iter().filter(|mark| !mark.has(Mark::MISSING)).count();
        let latent = if self.latent_mean > 0.0 { answer.latent / f64::from(self.latent_mean) } else { 0.0 };
        if present > 0 { sum * marks.len() as f64 / present as f64 + latent } else { latent }
    }

    fn rendered(&self, rows: &[f32]) -> Vec<f32> {
        rows.iter().map(|&x| self.input.render(x.into()) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Dense;
    use tillwatch_testkit::tolerance::SIXTEEN_ROUNDINGS;

    const TOP: f32 = 127.0 / 128.0;

    fn model() -> FloatModel {
        let dense = Dense { in_len: 2, out_len: 2, activation: Activation::Relu };
        let layer = FloatLayer { kind: dense.into(), parameters: vec![1.0, 0.0, 0.0, 1.0, 0.0, 1.0] };
        // Codes are 128ths, so that both ends are codes and no rounding comes in.
        let input = Range { low: -1.0, high: TOP.into() };
        FloatModel {
            column_weights: vec![1.0, 2.0],
            residual_mean: 2.0,
            prototypes: vec![9.0, 9.0, 3.0, 0.0],
            prototype_mean: 4.0,
            ..FloatModel::new(&[layer], input, vec![1, 1], None).unwrap()
        }
    }

    #[test]
    fn a_score_by_hand() {
        // Clipped to (TOP, -1), reconstructed as (TOP, 0): residuals 3 - TOP and -2; nearest prototype 0 and -2 away.
        let score = model().scores(&[3.0, -2.0], &[Mark::NONE; 2])[0];
        let residual = f64::from(3.0 - TOP);
        assert!((score - (residual * residual / 2.0 + 8.0 / 2.0 + 4.0 / 4.0)).abs() < SIXTEEN_ROUNDINGS);
    }

    #[test]
    fn a_missing_feature_leaves_and_the_rest_makes_up() {
        let score = model().scores(&[3.0, -2.0], &[Mark::NONE, Mark::MISSING])[0];
        let residual = f64::from(3.0 - TOP);
        assert!((score - 2.0 * (residual * residual / 2.0)).abs() < SIXTEEN_ROUNDINGS);
        assert!(model().scores(&[3.0, -2.0], &[Mark::MISSING; 2])[0].abs() < f64::EPSILON);
    }

    #[test]
    fn layers_come_out_as_they_went_in() {
        let layers = model().layers();
        assert_eq!((layers[0].weights(), layers[0].biases()), (&[1.0, 0.0, 0.0, 1.0][..], &[0.0, 1.0][..]));
        assert_eq!((layers[0].in_len(), layers[0].out_len(), layers.len()), (2, 2, 1));
    }

    #[test]
    fn decoding_what_was_encoded_is_reconstructing() {
        let dense = |in_len, out_len, parameters: &[f32]| FloatLayer {
            kind: Dense { in_len, out_len, activation: Activation::Relu }.into(),
            parameters: parameters.to_vec(),
        };
        let layers = [dense(2, 1, &[1.0, 0.5, 0.25]), dense(1, 2, &[1.0, -1.0, 0.0, 2.0])];
        let range = Range { low: -1.0, high: TOP.into() };
        let model = FloatModel::new(&layers, range, vec![1, 1], Some(0)).unwrap();
        let rows = [0.5, 0.25, -0.5, 0.75];
        assert_eq!(model.latent_len(), 1);
        assert_eq!(model.decode(&model.encode(&rows)), model.reconstruct(&rows));
        assert_eq!(model.decode(&[1.5]), [1.5, 0.5]);
    }

    #[test]
    fn sums_stop_before_the_activation() {
        assert_eq!(model().layers()[0].sums(&[-3.0, -4.0]), [-3.0, -3.0]);
    }
}

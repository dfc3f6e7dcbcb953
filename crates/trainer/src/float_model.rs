//! The float model that the integer one is made from and compared with.

use crate::nn::{Activation, Network};
use crate::prototypes::square_distance;
use crate::quantise::Range;
use tillwatch_engine::feature::Mark;
use tillwatch_model::{Body, FloatActivation, Reference, i32s};

/// One dense layer.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatLayer {
    /// Inputs.
    pub in_len: usize,
    /// Outputs.
    pub out_len: usize,
    /// What follows the sum.
    pub activation: Activation,
    /// `[out_len, in_len]`, row-major.
    pub weights: Vec<f32>,
    /// One per output.
    pub biases: Vec<f32>,
}

/// A trained float network with its scoring heads; values are standard deviations.
#[derive(Clone, Debug)]
pub struct FloatModel {
    /// The layers.
    pub layers: Vec<FloatLayer>,
    /// What 8-bit codes of the input span: the network sees what the device will see.
    pub input: Range,
    /// Columns of each feature.
    pub columns: Vec<u8>,
    /// Weight of each column's squared residual.
    pub column_weights: Vec<f32>,
    /// Calibration mean of the weighted squared residual.
    pub residual_mean: f32,
    /// Prototype rows.
    pub prototypes: Vec<f32>,
    /// Calibration mean of the squared prototype distance.
    pub prototype_mean: f32,
}

impl FloatLayer {
    /// The dense layers of a trained network.
    #[must_use]
    pub fn all_of(network: &Network<f32>) -> Vec<Self> {
        let layer = |view: crate::nn::DenseParameters<f32>| Self {
            in_len: view.in_len,
            out_len: view.out_len,
            activation: view.activation,
            weights: view.weights,
            biases: view.biases,
        };
        network.dense_layers().map(layer).collect()
    }

    /// The sums of one row, before the activation.
    ///
    /// # Shapes
    /// `row`: `in_len`; the result: `out_len`.
    pub fn sums(&self, row: &[f32]) -> impl Iterator<Item = f32> {
        let channels = self.weights.chunks_exact(self.in_len).zip(&self.biases);
        channels.map(move |(weights, bias)| bias + weights.iter().zip(row).map(|(w, x)| w * x).sum::<f32>())
    }
}

impl FloatModel {
    /// The model that a file carries along; `None` where it carries none.
    #[must_use]
    pub fn from_file(body: &Body<'_>, reference: Option<&Reference<'_>>) -> Option<Self> {
        let reference = reference?;
        let layers = reference.layers.iter().map(|layer| FloatLayer {
            in_len: layer.in_len.into(),
            out_len: layer.out_len.into(),
            activation: from_file(layer.activation),
            weights: floats(layer.weights),
            biases: floats(layer.bias),
        });
        Some(Self {
            layers: layers.collect(),
            input: Range::of_rule(&body.input, body.rim_fraction_bits.into()),
            columns: body.columns.to_vec(),
            column_weights: floats(reference.column_weights),
            residual_mean: reference.residual_mean,
            prototypes: floats(reference.prototypes),
            prototype_mean: reference.prototype_mean,
        })
    }

    /// What the network makes of a row.
    ///
    /// # Shapes
    /// `row` and the result: one value per column.
    #[must_use]
    pub fn reconstruct(&self, row: &[f32]) -> Vec<f32> {
        let mut values: Vec<f32> = row.iter().map(|&x| self.input.render(x.into()) as f32).collect();
        for layer in &self.layers {
            values = layer.sums(&values).map(|sum| layer.activation.value(sum)).collect();
        }
        values
    }

    /// The prototype nearest to a row; empty where there is none.
    #[must_use]
    pub fn nearest(&self, row: &[f32]) -> &[f32] {
        let rows = self.prototypes.chunks_exact(row.len());
        let scored = rows.map(|prototype| (square_distance(row, prototype), prototype));
        scored.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(&[], |(_, prototype)| prototype)
    }

    /// The score in the unit of the integer one divided by `SCORE_ONE`: each head has calibration mean one.
    ///
    /// # Shapes
    /// `row`: one value per column; `marks`: one per feature.
    #[must_use]
    pub fn score(&self, row: &[f32], marks: &[Mark]) -> f64 {
        let reconstruction = self.reconstruct(row);
        let prototype = self.nearest(row);
        let mut column = 0;
        let (mut sum, mut present) = (0_f64, 0_f64);
        for (&n_columns, mark) in self.columns.iter().zip(marks) {
            let range = column..column + usize::from(n_columns);
            column = range.end;
            if mark.has(Mark::MISSING) {
                continue;
            }
            present += 1.0;
            for j in range {
                let residual = f64::from(row[j] - reconstruction[j]);
                sum +=
                    residual * residual * f64::from(self.column_weights[j]) / f64::from(self.residual_mean);
                if let Some(&prototype) = prototype.get(j) {
                    let distance = f64::from(row[j] - prototype);
                    sum += distance * distance / f64::from(self.prototype_mean);
                }
            }
        }
        if present > 0.0 { sum * marks.len() as f64 / present } else { 0.0 }
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    i32s(bytes).map(|bits| f32::from_bits(bits as u32)).collect()
}

const PAIRS: [(Activation, FloatActivation); 11] = [
    (Activation::Linear, FloatActivation::Linear),
    (Activation::Relu, FloatActivation::Relu),
    (Activation::Relu6, FloatActivation::Relu6),
    (Activation::LeakyRelu, FloatActivation::LeakyRelu),
    (Activation::Elu, FloatActivation::Elu),
    (Activation::Selu, FloatActivation::Selu),
    (Activation::Gelu, FloatActivation::Gelu),
    (Activation::Softplus, FloatActivation::Softplus),
    (Activation::Swish, FloatActivation::Swish),
    (Activation::Tanh, FloatActivation::Tanh),
    (Activation::Sigmoid, FloatActivation::Sigmoid),
];

fn from_file(activation: FloatActivation) -> Activation {
    PAIRS.iter().find(|pair| pair.1 == activation).map_or(Activation::Linear, |pair| pair.0)
}

/// The name of an activation in a model file.
pub(crate) fn to_file(activation: Activation) -> FloatActivation {
    PAIRS.iter().find(|pair| pair.0 == activation).map_or(FloatActivation::Linear, |pair| pair.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: f32 = 127.0 / 128.0;

    fn model() -> FloatModel {
        FloatModel {
            layers: vec![FloatLayer {
                in_len: 2,
                out_len: 2,
                activation: Activation::Relu,
                weights: vec![1.0, 0.0, 0.0, 1.0],
                biases: vec![0.0, 1.0],
            }],
            // Codes are 128ths, so that both ends are codes and no rounding comes in.
            input: Range { low: -1.0, high: TOP.into() },
            columns: vec![1, 1],
            column_weights: vec![1.0, 2.0],
            residual_mean: 2.0,
            prototypes: vec![9.0, 9.0, 3.0, 0.0],
            prototype_mean: 4.0,
        }
    }

    #[test]
    fn a_score_by_hand() {
        // Clipped to (TOP, -1), reconstructed as (TOP, 0): residuals 3 - TOP and -2; nearest prototype 0 and -2 away.
        let score = model().score(&[3.0, -2.0], &[Mark::NONE; 2]);
        let residual = f64::from(3.0 - TOP);
        assert!((score - (residual * residual / 2.0 + 8.0 / 2.0 + 4.0 / 4.0)).abs() < f64::EPSILON * 16.0);
    }

    #[test]
    fn a_missing_feature_leaves_and_the_rest_makes_up() {
        let score = model().score(&[3.0, -2.0], &[Mark::NONE, Mark::MISSING]);
        let residual = f64::from(3.0 - TOP);
        assert!((score - 2.0 * (residual * residual / 2.0)).abs() < f64::EPSILON * 16.0);
        assert!(model().score(&[3.0, -2.0], &[Mark::MISSING; 2]).abs() < f64::EPSILON);
    }

    #[test]
    fn every_activation_has_its_name_in_the_file() {
        assert!(Activation::ALL.iter().all(|&activation| from_file(to_file(activation)) == activation));
    }
}

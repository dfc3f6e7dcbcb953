//! Variational: a narrow layer of normal distributions. The device takes their means.

use super::stack::Stack;
use super::{Plan, RecipeFault, Request, dense, fault};
use crate::nn::{GaussianSample, Shape};

/// Hyperparameters of a variational autoencoder.
///
/// # Source
/// Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014; the weight of the divergence and its warm-up
/// after Higgins et al., "beta-VAE", ICLR 2017, and Sønderby et al., "Ladder variational autoencoders", NeurIPS 2016.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variational {
    /// Weight of the divergence beside the mean loss of an element; chosen from the numbers of columns and training
    /// rows where there is none.
    pub beta: Option<f64>,
    /// Share of training in which the weight rises from 0.
    pub warm_up: f64,
    /// True where the latent vector's length is part of the score.
    pub scores_latent: bool,
}

impl Default for Variational {
    fn default() -> Self {
        Self { beta: None, warm_up: 0.2, scores_latent: false }
    }
}

/// Least and greatest variance of the decoder's noise, in that of a column, that the chosen weight stands for.
const DECODER_VARIANCE: [f64; 2] = [0.03, 1.0];
/// Training rows above which it is no longer the greatest.
const FEW_ROWS: f64 = 3000.0;

/// Variance of the decoder's noise, in that of a column: the likelihood of a row of n columns is then
/// `-n / (2 * variance)` times its mean squared error.
///
/// Like the weight of any prior it falls with the number of rows: a column's own variance detects best where rows are
/// few, what columns have in common is worth learning exactly where they are many, see `DESIGN.md`.
fn decoder_variance(rows: usize) -> f64 {
    let [least, most] = DECODER_VARIANCE;
    (most * FEW_ROWS / rows.max(1) as f64).clamp(least, most)
}

impl Variational {
    pub(super) fn plan(self, request: &Request<'_>) -> Result<Plan, RecipeFault> {
        let columns = request.shape.len();
        let variance = decoder_variance(request.rows.len() / columns);
        let beta = self.beta.unwrap_or(2.0 * variance / columns as f64);
        if !(beta.is_finite() && beta >= 0.0) {
            return Err(fault("--beta", &beta, "0 or more"));
        }
        if !(0.0..=1.0).contains(&self.warm_up) {
            return Err(fault("--warm-up", &self.warm_up, "a share from 0 to 1"));
        }
        let widths = dense::widths(request);
        let middle = widths.hidden.len() / 2;
        let mut stack = Stack::new(request);
        for (index, &width) in widths.hidden.iter().enumerate() {
            if index == middle {
                // Means, then logarithms of variances.
                stack.linear(2 * width);
                let sample = GaussianSample { len: width, beta, warm_up: self.warm_up };
                stack.push(sample, Shape::flat(width));
            } else {
                stack.dense(width);
            }
        }
        Ok(Plan { layers: stack.ending(columns), noise: None, reason: widths.reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, LayerKind};

    const COLUMNS: usize = 4;

    /// The weight of the divergence in a plan for that many training rows.
    fn weight(recipe: Variational, rows: usize) -> f64 {
        let request = Request {
            shape: Shape::flat(COLUMNS),
            hidden: Some(&[3, 2, 3]),
            activation: Activation::Relu,
            batch_norm: false,
            dropout: 0.0,
            rows: &vec![0.0; rows * COLUMNS],
        };
        let sample = recipe.plan(&request).unwrap().layers.into_iter().find_map(|kind| match kind {
            LayerKind::GaussianSample(sample) => Some(sample),
            _ => None,
        });
        sample.unwrap().beta
    }

    #[test]
    fn the_weight_of_the_divergence_falls_with_the_rows_between_its_bounds() {
        let variance = |rows| weight(Variational::default(), rows) * COLUMNS as f64 / 2.0;
        for (rows, wanted) in
            [(0, 1.0), (100, 1.0), (3000, 1.0), (6000, 0.5), (60_000, 0.05), (100_000, 0.03), (200_000, 0.03)]
        {
            assert_eq!(variance(rows), wanted, "{rows} rows");
        }
    }

    #[test]
    fn a_weight_that_is_asked_for_stays_whatever_the_rows() {
        let recipe = Variational { beta: Some(0.7), ..Variational::default() };
        assert_eq!([10, 60_000].map(|rows| weight(recipe, rows)), [0.7, 0.7]);
    }
}

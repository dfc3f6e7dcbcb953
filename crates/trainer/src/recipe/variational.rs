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
    /// Weight of the divergence beside the mean loss of an element; chosen from the number of columns where there is
    /// none.
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

/// Variance of the decoder's noise, in that of a column, that the chosen weight stands for: the likelihood of a row of n
/// columns is then `-n / (2 * variance)` times its mean squared error. A column's own variance detects best, see
/// `DESIGN.md`.
const DECODER_VARIANCE: f64 = 1.0;

impl Variational {
    pub(super) fn plan(self, request: &Request<'_>) -> Result<Plan, RecipeFault> {
        let columns = request.shape.len();
        let beta = self.beta.unwrap_or(2.0 * DECODER_VARIANCE / columns as f64);
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

//! Variational: a narrow layer of normal distributions. The device takes their means.

use super::sheet::is_sheet;
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
    /// Weight of the divergence beside the mean loss of an element; chosen from the columns and the training
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
/// Training rows above which it is no longer the greatest where they lie on a sheet.
const FEW_ROWS: f64 = 3000.0;

/// Variance of the decoder's noise, in that of a column: the likelihood of a row of n columns is then
/// `-n / (2 * variance)` times its mean squared error.
///
/// A column's own variance detects best on most tables. Where many rows lie on a sheet, what columns have in common is
/// worth learning exactly; there, like the weight of any prior, it falls with the number of rows. See `DESIGN.md`.
fn decoder_variance(request: &Request<'_>, latent: usize) -> f64 {
    let [least, most] = DECODER_VARIANCE;
    let columns = request.shape.len();
    let rows = (request.rows.len() / columns) as f64;
    if rows > FEW_ROWS && is_sheet(request.rows, columns, latent) {
        (most * FEW_ROWS / rows).max(least)
    } else {
        most
    }
}

impl Variational {
    pub(super) fn plan(self, request: &Request<'_>) -> Result<Plan, RecipeFault> {
        let columns = request.shape.len();
        let widths = dense::widths(request);
        let middle = widths.hidden.len() / 2;
        let latent = widths.hidden.get(middle).copied().unwrap_or(0);
        let beta = self.beta.unwrap_or_else(|| 2.0 * decoder_variance(request, latent) / columns as f64);
        if !(beta.is_finite() && beta >= 0.0) {
            return Err(fault("--beta", &beta, "0 or more"));
        }
        if !(0.0..=1.0).contains(&self.warm_up) {
            return Err(fault("--warm-up", &self.warm_up, "a share from 0 to 1"));
        }
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

    /// The weight of the divergence in a plan for such rows.
    fn weight(recipe: Variational, rows: &[f32]) -> f64 {
        let request = Request {
            shape: Shape::flat(COLUMNS),
            hidden: Some(&[3, 2, 3]),
            activation: Activation::Relu,
            batch_norm: false,
            dropout: 0.0,
            rows,
        };
        let sample = recipe.plan(&request).unwrap().layers.into_iter().find_map(|kind| match kind {
            LayerKind::GaussianSample(sample) => Some(sample),
            _ => None,
        });
        sample.unwrap().beta
    }

    /// Points of a plane, evenly spread.
    fn plane(rows: usize) -> Vec<f32> {
        let along = |row: usize, factor: f64| (row as f64 * factor).fract() as f32;
        let row = |row| {
            let (a, b) = (along(row, 0.618_033_988_75), along(row, 0.754_877_666_25));
            [a, b, a + b, a - b]
        };
        (0..rows).flat_map(row).collect()
    }

    #[test]
    fn the_weight_of_the_divergence_falls_with_the_rows_of_a_sheet() {
        let variance = |rows| weight(Variational::default(), &plane(rows)) * COLUMNS as f64 / 2.0;
        for (rows, wanted) in
            [(0, 1.0), (100, 1.0), (3000, 1.0), (6000, 0.5), (60_000, 0.05), (200_000, 0.03)]
        {
            assert_eq!(variance(rows), wanted, "{rows} rows");
        }
    }

    #[test]
    fn the_weight_of_the_divergence_stays_for_many_rows_in_heaps() {
        let heaps: Vec<f32> =
            (0..60_000).flat_map(|row| [0, 1, 2, 3].map(|at| ((row * 7 + at * 5) % 11) as f32)).collect();
        assert_eq!(weight(Variational::default(), &heaps) * COLUMNS as f64 / 2.0, 1.0);
    }

    #[test]
    fn a_weight_that_is_asked_for_stays_whatever_the_rows() {
        let recipe = Variational { beta: Some(0.7), ..Variational::default() };
        assert_eq!([10, 60_000].map(|rows| weight(recipe, &plane(rows))), [0.7, 0.7]);
    }
}

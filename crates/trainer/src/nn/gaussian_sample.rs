//! The latent draw of a variational autoencoder.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer, Mode};
use super::random::{Generator, normal};
use super::real::Real;

/// Reads `len` means and then `len` logarithms of variances, and gives `len` values: in training
/// `mean + exp(log variance / 2) * draw` with draws of the standard normal distribution, in evaluation the means.
///
/// The penalty of a row is `beta * sum over the values of (mean^2 + variance - 1 - log variance) / 2`, the divergence
/// from the standard normal distribution. It stands beside the loss, a mean over elements: for the usual bound, whose
/// squared error is summed over a row, `beta` is 1 divided by the number of columns. In training `beta` rises in a
/// straight line from 0 over the first `warm_up` of the steps; the loss of evaluation has the full `beta`, so that
/// epochs compare.
///
/// # Source
/// Kingma and Welling, "Auto-encoding variational Bayes", 2014; warm-up: Sønderby and others, "Ladder variational
/// autoencoders", 2016.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianSample {
    /// Values given; twice as many are read.
    pub len: usize,
    /// Weight of the divergence in the loss.
    pub beta: f64,
    /// Share of training until `beta` has its full weight, in `[0, 1]`.
    pub warm_up: f64,
}

impl GaussianSample {
    /// The weight of the divergence at some point of training.
    fn beta_at(self, progress: f64) -> f64 {
        if progress < self.warm_up { self.beta * progress / self.warm_up } else { self.beta }
    }

    /// The forward pass with draws from elsewhere.
    pub(super) fn forward_with<T: Real>(
        self,
        pass: Forward<'_, T>,
        mut draw: impl FnMut(&mut Generator) -> f64,
    ) {
        let Forward { mode, progress, row_weights, input, output, tape, generator, .. } = pass;
        let beta = self.beta_at(progress);
        let half = T::from_f64(0.5);
        // Of each value its deviation times its draw, and at last beta.
        tape.kept.clear();
        tape.penalty = 0.0;
        let rows = input.chunks_exact(2 * self.len).zip(output.chunks_exact_mut(self.len));
        for ((input, output), weight) in rows.zip(row_weights) {
            let (means, logs) = input.split_at(self.len);
            let mut divergence = T::ZERO;
            for ((mean, log), to) in means.iter().zip(logs).zip(output) {
                let variance = log.exp();
                divergence += *mean * *mean + (variance - T::ONE - *log);
                *to = *mean;
                if mode == Mode::Train {
                    let moved = variance.sqrt() * T::from_f64(draw(generator));
                    *to += moved;
                    tape.kept.push(moved);
                }
            }
            tape.penalty += beta * (*weight * half * divergence).to_f64();
        }
        tape.kept.push(T::from_f64(beta));
    }
}

impl<T: Real> Layer<T> for GaussianSample {
    fn kind(&self) -> LayerKind {
        LayerKind::GaussianSample(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        let GaussianSample { beta, warm_up, .. } = *self;
        LayerSetting::check("beta", beta, beta >= 0.0 && beta.is_finite(), "0 or more and finite")?;
        LayerSetting::check("warm_up", warm_up, (0.0..=1.0).contains(&warm_up), "from 0 to 1")
    }

    fn in_len(&self) -> usize {
        2 * self.len
    }

    fn out_len(&self) -> usize {
        self.len
    }

    fn forward(&self, pass: Forward<'_, T>) {
        self.forward_with(pass, normal);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Backward { row_weights, input, output_gradient, input_gradient, tape, .. } = pass;
        let Some(input_gradient) = input_gradient else { return };
        let (half, len) = (T::from_f64(0.5), self.len);
        let Some((beta, moved)) = tape.kept.split_last() else { return };
        let rows = input.chunks_exact(2 * len).zip(input_gradient.chunks_exact_mut(2 * len));
        let gradients = output_gradient.chunks_exact(len).zip(moved.chunks_exact(len));
        for (((input, to), (gradient, moved)), weight) in rows.zip(gradients).zip(row_weights) {
            let (means, logs) = input.split_at(len);
            let (to_means, to_logs) = to.split_at_mut(len);
            let weight = *beta * *weight;
            for at in 0..len {
                to_means[at] = gradient[at] + weight * means[at];
                to_logs[at] = half * (gradient[at] * moved[at] + weight * (logs[at].exp() - T::ONE));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate, penalty};
    use super::*;
    use tillwatch_testkit::tolerance::BY_HAND;

    #[test]
    fn evaluation_gives_the_means() {
        let layer = GaussianSample { len: 2, beta: 1.0, warm_up: 0.0 };
        assert_eq!(evaluate(&layer, &[], &[1.0, -2.0, 0.3, 5.0]), [1.0, -2.0]);
    }

    #[test]
    fn the_divergence_is_the_closed_form() {
        let layer = GaussianSample { len: 1, beta: 0.5, warm_up: 0.5 };
        // Mean 2, variance e: (4 + e - 2) / 2, times beta and the row's weight, 3.
        let whole = 0.5 * 3.0 * (2.0 + std::f64::consts::E) / 2.0;
        for (progress, share) in [(0.0, 0.0), (0.25, 0.5), (0.5, 1.0), (0.9, 1.0)] {
            let found = penalty(&layer, &[2.0, 1.0], &[3.0], progress);
            assert!((found - share * whole).abs() < BY_HAND, "{progress}: {found}");
        }
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&GaussianSample { len: 3, beta: 0.7, warm_up: 0.0 }, 4, 73);
        check_layer(&GaussianSample { len: 3, beta: 0.7, warm_up: 1.0 }, 4, 74);
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        let good = GaussianSample { len: 1, beta: 1.0, warm_up: 0.0 };
        let refused = |layer: GaussianSample| Layer::<f32>::check(&layer).unwrap_err().name;
        assert_eq!(refused(GaussianSample { beta: -1.0, ..good }), "beta");
        assert_eq!(refused(GaussianSample { warm_up: 2.0, ..good }), "warm_up");
    }
}

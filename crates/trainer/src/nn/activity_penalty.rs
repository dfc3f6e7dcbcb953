//! Penalties on activations, for sparse and contractive codes.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer};
use super::real::Real;

/// Gives its input and adds to the loss. No parameters.
///
/// Each penalty is a mean over the values of a row, so that its weight does not depend on their number: in PyTorch's
/// terms `weight * activation.abs().mean()`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivityPenalty {
    /// Values per row.
    pub len: usize,
    /// What is added.
    pub penalty: Penalty,
    /// Its weight in the loss.
    pub weight: f64,
}

/// What is to be small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// The mean of absolute values.
    L1,
    /// The mean of squares.
    L2,
    /// The mean over the values of `t ln(t / a) + (1 - t) ln((1 - t) / (1 - a))`, where `a` is the mean activity of a
    /// value over the rows of the shard (by their weights) and `t` the target. For activations in `(0, 1)`, those of a
    /// sigmoid (Ng, "Sparse autoencoder", 2011). Like batch normalisation, each shard takes its own mean.
    Divergence {
        /// The wanted mean activity, in `(0, 1)`.
        target: f64,
    },
}

/// Mean activities are held this far from 0 and 1, so that the divergence stays finite.
const ACTIVITY_MARGIN: f64 = 1e-6;

impl<T: Real> Layer<T> for ActivityPenalty {
    fn kind(&self) -> LayerKind {
        LayerKind::ActivityPenalty(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        LayerSetting::check(
            "weight",
            self.weight,
            self.weight >= 0.0 && self.weight.is_finite(),
            "0 or more and finite",
        )?;
        match self.penalty {
            Penalty::L1 | Penalty::L2 => Ok(()),
            Penalty::Divergence { target } => {
                LayerSetting::check("target", target, target > 0.0 && target < 1.0, "above 0 and below 1")
            }
        }
    }

    fn in_len(&self) -> usize {
        self.len
    }

    fn out_len(&self) -> usize {
        self.len
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { row_weights, input, output, tape, .. } = pass;
        output.copy_from_slice(input);
        let rows = input.chunks_exact(self.len).zip(row_weights);
        let weighted = |size: fn(T) -> T| {
            rows.clone()
                .map(|(row, weight)| (*weight * row.iter().map(|x| size(*x)).sum::<T>()).to_f64())
                .sum()
        };
        let sum: f64 = match self.penalty {
            Penalty::L1 => weighted(Real::abs),
            Penalty::L2 => weighted(|x| x * x),
            Penalty::Divergence { target } => {
                let activity = &mut tape.kept;
                activity.clear();
                activity.resize(self.len, T::ZERO);
                let total: T = row_weights.iter().copied().sum();
                for (row, weight) in rows {
                    activity.iter_mut().zip(row).for_each(|(sum, x)| *sum += *weight * *x);
                }
                let share = if total > T::ZERO { T::ONE / total } else { T::ZERO };
                let mut sum = 0.0;
                for mean in activity {
                    *mean *= share;
                    let a = mean.to_f64().clamp(ACTIVITY_MARGIN, 1.0 - ACTIVITY_MARGIN);
                    *mean = T::from_f64(a);
                    sum += target * libm::log(target / a)
                        + (1.0 - target) * libm::log((1.0 - target) / (1.0 - a));
                }
                sum * total.to_f64()
            }
        };
        tape.penalty = self.weight * sum / self.len as f64;
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Some(input_gradient) = pass.input_gradient else { return };
        let scale = self.weight / self.len as f64;
        let (input, activity) = (pass.input.chunks_exact(self.len), &pass.tape.kept);
        let gradients =
            input_gradient.chunks_exact_mut(self.len).zip(pass.output_gradient.chunks_exact(self.len));
        for (((to, from), row), weight) in gradients.zip(input).zip(pass.row_weights) {
            let factor = T::from_f64(scale) * *weight;
            for (at, (to, from)) in to.iter_mut().zip(from).enumerate() {
                let x = row[at];
                let slope = match self.penalty {
                    Penalty::L1 if x > T::ZERO => T::ONE,
                    Penalty::L1 if x < T::ZERO => -T::ONE,
                    Penalty::L1 => T::ZERO,
                    Penalty::L2 => x + x,
                    Penalty::Divergence { target } => {
                        let (a, target) = (activity[at], T::from_f64(target));
                        (a - target) / (a * (T::ONE - a))
                    }
                };
                *to = *from + factor * slope;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer_from, evaluate, penalty};
    use super::*;
    use tillwatch_testkit::tolerance::BY_HAND;

    fn layer(penalty: Penalty) -> ActivityPenalty {
        ActivityPenalty { len: 4, penalty, weight: 0.8 }
    }

    #[test]
    fn hand_checked_penalties() {
        let rows = [1.0, -2.0, 0.0, 1.0, 0.0, 0.0, 0.0, -4.0];
        assert_eq!(penalty(&layer(Penalty::L1), &rows, &[3.0, 1.0], 0.0), 0.8 * (3.0 * 1.0 + 1.0));
        assert_eq!(penalty(&layer(Penalty::L2), &rows, &[3.0, 1.0], 0.0), 0.8 * (3.0 * 1.5 + 4.0));
        // Mean activity 0.5 of every value, in rows of weight 2 and 2.
        let rows = [0.4, 0.6, 0.5, 0.9, 0.6, 0.4, 0.5, 0.1];
        let found = penalty(&layer(Penalty::Divergence { target: 0.1 }), &rows, &[2.0, 2.0], 0.0);
        let wanted = 0.8 * 4.0 * (0.1 * 0.2f64.ln() + 0.9 * 1.8f64.ln());
        assert!((found - wanted).abs() < BY_HAND, "{found} {wanted}");
        assert_eq!(evaluate(&layer(Penalty::L1), &[], &rows), rows);
    }

    #[test]
    fn gradients_equal_central_differences() {
        for kind in [Penalty::L1, Penalty::L2] {
            check_layer_from(&layer(kind), 3, 75, -1.0);
        }
        check_layer_from(&layer(Penalty::Divergence { target: 0.2 }), 3, 76, 0.0);
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        let refused = |layer: ActivityPenalty| Layer::<f32>::check(&layer).unwrap_err().name;
        assert_eq!(refused(ActivityPenalty { weight: -1.0, ..layer(Penalty::L1) }), "weight");
        assert_eq!(refused(layer(Penalty::Divergence { target: 1.0 })), "target");
    }
}

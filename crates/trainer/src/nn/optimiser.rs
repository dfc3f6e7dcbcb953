//! Optimisers: one loop over the one vector of parameters.

use super::real::Real;
use std::ops::Range;

/// Which optimiser, and its settings. Weight decay is decoupled: weights shrink by `learning_rate * weight_decay`
/// of themselves each step, apart from the gradient; biases do not. The L1 penalty is as decoupled: after each step
/// weights move by `learning_rate * l1` towards 0 and stop there, which is the proximal step of `l1 * sum |weight|` (as
/// in ISTA; Beck and Teboulle, 2009), so that weights become exactly 0; biases do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptimiserConfig {
    /// Adam (Kingma and Ba, 2015) with decoupled decay (Loshchilov and Hutter, 2019).
    Adam {
        /// Memory of the mean of gradients, in `[0, 1)`.
        beta1: f64,
        /// Memory of the mean of squared gradients, in `[0, 1)`.
        beta2: f64,
        /// Added to the root of the mean square.
        epsilon: f64,
        /// Decay per step and unit of learning rate.
        weight_decay: f64,
        /// Way towards 0 per step and unit of learning rate.
        l1: f64,
    },
    /// Gradient descent with momentum: `velocity = momentum * velocity + gradient`.
    Sgd {
        /// Memory of the velocity, in `[0, 1)`.
        momentum: f64,
        /// Decay per step and unit of learning rate.
        weight_decay: f64,
        /// Way towards 0 per step and unit of learning rate.
        l1: f64,
    },
}

impl OptimiserConfig {
    /// Adam with the usual settings and no decay.
    pub const ADAM: OptimiserConfig =
        OptimiserConfig::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0, l1: 0.0 };
}

/// An optimiser with its memory.
#[derive(Debug)]
pub(super) struct Optimiser<T> {
    config: OptimiserConfig,
    /// Mean of gradients, or velocity.
    first: Vec<T>,
    /// Mean of squared gradients; empty without.
    second: Vec<T>,
    /// `beta1^steps` and `beta2^steps`.
    remaining: (f64, f64),
    decayed: Vec<Range<usize>>,
}

impl<T: Real> Optimiser<T> {
    /// An optimiser for `len` parameters, of which those in `decayed` shrink.
    pub(super) fn new(config: OptimiserConfig, len: usize, decayed: Vec<Range<usize>>) -> Self {
        let second = match config {
            OptimiserConfig::Adam { .. } => vec![T::ZERO; len],
            OptimiserConfig::Sgd { .. } => Vec::new(),
        };
        Optimiser { config, first: vec![T::ZERO; len], second, remaining: (1.0, 1.0), decayed }
    }

    /// Moves the parameters against the gradient.
    pub(super) fn step(&mut self, parameters: &mut [T], gradient: &[T], learning_rate: f64) {
        match self.config {
            OptimiserConfig::Adam { beta1, beta2, epsilon, weight_decay, l1 } => {
                self.decay(parameters, learning_rate * weight_decay);
                self.remaining.0 *= beta1;
                self.remaining.1 *= beta2;
                let rate = T::from_f64(learning_rate / (1.0 - self.remaining.0));
                let correction = T::from_f64(1.0 / (1.0 - self.remaining.1).sqrt());
                let epsilon = T::from_f64(epsilon);
                let (keep1, take1) = (T::from_f64(beta1), T::from_f64(1.0 - beta1));
                let (keep2, take2) = (T::from_f64(beta2), T::from_f64(1.0 - beta2));
                let moments = self.first.iter_mut().zip(&mut self.second);
                for ((parameter, g), (first, second)) in parameters.iter_mut().zip(gradient).zip(moments) {
                    *first = keep1 * *first + take1 * *g;
                    *second = keep2 * *second + take2 * (*g * *g);
                    *parameter -= rate * *first / (second.sqrt() * correction + epsilon);
                }
                self.shrink(parameters, learning_rate * l1);
            }
            OptimiserConfig::Sgd { momentum, weight_decay, l1 } => {
                self.decay(parameters, learning_rate * weight_decay);
                let (rate, momentum) = (T::from_f64(learning_rate), T::from_f64(momentum));
                for ((parameter, g), velocity) in parameters.iter_mut().zip(gradient).zip(&mut self.first) {
                    *velocity = momentum * *velocity + *g;
                    *parameter -= rate * *velocity;
                }
                self.shrink(parameters, learning_rate * l1);
            }
        }
    }

    /// Moves weights by `way` towards 0.
    fn shrink(&self, parameters: &mut [T], way: f64) {
        if way > 0.0 {
            let way = T::from_f64(way);
            for range in &self.decayed {
                for parameter in &mut parameters[range.clone()] {
                    let size = (parameter.abs() - way).at_least(T::ZERO);
                    *parameter = if *parameter < T::ZERO { -size } else { size };
                }
            }
        }
    }

    fn decay(&self, parameters: &mut [T], share: f64) {
        if share > 0.0 {
            let keep = T::from_f64(1.0 - share);
            for range in &self.decayed {
                parameters[range.clone()].iter_mut().for_each(|parameter| *parameter *= keep);
            }
        }
    }
}

/// Shrinks a gradient to a length (its Euclidean norm) of at most `limit`.
pub(super) fn clip<T: Real>(gradient: &mut [T], limit: f64) {
    let norm = gradient.iter().map(|g| g.to_f64() * g.to_f64()).sum::<f64>().sqrt();
    if norm > limit {
        let factor = T::from_f64(limit / norm);
        for g in gradient {
            *g *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::{FIRST_STEP, MINIMUM};

    /// Minimises `2 (a - 3)^2 + 0.5 (b + 1)^2`.
    fn minimise(config: OptimiserConfig, learning_rate: f64, steps: usize) -> [f64; 2] {
        let mut parameters = [0.0, 0.0];
        let mut optimiser = Optimiser::new(config, 2, Vec::new());
        for step in 0..steps {
            let gradient = [4.0 * (parameters[0] - 3.0), parameters[1] + 1.0];
            let rate = learning_rate * (1.0 - step as f64 / steps as f64);
            optimiser.step(&mut parameters, &gradient, rate);
        }
        parameters
    }

    #[test]
    fn each_finds_the_minimum_of_a_quadratic() {
        for (config, rate) in [
            (OptimiserConfig::ADAM, 0.1),
            (OptimiserConfig::Sgd { momentum: 0.8, weight_decay: 0.0, l1: 0.0 }, 0.05),
        ] {
            let [a, b] = minimise(config, rate, 2000);
            assert!((a - 3.0).abs() < MINIMUM && (b + 1.0).abs() < MINIMUM, "{config:?}: {a} {b}");
        }
    }

    #[test]
    fn the_first_adam_step_is_the_learning_rate() {
        let mut parameters = [1.0f64, 1.0];
        Optimiser::new(OptimiserConfig::ADAM, 2, vec![]).step(&mut parameters, &[1e-3, -50.0], 0.25);
        assert!((parameters[0] - 0.75).abs() < FIRST_STEP && (parameters[1] - 1.25).abs() < FIRST_STEP);
    }

    #[test]
    fn decay_shrinks_weights_and_spares_biases() {
        let config = OptimiserConfig::Sgd { momentum: 0.0, weight_decay: 0.5, l1: 0.0 };
        let mut parameters = [8.0f32, 8.0];
        Optimiser::new(config, 2, vec![0..1; 1]).step(&mut parameters, &[0.0, 0.0], 0.5);
        assert_eq!(parameters, [6.0, 8.0]);
    }

    #[test]
    fn l1_moves_weights_to_zero_and_no_further() {
        for config in [
            OptimiserConfig::Sgd { momentum: 0.0, weight_decay: 0.0, l1: 0.5 },
            OptimiserConfig::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0, l1: 0.5 },
        ] {
            let mut parameters = [8.0f32, -8.0, 0.125, -0.25, 8.0];
            Optimiser::new(config, 5, vec![0..4; 1]).step(&mut parameters, &[0.0; 5], 0.5);
            assert_eq!(parameters, [7.75, -7.75, 0.0, 0.0, 8.0]);
        }
    }

    #[test]
    fn clipping_keeps_the_direction() {
        let mut gradient = [3.0f64, 4.0];
        clip(&mut gradient, 10.0);
        assert_eq!(gradient, [3.0, 4.0]);
        clip(&mut gradient, 0.5);
        assert_eq!(gradient, [3.0 * 0.1, 4.0 * 0.1]);
    }
}

//! The fully connected layer with its activation.

use super::activation::Activation;
use super::bias::add_rows;
use super::gemm::{View, multiply};
use super::initial::initialise;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer, Mode};
use super::random::Generator;
use super::real::Real;
use std::ops::Range;

/// `output = activation(input * weights^T + biases)`
///
/// Parameters: weights `[out_len, in_len]` row-major, then biases `[out_len]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dense {
    /// Values per input row.
    pub in_len: usize,
    /// Values per output row.
    pub out_len: usize,
    /// What follows the sum.
    pub activation: Activation,
}

impl Dense {
    fn weight_len(self) -> usize {
        self.in_len * self.out_len
    }
}

impl<T: Real> Layer<T> for Dense {
    fn kind(&self) -> LayerKind {
        LayerKind::Dense(*self)
    }

    fn in_len(&self) -> usize {
        self.in_len
    }

    fn out_len(&self) -> usize {
        self.out_len
    }

    fn parameter_len(&self) -> usize {
        self.weight_len() + self.out_len
    }

    fn decayed(&self) -> Range<usize> {
        0..self.weight_len()
    }

    fn initialise(&self, parameters: &mut [T], generator: &mut Generator) {
        initialise(parameters, self.weight_len(), self.activation, [self.in_len, self.out_len], generator);
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { mode, rows, parameters, input, output, tape, .. } = pass;
        let (weights, biases) = parameters.split_at(self.weight_len());
        multiply(
            View::new(input, rows, self.in_len),
            View::new(weights, self.out_len, self.in_len).transposed(),
            Some(biases),
            output,
        );
        if mode == Mode::Train && self.activation.needs_input() {
            tape.kept.clear();
            tape.kept.extend_from_slice(output);
        }
        self.activation.apply(output);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Backward { rows, parameters, input, output, output_gradient, .. } = pass;
        self.activation.chain(&pass.tape.kept, output, output_gradient);
        let (weight_gradient, bias_gradient) = pass.parameter_gradient.split_at_mut(self.weight_len());
        add_rows(output_gradient, bias_gradient);
        let output_gradient = View::new(output_gradient, rows, self.out_len);
        let input = View::new(input, rows, self.in_len);
        multiply(output_gradient.transposed(), input, None, weight_gradient);
        if let Some(input_gradient) = pass.input_gradient {
            let weights = &parameters[..self.weight_len()];
            let weights = View::new(weights, self.out_len, self.in_len);
            multiply(output_gradient, weights, None, input_gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate};
    use super::super::random::generator;
    use super::*;

    #[test]
    fn a_hand_checked_row() {
        let layer = Dense { in_len: 2, out_len: 2, activation: Activation::Relu };
        // Weights of the outputs: (1, 2) and (-1, 1); biases 0.5 and -4.
        let parameters = [1.0, 2.0, -1.0, 1.0, 0.5, -4.0];
        assert_eq!(evaluate(&layer, &parameters, &[3.0, 4.0]), [11.5, 0.0]);
    }

    #[test]
    fn gradients_equal_central_differences_for_every_activation() {
        for activation in Activation::ALL {
            check_layer(&Dense { in_len: 5, out_len: 4, activation }, 3, 17);
        }
    }

    #[test]
    fn first_weights_fill_their_interval_and_biases_are_zero() {
        let layer = Dense { in_len: 24, out_len: 30, activation: Activation::Relu };
        let mut parameters = vec![1.0f64; Layer::<f64>::parameter_len(&layer)];
        layer.initialise(&mut parameters, &mut generator(5, 0));
        let (weights, biases) = parameters.split_at(720);
        let largest = weights.iter().fold(0.0f64, |largest, weight| largest.max(weight.abs()));
        assert!(largest <= 0.5 && largest > 0.49, "{largest}");
        assert!(biases.iter().all(|bias| *bias == 0.0));
    }
}

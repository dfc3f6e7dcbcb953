//! An activation as a layer of its own, for those that must follow something other than a dense layer.

use super::activation::Activation;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer};
use super::real::Real;

/// `output = activation(input)`, value by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elementwise {
    /// Values per row.
    pub len: usize,
    /// The function.
    pub activation: Activation,
}

impl<T: Real> Layer<T> for Elementwise {
    fn kind(&self) -> LayerKind {
        LayerKind::Elementwise(*self)
    }

    fn in_len(&self) -> usize {
        self.len
    }

    fn out_len(&self) -> usize {
        self.len
    }

    fn forward(&self, pass: Forward<'_, T>) {
        pass.output.copy_from_slice(pass.input);
        self.activation.apply(pass.output);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        if let Some(input_gradient) = pass.input_gradient {
            self.activation.chain(pass.input, pass.output, pass.output_gradient);
            input_gradient.copy_from_slice(pass.output_gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::check_layer;
    use super::*;

    #[test]
    fn gradients_equal_central_differences_for_every_activation() {
        for activation in Activation::ALL {
            check_layer(&Elementwise { len: 6, activation }, 4, 23);
        }
    }
}

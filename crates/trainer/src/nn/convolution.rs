//! The convolution with its activation.

use super::activation::Activation;
use super::bias::add_pixels;
use super::error::LayerSetting;
use super::gemm::{View, multiply};
use super::initial::initialise;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer, Mode};
use super::patches::{self, Patches};
use super::random::Generator;
use super::real::Real;
use super::shape::{Padding, Shape};
use std::ops::Range;

/// `output[y, x, o] = activation(bias[o] + sum of weights[o, ky, kx, i] * input[y*stride + ky - top, x*stride + kx - left, i])`
///
/// Pixels outside the input are zero. A sequence is an image of height 1. Parameters: weights
/// `[out_channels, kernel height, kernel width, in_channels]` row-major, then biases `[out_channels]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Shape of an input row.
    pub input: Shape,
    /// Channels of an output pixel.
    pub out_channels: usize,
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Distance of neighbouring outputs, down and across.
    pub stride: [usize; 2],
    /// Zeros around the input.
    pub padding: Padding,
    /// What follows the sum.
    pub activation: Activation,
}

impl Convolution {
    /// Shape of an output row: `(input + padding - kernel) / stride + 1` lines and pixels, rounded down.
    #[must_use]
    pub const fn output(self) -> Shape {
        let [height, width] = self.padded();
        let lines = (height.saturating_sub(self.kernel[0])) / self.stride[0] + 1;
        let pixels = (width.saturating_sub(self.kernel[1])) / self.stride[1] + 1;
        Shape::new(lines, pixels, self.out_channels)
    }

    /// Number of weights; the biases follow them.
    #[must_use]
    pub const fn weight_len(self) -> usize {
        self.out_channels * self.kernel[0] * self.kernel[1] * self.input.channels
    }

    const fn padded(self) -> [usize; 2] {
        let Padding { top, left, bottom, right } = self.padding;
        [self.input.height + top + bottom, self.input.width + left + right]
    }

    fn patches(self) -> Patches {
        let output = self.output();
        Patches {
            image: self.input,
            grid: [output.height, output.width],
            kernel: self.kernel,
            stride: self.stride,
            offset: [self.padding.top, self.padding.left],
        }
    }
}

impl<T: Real> Layer<T> for Convolution {
    fn kind(&self) -> LayerKind {
        LayerKind::Convolution(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        patches::check(self.padded(), self.kernel, self.stride)
    }

    fn in_len(&self) -> usize {
        self.input.len()
    }

    fn out_len(&self) -> usize {
        self.output().len()
    }

    fn parameter_len(&self) -> usize {
        self.weight_len() + self.out_channels
    }

    fn decayed(&self) -> Range<usize> {
        0..self.weight_len()
    }

    fn initialise(&self, parameters: &mut [T], generator: &mut Generator) {
        let taps = self.kernel[0] * self.kernel[1];
        let fans = [taps * self.input.channels, taps * self.out_channels];
        initialise(parameters, self.weight_len(), self.activation, fans, generator);
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { mode, parameters, input, output, tape, .. } = pass;
        let (weights, biases) = parameters.split_at(self.weight_len());
        let (patches, out_channels) = (self.patches(), self.out_channels);
        let (len, count, together) = (patches.len(), patches.count(), patches.together());
        let inputs = input.chunks(together * self.input.len());
        for (input, output) in inputs.zip(output.chunks_mut(together * count * out_channels)) {
            let pixels = output.len() / out_channels;
            let room = room(&mut tape.room, pixels * len);
            patches.gather(input, room);
            let weights = View::new(weights, out_channels, len).transposed();
            multiply(View::new(room, pixels, len), weights, Some(biases), output);
        }
        if mode == Mode::Train && self.activation.needs_input() {
            tape.kept.clear();
            tape.kept.extend_from_slice(output);
        }
        self.activation.apply(output);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Backward { parameters, input, output, output_gradient, mut input_gradient, tape, .. } = pass;
        self.activation.chain(&tape.kept, output, output_gradient);
        let (weights, _) = parameters.split_at(self.weight_len());
        let (weight_gradient, bias_gradient) = pass.parameter_gradient.split_at_mut(self.weight_len());
        add_pixels(output_gradient, bias_gradient);
        weight_gradient.fill(T::ZERO);
        if let Some(gradient) = input_gradient.as_deref_mut() {
            gradient.fill(T::ZERO);
        }
        let (patches, out_channels) = (self.patches(), self.out_channels);
        let (len, count, together) = (patches.len(), patches.count(), patches.together());
        let image = together * self.input.len();
        let outputs = output_gradient.chunks(together * count * out_channels);
        for (part, (input, output_gradient)) in input.chunks(image).zip(outputs).enumerate() {
            let pixels = output_gradient.len() / out_channels;
            let (room, product) =
                room(&mut tape.room, pixels * len + weight_gradient.len()).split_at_mut(pixels * len);
            patches.gather(input, room);
            let output_gradient = View::new(output_gradient, pixels, out_channels);
            // The product is made transposed, so that its narrow side is the one that is packed.
            multiply(View::new(room, pixels, len).transposed(), output_gradient, None, product);
            add_transposed(product, out_channels, weight_gradient);
            if let Some(gradient) = input_gradient.as_deref_mut() {
                multiply(output_gradient, View::new(weights, out_channels, len), None, room);
                let from = part * image;
                patches.scatter(room, &mut gradient[from..from + input.len()]);
            }
        }
    }
}

/// The first `len` values of a buffer that grows as needed.
pub(super) fn room<T: Real>(buffer: &mut Vec<T>, len: usize) -> &mut [T] {
    if buffer.len() < len {
        buffer.resize(len, T::ZERO);
    }
    &mut buffer[..len]
}

/// Adds the transpose of a matrix of `columns` columns to one of as many rows.
fn add_transposed<T: Real>(values: &[T], columns: usize, sums: &mut [T]) {
    let rows = values.len() / columns;
    for (column, sums) in sums.chunks_exact_mut(rows).enumerate() {
        for (sum, value) in sums.iter_mut().zip(values[column..].iter().step_by(columns)) {
            *sum += *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate};
    use super::*;

    fn layer() -> Convolution {
        Convolution {
            input: Shape::new(4, 5, 2),
            out_channels: 3,
            kernel: [3, 2],
            stride: [2, 1],
            padding: Padding { top: 1, left: 0, bottom: 2, right: 1 },
            activation: Activation::Tanh,
        }
    }

    #[test]
    fn a_hand_checked_sequence() {
        let layer = Convolution {
            input: Shape::new(1, 4, 1),
            out_channels: 1,
            kernel: [1, 3],
            stride: [1, 2],
            padding: Padding { top: 0, left: 1, bottom: 0, right: 0 },
            activation: Activation::Linear,
        };
        // (0, 1, 2) and (2, 3, 4), each times (1, 10, 100), plus 0.5.
        assert_eq!(evaluate(&layer, &[1.0, 10.0, 100.0, 0.5], &[1.0, 2.0, 3.0, 4.0]), [210.5, 432.5]);
        assert_eq!(layer.output(), Shape::new(1, 2, 1));
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&layer(), 3, 31);
        check_layer(&Convolution { activation: Activation::Gelu, ..layer() }, 2, 32);
        check_layer(&Convolution { padding: Padding::VALID, stride: [1, 3], ..layer() }, 2, 33);
        // More images than are made together.
        let wide =
            Convolution { input: Shape::new(1, 40, 8), kernel: [1, 8], padding: Padding::VALID, ..layer() };
        let wide = Convolution { out_channels: 1, stride: [1, 1], ..wide };
        check_layer(&wide, wide.patches().together() + 1, 34);
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        let refused = |layer: Convolution| Layer::<f32>::check(&layer).unwrap_err().name;
        assert_eq!(refused(Convolution { stride: [0, 1], ..layer() }), "stride");
        assert_eq!(refused(Convolution { kernel: [8, 1], ..layer() }), "kernel height");
        assert_eq!(refused(Convolution { kernel: [1, 0], ..layer() }), "kernel width");
        assert_eq!(Layer::<f32>::check(&layer()), Ok(()));
    }
}

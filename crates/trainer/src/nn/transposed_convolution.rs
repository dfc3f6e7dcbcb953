//! The transpose of a convolution, with its activation: what an image grows by.

use super::activation::Activation;
use super::bias::add_pixels;
use super::convolution::room;
use super::error::LayerSetting;
use super::gemm::{View, multiply};
use super::initial::initialise;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer, Mode};
use super::patches::Patches;
use super::random::Generator;
use super::real::Real;
use super::shape::Shape;
use std::ops::Range;

/// Each input pixel adds its kernel to the output:
/// `sum[y*stride + ky - top, x*stride + kx - left, o] += weights[o, ky, kx, i] * input[y, x, i]`, then
/// `output = activation(sum + bias[o])`. What falls outside the output is dropped.
///
/// Equal to PyTorch's layer with `padding` = top = left and the `output_padding` that gives this output. Parameters:
/// weights `[out_channels, kernel height, kernel width, in_channels]` row-major, then biases `[out_channels]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransposedConvolution {
    /// Shape of an input row.
    pub input: Shape,
    /// Shape of an output row.
    pub output: Shape,
    /// Height and width of the kernel, each not below the stride.
    pub kernel: [usize; 2],
    /// Distance in the output of neighbouring inputs, down and across.
    pub stride: [usize; 2],
    /// Lines and pixels cut off above and on the left.
    pub padding: [usize; 2],
    /// What follows the sum.
    pub activation: Activation,
}

impl TransposedConvolution {
    /// Number of weights; the biases follow them.
    #[must_use]
    pub const fn weight_len(self) -> usize {
        self.output.channels * self.kernel[0] * self.kernel[1] * self.input.channels
    }

    /// The output is the image, each input pixel a patch of it.
    fn patches(self) -> Patches {
        Patches {
            image: self.output,
            grid: [self.input.height, self.input.width],
            kernel: self.kernel,
            stride: self.stride,
            offset: self.padding,
        }
    }

    /// Weights in the order of a patch, `[kernel height, kernel width, out_channels, in_channels]`.
    fn patch_order<T: Real>(self, weights: &[T], ordered: &mut [T]) {
        let (taps, ins, outs) = self.sizes();
        for (at, values) in weights.chunks_exact(ins).enumerate() {
            let to = (at % taps * outs + at / taps) * ins;
            ordered[to..to + ins].copy_from_slice(values);
        }
    }

    /// Taps of the kernel, input and output channels.
    fn sizes(self) -> (usize, usize, usize) {
        (self.kernel[0] * self.kernel[1], self.input.channels, self.output.channels)
    }
}

impl<T: Real> Layer<T> for TransposedConvolution {
    fn kind(&self) -> LayerKind {
        LayerKind::TransposedConvolution(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        let (input, output) = (self.input, self.output);
        let sizes = [(input.height, output.height), (input.width, output.width)];
        for (axis, (size, grown)) in sizes.into_iter().enumerate() {
            let (kernel, stride, padding) = (self.kernel[axis], self.stride[axis], self.padding[axis]);
            LayerSetting::check("stride", stride as f64, stride >= 1, "at least 1")?;
            LayerSetting::check("kernel", kernel as f64, kernel >= stride, "at least the stride")?;
            LayerSetting::check("padding", padding as f64, padding < kernel, "below the kernel")?;
            let fits = grown + padding < size * stride + kernel;
            let wanted = "below input * stride + kernel - padding";
            LayerSetting::check(["output height", "output width"][axis], grown as f64, fits, wanted)?;
        }
        Ok(())
    }

    fn in_len(&self) -> usize {
        self.input.len()
    }

    fn out_len(&self) -> usize {
        self.output.len()
    }

    fn parameter_len(&self) -> usize {
        self.weight_len() + self.output.channels
    }

    fn decayed(&self) -> Range<usize> {
        0..self.weight_len()
    }

    fn initialise(&self, parameters: &mut [T], generator: &mut Generator) {
        let (taps, ins, outs) = self.sizes();
        // Of the taps of an output pixel only one in `stride` meets an input pixel.
        let met = taps.div_ceil(self.stride[0] * self.stride[1]);
        initialise(parameters, self.weight_len(), self.activation, [met * ins, taps * outs], generator);
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { mode, parameters, input, output, tape, .. } = pass;
        let (weights, biases) = parameters.split_at(self.weight_len());
        let (patches, ins) = (self.patches(), self.input.channels);
        let (len, count, together) = (patches.len(), patches.count(), patches.together());
        match biases {
            [bias] => output.fill(*bias),
            _ => output.chunks_exact_mut(biases.len()).for_each(|pixel| pixel.copy_from_slice(biases)),
        }
        let most = together * count * len;
        let (ordered, room) = room(&mut tape.room, weights.len() + most).split_at_mut(weights.len());
        self.patch_order(weights, ordered);
        let inputs = input.chunks(together * self.input.len());
        for (input, output) in inputs.zip(output.chunks_mut(together * self.output.len())) {
            let pixels = input.len() / ins;
            let room = &mut room[..pixels * len];
            multiply(View::new(input, pixels, ins), View::new(ordered, len, ins).transposed(), None, room);
            patches.scatter(room, output);
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
        let (patches, (taps, ins, outs)) = (self.patches(), self.sizes());
        let (len, count, together) = (patches.len(), patches.count(), patches.together());
        let size = weights.len();
        let (ordered, room) = room(&mut tape.room, 2 * size + together * count * len).split_at_mut(size);
        let (product, room) = room.split_at_mut(size);
        self.patch_order(weights, ordered);
        let image = together * self.input.len();
        let outputs = output_gradient.chunks(together * self.output.len());
        for (part, (input, output_gradient)) in input.chunks(image).zip(outputs).enumerate() {
            let pixels = input.len() / ins;
            let room = &mut room[..pixels * len];
            patches.gather(output_gradient, room);
            let gathered = View::new(room, pixels, len);
            multiply(gathered.transposed(), View::new(input, pixels, ins), None, product);
            for (at, sums) in weight_gradient.chunks_exact_mut(ins).enumerate() {
                let from = (at % taps * outs + at / taps) * ins;
                sums.iter_mut().zip(&product[from..from + ins]).for_each(|(sum, part)| *sum += *part);
            }
            if let Some(gradient) = input_gradient.as_deref_mut() {
                let gradient = &mut gradient[part * image..][..input.len()];
                multiply(gathered, View::new(ordered, len, ins), None, gradient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate};
    use super::*;

    fn layer() -> TransposedConvolution {
        TransposedConvolution {
            input: Shape::new(2, 3, 2),
            output: Shape::new(4, 6, 3),
            kernel: [3, 3],
            stride: [2, 2],
            padding: [1, 1],
            activation: Activation::Tanh,
        }
    }

    #[test]
    fn a_hand_checked_sequence() {
        let layer = TransposedConvolution {
            input: Shape::new(1, 2, 1),
            output: Shape::new(1, 4, 1),
            kernel: [1, 3],
            stride: [1, 2],
            padding: [0, 1],
            activation: Activation::Linear,
        };
        // 5 and 7 times (1, 10, 100), two apart: (5, 50, 507, 70, 700) without its first, plus 0.5.
        assert_eq!(evaluate(&layer, &[1.0, 10.0, 100.0, 0.5], &[5.0, 7.0]), [50.5, 507.5, 70.5, 700.5]);
    }

    #[test]
    fn channels_keep_their_order() {
        let layer = TransposedConvolution {
            input: Shape::new(1, 1, 2),
            output: Shape::new(1, 2, 2),
            kernel: [1, 2],
            stride: [1, 1],
            padding: [0, 0],
            activation: Activation::Linear,
        };
        // Weights [o, k, i]; of the input (1, 10) the sums for (k, o).
        let parameters = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.0, 0.5];
        assert_eq!(evaluate(&layer, &parameters, &[1.0, 10.0]), [21.0, 65.5, 43.0, 87.5]);
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&layer(), 3, 41);
        check_layer(&TransposedConvolution { activation: Activation::Swish, ..layer() }, 2, 42);
        check_layer(
            &TransposedConvolution { padding: [0, 2], output: Shape::new(6, 5, 1), ..layer() },
            2,
            43,
        );
        let wide = TransposedConvolution {
            input: Shape::new(1, 40, 1),
            output: Shape::new(1, 47, 8),
            kernel: [1, 8],
            stride: [1, 1],
            padding: [0, 0],
            ..layer()
        };
        check_layer(&wide, wide.patches().together() + 1, 44);
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        let refused = |layer: TransposedConvolution| Layer::<f32>::check(&layer).unwrap_err().name;
        assert_eq!(refused(TransposedConvolution { stride: [0, 1], ..layer() }), "stride");
        assert_eq!(refused(TransposedConvolution { stride: [2, 4], ..layer() }), "kernel");
        assert_eq!(refused(TransposedConvolution { padding: [3, 0], ..layer() }), "padding");
        assert_eq!(
            refused(TransposedConvolution { output: Shape::new(6, 6, 3), ..layer() }),
            "output height"
        );
        assert_eq!(Layer::<f32>::check(&layer()), Ok(()));
    }
}

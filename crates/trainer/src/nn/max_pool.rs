//! Max pooling.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer};
use super::patches;
use super::pooling::{pooled, windows};
use super::real::Real;
use super::shape::Shape;

/// `output[y, x, c]` is the largest `input[y*stride + ky, x*stride + kx, c]`; of equal ones the first passes the
/// gradient. No padding, no parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool {
    /// Shape of an input row.
    pub input: Shape,
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Distance of neighbouring windows, down and across.
    pub stride: [usize; 2],
}

impl MaxPool {
    /// Shape of an output row.
    #[must_use]
    pub const fn output(self) -> Shape {
        pooled(self.input, self.kernel, self.stride)
    }
}

impl<T: Real> Layer<T> for MaxPool {
    fn kind(&self) -> LayerKind {
        LayerKind::MaxPool(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        patches::check([self.input.height, self.input.width], self.kernel, self.stride)
    }

    fn in_len(&self) -> usize {
        self.input.len()
    }

    fn out_len(&self) -> usize {
        self.output().len()
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { input, output, tape, .. } = pass;
        let channels = self.input.channels;
        tape.picked.clear();
        tape.picked.resize(output.len(), 0);
        let (ins, outs) = (self.input.len(), self.output().len());
        let rows = input.chunks_exact(ins).zip(output.chunks_exact_mut(outs));
        for ((input, output), picked) in rows.zip(tape.picked.chunks_exact_mut(outs)) {
            windows(self.input, self.kernel, self.stride, |at, pixels| {
                let (best, picked) = (&mut output[at..at + channels], &mut picked[at..at + channels]);
                if let Some(first) = pixels.next() {
                    best.copy_from_slice(&input[first..first + channels]);
                    (first as u32..).zip(&mut *picked).for_each(|(place, picked)| *picked = place);
                }
                for pixel in pixels {
                    let values = &input[pixel..pixel + channels];
                    for (channel, (best, picked)) in best.iter_mut().zip(&mut *picked).enumerate() {
                        if values[channel] > *best {
                            *best = values[channel];
                            *picked = (pixel + channel) as u32;
                        }
                    }
                }
            });
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Backward { output_gradient, input_gradient, tape, .. } = pass;
        let Some(input_gradient) = input_gradient else { return };
        input_gradient.fill(T::ZERO);
        let (ins, outs) = (self.input.len(), self.output().len());
        let rows = input_gradient.chunks_exact_mut(ins).zip(output_gradient.chunks_exact(outs));
        for ((input_gradient, output_gradient), picked) in rows.zip(tape.picked.chunks_exact(outs)) {
            for (gradient, picked) in output_gradient.iter().zip(picked) {
                input_gradient[*picked as usize] += *gradient;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate, train};
    use super::*;

    #[test]
    fn hand_checked_windows() {
        let layer = MaxPool { input: Shape::new(2, 5, 1), kernel: [2, 2], stride: [2, 2] };
        let input = [1.0, 4.0, 2.0, -1.0, 9.0, 3.0, 0.0, -5.0, 2.0, 9.0];
        assert_eq!(evaluate(&layer, &[], &input), [4.0, 2.0]);
    }

    #[test]
    fn of_equal_values_the_first_passes_the_gradient() {
        let layer = MaxPool { input: Shape::new(1, 4, 1), kernel: [1, 4], stride: [1, 1] };
        let [_, _, gradient] = train(&layer, &[], &[1.0, 2.0, 2.0, 0.0], &[5.0]);
        assert_eq!(gradient, [0.0, 5.0, 0.0, 0.0]);
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&MaxPool { input: Shape::new(5, 4, 3), kernel: [2, 3], stride: [2, 1] }, 3, 51);
        check_layer(&MaxPool { input: Shape::new(1, 9, 2), kernel: [1, 3], stride: [1, 2] }, 2, 52);
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        let refused = |kernel, stride| {
            Layer::<f32>::check(&MaxPool { input: Shape::new(1, 5, 1), kernel, stride }).unwrap_err().name
        };
        assert_eq!(refused([2, 2], [1, 1]), "kernel height");
        assert_eq!(refused([1, 2], [1, 0]), "stride");
    }
}

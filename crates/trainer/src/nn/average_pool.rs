//! Average pooling.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer};
use super::patches;
use super::pooling::{pooled, windows};
use super::real::Real;
use super::shape::Shape;

/// `output[y, x, c]` is the mean of `input[y*stride + ky, x*stride + kx, c]` over the window. No padding, no
/// parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AveragePool {
    /// Shape of an input row.
    pub input: Shape,
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Distance of neighbouring windows, down and across.
    pub stride: [usize; 2],
}

impl AveragePool {
    /// Shape of an output row: `(input - kernel) / stride + 1` lines and pixels, rounded down.
    #[must_use]
    pub const fn output(self) -> Shape {
        pooled(self.input, self.kernel, self.stride)
    }

    /// The weight of a value in its mean.
    fn share<T: Real>(self) -> T {
        T::from_f64(1.0 / (self.kernel[0] * self.kernel[1]) as f64)
    }
}

impl<T: Real> Layer<T> for AveragePool {
    fn kind(&self) -> LayerKind {
        LayerKind::AveragePool(*self)
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
        let (channels, share) = (self.input.channels, self.share());
        let rows = pass.input.chunks_exact(self.input.len());
        for (input, output) in rows.zip(pass.output.chunks_exact_mut(self.output().len())) {
            windows(self.input, self.kernel, self.stride, |at, pixels| {
                let sums = &mut output[at..at + channels];
                sums.fill(T::ZERO);
                for pixel in pixels {
                    sums.iter_mut().zip(&input[pixel..pixel + channels]).for_each(|(sum, x)| *sum += *x);
                }
                sums.iter_mut().for_each(|sum| *sum *= share);
            });
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Some(input_gradient) = pass.input_gradient else { return };
        input_gradient.fill(T::ZERO);
        let (channels, share) = (self.input.channels, self.share::<T>());
        let rows = input_gradient.chunks_exact_mut(self.input.len());
        for (to, from) in rows.zip(pass.output_gradient.chunks_exact(self.output().len())) {
            windows(self.input, self.kernel, self.stride, |at, pixels| {
                let from = &from[at..at + channels];
                for pixel in pixels {
                    to[pixel..pixel + channels].iter_mut().zip(from).for_each(|(to, g)| *to += share * *g);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate};
    use super::*;

    #[test]
    fn hand_checked_windows() {
        let layer = AveragePool { input: Shape::new(2, 5, 1), kernel: [2, 2], stride: [2, 2] };
        let input = [1.0, 4.0, 2.0, -1.0, 9.0, 3.0, 0.0, -5.0, 2.0, 9.0];
        assert_eq!(evaluate(&layer, &[], &input), [2.0, -0.5]);
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&AveragePool { input: Shape::new(5, 4, 3), kernel: [2, 3], stride: [2, 1] }, 3, 53);
        check_layer(&AveragePool { input: Shape::new(1, 9, 2), kernel: [1, 3], stride: [1, 2] }, 2, 54);
    }
}

//! Nearest-neighbour upsampling.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer};
use super::real::Real;
use super::shape::Shape;

/// Repeats each pixel: `output[y, x, c] = input[y / factor, x / factor, c]`. No parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upsample {
    /// Shape of an input row.
    pub input: Shape,
    /// How often each line and each pixel of a line is repeated.
    pub factor: [usize; 2],
}

impl Upsample {
    /// Shape of an output row.
    #[must_use]
    pub const fn output(self) -> Shape {
        let Shape { height, width, channels } = self.input;
        Shape::new(height * self.factor[0], width * self.factor[1], channels)
    }

    /// Goes through the pixels of `rows` output rows in order, with the place of the input pixel.
    fn sources(self, rows: usize) -> impl Iterator<Item = usize> {
        let Upsample { input, factor } = self;
        let lines = (0..rows * input.height).flat_map(move |line| std::iter::repeat_n(line, factor[0]));
        lines.flat_map(move |line| {
            (0..input.width * factor[1]).map(move |x| (line * input.width + x / factor[1]) * input.channels)
        })
    }
}

impl<T: Real> Layer<T> for Upsample {
    fn kind(&self) -> LayerKind {
        LayerKind::Upsample(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        let factor = self.factor[0].min(self.factor[1]);
        LayerSetting::check("factor", factor as f64, factor >= 1, "at least 1")
    }

    fn in_len(&self) -> usize {
        self.input.len()
    }

    fn out_len(&self) -> usize {
        self.output().len()
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let channels = self.input.channels;
        for (pixel, from) in pass.output.chunks_exact_mut(channels).zip(self.sources(pass.rows)) {
            pixel.copy_from_slice(&pass.input[from..from + channels]);
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Some(input_gradient) = pass.input_gradient else { return };
        input_gradient.fill(T::ZERO);
        let channels = self.input.channels;
        for (pixel, to) in pass.output_gradient.chunks_exact(channels).zip(self.sources(pass.rows)) {
            input_gradient[to..to + channels].iter_mut().zip(pixel).for_each(|(sum, g)| *sum += *g);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate};
    use super::*;

    #[test]
    fn a_hand_checked_image() {
        let layer = Upsample { input: Shape::new(2, 2, 1), factor: [2, 3] };
        let wanted = [
            1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0, 4.0, 3.0,
            3.0, 3.0, 4.0, 4.0, 4.0,
        ];
        assert_eq!(evaluate(&layer, &[], &[1.0, 2.0, 3.0, 4.0]), wanted);
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&Upsample { input: Shape::new(2, 3, 2), factor: [2, 3] }, 3, 55);
        check_layer(&Upsample { input: Shape::new(1, 4, 3), factor: [1, 2] }, 2, 56);
    }

    #[test]
    fn a_factor_of_zero_is_refused() {
        let layer = Upsample { input: Shape::new(2, 2, 1), factor: [2, 0] };
        assert_eq!(Layer::<f32>::check(&layer).unwrap_err().name, "factor");
    }
}

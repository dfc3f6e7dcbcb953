//! Batch normalisation.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer, Mode};
use super::random::Generator;
use super::real::Real;
use super::shape::Shape;
use std::ops::Range;

/// `output = scale * (input - mean) / sqrt(variance + epsilon) + shift`, for each channel.
///
/// In training, mean and variance are those of the shard's rows, lines and pixels; in evaluation the running ones,
/// which each step moves by `momentum` towards those of the batch's shards (their mean by rows; the variance divided
/// by n - 1, as in PyTorch). A batch of 64 rows or more has several shards, each normalised by itself: ghost batch
/// normalisation (Hoffer, Hubara and Soudry, "Train longer, generalize better", 2017), which generalises no worse
/// and makes the result independent of the number of threads.
///
/// Parameters: scale `[channels]`, shift `[channels]`, running mean `[channels]`, running variance `[channels]`.
///
/// # Source
/// Ioffe and Szegedy, "Batch normalization", 2015.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNorm {
    /// Shape of a row.
    pub shape: Shape,
    /// Share of the batch's statistic in the running one, in `(0, 1]`.
    pub momentum: f64,
    /// Added to the variance, above 0.
    pub epsilon: f64,
}

impl BatchNorm {
    /// The usual settings: momentum 0.1, epsilon 1e-5.
    #[must_use]
    pub const fn new(shape: Shape) -> Self {
        BatchNorm { shape, momentum: 0.1, epsilon: 1e-5 }
    }

    /// What a channel is multiplied by and what is then added, in evaluation.
    ///
    /// # Shapes
    /// `parameters`: those of the layer; one pair for each channel.
    pub fn affine<T: Real>(self, parameters: &[T]) -> impl Iterator<Item = (T, T)> {
        let channels = self.shape.channels;
        (0..channels).map(move |channel| {
            let [scale, shift, mean, variance] =
                std::array::from_fn(|part| parameters[part * channels + channel]);
            let factor = scale / (variance + T::from_f64(self.epsilon)).sqrt();
            (factor, shift - mean * factor)
        })
    }
}

impl<T: Real> Layer<T> for BatchNorm {
    fn kind(&self) -> LayerKind {
        LayerKind::BatchNorm(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        let BatchNorm { momentum, epsilon, .. } = *self;
        LayerSetting::check(
            "momentum",
            momentum,
            momentum > 0.0 && momentum <= 1.0,
            "above 0 and at most 1",
        )?;
        LayerSetting::check("epsilon", epsilon, epsilon > 0.0 && epsilon.is_finite(), "above 0 and finite")
    }

    fn in_len(&self) -> usize {
        self.shape.len()
    }

    fn out_len(&self) -> usize {
        self.shape.len()
    }

    fn parameter_len(&self) -> usize {
        4 * self.shape.channels
    }

    fn averaged(&self) -> Range<usize> {
        2 * self.shape.channels..4 * self.shape.channels
    }

    fn least_rows(&self) -> usize {
        // A channel needs two values for a variance.
        if self.shape.pixels() > 1 { 1 } else { 2 }
    }

    fn initialise(&self, parameters: &mut [T], _: &mut Generator) {
        for (part, first) in [T::ONE, T::ZERO, T::ZERO, T::ONE].into_iter().enumerate() {
            parameters[part * self.shape.channels..][..self.shape.channels].fill(first);
        }
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { mode, parameters, input, output, tape, .. } = pass;
        let channels = self.shape.channels;
        let kept = &mut tape.kept;
        kept.clear();
        if mode == Mode::Evaluate {
            // Factor and addend of each channel.
            kept.resize(2 * channels, T::ZERO);
            let (factors, addends) = kept.split_at_mut(channels);
            let places = factors.iter_mut().zip(addends);
            for ((factor, addend), affine) in places.zip(self.affine(parameters)) {
                (*factor, *addend) = affine;
            }
        } else {
            // Mean, variance and 1 / deviation of each channel, for the backward pass; then factor and addend.
            kept.resize(5 * channels, T::ZERO);
            let count = T::from_f64(1.0 / (input.len() / channels) as f64);
            let (mean, rest) = kept.split_at_mut(channels);
            let (variance, rest) = rest.split_at_mut(channels);
            for pixel in input.chunks_exact(channels) {
                mean.iter_mut().zip(pixel).for_each(|(sum, x)| *sum += *x);
            }
            mean.iter_mut().for_each(|sum| *sum *= count);
            for pixel in input.chunks_exact(channels) {
                for ((sum, x), mean) in variance.iter_mut().zip(pixel).zip(&*mean) {
                    *sum += (*x - *mean) * (*x - *mean);
                }
            }
            for (channel, variance) in variance.iter_mut().enumerate() {
                *variance *= count;
                let inverse = T::ONE / (*variance + T::from_f64(self.epsilon)).sqrt();
                let factor = parameters[channel] * inverse;
                rest[channel] = inverse;
                rest[channels + channel] = factor;
                rest[2 * channels + channel] = parameters[channels + channel] - mean[channel] * factor;
            }
        }
        let (factors, addends) = kept[kept.len() - 2 * channels..].split_at(channels);
        for (pixel, to) in input.chunks_exact(channels).zip(output.chunks_exact_mut(channels)) {
            for (((to, x), factor), addend) in to.iter_mut().zip(pixel).zip(factors).zip(addends) {
                *to = *x * *factor + *addend;
            }
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Backward { rows, parameters, input, output_gradient, parameter_gradient, tape, .. } = pass;
        let channels = self.shape.channels;
        let (mean, rest) = tape.kept.split_at(channels);
        let (variance, inverse) = rest.split_at(channels);
        let (scale_gradient, rest) = parameter_gradient.split_at_mut(channels);
        let (shift_gradient, averages) = rest.split_at_mut(channels);
        scale_gradient.fill(T::ZERO);
        shift_gradient.fill(T::ZERO);
        for (pixel, gradient) in input.chunks_exact(channels).zip(output_gradient.chunks_exact(channels)) {
            let sums = scale_gradient.iter_mut().zip(&mut *shift_gradient);
            for (((scale, shift), (x, g)), mean) in sums.zip(pixel.iter().zip(gradient)).zip(mean) {
                *scale += *g * (*x - *mean);
                *shift += *g;
            }
        }
        scale_gradient.iter_mut().zip(inverse).for_each(|(sum, inverse)| *sum *= *inverse);

        let values = (input.len() / channels) as f64;
        if let Some(input_gradient) = pass.input_gradient {
            // By the input: factor * (g - mean of g - normalised input * mean of (g * normalised input)), which is
            // linear in input and gradient.
            let count = T::from_f64(1.0 / values);
            tape.room.clear();
            tape.room.resize(3 * channels, T::ZERO);
            let (by_gradient, rest) = tape.room.split_at_mut(channels);
            let (by_input, constant) = rest.split_at_mut(channels);
            for channel in 0..channels {
                let factor = parameters[channel] * inverse[channel];
                let slope = factor * count * scale_gradient[channel] * inverse[channel];
                by_gradient[channel] = factor;
                by_input[channel] = slope;
                constant[channel] = slope * mean[channel] - factor * count * shift_gradient[channel];
            }
            let pixels = input.chunks_exact(channels).zip(output_gradient.chunks_exact(channels));
            for ((pixel, gradient), to) in pixels.zip(input_gradient.chunks_exact_mut(channels)) {
                for channel in 0..channels {
                    to[channel] = by_gradient[channel] * gradient[channel]
                        - by_input[channel] * pixel[channel]
                        + constant[channel];
                }
            }
        }

        let step = T::from_f64(self.momentum * rows as f64);
        let unbiased = T::from_f64(values / (values - 1.0).max(1.0));
        let running = &parameters[2 * channels..];
        let statistics = mean.iter().copied().chain(variance.iter().map(|variance| *variance * unbiased));
        for ((to, running), statistic) in averages.iter_mut().zip(running).zip(statistics.take(2 * channels))
        {
            *to = step * (*running - statistic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate, train};
    use super::*;
    use tillwatch_testkit::tolerance::BY_HAND;

    #[test]
    fn a_hand_checked_batch() {
        let layer = BatchNorm { shape: Shape::flat(1), momentum: 0.25, epsilon: 1.0 };
        // Mean 4, variance 8 in the batch, 16 by n - 1; deviation with epsilon 3.
        let parameters = [3.0, 1.0, 8.0, 4.0];
        let [output, gradient, _] =
            train(&layer, &parameters, &[4.0 - 8f64.sqrt(), 4.0 + 8f64.sqrt()], &[1.0, 0.0]);
        let wanted = 8f64.sqrt();
        assert!((output[0] - (1.0 - wanted)).abs() < BY_HAND && (output[1] - (1.0 + wanted)).abs() < BY_HAND);
        assert!((gradient[2] - 2.0 * 0.25 * (8.0 - 4.0)).abs() < BY_HAND);
        assert!((gradient[3] - 2.0 * 0.25 * (4.0 - 16.0)).abs() < BY_HAND);
        // In evaluation the running values count: (x - 8) * 3 / sqrt(5) + 1.
        let wanted = 1.0 - 8.0 * 3.0 / 5f64.sqrt();
        assert!((evaluate(&layer, &parameters, &[0.0])[0] - wanted).abs() < BY_HAND);
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&BatchNorm::new(Shape::flat(4)), 5, 61);
        check_layer(&BatchNorm::new(Shape::new(2, 3, 2)), 3, 62);
        check_layer(&BatchNorm::new(Shape::new(1, 3, 1)), 1, 63);
    }

    #[test]
    fn the_fewest_rows_follow_from_the_pixels() {
        assert_eq!(Layer::<f32>::least_rows(&BatchNorm::new(Shape::flat(4))), 2);
        assert_eq!(Layer::<f32>::least_rows(&BatchNorm::new(Shape::new(1, 2, 4))), 1);
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        let good = BatchNorm::new(Shape::flat(1));
        let refused = |layer: BatchNorm| Layer::<f32>::check(&layer).unwrap_err().name;
        assert_eq!(refused(BatchNorm { momentum: 0.0, ..good }), "momentum");
        assert_eq!(refused(BatchNorm { epsilon: 0.0, ..good }), "epsilon");
        assert_eq!(Layer::<f32>::check(&good), Ok(()));
    }
}

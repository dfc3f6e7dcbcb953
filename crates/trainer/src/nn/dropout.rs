//! Dropout.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer, Mode};
use super::random::uniform;
use super::real::Real;

/// In training each value becomes 0 with the chance `rate`, and the others grow by `1 / (1 - rate)`, so that their
/// mean stays; in evaluation nothing happens. No parameters.
///
/// # Source
/// Srivastava and others, "Dropout", 2014, in the inverted form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// Values per row.
    pub len: usize,
    /// Chance of a value to be dropped, in `[0, 1)`.
    pub rate: f64,
}

impl<T: Real> Layer<T> for Dropout {
    fn kind(&self) -> LayerKind {
        LayerKind::Dropout(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        LayerSetting::check("rate", self.rate, (0.0..1.0).contains(&self.rate), "0 or more and below 1")
    }

    fn in_len(&self) -> usize {
        self.len
    }

    fn out_len(&self) -> usize {
        self.len
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { mode, input, output, tape, generator, .. } = pass;
        if mode == Mode::Evaluate {
            output.copy_from_slice(input);
            return;
        }
        let kept = T::from_f64(1.0 / (1.0 - self.rate));
        tape.kept.clear();
        for (to, x) in output.iter_mut().zip(input) {
            let factor = if uniform(generator) < self.rate { T::ZERO } else { kept };
            tape.kept.push(factor);
            *to = factor * *x;
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Some(input_gradient) = pass.input_gradient else { return };
        let gradients = pass.output_gradient.iter().zip(&pass.tape.kept);
        for (to, (gradient, factor)) in input_gradient.iter_mut().zip(gradients) {
            *to = *factor * *gradient;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate, train};
    use super::*;
    use tillwatch_testkit::tolerance::SHARE_OF_10_000;

    #[test]
    fn the_rate_is_dropped_and_the_rest_grows() {
        const VALUES: usize = 10_000;
        let layer = Dropout { len: VALUES, rate: 0.2 };
        let values = vec![4.0; VALUES];
        let [output, ..] = train(&layer, &[], &values, &values);
        let dropped = output.iter().filter(|value| **value == 0.0).count() as f64 / VALUES as f64;
        assert!((dropped - 0.2).abs() < SHARE_OF_10_000, "{dropped}");
        assert!(output.iter().all(|value| *value == 0.0 || *value == 5.0));
        assert_eq!(evaluate(&layer, &[], &values), values);
    }

    #[test]
    fn gradients_equal_central_differences() {
        check_layer(&Dropout { len: 7, rate: 0.4 }, 4, 71);
    }

    #[test]
    fn a_rate_of_one_is_refused() {
        assert_eq!(Layer::<f32>::check(&Dropout { len: 1, rate: 1.0 }).unwrap_err().name, "rate");
    }
}

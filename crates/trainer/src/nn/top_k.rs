//! The k largest values of each row.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::layer::{Backward, Forward, Layer};
use super::real::Real;
use std::cmp::Ordering;

/// Keeps the `k` largest values of each row, of equal ones the first, and sets the rest to 0. The gradient passes
/// through the kept ones alone. No parameters.
///
/// # Source
/// Makhzani and Frey, "k-sparse autoencoders", 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK {
    /// Values per row.
    pub len: usize,
    /// How many are kept, from 1 to `len`.
    pub k: usize,
}

impl<T: Real> Layer<T> for TopK {
    fn kind(&self) -> LayerKind {
        LayerKind::TopK(*self)
    }

    fn check(&self) -> Result<(), LayerSetting> {
        let fits = (1..=self.len).contains(&self.k);
        LayerSetting::check("k", self.k as f64, fits, "at least 1 and at most the values of a row")
    }

    fn in_len(&self) -> usize {
        self.len
    }

    fn out_len(&self) -> usize {
        self.len
    }

    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { rows, input, output, tape, .. } = pass;
        // Of each row all places, the kept ones in front.
        tape.picked.clear();
        (0..rows).for_each(|_| tape.picked.extend(0..self.len as u32));
        output.fill(T::ZERO);
        let lines = input.chunks_exact(self.len).zip(output.chunks_exact_mut(self.len));
        for ((input, output), places) in lines.zip(tape.picked.chunks_exact_mut(self.len)) {
            places.select_nth_unstable_by(self.k - 1, |a, b| {
                let falling = input[*b as usize].partial_cmp(&input[*a as usize]);
                falling.unwrap_or(Ordering::Equal).then(a.cmp(b))
            });
            for place in &places[..self.k] {
                output[*place as usize] = input[*place as usize];
            }
        }
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let Some(input_gradient) = pass.input_gradient else { return };
        input_gradient.fill(T::ZERO);
        let lines =
            input_gradient.chunks_exact_mut(self.len).zip(pass.output_gradient.chunks_exact(self.len));
        for ((to, from), places) in lines.zip(pass.tape.picked.chunks_exact(self.len)) {
            for place in &places[..self.k] {
                to[*place as usize] = from[*place as usize];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_layer, evaluate};
    use super::*;

    #[test]
    fn of_equal_values_the_first_stay() {
        let layer = TopK { len: 5, k: 2 };
        let rows = [1.0, 3.0, 2.0, 2.0, 0.0, -2.0, -1.0, -1.0, -1.0, -3.0];
        assert_eq!(evaluate(&layer, &[], &rows), [0.0, 3.0, 2.0, 0.0, 0.0, 0.0, -1.0, -1.0, 0.0, 0.0]);
    }

    #[test]
    fn gradients_equal_central_differences() {
        for k in [1, 3, 6] {
            check_layer(&TopK { len: 6, k }, 4, 72);
        }
    }

    #[test]
    fn a_k_outside_the_row_is_refused() {
        for k in [0, 6] {
            assert_eq!(Layer::<f32>::check(&TopK { len: 5, k }).unwrap_err().name, "k");
        }
    }
}

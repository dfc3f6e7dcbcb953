//! Losses: how far a reconstruction is from its target, and the derivative by the reconstruction.
//!
//! A loss is a weighted mean over elements. Sums and weights are returned apart, so that a batch can be cut into
//! shards, and a missing value simply has the weight 0.

use super::activation::sigmoid;
use super::error::NetworkError;
use super::real::Real;
use super::rows::Rows;

/// Sums inside one row are kept in this many lanes, so that the compiler makes vector code of them.
const LANES: usize = 8;

/// A loss function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Squared error.
    Mse,
    /// Absolute error. Its derivative at 0 is 0.
    Mae,
    /// Half the squared error up to a distance of `delta`, beyond it the straight line `delta * (distance - delta / 2)`
    /// (Huber, 1964): a wild value pulls no harder than one at `delta`.
    Huber {
        /// Where the line begins, above 0.
        delta: f64,
    },
    /// Binary cross-entropy of outputs in `[0, 1]`, those of a sigmoid, against targets in `[0, 1]`. A sigmoid that
    /// has reached 1 exactly (a sum above 17 in `f32`) passes no gradient back; [`Loss::BceLogits`] has no such point.
    Bce,
    /// The same of outputs before the sigmoid, which the network then must not apply. Stable for any output.
    BceLogits,
}

/// Weights of elements; each absent part counts as 1.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a, T> {
    /// `[rows, columns]`: weight of each element, 0 where the value is missing.
    pub element: Option<&'a [T]>,
    /// `[columns]`: weight of each column.
    pub column: Option<&'a [T]>,
}

impl<T: Real> Weights<'_, T> {
    /// The sum of the weights in each row.
    ///
    /// # Shapes
    /// `sums` is overwritten with `rows` values.
    pub(super) fn of_rows(self, rows: usize, columns: usize, sums: &mut Vec<T>) {
        sums.clear();
        let whole =
            self.column.map_or(T::from_f64(columns as f64), |column| column.iter().copied().sum::<T>());
        match self.element {
            None => sums.resize(rows, whole),
            Some(element) => sums.extend(element.chunks_exact(columns).map(|element| match self.column {
                None => element.iter().copied().sum::<T>(),
                Some(column) => element.iter().zip(column).map(|(a, b)| *a * *b).sum(),
            })),
        }
    }
}

/// Sum of weighted losses and sum of weights; the loss is their quotient.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LossSum {
    /// Sum of weighted losses.
    pub total: f64,
    /// Sum of weights.
    pub weight: f64,
}

impl LossSum {
    /// The weighted mean; 0 where nothing has weight.
    #[must_use]
    pub fn mean(self) -> f64 {
        if self.weight > 0.0 { self.total / self.weight } else { 0.0 }
    }

    /// Adds the sums of another part.
    pub fn add(&mut self, other: LossSum) {
        self.total += other.total;
        self.weight += other.weight;
    }
}

impl Loss {
    /// The name users write.
    pub const fn name(self) -> &'static str {
        match self {
            Loss::Mse => "mse",
            Loss::Mae => "mae",
            Loss::Huber { .. } => "huber",
            Loss::Bce => "bce",
            Loss::BceLogits => "bce_logits",
        }
    }

    /// Every loss, in its usual form.
    pub const ALL: [Loss; 5] = [Loss::Mse, Loss::Mae, Loss::Huber { delta: 1.0 }, Loss::Bce, Loss::BceLogits];

    /// The loss of that name, if there is one; `huber` has `delta` 1.
    pub fn from_name(name: &str) -> Option<Loss> {
        Loss::ALL.into_iter().find(|loss| loss.name() == name)
    }

    /// Refuses targets that the loss is not defined for: of cross-entropy those outside `[0, 1]`. A missing value,
    /// whose weight is 0, is no target.
    ///
    /// # Errors
    /// [`NetworkError::Target`] for the first such value.
    pub fn check_targets<T: Real>(self, rows: Rows<'_, T>) -> Result<(), NetworkError> {
        if !matches!(self, Loss::Bce | Loss::BceLogits) {
            return Ok(());
        }
        let outside = |value: T| value < T::ZERO || value > T::ONE;
        match rows.position(|value, weight| weight > T::ZERO && outside(value)) {
            None => Ok(()),
            Some((row, column, found)) => {
                Err(NetworkError::Target { row, column, found: found.to_f64(), loss: self.name() })
            }
        }
    }

    /// Sums the loss of some rows and writes its derivative by the output.
    ///
    /// The derivative is of the sum, not of the mean: divide by [`LossSum::weight`] of the whole batch.
    ///
    /// # Shapes
    /// `output`, `target`, `gradient` and the element weights `[rows, columns]`.
    pub fn sum<T: Real>(
        self,
        columns: usize,
        output: &[T],
        target: &[T],
        weights: Weights<'_, T>,
        gradient: &mut [T],
    ) -> LossSum {
        match self {
            Loss::Mse => rows(squared, columns, output, target, weights, gradient),
            Loss::Mae => rows(absolute, columns, output, target, weights, gradient),
            Loss::Huber { delta } => {
                let delta = T::from_f64(delta);
                rows(
                    |output, target| huber(output, target, delta),
                    columns,
                    output,
                    target,
                    weights,
                    gradient,
                )
            }
            Loss::Bce => rows(cross_entropy, columns, output, target, weights, gradient),
            Loss::BceLogits => rows(cross_entropy_of_logit, columns, output, target, weights, gradient),
        }
    }
}

fn squared<T: Real>(output: T, target: T) -> (T, T) {
    let difference = output - target;
    (difference * difference, difference + difference)
}

fn absolute<T: Real>(output: T, target: T) -> (T, T) {
    let difference = output - target;
    let sign = |condition: bool| if condition { T::ONE } else { T::ZERO };
    (difference.abs(), sign(difference > T::ZERO) - sign(difference < T::ZERO))
}

fn huber<T: Real>(output: T, target: T, delta: T) -> (T, T) {
    let difference = output - target;
    let half = T::from_f64(0.5);
    if difference.abs() <= delta {
        (half * difference * difference, difference)
    } else if difference > T::ZERO {
        (delta * (difference - half * delta), delta)
    } else {
        (delta * (-difference - half * delta), -delta)
    }
}

/// Outputs are held this far from 0 and 1, so that loss and derivative stay finite. It is the step of an `f32` just
/// below 1: smaller would vanish in `1 - output`.
const OUTPUT_MARGIN: f64 = 5.960464477539063e-8;

fn cross_entropy<T: Real>(output: T, target: T) -> (T, T) {
    let margin = T::from_f64(OUTPUT_MARGIN);
    let on = output.at_least(margin);
    let off = (T::ONE - output).at_least(margin);
    // The derivative of the clamped form is 0 at the margin, where training would then stand still.
    (-(target * on.ln() + (T::ONE - target) * off.ln()), (output - target) / (on * off))
}

fn cross_entropy_of_logit<T: Real>(output: T, target: T) -> (T, T) {
    let loss = output.at_least(T::ZERO) - output * target + (-output.abs()).exp().ln_1p();
    (loss, sigmoid(output) - target)
}

fn rows<T: Real>(
    point: impl Fn(T, T) -> (T, T) + Copy,
    columns: usize,
    output: &[T],
    target: &[T],
    weights: Weights<'_, T>,
    gradient: &mut [T],
) -> LossSum {
    debug_assert_eq!(output.len(), target.len());
    debug_assert_eq!(output.len(), gradient.len());
    let mut sum = LossSum::default();
    let values = output.chunks_exact(columns).zip(target.chunks_exact(columns));
    for (row, ((output, target), gradient)) in values.zip(gradient.chunks_exact_mut(columns)).enumerate() {
        let element = weights.element.map(|element| &element[row * columns..(row + 1) * columns]);
        let part = match (element, weights.column) {
            (None, None) => {
                LossSum { weight: columns as f64, ..one_row(point, output, target, |_| T::ONE, gradient) }
            }
            (Some(element), None) => one_row(point, output, target, |at| element[at], gradient),
            (None, Some(column)) => one_row(point, output, target, |at| column[at], gradient),
            (Some(element), Some(column)) => {
                one_row(point, output, target, |at| element[at] * column[at], gradient)
            }
        };
        sum.add(part);
    }
    sum
}

fn one_row<T: Real>(
    point: impl Fn(T, T) -> (T, T),
    output: &[T],
    target: &[T],
    weight: impl Fn(usize) -> T,
    gradient: &mut [T],
) -> LossSum {
    let (mut totals, mut weights) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    let (outputs, last_output) = output.as_chunks::<LANES>();
    let (targets, last_target) = target.as_chunks::<LANES>();
    let (gradients, last_gradient) = gradient.as_chunks_mut::<LANES>();
    let mut visit = |lane: usize, at: usize, output: T, target: T| {
        let (loss, slope) = point(output, target);
        let weight = weight(at);
        totals[lane] += weight * loss;
        weights[lane] += weight;
        weight * slope
    };
    for (block, ((output, target), gradient)) in outputs.iter().zip(targets).zip(gradients).enumerate() {
        for lane in 0..LANES {
            gradient[lane] = visit(lane, block * LANES + lane, output[lane], target[lane]);
        }
    }
    let from = outputs.len() * LANES;
    for (lane, ((output, target), gradient)) in
        last_output.iter().zip(last_target).zip(last_gradient).enumerate()
    {
        *gradient = visit(lane, from + lane, *output, *target);
    }
    let add = |lanes: [T; LANES]| lanes.into_iter().sum::<T>().to_f64();
    LossSum { total: add(totals), weight: add(weights) }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::STEP;
    use super::*;
    use tillwatch_testkit::tolerance::CENTRAL_DIFFERENCE;

    const NONE: Weights<'static, f64> = Weights { element: None, column: None };

    #[test]
    fn hand_checked_sums() {
        let mse = Loss::Mse.sum(2, &[1.0, 2.0, 3.0, 4.0], &[1.0; 4], NONE, &mut [0.0; 4]);
        assert_eq!((mse.total, mse.weight), (14.0, 4.0));
        assert_eq!(mse.mean(), 3.5);
        let bce = Loss::Bce.sum(1, &[0.5], &[1.0], NONE, &mut [0.0]);
        assert!((bce.mean() - std::f64::consts::LN_2).abs() < CENTRAL_DIFFERENCE);
        assert_eq!(LossSum::default().mean(), 0.0);
    }

    #[test]
    fn robust_losses_by_hand() {
        let (output, target) = ([0.0, 1.0, 4.0, -3.0], [0.0, 1.5, 1.0, 0.0]);
        let mut gradient = [f64::NAN; 4];
        let sum = Loss::Mae.sum(4, &output, &target, NONE, &mut gradient);
        assert_eq!((sum.total, gradient), (0.5 + 3.0 + 3.0, [0.0, -1.0, 1.0, -1.0]));
        let sum = Loss::Huber { delta: 2.0 }.sum(4, &output, &target, NONE, &mut gradient);
        assert_eq!((sum.total, gradient), (0.125 + 4.0 + 4.0, [0.0, -0.5, 2.0, -2.0]));
    }

    #[test]
    fn names_lead_back_to_their_loss() {
        for loss in Loss::ALL {
            assert_eq!(Loss::from_name(loss.name()), Some(loss));
        }
        assert_eq!(Loss::from_name("hinge"), None);
    }

    #[test]
    fn cross_entropy_refuses_targets_outside_its_range() {
        let values = [0.0, 1.0, 7.0, 0.5, -0.25, 0.5];
        let weights = [1.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        let rows = Rows::new(&values, Some(&weights), 2).unwrap();
        for loss in [Loss::Bce, Loss::BceLogits] {
            let wanted = NetworkError::Target { row: 2, column: 0, found: -0.25, loss: loss.name() };
            assert_eq!(loss.check_targets(rows), Err(wanted));
            assert_eq!(loss.check_targets(Rows::new(&values[..2], None, 2).unwrap()), Ok(()));
        }
        assert_eq!(Loss::Mse.check_targets(rows), Ok(()));
    }

    #[test]
    fn weights_of_rows_are_their_sums() {
        let (element, column) = ([1.0, 0.0, 0.5, 2.0], [2.0, 3.0]);
        for (element, column, wanted) in [
            (None, None, [2.0, 2.0]),
            (None, Some(&column[..]), [5.0, 5.0]),
            (Some(&element[..]), None, [1.0, 2.5]),
            (Some(&element[..]), Some(&column[..]), [2.0, 7.0]),
        ] {
            let mut sums = vec![f64::NAN; 5];
            Weights { element, column }.of_rows(2, 2, &mut sums);
            assert_eq!(sums, wanted);
        }
    }

    #[test]
    fn a_missing_value_counts_for_nothing() {
        let weights = Weights { element: Some(&[1.0, 0.0, 1.0, 1.0][..]), column: Some(&[2.0, 1.0][..]) };
        let mut gradient = [f64::NAN; 4];
        let sum = Loss::Mse.sum(2, &[1.0, 900.0, 2.0, 3.0], &[0.0; 4], weights, &mut gradient);
        assert_eq!(sum, LossSum { total: 2.0 + 8.0 + 9.0, weight: 5.0 });
        assert_eq!(gradient, [4.0, 0.0, 8.0, 6.0]);
    }

    #[test]
    fn gradients_equal_central_differences() {
        let columns = 11;
        let output: Vec<f64> = (0..22).map(|at| 0.04 + 0.042 * f64::from(at)).collect();
        let target: Vec<f64> = (0..22).map(|at| f64::from(at * 7 % 22) / 21.0).collect();
        let element: Vec<f64> = (0..22).map(|at| f64::from(at % 3) / 2.0).collect();
        let column: Vec<f64> = (0..11).map(|at| 0.5 + f64::from(at)).collect();
        for element in [None, Some(&element[..])] {
            for column in [None, Some(&column[..])] {
                let weights = Weights { element, column };
                for loss in [&Loss::ALL[..], &[Loss::Huber { delta: 0.3 }]].concat() {
                    let mut gradient = vec![0.0; 22];
                    loss.sum(columns, &output, &target, weights, &mut gradient);
                    for at in 0..22 {
                        let total = |shift: f64| {
                            let mut moved = output.clone();
                            moved[at] += shift;
                            loss.sum(columns, &moved, &target, weights, &mut [0.0; 22]).total
                        };
                        let wanted = (total(STEP) - total(-STEP)) / (2.0 * STEP);
                        let error = (gradient[at] - wanted).abs() / (1.0 + wanted.abs());
                        assert!(
                            error < CENTRAL_DIFFERENCE,
                            "{loss:?} element {at}: {} and {wanted}",
                            gradient[at]
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn saturated_outputs_stay_finite_and_keep_their_direction() {
        for (output, target) in [(0.0f32, 1.0f32), (1.0, 0.0)] {
            let (loss, slope) = cross_entropy(output, target);
            assert!(loss.is_finite() && loss > 10.0);
            assert!(slope.is_finite() && slope * (output - target) > 0.0);
        }
        let (loss, slope) = cross_entropy_of_logit(500.0f32, 0.0);
        assert_eq!((loss, slope), (500.0, 1.0));
    }

    #[test]
    fn both_forms_of_cross_entropy_agree() {
        for logit in [-3.0f64, -0.2, 0.0, 1.7] {
            let (from_logit, _) = cross_entropy_of_logit(logit, 0.3);
            let (from_output, _) = cross_entropy(sigmoid(logit), 0.3);
            assert!((from_logit - from_output).abs() < CENTRAL_DIFFERENCE);
        }
    }
}

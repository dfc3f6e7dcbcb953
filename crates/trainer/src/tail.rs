//! Scores beyond all calibration scores, guessed from the shape of their tail; only where the user asks for it.
//!
//! A guess, not a promise: no number of rows proves what lies beyond them.

use crate::TrainError;
use crate::budget::AlarmBudget;

/// Share of the scores, as its inverse, that the tail is made of.
const TAIL: usize = 10;
/// Fewest scores that a tail is fitted to.
const FEWEST: usize = 50;
/// How many times as many rows as there are may be stood for.
const FURTHEST: f64 = 100.0;
/// Weight of the prior of the shape, in scores; the estimator's authors' constant.
const PRIOR: f64 = 3.0;
/// Shapes nearer to 0 than this are exponential: the formula for others divides by the shape.
const EXPONENTIAL: f64 = 1e-9;

/// The upper tail of some scores as a generalised Pareto distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// Where the tail begins.
    pub start: u64,
    /// Share of the scores above it.
    pub share: f64,
    /// Scale, in score units.
    pub scale: f64,
    /// Shape: above 0 heavier than exponential, below 0 with an end.
    pub shape: f64,
}

impl Tail {
    /// Fits the highest tenth of the scores.
    ///
    /// # Shapes
    /// `sorted`: rising.
    /// # Errors
    /// [`TrainError::Tail`] where scores are too few, or equal, or the budget is too far beyond them.
    /// # Source
    /// Zhang and Stephens, "A new and efficient estimation method for the generalized Pareto distribution", Technometrics
    /// 51 (2009); Pickands, "Statistical inference using extreme order statistics", Annals of Statistics 3 (1975).
    pub fn fit(sorted: &[u64], budget: AlarmBudget) -> Result<Self, TrainError> {
        let n = sorted.len();
        let count = n / TAIL;
        let refuse = |wanted: String| TrainError::Tail { found: n, wanted };
        if count < FEWEST {
            return Err(refuse(format!("at least {} scores", FEWEST * TAIL)));
        }
        if (n as f64 + 1.0) * budget.rate() * FURTHEST < 1.0 {
            let rows = (1.0 / (budget.rate() * FURTHEST)).ceil();
            return Err(refuse(format!("at least {rows} scores to extrapolate to {budget}")));
        }
        let start = sorted[n - count - 1];
        let excesses: Vec<f64> = sorted[n - count..].iter().map(|&score| (score - start) as f64).collect();
        let excesses: Vec<f64> = excesses.into_iter().filter(|&excess| excess > 0.0).collect();
        if excesses.len() < FEWEST {
            return Err(refuse(format!("at least {FEWEST} scores above the rest; these are equal")));
        }
        let [scale, shape] = fitted(&excesses);
        Ok(Self { start, share: excesses.len() as f64 / n as f64, scale, shape })
    }

    /// The score that is exceeded at a rate.
    #[must_use]
    pub fn score_at(&self, rate: f64) -> u64 {
        let ratio = self.share / rate;
        let growth = if self.shape.abs() < EXPONENTIAL {
            libm::log(ratio)
        } else {
            libm::expm1(self.shape * libm::log(ratio)) / self.shape
        };
        let beyond = (self.scale * growth.max(0.0)).ceil();
        self.start.saturating_add(if beyond < u64::MAX as f64 { beyond as u64 } else { u64::MAX })
    }
}

/// Scale and shape of a generalised Pareto distribution, by the mean of a posterior on a grid.
///
/// # Shapes
/// `excesses`: rising, above 0, the last one larger than 0.
fn fitted(excesses: &[f64]) -> [f64; 2] {
    let n = excesses.len() as f64;
    let largest = excesses[excesses.len() - 1];
    let quartile = excesses[((n / 4.0 + 0.5) as usize).max(1) - 1];
    let points = 30 + libm::sqrt(n) as usize;
    let shape_of = |theta: f64| excesses.iter().map(|&excess| libm::log1p(-theta * excess)).sum::<f64>() / n;
    let theta = |point: usize| {
        let spread = 1.0 - libm::sqrt(points as f64 / (point as f64 + 0.5));
        1.0 / largest + spread / (PRIOR * quartile)
    };
    let grid: Vec<(f64, f64)> = (0..points)
        .map(theta)
        .map(|theta| {
            let shape = shape_of(theta);
            (theta, n * (libm::log(-theta / shape) - shape - 1.0))
        })
        .filter(|(_, likelihood)| likelihood.is_finite())
        .collect();
    let best = grid.iter().fold(f64::NEG_INFINITY, |best, &(_, likelihood)| best.max(likelihood));
    let (mut sum, mut weights) = (0.0, 0.0);
    for &(theta, likelihood) in &grid {
        let weight = libm::exp(likelihood - best);
        sum += weight * theta;
        weights += weight;
    }
    let theta = sum / weights;
    let shape = shape_of(theta);
    [-shape / theta, shape]
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::{PUBLISHED, TAIL_QUANTILE, TAIL_SHAPE, within};

    /// The quantiles of a generalised Pareto distribution at even ranks.
    fn quantiles(n: usize, scale: f64, shape: f64) -> Vec<u64> {
        let quantile = |index: usize| {
            let above = 1.0 - (index as f64 + 0.5) / n as f64;
            scale * if shape == 0.0 { -libm::log(above) } else { (libm::pow(above, -shape) - 1.0) / shape }
        };
        (0..n).map(|index| quantile(index) as u64).collect()
    }

    fn budget(rate: f64) -> AlarmBudget {
        AlarmBudget::of_rate(rate).unwrap()
    }

    #[test]
    fn tails_of_every_shape_are_found_again() {
        for shape in [-0.3, 0.0, 0.3, 0.8] {
            let scores = quantiles(20_000, 1e6, shape);
            let tail = Tail::fit(&scores, budget(1e-5)).unwrap();
            assert!(within(tail.shape, shape, TAIL_SHAPE), "{shape}: {tail:?}");
            // One in 100,000, five times beyond the rows.
            let truth = *quantiles(1_000_000, 1e6, shape).get(999_990).unwrap() as f64;
            let ratio = tail.score_at(1e-5) as f64 / truth;
            assert!(TAIL_QUANTILE.contains(&ratio), "{shape}: {ratio}");
        }
    }

    #[test]
    fn a_fit_by_hand_is_that_of_the_published_estimator() {
        // 1 to 5 by the authors' formulas in double precision, worked out apart.
        let [scale, shape] = fitted(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!(
            within(scale, 4.384_242, PUBLISHED) && within(shape, -0.620_398, PUBLISHED),
            "{scale} {shape}"
        );
    }

    #[test]
    fn further_out_is_higher() {
        let tail = Tail::fit(&quantiles(1000, 1e6, 0.2), budget(1e-4)).unwrap();
        let scores = [0.05, 0.01, 1e-3, 1e-4, 1e-5].map(|rate| tail.score_at(rate));
        assert!(scores.is_sorted() && scores[0] > tail.start, "{scores:?}");
        assert_eq!(tail.score_at(0.5), tail.start);
        let endless = Tail { shape: 9.0, ..tail };
        assert_eq!(endless.score_at(1e-6), u64::MAX);
    }

    #[test]
    fn what_has_no_tail_is_refused() {
        let text = |scores: &[u64], rate: f64| Tail::fit(scores, budget(rate)).unwrap_err().to_string();
        assert!(text(&[7; 499], 1e-4).contains("found 499 scores, wanted at least 500"));
        assert!(text(&[7; 1000], 1e-4).contains("these are equal"));
        let far = text(&quantiles(1000, 1e6, 0.2), 5e-6);
        assert!(far.contains("wanted at least 2000 scores to extrapolate to at most 5 alarms"), "{far}");
    }
}

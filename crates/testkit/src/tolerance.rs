//! The one table of tolerances, the reason beside each number.
//!
//! Integer runtimes have none: they are equal bit for bit. What stands here compares integers with real numbers, floats with
//! floats, and one sample with a promise. Tests take the number from here and never bring their own.

/// Output codes between an accumulator's code and its exact real value.
///
/// Proven in `NUMERICS.md`, "Requantise": half a code from rounding, a quarter from the multiplier.
pub const REQUANTISE_CODES: f64 = 0.75;

/// Steps of 2^-16 between the integer logarithm and the real one.
///
/// Proven in `NUMERICS.md`, "Logarithm": 2.89 from the chord, 1 from two roundings, 0.03 from the cut fraction.
pub const LOG2_STEPS: f64 = 4.0;

/// Steps of 2^-15 between the integer sine and the real one.
///
/// Proven in `NUMERICS.md`, "Sine": 9.87 from the chord, 1 from two roundings, 0.05 from the cut fraction.
pub const SINE_STEPS: f64 = 11.0;

/// Area under the ROC curve, integer model against float model.
///
/// Over four data sets no 8-bit scheme moved it by more than 0.002; the rest is for the noise of small test sets.
pub const AUROC: f64 = 0.005;

/// Smallest rank correlation (Spearman) between integer and float scores of records from the whole range of raw values.
///
/// The worst of four data sets gave 0.9954 with the same formats. Below 0.99 not only neighbours have swapped: the order
/// itself has moved, and the thresholds with it.
pub const SCORE_RANK_CORRELATION: f64 = 0.99;

/// The same where nearly all records are ordinary.
///
/// An ordinary record's residual is of the size of the network's 8-bit steps, so quantisation takes part in the order of
/// such records among themselves; the committed model gives 0.980 on the simulated week. No verdict hangs on that order.
pub const ORDINARY_RANK_CORRELATION: f64 = 0.97;

/// Largest share of records whose verdict differs between integer and float at one threshold.
///
/// Only records next to the threshold may flip; the committed model flips none of 2,551, and half of its alarm rate of
/// 0.002 would already be a promise broken.
pub const VERDICT_FLIPS: f64 = 0.001;

/// Between a number near 1 and the same computed by hand: a few roundings of 1e-16.
pub const BY_HAND: f64 = 1e-12;

/// The same, relative, after several operations on whole numbers: sixteen roundings.
pub const SIXTEEN_ROUNDINGS: f64 = 16.0 * f64::EPSILON;

/// Between a rounded decimal of a published table and the number that it stands for.
pub const PUBLISHED: f64 = 1e-3;

/// Error of a central difference with half a distance of 1e-5, relative to `1 + |slope|`.
///
/// Its second-order term is about 1e-10 times a third derivative, its rounding about 1e-11; a wrong formula is off by 1e-2
/// or more.
pub const CENTRAL_DIFFERENCE: f64 = 1e-7;

/// The same for the slope of a single activation, good to about 1e-10.
pub const SLOPE: f64 = 1e-8;

/// Relative distance of a loss of training in `f64` from the recorded one.
///
/// Both sides differ by the order of their sums, about 1e-15 after 20 steps, 5e-11 where a bias wanders; a wrong factor
/// anywhere is seen in the second step.
pub const LOSS_CURVE: f64 = 1e-9;

/// The same for `f32` against the recorded `f64`: roundings of 6e-8 that the steps enlarge to 4e-7.
pub const LOSS_CURVE_F32: f64 = 1e-5;

/// Relative error of a sum of some hundred values in `f32`: a few times 1e-7.
pub const SUM_F32: f64 = 1e-5;

/// Distance from a minimum that an optimiser must come to; each is far inside it after its steps.
pub const MINIMUM: f64 = 1e-6;

/// The first step of Adam against the learning rate: the least gradient is 1e-3, and epsilon is 1e-8 of it.
pub const FIRST_STEP: f64 = 1e-5;

/// Along a principal axis, a coordinate of some tens; power iteration has converged where one component is left.
pub const COMPONENT: f64 = 1e-9;

/// Across it, where nothing is: what rounding leaves.
pub const NO_COMPONENT: f64 = 1e-6;

/// Standard deviations between a standardised value and the same by hand to two decimals.
pub const STANDARDISED: f64 = 0.01;

/// Relative rounding of a scale to a multiplier of 10 bits, the fewest that its shift leaves.
pub const SCALE: f64 = 2e-3;

/// Standard errors within which a measured chance must lie: a right program fails once in 15,000 seeds.
pub const STANDARD_ERRORS: f64 = 4.0;

/// Four standard errors of a share of 10,000 draws with chance 0.2.
pub const SHARE_OF_10_000: f64 = 0.016;

/// How often a 95 % interval of a figure of detection holds the true one, at least.
///
/// They say so; the worst of six designs, 20 anomalies that lie widely scattered among 100 normal rows, gave 0.943.
pub const COVERAGE: f64 = 0.95;

/// Three standard errors of a share of 400 trials with chance 0.95; seeds are fixed.
pub const SHARE_OF_400: f64 = 0.033;

/// Four standard errors of a share of 20,000 draws, at most `sqrt(1/4 / 20,000)` each.
pub const SHARE_OF_20_000: f64 = 0.015;

/// Four standard errors of the deviation of 20,000 normal draws, relative.
pub const DEVIATION_OF_20_000: f64 = 0.02;

/// Four standard errors of the mean of 20,000 draws: even ones in 0 to 1, waits with mean 3, normal ones.
pub const MEANS_OF_20_000: [f64; 3] = [0.01, 0.09, 0.03];

/// Four standard errors of the mean and of the variance of 40,000 normal draws: `1/sqrt(n)` and `sqrt(2/n)` each.
pub const MOMENTS_OF_40_000: [f64; 2] = [0.02, 0.0283];

/// Distance of the mean of made-up records from that of the data, in standard deviations of the data.
///
/// A decoder that a divergence pulls to the middle keeps the mean and little else exactly; a wrong unit or origin is off by
/// whole deviations.
pub const MADE_UP_MEAN: f64 = 0.5;

/// Spread of made-up records over that of the data.
pub const MADE_UP_SPREAD: std::ops::Range<f64> = 0.4..2.0;

/// Between two printed counts, each rounded to a tenth.
pub const ROUNDED_TENTHS: f64 = 0.1;

/// Pixels within which a column of a drawn band counts as that of a point: columns lie 2.4 apart.
pub const BAND_COLUMN: f64 = 2.5;

/// Shape of a generalised Pareto distribution fitted to 2,000 even quantiles of the highest tenth of one.
///
/// The spread of the estimator for so many values is about `(1 + shape) / sqrt(2,000)`, 0.04 at most here.
pub const TAIL_SHAPE: f64 = 0.1;

/// Quantile five times beyond the rows of such a fit, over the true one: what a shape that is off by so much makes of it.
pub const TAIL_QUANTILE: std::ops::Range<f64> = 0.75..1.34;

/// Instructions that a network may gain over the committed count, in permille.
///
/// One compiler gives the same count every time, but a check may run on another release than the one that wrote the file;
/// `cargo xtask size` leaves its figures as much.
pub const COUNT_GROWTH_PERMILLE: u64 = 20;

/// Instructions between a count by a core's counter and the known one.
///
/// The slowest counter ticks every 50 ns. Where an instruction takes 32 ns of the emulated clock, as it does for large models, a call
/// begins and ends within a tick of what was read; where it takes 256 ns, as for all others, counts are exact.
pub const COUNTER_INSTRUCTIONS: u64 = 3;

/// True when two numbers differ by no more than the tolerance, on either side. Never true of a NaN.
#[must_use]
pub fn within(found: f64, wanted: f64, tolerance: f64) -> bool {
    (found - wanted).abs() <= tolerance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_count_and_nan_never_passes() {
        assert!(within(1.0, 1.5, 0.5) && within(2.0, 1.5, 0.5));
        assert!(!within(0.9, 1.5, 0.5) && !within(2.1, 1.5, 0.5));
        assert!(!within(f64::NAN, 1.5, 0.5) && !within(1.5, f64::NAN, f64::INFINITY));
    }
}

//! The fixed-point format of wide codes, chosen per model.

use crate::TrainError;

/// Fraction bits of the default format, Q6.9.
pub const DEFAULT_FRACTION_BITS: u32 = 9;
/// Formats that are considered, the default first, then outward.
const CANDIDATES: [u32; 10] = [9, 8, 10, 7, 11, 6, 12, 5, 13, 4];
/// A typical residual is at least this many steps.
const STEPS_PER_RESIDUAL: f64 = 16.0;
/// The range holds a residual that alone is this many times the root of the alarm threshold.
const RANGE_PER_THRESHOLD: f64 = 4.0;
/// The range holds this many times the furthest training value.
const RANGE_PER_FURTHEST: f64 = 2.0;

/// The format to prepare features with before anything is trained: wide enough for the training rows.
#[must_use]
pub fn first_format(furthest: f64) -> u32 {
    let fits = |&bits: &u32| range(bits) >= RANGE_PER_FURTHEST * furthest;
    (4..=DEFAULT_FRACTION_BITS).rev().find(fits).unwrap_or(4)
}

/// The format that both resolves typical residuals and holds strange values.
///
/// # Units
/// Everything in standard deviations: `residual` is the root of the median of mean squared residuals, `threshold` the
/// root of the sum of squared residuals at the alarm threshold, `furthest` the largest training value.
/// # Errors
/// [`TrainError::RimFormat`] where no format does both.
pub fn choose(residual: f64, threshold: f64, furthest: (&str, f64)) -> Result<u32, TrainError> {
    let wanted = (RANGE_PER_THRESHOLD * threshold).max(RANGE_PER_FURTHEST * furthest.1);
    let fits = |bits: u32| range(bits) >= wanted && STEPS_PER_RESIDUAL / f64::from(1_u32 << bits) <= residual;
    CANDIDATES.into_iter().find(|&bits| fits(bits)).ok_or_else(|| TrainError::RimFormat {
        feature: furthest.0.to_owned(),
        furthest: wanted,
        residual,
    })
}

fn range(fraction_bits: u32) -> f64 {
    32_767.0 / f64::from(1_u32 << fraction_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_unless_it_does_not_do() {
        assert_eq!(choose(0.5, 8.0, ("a", 10.0)).unwrap(), 9);
        assert_eq!(choose(0.5, 8.0, ("a", 60.0)).unwrap(), 8);
        assert_eq!(choose(0.01, 0.5, ("a", 7.0)).unwrap(), 11);
        assert_eq!((first_format(10.0), first_format(100.0), first_format(1e9)), (9, 7, 4));
    }

    #[test]
    fn both_at_once_may_be_impossible() {
        let error = choose(0.001, 1.0, ("bytes", 500.0)).unwrap_err().to_string();
        assert!(error.contains("`bytes`") && error.contains("log"), "{error}");
    }
}

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

/// A format, and whether training values reach beyond its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Fraction bits of a wide code.
    pub fraction_bits: u32,
    /// True where the furthest training values saturate.
    pub saturates: bool,
}

/// The format that both resolves typical residuals and holds strange values.
///
/// Where heavy tails leave no format with head room beyond the furthest training value, one is taken in which a
/// saturated value alone still scores 16 times the threshold: what saturates is strange in any case, and is counted.
///
/// # Units
/// Everything in standard deviations: `residual` is the root of the median of mean squared residuals, `threshold` the
/// root of the sum of squared residuals at the alarm threshold, `furthest` the largest training value.
/// # Errors
/// [`TrainError::RimFormat`] where no format does either.
pub fn choose(residual: f64, threshold: f64, furthest: (&str, f64)) -> Result<Format, TrainError> {
    let for_spikes = RANGE_PER_THRESHOLD * threshold;
    let find = |wanted: f64| {
        let resolves = |bits: &u32| STEPS_PER_RESIDUAL / f64::from(1_u32 << bits) <= residual;
        CANDIDATES.into_iter().filter(resolves).find(|&bits| range(bits) >= wanted)
    };
    let roomy = find(for_spikes.max(RANGE_PER_FURTHEST * furthest.1));
    let tight = || {
        find(for_spikes)
            .map(|fraction_bits| Format { fraction_bits, saturates: range(fraction_bits) < furthest.1 })
    };
    roomy.map(|fraction_bits| Format { fraction_bits, saturates: false }).or_else(tight).ok_or_else(|| {
        TrainError::RimFormat { feature: furthest.0.to_owned(), furthest: for_spikes, residual }
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
        let bits = |residual, threshold, furthest| choose(residual, threshold, ("a", furthest)).unwrap();
        assert_eq!(bits(0.5, 8.0, 10.0), Format { fraction_bits: 9, saturates: false });
        assert_eq!(bits(0.5, 8.0, 60.0), Format { fraction_bits: 8, saturates: false });
        assert_eq!(bits(0.01, 0.5, 7.0), Format { fraction_bits: 11, saturates: false });
        assert_eq!(bits(0.083, 2.0, 125.0), Format { fraction_bits: 9, saturates: true });
        assert_eq!((first_format(10.0), first_format(100.0), first_format(1e9)), (9, 7, 4));
    }

    #[test]
    fn both_at_once_may_be_impossible() {
        let error = choose(0.001, 500.0, ("bytes", 500.0)).unwrap_err().to_string();
        assert!(error.contains("`bytes`") && error.contains("symlog"), "{error}");
    }
}

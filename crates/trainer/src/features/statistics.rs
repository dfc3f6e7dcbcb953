//! What the training rows say about one feature, before the rim's format is chosen.

use super::fitted::FittedPreparation;
use tillwatch_engine::feature::{Affine, Cyclic, OneHot, Symlog};
use tillwatch_engine::fixed::log2_1p_over;

/// Narrowest standard deviation of a one-hot column or flag: a level of 1 % has 0.1, and a rarer one must not outweigh
/// every number by being seen once.
const NARROWEST_LEVEL: f64 = 0.1;
/// Where a category that training never saw stands, in standard deviations of its column.
const UNKNOWN_LEVEL: f64 = 10.0;
/// Records that a running mean follows, as a power of two.
pub(super) const WINDOW_LOG2: u8 = 4;

/// Centre, spread, levels: everything in real units, so that any rim format can be made from it.
#[derive(Clone, Debug, PartialEq)]
pub enum Statistics {
    /// A scaled measure: the raw value, or a logarithm of it.
    Scaled {
        /// What is measured.
        measure: Measure,
        /// Mean.
        mean: f64,
        /// Standard deviation, above 0.
        deviation: f64,
        /// Median, which stands in for a missing value.
        median: i32,
        /// Largest distance from the mean, in standard deviations.
        furthest: f64,
        /// Smallest and largest value.
        ends: [i32; 2],
    },
    /// Shares of the levels, unknown first, as one column each.
    OneHot(Vec<f64>),
    /// Shares of the levels, unknown first, as one column of surprisal.
    Surprisal(Vec<f64>),
    /// Share of yes.
    Flag(f64),
    /// `round(2^32 / period)`.
    Cyclic(u32),
    /// A measure whose range becomes 0 to 1.
    Ranged {
        /// What is measured.
        measure: Measure,
        /// What becomes 0.
        low: i32,
        /// What becomes 1, above `low`.
        high: i32,
        /// Median, which stands in for a missing value.
        median: i32,
    },
    /// So many levels, unknown first, as one column each of 0 and 1.
    Levels(usize),
    /// Shares of the levels, unknown first, as one column of surprisal; the most surprising level is 1.
    RangedSurprisal(Vec<f64>),
    /// Yes is 1, no is 0.
    Bit,
}

/// Integers that are standardised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the preparations")]
pub enum Measure {
    Numeric,
    Logarithm,
    Symlog { origin: i32, width_log2: u32 },
    Delta,
    RatioToMean,
}

impl Statistics {
    /// Statistics of a scaled measure; `None` where it is constant or never present.
    #[must_use]
    pub fn of_measure(measure: Measure, mut values: Vec<i32>) -> Option<Self> {
        let n = values.len() as f64;
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / n;
        let square = |value: i32| (f64::from(value) - mean) * (f64::from(value) - mean);
        let deviation = (values.iter().map(|&value| square(value)).sum::<f64>() / n).sqrt();
        if values.is_empty() || deviation <= 0.0 {
            return None;
        }
        let furthest = values.iter().map(|&value| square(value)).fold(0.0, f64::max).sqrt() / deviation;
        let ends = values.iter().fold([i32::MAX, i32::MIN], |[low, high], &v| [low.min(v), high.max(v)]);
        let middle = (values.len() - 1) / 2;
        let median = *values.select_nth_unstable(middle).1;
        Some(Self::Scaled { measure, mean, deviation, median, furthest, ends })
    }

    /// Statistics of a number with long tails, whose origin is the median and whose width is the power of two nearest to
    /// what the middle two thirds of the values span, or where that is nothing, to half of what 96 % of them do; `None`
    /// where it is constant or never present.
    #[must_use]
    pub fn of_symlog(mut values: Vec<i32>) -> Option<Self> {
        values.sort_unstable();
        let at = |share: f64| f64::from(values[((values.len().max(1) - 1) as f64 * share).round() as usize]);
        let origin = *values.get(values.len().saturating_sub(1) / 2)?;
        let [middle, most] = [at(0.84) - at(0.16), (at(0.98) - at(0.02)) / 2.0];
        let width = if middle > 0.0 { middle } else { most };
        let width_log2 = libm::log2(width.max(1.0)).round().min(30.0) as u32;
        let logarithms = values.iter().map(|value| log2_1p_over(value.saturating_sub(origin), width_log2));
        Self::of_measure(Measure::Symlog { origin, width_log2 }, logarithms.collect())
    }

    /// The preparation on wide codes with so many fraction bits.
    #[must_use]
    pub fn preparation(&self, fraction_bits: u32) -> FittedPreparation {
        let one = f64::from(1_u32 << fraction_bits);
        match self {
            Self::Scaled { measure, mean, deviation, median, .. } => {
                measure.preparation(affine(*mean, one / deviation, *median))
            }
            Self::Ranged { measure, low, high, median } => {
                let range = f64::from(*high) - f64::from(*low);
                measure.preparation(affine(f64::from(*low), one / range, *median))
            }
            Self::Levels(n) => FittedPreparation::OneHot(level_bytes(std::iter::repeat_n(bit(one), *n))),
            Self::RangedSurprisal(shares) => {
                let most = shares.iter().map(|&share| bits(share)).fold(0.0, f64::max);
                let codes = shares.iter().map(|&share| code(bits(share) / most * one));
                FittedPreparation::Surprisal(codes.flat_map(i16::to_le_bytes).collect())
            }
            Self::Bit => FittedPreparation::Flag(bit(one)),
            Self::OneHot(shares) => {
                let unknown = OneHot { off: 0, on: code(UNKNOWN_LEVEL * one) };
                let known = shares.iter().skip(1).map(|&share| level(share, one));
                FittedPreparation::OneHot(level_bytes(std::iter::once(unknown).chain(known)))
            }
            Self::Surprisal(shares) => {
                FittedPreparation::Surprisal(surprisals(shares, one).flat_map(i16::to_le_bytes).collect())
            }
            Self::Flag(share) => FittedPreparation::Flag(level(*share, one)),
            Self::Cyclic(turn_per_step) => {
                let amplitude = code(std::f64::consts::SQRT_2 * one);
                FittedPreparation::Cyclic(Cyclic { turn_per_step: *turn_per_step, amplitude })
            }
        }
    }

    /// Largest distance from 0 in training, in units of the column.
    #[must_use]
    pub fn furthest(&self) -> f64 {
        match self {
            Self::Scaled { furthest, .. } => *furthest,
            Self::Ranged { .. } | Self::Levels(_) | Self::RangedSurprisal(_) | Self::Bit => 1.0,
            _ => UNKNOWN_LEVEL,
        }
    }
}

impl Measure {
    const fn preparation(self, affine: Affine) -> FittedPreparation {
        match self {
            Self::Numeric => FittedPreparation::Numeric(affine),
            Self::Logarithm => FittedPreparation::Logarithm(affine),
            Self::Symlog { origin, width_log2 } => {
                FittedPreparation::Symlog(Symlog { origin, width_log2, affine })
            }
            Self::Delta => FittedPreparation::Delta(affine),
            Self::RatioToMean => FittedPreparation::RatioToMean { affine, window_log2: WINDOW_LOG2 },
        }
    }
}

/// A two-valued column of 0 and 1.
fn bit(one: f64) -> OneHot {
    OneHot { off: 0, on: code(one) }
}

fn level_bytes(levels: impl Iterator<Item = OneHot>) -> Vec<u8> {
    levels.flat_map(|level| [level.off.to_le_bytes(), level.on.to_le_bytes()].concat()).collect()
}

/// Bits of surprisal; what training never saw has some 20.
fn bits(share: f64) -> f64 {
    -libm::log2(share.max(1e-6))
}

/// A standardised two-valued column with the given share of ones.
fn level(share: f64, one: f64) -> OneHot {
    let deviation = (share * (1.0 - share)).sqrt().max(NARROWEST_LEVEL);
    OneHot { off: code(-share / deviation * one), on: code((1.0 - share) / deviation * one) }
}

/// Standardised surprisal of each level; what training never saw is as surprising as half a row.
fn surprisals(shares: &[f64], one: f64) -> impl Iterator<Item = i16> {
    let mean: f64 = shares.iter().map(|&share| share * bits(share)).sum();
    let variance: f64 = shares.iter().map(|&share| share * (bits(share) - mean) * (bits(share) - mean)).sum();
    let deviation = variance.sqrt().max(NARROWEST_LEVEL);
    shares.iter().map(move |&share| code((bits(share) - mean) / deviation * one))
}

fn code(value: f64) -> i16 {
    value.round().clamp(-32_767.0, 32_767.0) as i16
}

/// The fixed-point map `x -> (x - mean) * scale`, with the code of the median for missing values.
fn affine(mean: f64, scale: f64, median: i32) -> Affine {
    // The multiplier keeps 31 bits where the scale is large; below 1/2 the shift has nothing to give.
    let shift = (0..30).find(|&shift| scale < 0.499 * f64::from(1_u32 << shift)).unwrap_or(30);
    let multiplier = (scale * 4_294_967_296.0 / f64::from(1_u32 << shift)).round();
    let affine = Affine {
        center: mean.round() as i32,
        multiplier: multiplier.clamp(1.0, f64::from(i32::MAX)) as i32,
        shift,
        fill: 0,
    };
    Affine { fill: affine.apply(median).0, ..affine }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_engine::feature::symlog;
    use tillwatch_testkit::tolerance::{SCALE, STANDARDISED};

    #[test]
    fn a_number_is_standardised() {
        let values: Vec<i32> = (0..1000).map(|i| 500 + (i % 11) * 10).collect();
        let Some(statistics) = Statistics::of_measure(Measure::Numeric, values) else { panic!("it varies") };
        let FittedPreparation::Numeric(affine) = statistics.preparation(9) else { panic!("it is a number") };
        let (low, high) = (affine.apply(500).0, affine.apply(600).0);
        assert!((f64::from(low) / 512.0 + 1.58).abs() < STANDARDISED, "{low}");
        assert!((f64::from(high) / 512.0 - 1.58).abs() < STANDARDISED, "{high}");
        assert_eq!(affine.apply(550).0, affine.fill);
    }

    #[test]
    fn tiny_and_huge_scales_fit() {
        for scale in [1e-7, 0.3, 0.5, 512.0, 1e6] {
            let affine = affine(0.0, scale, 0);
            let got = f64::from(affine.multiplier) / 2_f64.powi(32 - affine.shift as i32);
            assert!((got / scale - 1.0).abs() < SCALE, "{scale} {got}");
        }
    }

    #[test]
    fn a_constant_says_nothing() {
        assert_eq!(Statistics::of_measure(Measure::Numeric, vec![4; 9]), None);
        assert_eq!(Statistics::of_measure(Measure::Numeric, vec![]), None);
    }

    #[test]
    fn long_tails_come_close() {
        // Two thirds within 100 of the median, and two that stray by a million.
        let mut values: Vec<i32> = (0..300).map(|i| 5_000 + i - 150).collect();
        values.extend([1_005_000, -995_000]);
        let plain = Statistics::of_measure(Measure::Numeric, values.clone()).map(|plain| plain.furthest());
        let Some(statistics) = Statistics::of_symlog(values) else { panic!("it varies") };
        let FittedPreparation::Symlog(rule) = statistics.preparation(9) else { panic!("it is a symlog") };
        assert_eq!((rule.origin, rule.width_log2), (4_999, 8));
        assert!(plain.unwrap() > 12.0 && statistics.furthest() < 12.0, "{}", statistics.furthest());
        assert_eq!(symlog(4_999, &rule).0, rule.affine.fill);
        assert_eq!(Statistics::of_symlog(vec![]), None);
        assert_eq!(Statistics::of_symlog(vec![7; 20]), None);
    }

    #[test]
    fn a_rare_level_does_not_outweigh_all() {
        assert_eq!(level(0.5, 512.0), OneHot { off: -512, on: 512 });
        assert_eq!(level(0.0001, 512.0).on, 5119);
    }

    #[test]
    fn rarer_is_more_surprising() {
        let codes: Vec<i16> = surprisals(&[0.0, 0.9, 0.1], 512.0).collect();
        assert!(codes[0] > codes[2] && codes[2] > codes[1], "{codes:?}");
    }
}

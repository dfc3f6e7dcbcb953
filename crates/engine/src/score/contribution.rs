//! The score as a sum of contributions.

use super::prototype::square_distance;
use super::reason::{Ranked, offer};
use super::{GAIN_FRACTION_BITS, REASONS, Reason, Reconstruction, Scored, Tally, Thresholds};
use crate::feature::Mark;
use crate::fixed::multiply_wide;

/// What a record is compared with, and by how much each difference counts.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// Columns of each feature within a sample, in order.
    pub columns: &'a [u8],
    /// Nearest prototype, from [`super::nearest`]: an entry per column, or nothing.
    pub prototype: &'a [i8],
    /// Left shift from a prototype entry to a wide code.
    pub prototype_shift: u32,
    /// Score per squared code of prototype distance, in steps of 2^-24.
    pub prototype_gain: u32,
    /// Factor on every contribution, in steps of 2^-16, that makes up for missing features.
    pub rescale: u32,
    /// Part of the score that belongs to no feature, from [`super::latent_distance`]; 0 where there is none.
    pub latent: u64,
    /// The record's marks, from [`Tally::of`]: whoever looks up `rescale` has counted them.
    pub tally: Tally,
}

impl Heads<'_> {
    /// What a column contributes.
    #[inline]
    fn contribution(&self, seen: i16, expected: i16, gain: u32, prototype: Option<&i8>) -> u64 {
        let residual = (i32::from(seen) - i32::from(expected)).unsigned_abs();
        let of_residual = multiply_wide(residual.wrapping_mul(residual), gain) >> GAIN_FRACTION_BITS;
        prototype.map_or(of_residual, |&prototype| {
            let square = square_distance(seen, prototype, self.prototype_shift);
            of_residual + (multiply_wide(square, self.prototype_gain) >> GAIN_FRACTION_BITS)
        })
    }

    /// The score of the features of one sample, and the strongest of them.
    ///
    /// A feature's first column is not compared: most features have no other, and a score of 24 of them takes 9 % less on Cortex-M4.
    #[inline]
    fn rank(&self, mut contributions: impl Iterator<Item = u64>, marks: &[Mark]) -> (u64, [Ranked; REASONS]) {
        let mut score = 0_u64;
        let mut strongest = [Ranked::default(); REASONS];
        let mut first = 0;
        for ((feature, &n_columns), mark) in self.columns.iter().enumerate().zip(marks) {
            let n_columns = usize::from(n_columns);
            let mut own = contributions.by_ref().take(n_columns);
            let largest = own.next().unwrap_or(0);
            let mut part = Part { sum: largest, largest, column: 0 };
            (1..).zip(own).for_each(|(column, contribution)| part.add(column, contribution));
            let present = if mark.has(Mark::MISSING) { 0 } else { self.rescale };
            let contribution = rescale(part.sum, present);
            score = score.saturating_add(contribution);
            offer(&mut strongest, Ranked::new(contribution, feature, first + part.column));
            first += n_columns;
        }
        (score, strongest)
    }
}

/// The part of a score that one feature makes, under way.
#[derive(Default)]
struct Part {
    sum: u64,
    largest: u64,
    column: usize,
}

impl Part {
    /// Adds a column, and notes the one that contributes most, of equals the last.
    #[inline]
    fn add(&mut self, column: usize, contribution: u64) {
        self.sum += contribution;
        // No branch, so that the work does not depend on the record.
        let is_largest = contribution >= self.largest;
        self.largest = if is_largest { contribution } else { self.largest };
        self.column = if is_largest { column } else { self.column };
    }
}

/// Scores a record of one sample.
///
/// The contribution of a column is `(residual^2 * gain) >> 24` plus the same for the prototype distance; a feature's is
/// the sum over its columns times `rescale`, or 0 where the feature is missing; the score is the sum over features, plus
/// the latent term.
///
/// # Shapes
/// `codes`, `reconstruction`, `gains`: one per column; `marks`: one per feature.
/// # Units
/// `codes`, `reconstruction`: wide codes; `gains`: score per squared code, in steps of 2^-24; score: see
/// [`super::SCORE_ONE`].
/// # Bounds
/// A column contributes less than 2^41, so 2^20 columns with `rescale` below 2^19 cannot overflow; sums saturate.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`; contributions and the latent term sum to the score without remainder.
/// # Panics
/// Never.
/// # Cost
/// Two wide products per column; no scratch.
/// # Source
/// `NUMERICS.md`, "Score".
pub fn evaluate(
    heads: &Heads<'_>,
    codes: &[i16],
    mut reconstruction: impl Reconstruction,
    gains: impl Iterator<Item = u32>,
    marks: &[Mark],
    thresholds: &Thresholds,
) -> Scored {
    let columns = codes.iter().zip(reconstruction.codes(0)).zip(gains);
    // Asked once and not for each column.
    let (score, strongest) = if heads.prototype.is_empty() {
        let contribution = |((&seen, expected), gain)| heads.contribution(seen, expected, gain, None);
        heads.rank(columns.map(contribution), marks)
    } else {
        let contribution = |(((&seen, expected), gain), prototype)| {
            heads.contribution(seen, expected, gain, Some(prototype))
        };
        heads.rank(columns.zip(heads.prototype).map(contribution), marks)
    };
    let reasons = strongest.map(|ranked| ranked.reason(codes, &mut reconstruction));
    answer(heads, score, reasons, thresholds)
}

/// Scores a record of several samples: a window of a series, the pixels of an image.
///
/// As [`evaluate`], the columns of a feature being those of every sample.
///
/// # Shapes
/// `codes`, `reconstruction`, `gains`: `[samples, columns of a sample]`, row-major; `heads.prototype` as well, or empty;
/// `marks`: one per feature.
/// # Units
/// As [`evaluate`].
/// # Bounds
/// As [`evaluate`]; at most 65,536 columns in all.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`, and equal to [`evaluate`] for one sample.
/// # Panics
/// Never.
/// # Cost
/// As [`evaluate`], and one walk over `reconstruction` and `gains` per feature.
/// # Source
/// `NUMERICS.md`, "Score".
pub fn evaluate_samples(
    heads: &Heads<'_>,
    samples: usize,
    codes: &[i16],
    mut reconstruction: impl Reconstruction,
    gains: impl Iterator<Item = u32> + Clone,
    marks: &[Mark],
    thresholds: &Thresholds,
) -> Scored {
    let all: usize = heads.columns.iter().map(|&n_columns| usize::from(n_columns)).sum();
    let mut score = 0_u64;
    let mut strongest = [Ranked::default(); REASONS];
    let (mut first, mut gains) = (0, gains);
    for ((feature, &n_columns), mark) in heads.columns.iter().enumerate().zip(marks) {
        let n_columns = usize::from(n_columns);
        let mut part = Part::default();
        let from_first = codes.get(first..).unwrap_or_default().iter().zip(reconstruction.codes(first));
        let mut columns = (first..).zip(from_first.zip(gains.clone()));
        // A feature that is alone has its columns in one run.
        let (runs, run) = if n_columns == all { (1, samples * n_columns) } else { (samples, n_columns) };
        for _ in 0..runs {
            columns.by_ref().take(run).for_each(|(column, ((&seen, expected), gain))| {
                part.add(column, heads.contribution(seen, expected, gain, heads.prototype.get(column)));
            });
            columns.by_ref().take(all - n_columns).for_each(drop);
        }
        first += n_columns;
        gains.by_ref().take(n_columns).for_each(drop);
        let present = if mark.has(Mark::MISSING) { 0 } else { heads.rescale };
        let contribution = rescale_saturating(part.sum, present);
        score = score.saturating_add(contribution);
        offer(&mut strongest, Ranked::new(contribution, feature, part.column));
    }
    let reasons = strongest.map(|ranked| ranked.reason(codes, &mut reconstruction));
    answer(heads, score, reasons, thresholds)
}

/// Puts together what a record gave.
#[inline]
fn answer(
    heads: &Heads<'_>,
    of_features: u64,
    strongest: [Reason; REASONS],
    thresholds: &Thresholds,
) -> Scored {
    let score = of_features.saturating_add(heads.latent);
    let mut reasons = heapless::Vec::new();
    let mut n_reasons = 0;
    for reason in strongest {
        n_reasons += usize::from(reason.contribution > 0);
        // There is room for all; collect() would bring a panic for the case that cannot be.
        let _ = reasons.push(reason);
    }
    // They are in falling order.
    reasons.truncate(n_reasons);
    Scored {
        score,
        latent: heads.latent,
        percentile: thresholds.percentile(score),
        verdict: thresholds.verdict(score),
        tally: heads.tally,
        reasons,
    }
}

/// `(value * factor) >> 16` without a 128-bit product, for the sum of one sample's columns: `value < 2^49`, so with
/// `factor < 2^31` the result fits.
fn rescale(value: u64, factor: u32) -> u64 {
    let low = multiply_wide(value as u32, factor) >> 16;
    let high = multiply_wide((value >> 32) as u32, factor) << 16;
    low.wrapping_add(high)
}

/// The same for any value; what does not fit is the largest.
fn rescale_saturating(value: u64, factor: u32) -> u64 {
    let low = multiply_wide(value as u32, factor) >> 16;
    let high = multiply_wide((value >> 32) as u32, factor);
    if high >> 48 > 0 { u64::MAX } else { low.saturating_add(high << 16) }
}

#[cfg(test)]
mod tests {
    use super::super::{ANCHORS, Verdict};
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const THRESHOLDS: Thresholds = Thresholds { watch: 50, alarm: 100, anchors: [10; ANCHORS] };
    const UNIT_GAIN: u32 = 1 << GAIN_FRACTION_BITS;

    fn heads<'a>(columns: &'a [u8], prototype: &'a [i8]) -> Heads<'a> {
        Heads {
            columns,
            prototype,
            prototype_shift: 1,
            prototype_gain: UNIT_GAIN,
            rescale: 1 << 16,
            latent: 0,
            tally: Tally::default(),
        }
    }

    fn unit_gains(n: usize) -> impl Iterator<Item = u32> + Clone {
        core::iter::repeat_n(UNIT_GAIN, n)
    }

    #[test]
    fn a_score_by_hand() {
        // Residuals 3, 1, 4 with unit gains; prototype entries 5, 0, 2 stand for codes 10, 0, 4.
        let scored = evaluate(
            &heads(&[1, 2], &[5, 0, 2]),
            &[13, 1, 4],
            &[10, 0, 8],
            [UNIT_GAIN; 3].into_iter(),
            &[Mark::NONE; 2],
            &THRESHOLDS,
        );
        // Feature 0: 9 + 9; feature 1: (1 + 1) + (16 + 0).
        assert_eq!(scored.score, 36);
        assert_eq!(scored.verdict, Verdict::Normal);
        assert_eq!(scored.percentile, 1000);
        let first = scored.reasons[0];
        assert_eq!((first.feature, first.contribution, first.is_higher()), (0, 18, true));
        let second = scored.reasons[1];
        assert_eq!((second.feature, second.column, second.seen, second.expected), (1, 2, 4, 8));
        assert_eq!(second.share_permille(36), 500);
    }

    #[test]
    fn samples_by_hand() {
        // Two samples of three columns. Feature 0 has the residuals 3 and 5, feature 1 has 1, 4 and 2, 0.
        let marks = [Mark::NONE, Mark::SATURATED];
        let scored = evaluate_samples(
            &Heads { latent: 7, tally: Tally::of(&marks), ..heads(&[1, 2], &[]) },
            2,
            &[3, 1, 4, 5, 2, 0],
            &[0; 6],
            unit_gains(6),
            &marks,
            &THRESHOLDS,
        );
        assert_eq!((scored.score, scored.latent, scored.tally.saturated), (34 + 21 + 7, 7, 1));
        assert_eq!(scored.verdict, Verdict::Watch); // 62: the latent term counts
        let places: Vec<_> = scored.reasons.iter().map(|r| (r.feature, r.contribution, r.column)).collect();
        assert_eq!(places, [(0, 34, 3), (1, 21, 2)]);
    }

    #[test]
    fn a_lone_feature_has_every_column_of_every_sample() {
        let codes = [1, 2, 3, 4, 5, 6];
        let marks = [Mark::NONE];
        let scored =
            evaluate_samples(&heads(&[2], &[]), 3, &codes, &[0; 6], unit_gains(6), &marks, &THRESHOLDS);
        assert_eq!((scored.score, scored.reasons[0].column), (1 + 4 + 9 + 16 + 25 + 36, 5));
    }

    #[test]
    fn of_equal_reasons_the_earlier_feature_stays_ahead() {
        let codes = [2, 2, 3, 2, 3];
        let scored =
            evaluate(&heads(&[1; 5], &[]), &codes, &[0; 5], unit_gains(5), &[Mark::NONE; 5], &THRESHOLDS);
        let features: Vec<_> = scored.reasons.iter().map(|reason| reason.feature).collect();
        assert_eq!(features, [2, 4, 0]);
        let pair =
            evaluate(&heads(&[1; 3], &[]), &codes, &[0; 3], unit_gains(3), &[Mark::NONE; 3], &THRESHOLDS);
        let features: Vec<_> = pair.reasons.iter().map(|reason| reason.feature).collect();
        assert_eq!(features, [2, 0, 1]);
    }

    #[test]
    fn of_equal_columns_the_last_is_named() {
        let (codes, gains) = ([3, -3, 2, 0], [UNIT_GAIN; 4].into_iter());
        let scored = evaluate(&heads(&[3, 1], &[]), &codes, &[0; 4], gains, &[Mark::NONE; 2], &THRESHOLDS);
        assert_eq!((scored.score, scored.reasons.len()), (9 + 9 + 4, 1));
        assert_eq!((scored.reasons[0].column, scored.reasons[0].is_higher()), (1, false));
    }

    #[test]
    fn a_feature_without_columns_takes_none_of_its_neighbours() {
        let (codes, gains) = ([3, 2], [UNIT_GAIN; 2].into_iter());
        let heads = heads(&[1, 0, 1], &[]);
        let scored = evaluate(&heads, &codes, &[0; 2], gains, &[Mark::NONE; 3], &THRESHOLDS);
        let places: Vec<_> = scored.reasons.iter().map(|r| (r.feature, r.contribution, r.column)).collect();
        assert_eq!(places, [(0, 9, 0), (2, 4, 1)]);
    }

    #[test]
    fn a_factor_on_a_huge_sum_saturates() {
        assert_eq!(rescale_saturating(1 << 57, 1 << 16), 1 << 57);
        assert_eq!(rescale_saturating(u64::MAX, 1 << 16), u64::MAX);
        assert_eq!(rescale_saturating(u64::MAX, (1 << 16) + 1), u64::MAX);
        assert_eq!(rescale_saturating(1 << 57, 1 << 23), u64::MAX);
        assert_eq!(rescale_saturating((1 << 49) - 1, (1 << 31) - 1), rescale((1 << 49) - 1, (1 << 31) - 1));
    }

    #[test]
    fn a_missing_feature_leaves_and_the_rest_makes_up() {
        let marks = [Mark::MISSING, Mark::NONE];
        let heads = Heads { rescale: 2 << 16, tally: Tally::of(&marks), ..heads(&[1, 1], &[]) };
        let scored = evaluate(&heads, &[100, 3], &[0, 0], [UNIT_GAIN; 2].into_iter(), &marks, &THRESHOLDS);
        assert_eq!(scored.score, 18);
        assert_eq!(scored.tally.missing, 1);
        assert_eq!(scored.reasons.len(), 1);
    }

    #[test]
    fn the_largest_contribution_does_not_wrap() {
        let heads =
            Heads { prototype_gain: u32::MAX, prototype_shift: 8, rescale: u32::MAX, ..heads(&[1], &[-128]) };
        let scored =
            evaluate(&heads, &[32_767], &[-32_767], [u32::MAX].into_iter(), &[Mark::NONE], &THRESHOLDS);
        let residual = (u128::from(65_534_u64 * 65_534) * u128::from(u32::MAX)) >> 24;
        let prototype = (u128::from(65_535_u64 * 65_535) * u128::from(u32::MAX)) >> 24;
        let want = ((residual + prototype) * u128::from(u32::MAX)) >> 16;
        assert_eq!(u128::from(scored.score), want);
    }

    proptest! {
        #[test]
        fn reasons_sum_to_the_score(
            rows in prop::collection::vec((any::<i16>(), any::<i16>(), any::<u32>(), any::<i8>(), any::<bool>()), 1..=3)
        ) {
            let codes: Vec<i16> = rows.iter().map(|row| row.0.max(-32_767)).collect();
            let reconstruction: Vec<i16> = rows.iter().map(|row| row.1.max(-32_767)).collect();
            let prototype: Vec<i8> = rows.iter().map(|row| row.3).collect();
            let marks: Vec<Mark> = rows.iter().map(|row| if row.4 { Mark::MISSING } else { Mark::NONE }).collect();
            let columns = std::vec![1; rows.len()];
            let heads = heads(&columns, &prototype);
            let scored =
                evaluate(&heads, &codes, &reconstruction, rows.iter().map(|row| row.2), &marks, &THRESHOLDS);
            // As many reasons as features, so nothing may be left over.
            let sum: u64 = scored.reasons.iter().map(|reason| reason.contribution).sum();
            prop_assert_eq!(sum, scored.score);
            prop_assert!(scored.reasons.windows(2).all(|pair| pair[0].contribution >= pair[1].contribution));
        }
    }
}

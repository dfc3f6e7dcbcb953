//! The score as a sum of contributions, and the features that made it.

use super::prototype::square_distance;
use super::{GAIN_FRACTION_BITS, Scored, Tally, Thresholds};
use crate::feature::Mark;
use crate::fixed::multiply_wide;

/// How many reasons come with a score.
pub const REASONS: usize = 3;

/// One feature's part in a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// The feature's part of the score, in score units.
    pub contribution: u64,
    /// Index of the feature.
    pub feature: u16,
    /// Index of the feature's column that contributed most.
    pub column: u16,
    /// Wide code seen in that column.
    pub seen: i16,
    /// Wide code that the network expected there.
    pub expected: i16,
}

impl Reason {
    /// True when the value is higher than expected.
    ///
    /// # Bounds
    /// Any reason.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn is_higher(&self) -> bool {
        self.seen > self.expected
    }

    /// The feature's share of a score, in permille, rounded down.
    ///
    /// Both numbers are halved until a 32-bit division will do: no 64-bit division exists on small cores.
    ///
    /// # Bounds
    /// Any score; 0 gives 0. At most 1000 for the score that the reason came with.
    /// # Exactness
    /// Within one permille of the exact share.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn share_permille(&self, score: u64) -> u16 {
        let (mut part, mut whole) = (self.contribution, score);
        while whole > (u32::MAX / 1000) as u64 {
            part >>= 1;
            whole >>= 1;
        }
        if whole == 0 {
            return 0;
        }
        let part = if part < whole { part } else { whole };
        (part as u32 * 1000 / whole as u32) as u16
    }
}

/// What a record is compared with, and by how much each difference counts.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// Columns of each feature, in order.
    pub columns: &'a [u8],
    /// Nearest prototype, from [`super::nearest`]; empty where there is none.
    pub prototype: &'a [i8],
    /// Left shift from a prototype entry to a wide code.
    pub prototype_shift: u32,
    /// Score per squared code of prototype distance, in steps of 2^-24.
    pub prototype_gain: u32,
    /// Factor on every contribution, in steps of 2^-16, that makes up for missing features.
    pub rescale: u32,
}

/// Scores a record.
///
/// The contribution of a column is `(residual^2 * gain) >> 24` plus the same for the prototype distance; a feature's is
/// the sum over its columns times `rescale`, or 0 where the feature is missing; the score is the sum over features.
///
/// # Shapes
/// `codes`, `reconstruction`, `gains`: one per column; `marks`: one per feature.
/// # Units
/// `codes`, `reconstruction`: wide codes; `gains`: score per squared code, in steps of 2^-24; score: see
/// [`super::SCORE_ONE`].
/// # Bounds
/// A column contributes less than 2^41, so 2^20 columns with `rescale` below 2^19 cannot overflow; sums saturate.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-1`; contributions sum to the score without remainder.
/// # Panics
/// Never.
/// # Cost
/// Two wide products per column; no scratch.
/// # Source
/// `NUMERICS.md`, "Score".
pub fn evaluate(
    heads: &Heads<'_>,
    codes: &[i16],
    reconstruction: &[i16],
    gains: impl Iterator<Item = u32>,
    marks: &[Mark],
    thresholds: &Thresholds,
) -> Scored {
    let mut score = 0_u64;
    let mut strongest = [Reason::default(); REASONS];
    let mut columns = codes.iter().zip(reconstruction).zip(gains).enumerate();
    for ((feature, &n_columns), mark) in heads.columns.iter().enumerate().zip(marks) {
        let mut reason = Reason { feature: feature as u16, ..Reason::default() };
        let mut sum = 0_u64;
        let mut largest = 0_u64;
        for (column, ((&seen, &expected), gain)) in columns.by_ref().take(usize::from(n_columns)) {
            let residual = (i32::from(seen) - i32::from(expected)).unsigned_abs();
            let mut contribution = multiply_wide(residual.wrapping_mul(residual), gain) >> GAIN_FRACTION_BITS;
            if let Some(&prototype) = heads.prototype.get(column) {
                let square = square_distance(seen, prototype, heads.prototype_shift);
                contribution += multiply_wide(square, heads.prototype_gain) >> GAIN_FRACTION_BITS;
            }
            sum += contribution;
            if contribution >= largest {
                largest = contribution;
                reason = Reason { column: column as u16, seen, expected, ..reason };
            }
        }
        let present = if mark.has(Mark::MISSING) { 0 } else { heads.rescale };
        reason.contribution = rescale(sum, present);
        score = score.saturating_add(reason.contribution);
        offer(&mut strongest, reason);
    }
    let mut reasons = heapless::Vec::new();
    for reason in strongest {
        if reason.contribution > 0 {
            // There is room for all; collect() would bring a panic for the case that cannot be.
            let _ = reasons.push(reason);
        }
    }
    Scored {
        score,
        percentile: thresholds.percentile(score),
        verdict: thresholds.verdict(score),
        tally: Tally::of(marks),
        reasons,
    }
}

/// `(value * factor) >> 16` without a 128-bit product; `value < 2^48`, so the upper half stays below 2^16.
fn rescale(value: u64, factor: u32) -> u64 {
    let low = multiply_wide(value as u32, factor) >> 16;
    let high = multiply_wide((value >> 32) as u32, factor) << 16;
    low.wrapping_add(high)
}

/// Keeps the strongest reasons in falling order; of equals the earlier feature stays ahead.
fn offer(strongest: &mut [Reason; REASONS], mut candidate: Reason) {
    for slot in strongest {
        if candidate.contribution > slot.contribution {
            core::mem::swap(slot, &mut candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ANCHORS, SCORE_ONE, Verdict};
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const THRESHOLDS: Thresholds = Thresholds { watch: 50, alarm: 100, anchors: [10; ANCHORS] };
    const UNIT_GAIN: u32 = 1 << GAIN_FRACTION_BITS;

    fn heads<'a>(columns: &'a [u8], prototype: &'a [i8]) -> Heads<'a> {
        Heads { columns, prototype, prototype_shift: 1, prototype_gain: UNIT_GAIN, rescale: 1 << 16 }
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
    fn a_missing_feature_leaves_and_the_rest_makes_up() {
        let heads = Heads { rescale: 2 << 16, ..heads(&[1, 1], &[]) };
        let marks = [Mark::MISSING, Mark::NONE];
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

    #[test]
    fn shares_of_huge_scores_need_no_wide_division() {
        let reason = Reason { contribution: u64::MAX / 4, ..Reason::default() };
        assert_eq!(reason.share_permille(u64::MAX), 249);
        assert_eq!(Reason::default().share_permille(0), 0);
        assert_eq!(Reason { contribution: SCORE_ONE, ..reason }.share_permille(SCORE_ONE), 1000);
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

//! The features that made a score.

use super::Reconstruction;

/// How many reasons come with a score.
pub const REASONS: usize = 3;

/// One feature's part in a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// The feature's part of the score, in score units.
    pub contribution: u64,
    /// Index of the feature.
    pub feature: u16,
    /// Index of the feature's column that contributed most, within the record.
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

/// A reason without its codes, which are looked up once it is among the strongest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ranked {
    contribution: u64,
    /// The feature in the upper half, its column in the lower one: two fields would be chosen one by one.
    place: u32,
}

impl Ranked {
    /// A feature's contribution and its column that contributed most.
    #[inline]
    pub(super) const fn new(contribution: u64, feature: usize, column: usize) -> Self {
        Self { contribution, place: (feature as u32) << 16 | (column as u16) as u32 }
    }

    /// With what was seen in the column and what was expected there.
    #[inline]
    pub(super) fn reason(self, codes: &[i16], reconstruction: &mut impl Reconstruction) -> Reason {
        let column = self.place as u16;
        Reason {
            contribution: self.contribution,
            feature: (self.place >> 16) as u16,
            column,
            seen: codes.get(usize::from(column)).copied().unwrap_or(0),
            expected: reconstruction.code(usize::from(column)),
        }
    }

    #[inline]
    const fn or(self, other: Self, is_self: bool) -> Self {
        Self {
            contribution: if is_self { self.contribution } else { other.contribution },
            place: if is_self { self.place } else { other.place },
        }
    }
}

/// Keeps the strongest reasons in falling order; of equals the earlier feature stays ahead.
///
/// Every place is written whatever the candidate, which is later than all others, so that the work does not depend on the record.
#[inline]
pub(super) fn offer(strongest: &mut [Ranked; REASONS], candidate: Ranked) {
    let [first, second, third] = strongest;
    let is_above = |held: &Ranked| candidate.contribution > held.contribution;
    let (is_first, is_second, is_third) = (is_above(first), is_above(second), is_above(third));
    *third = second.or(candidate.or(*third, is_third), is_second);
    *second = first.or(candidate.or(*second, is_second), is_first);
    *first = candidate.or(*first, is_first);
}

#[cfg(test)]
mod tests {
    use super::super::SCORE_ONE;
    use super::*;

    #[test]
    fn only_what_exceeds_the_expected_is_higher() {
        let higher = |seen, expected| Reason { seen, expected, ..Reason::default() }.is_higher();
        assert_eq!([higher(1, 0), higher(0, 0), higher(-1, 0)], [true, false, false]);
    }

    #[test]
    fn the_largest_score_that_is_not_halved() {
        let whole = u64::from(u32::MAX / 1000);
        // 1000 * 4295 just reaches it; halves of both would not.
        assert_eq!(Reason { contribution: 4295, ..Reason::default() }.share_permille(whole), 1);
    }

    #[test]
    fn shares_of_huge_scores_need_no_wide_division() {
        let reason = Reason { contribution: u64::MAX / 4, ..Reason::default() };
        assert_eq!(reason.share_permille(u64::MAX), 249);
        assert_eq!(Reason::default().share_permille(0), 0);
        assert_eq!(Reason { contribution: SCORE_ONE, ..reason }.share_permille(SCORE_ONE), 1000);
    }

    #[test]
    fn every_order_of_offers_gives_the_strongest_and_the_earlier_of_equals() {
        // Five contributions of 0 to 2 each, in every combination.
        for code in 0..3_u64.pow(5) {
            let contributions: [u64; 5] = core::array::from_fn(|at| code / 3_u64.pow(at as u32) % 3);
            let mut strongest = [Ranked::default(); REASONS];
            for (feature, &contribution) in contributions.iter().enumerate() {
                offer(&mut strongest, Ranked::new(contribution, feature, 2));
            }
            let strongest = strongest.map(|ranked| ranked.reason(&[7, 8, 9], &mut [4, 5, 6]));
            let mut order: std::vec::Vec<usize> = (0..5).collect();
            order.sort_by_key(|&feature| core::cmp::Reverse(contributions[feature]));
            for (reason, &feature) in strongest.iter().zip(&order) {
                let want = contributions[feature];
                assert_eq!(reason.contribution, want);
                assert!(want == 0 || usize::from(reason.feature) == feature, "{contributions:?}");
                assert!(want == 0 || (reason.column, reason.seen, reason.expected) == (2, 9, 6));
            }
        }
    }
}

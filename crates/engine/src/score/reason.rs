//! The features that made a score.

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

/// Keeps the strongest reasons in falling order; of equals the earlier feature stays ahead.
///
/// The candidate, which is later than all others, comes in at the end and moves up past what is weaker.
pub(super) fn offer(strongest: &mut [Reason; REASONS], candidate: Reason) {
    let [first, second, third] = strongest;
    if candidate.contribution > third.contribution {
        *third = candidate;
    }
    order(second, third);
    order(first, second);
}

/// A function of its own, because two reasons that change places are many moves.
#[inline(never)]
fn order(stronger: &mut Reason, weaker: &mut Reason) {
    if weaker.contribution > stronger.contribution {
        core::mem::swap(stronger, weaker);
    }
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
            let mut strongest = [Reason::default(); REASONS];
            for (feature, &contribution) in (0..).zip(&contributions) {
                offer(&mut strongest, Reason { contribution, feature, ..Reason::default() });
            }
            let mut order: std::vec::Vec<usize> = (0..5).collect();
            order.sort_by_key(|&feature| core::cmp::Reverse(contributions[feature]));
            for (reason, &feature) in strongest.iter().zip(&order) {
                let want = contributions[feature];
                assert_eq!(reason.contribution, want);
                assert!(want == 0 || usize::from(reason.feature) == feature, "{contributions:?}");
            }
        }
    }
}

//! Wilcoxon's signed-rank test: whether one detector is above another on more sets, and by more, than chance would have it.
//!
//! The distribution is counted out, ties included, so there is no approximation to justify. Of the statistics crates that
//! are kept up (`statrs`, `hypors`) none has this test.

/// Differences below half of this are none: means over seeds differ by that much from rounding alone.
const STEP: f64 = 1e-9;

/// What the differences say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SignedRank {
    /// Sets on which the first detector is above the second.
    pub(super) above: usize,
    /// Sets on which it is below.
    pub(super) below: usize,
    /// Mean of the differences.
    pub(super) mean: f64,
    /// Chance of ranks at least as one-sided, were both signs as likely on every set.
    pub(super) p: f64,
}

impl SignedRank {
    /// Tests differences, one for each set; none without any.
    ///
    /// # Source
    /// Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945): no difference leaves the test, equal
    /// ones share their mean rank.
    pub(super) fn of(differences: &[f64]) -> Option<Self> {
        if differences.is_empty() {
            return None;
        }
        let steps = differences.iter().map(|difference| (difference / STEP).round() as i64);
        let signed: Vec<i64> = steps.filter(|&steps| steps != 0).collect();
        let sizes: Vec<i64> = signed.iter().map(|steps| steps.abs()).collect();
        let ranks = doubled_ranks(&sizes);
        let positive = ranks.iter().zip(&signed).filter(|(_, steps)| **steps > 0).map(|(rank, _)| rank).sum();
        let above = signed.iter().filter(|&&steps| steps > 0).count();
        Some(Self {
            above,
            below: signed.len() - above,
            mean: differences.iter().sum::<f64>() / differences.len() as f64,
            p: two_sided(&ranks, positive),
        })
    }
}

/// Twice the rank of each value from the smallest up, equal values sharing their mean rank: whole numbers.
pub(super) fn doubled_ranks(values: &[i64]) -> Vec<usize> {
    let rank = |value: &i64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        2 * below + equal + 1
    };
    values.iter().map(rank).collect()
}

/// Twice the smaller tail of the sum of those ranks whose sign is positive, each sign being a fair coin.
fn two_sided(ranks: &[usize], positive: usize) -> f64 {
    let mut chances = vec![1.0];
    for &rank in ranks {
        let mut next = vec![0.0; chances.len() + rank];
        for (sum, chance) in chances.iter().enumerate() {
            next[sum] += chance / 2.0;
            next[sum + rank] += chance / 2.0;
        }
        chances = next;
    }
    let low: f64 = chances[..=positive].iter().sum();
    let high: f64 = chances[positive..].iter().sum();
    (2.0 * low.min(high)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::BY_HAND;

    fn test(differences: &[f64]) -> SignedRank {
        SignedRank::of(differences).unwrap()
    }

    #[test]
    fn by_hand() {
        // Of 32 signings one has no negative rank, and one no positive rank.
        assert!((test(&[0.1, 0.2, 0.3, 0.4, 0.5]).p - 2.0 / 32.0).abs() < BY_HAND);
        // The negative ranks sum to 5. Ten subsets of 1 to 5 reach at most that: {} 1 2 3 12 4 13 5 14 23.
        let found = test(&[0.1, 0.2, 0.3, 0.4, -0.5]);
        assert!((found.p - 20.0 / 32.0).abs() < BY_HAND, "{found:?}");
        assert_eq!((found.above, found.below), (4, 1));
        assert!((found.mean - 0.1).abs() < BY_HAND);
    }

    #[test]
    fn ties_share_ranks_and_no_difference_leaves() {
        assert_eq!(doubled_ranks(&[7, 3, 3, 9]), [6, 3, 3, 8]);
        // Ranks 1.5, 1.5, 3, 4 and the negative sum 1.5: of 16 signings {} and two single ones reach it.
        let found = test(&[0.25, -0.25, 0.5, 0.75, 0.0]);
        assert!((found.p - 2.0 * 3.0 / 16.0).abs() < BY_HAND, "{found:?}");
        assert_eq!((found.above, found.below), (3, 1));
        assert!((test(&[0.0, 0.0]).p - 1.0).abs() < BY_HAND);
        assert_eq!(SignedRank::of(&[]), None);
    }

    #[test]
    fn a_published_example() {
        // Darwin's heights of cross- and self-fertilised maize, in eighths of an inch: of 2^15 signings 1,352, p 0.0413.
        let heights = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
            .map(|eighths| f64::from(eighths) / 8.0);
        assert!((test(&heights).p - 1352.0 / 32768.0).abs() < BY_HAND, "{}", test(&heights).p);
    }
}

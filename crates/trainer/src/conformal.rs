//! Which order statistic of calibration scores keeps an alarm budget, and what fresh normal records then do.
//!
//! With `n` calibration scores and the `k`-th smallest as the threshold, the share of all normal records above it follows a
//! beta distribution with parameters `n + 1 - k` and `k`, and of `m` fresh ones a beta-binomial number alarms, whatever the
//! distribution of scores. Equal scores only make alarms rarer, since an alarm is a score *above* the threshold.
//! Derived in `DESIGN.md`, "Alarm budgets".

use crate::budget::AlarmBudget;

/// Chance that a threshold with 95 % confidence misses its budget, and of all that lies outside a 95 % interval.
const RISK: f64 = 0.05;
/// Alarms are counted out of so many events.
const MILLION: u64 = 1_000_000;

/// The rank, from 1, whose score keeps the budget on average over calibrations; none where there are too few rows.
///
/// # Source
/// Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World" (2005), split conformal prediction.
#[must_use]
pub fn marginal_rank(rows: usize, budget: AlarmBudget) -> Option<usize> {
    // Of rows + 1 equally likely ranks of a fresh score so many may be above; whole numbers, so nothing is rounded.
    let above = (rows as u64 + 1) * u64::from(budget.ppm()) / MILLION;
    (above >= 1).then(|| rows + 1 - above as usize)
}

/// The rank, from 1, whose score keeps the budget in 95 of 100 calibrations; none where there are too few rows.
///
/// `r` scores above the threshold are allowed where a binomial number of `rows` draws at the budget's rate is at most `r`
/// with a chance of at most 5 %: then the share of normal records above it exceeds the rate no more often than that.
///
/// # Source
/// Wilks, "Determination of sample sizes for setting tolerance limits", Annals of Mathematical Statistics 12 (1941);
/// Vovk, "Conditional validity of inductive conformal predictors", ACML (2012).
#[must_use]
pub fn confident_rank(rows: usize, budget: AlarmBudget) -> Option<usize> {
    let (n, rate) = (rows as f64, budget.rate());
    // Logarithm of the chance of exactly `hits`, so that large tables do not underflow.
    let mut log_chance = n * libm::log1p(-rate);
    let (mut below, mut allowed) = (0.0, None);
    for hits in 0..rows {
        below += libm::exp(log_chance);
        if below > RISK {
            break;
        }
        allowed = Some(hits);
        let more = (n - hits as f64) / (hits as f64 + 1.0) * rate / (1.0 - rate);
        log_chance += libm::log(more);
    }
    allowed.map(|above| rows - above)
}

/// Fewest calibration rows with a [`marginal_rank`].
#[must_use]
pub fn marginal_rows(budget: AlarmBudget) -> usize {
    MILLION.div_ceil(u64::from(budget.ppm())) as usize - 1
}

/// Fewest calibration rows with a [`confident_rank`].
#[must_use]
pub fn confident_rows(budget: AlarmBudget) -> usize {
    let rows = (libm::log(RISK) / libm::log1p(-budget.rate())).ceil() as usize;
    // The logarithms may be a hair off at a whole number.
    let carries = |rows: &usize| confident_rank(*rows, budget).is_some();
    (rows.saturating_sub(1)..=rows + 1).find(carries).unwrap_or(rows)
}

/// The central 95 % interval of the number of alarms among fresh normal records.
///
/// Both ends belong to it; less than 2.5 % of the chance lies below it and less than 2.5 % above.
///
/// # Shapes
/// `rank`: of the threshold among `rows` calibration scores, from 1; `fresh`: records.
#[must_use]
pub fn alarm_interval(rows: usize, rank: usize, fresh: usize) -> [usize; 2] {
    let (a, b, m) = ((rows + 1).saturating_sub(rank) as f64, rank as f64, fresh as f64);
    let log_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let mut log_chance = log_beta(a, m + b) - log_beta(a, b);
    let (mut below, mut low) = (0.0, None);
    for alarms in 0..fresh {
        below += libm::exp(log_chance);
        if low.is_none() && below >= RISK / 2.0 {
            low = Some(alarms);
        }
        if below >= 1.0 - RISK / 2.0 {
            return [low.unwrap_or(alarms), alarms];
        }
        let j = alarms as f64;
        log_chance += libm::log((m - j) * (j + a) / ((j + 1.0) * (m - j - 1.0 + b)));
    }
    [low.unwrap_or(fresh), fresh]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn budget(rate: f64) -> AlarmBudget {
        AlarmBudget::of_rate(rate).unwrap()
    }

    #[test]
    fn marginal_ranks_by_hand() {
        assert_eq!(marginal_rank(99, budget(0.01)), Some(99));
        assert_eq!(marginal_rank(98, budget(0.01)), None);
        assert_eq!(marginal_rank(199, budget(0.02)), Some(196));
        assert_eq!(marginal_rank(1, budget(0.5)), Some(1));
        assert_eq!(marginal_rank(0, budget(0.5)), None);
        assert_eq!(
            [0.01, 0.002, 0.000_001, 0.5].map(|rate| marginal_rows(budget(rate))),
            [99, 499, 999_999, 1]
        );
    }

    #[test]
    fn confident_ranks_are_those_of_tolerance_limits() {
        // Wilks: 299 rows for one in a hundred and 59 for one in twenty, the largest score; 473 for the second largest.
        assert_eq!([0.01, 0.05].map(|rate| confident_rows(budget(rate))), [299, 59]);
        assert_eq!(confident_rank(298, budget(0.01)), None);
        assert_eq!(confident_rank(299, budget(0.01)), Some(299));
        assert_eq!(confident_rank(472, budget(0.01)), Some(472));
        assert_eq!(confident_rank(473, budget(0.01)), Some(472));
        // 93 of 95 % for 95 % confidence.
        assert_eq!(confident_rank(93, budget(0.05)), Some(92));
        assert_eq!(confident_rank(92, budget(0.05)), Some(92));
    }

    #[test]
    fn intervals_by_hand() {
        // One calibration row and its score the threshold: every number of alarms is equally likely.
        assert_eq!(alarm_interval(1, 1, 99), [2, 97]);
        assert_eq!(alarm_interval(1, 1, 0), [0, 0]);
        // One fresh record alarms with a chance of 1 in 100: none lies inside, and one is too much.
        assert_eq!(alarm_interval(99, 99, 1), [0, 0]);
        assert_eq!(alarm_interval(9, 9, 1), [0, 1]);
    }

    #[test]
    fn intervals_of_large_tables_are_those_of_a_normal_distribution() {
        // 1 % of 100,000 by a threshold from 1,000,000: a standard deviation of sqrt(990 + 99) or so.
        let [low, high] = alarm_interval(999_999, 990_000, 100_000);
        assert!((934..=937).contains(&low) && (1064..=1067).contains(&high), "{low} {high}");
    }

    /// Draws of a negative hypergeometric distribution in place of the formula: ranks of calibration rows among all.
    fn alarms_of(order: &[usize], rows: usize, rank: usize) -> usize {
        let mut calibration: Vec<usize> = order[..rows].to_vec();
        calibration.sort_unstable();
        order[rows..].iter().filter(|&&score| score > calibration[rank - 1]).count()
    }

    #[test]
    fn every_order_of_seven_scores_gives_the_chances_of_the_interval() {
        // All 5,040 orders of 4 calibration and 3 fresh scores: the exact distribution, by counting.
        let mut counts = [0_usize; 4];
        let mut order: Vec<usize> = (0..7).collect();
        permute(&mut order, 0, &mut |order| counts[alarms_of(order, 4, 3)] += 1);
        assert_eq!(counts.iter().sum::<usize>(), 5040);
        let outside =
            |[low, high]: [usize; 2]| [counts[..low].iter().sum::<usize>(), counts[high + 1..].iter().sum()];
        let found = alarm_interval(4, 3, 3);
        assert!(outside(found).into_iter().all(|count| count * 40 <= 5040), "{found:?} {counts:?}");
        // Beta-binomial with 2 and 3: 10, 12, 9, 4 of 35.
        assert_eq!(counts.map(|count| count * 35 / 5040), [10, 12, 9, 4]);
        assert_eq!(found, [0, 3]);
    }

    fn permute(order: &mut Vec<usize>, from: usize, visit: &mut impl FnMut(&[usize])) {
        if from == order.len() {
            return visit(order);
        }
        for at in from..order.len() {
            order.swap(from, at);
            permute(order, from + 1, visit);
            order.swap(from, at);
        }
    }

    proptest! {
        #[test]
        fn confidence_asks_for_a_higher_score_and_more_rows(rows in 1_usize..3000, ppm in 500_u32..500_000) {
            let budget = budget(f64::from(ppm) / 1e6);
            let (marginal, confident) = (marginal_rank(rows, budget), confident_rank(rows, budget));
            prop_assert_eq!(marginal.is_some(), rows >= marginal_rows(budget));
            prop_assert_eq!(confident.is_some(), rows >= confident_rows(budget));
            if let (Some(marginal), Some(confident)) = (marginal, confident) {
                prop_assert!(confident >= marginal && confident <= rows, "{} {}", marginal, confident);
            }
        }

        #[test]
        fn no_more_than_a_fortieth_lies_on_either_side(rows in 1_usize..300, rank in 1_usize..300, fresh in 1_usize..300) {
            let rank = rank.min(rows);
            let [low, high] = alarm_interval(rows, rank, fresh);
            // Chances by products of whole numbers' logarithms, in another order than the formula's.
            let log_choose = |n: usize, k: usize| {
                libm::lgamma(n as f64 + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((n - k) as f64 + 1.0)
            };
            let chance = |alarms: usize| {
                let below = fresh - alarms + rank - 1;
                let above = alarms + rows - rank;
                libm::exp(log_choose(below, rank - 1) + log_choose(above, rows - rank) - log_choose(rows + fresh, rows))
            };
            let tails = [(0..low).map(chance).sum::<f64>(), (high + 1..=fresh).map(chance).sum()];
            prop_assert!(tails.iter().all(|&tail| tail <= 0.025 + 1e-9), "{:?}", tails);
            prop_assert!(low <= high && high <= fresh);
        }
    }
}

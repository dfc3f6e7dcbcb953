//! How far two scorings of the same rows agree.

use super::descending;

/// Spearman's rank correlation, equal scores sharing their mean rank.
///
/// # Shapes
/// `left`, `right`: one score per row, the same rows.
/// # Errors
/// `None` for fewer than two rows, or where one side is constant.
/// # Source
/// Spearman, "The proof and measurement of association between two things", American Journal of Psychology 15 (1904).
#[must_use]
pub fn rank_correlation<L, R>(left: &[L], right: &[R]) -> Option<f64>
where
    L: Copy + PartialOrd,
    R: Copy + PartialOrd,
{
    let mean = (left.len() as f64 + 1.0) / 2.0;
    let (left, right) = (ranks(left), ranks(right));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    let scale = (product(&left, &left) * product(&right, &right)).sqrt();
    (scale > 0.0).then(|| product(&left, &right) / scale)
}

/// Rows on which two scorings disagree about exceeding their thresholds.
///
/// # Shapes
/// As [`rank_correlation`].
#[must_use]
pub fn verdict_flips<L, R>(left: &[L], left_threshold: L, right: &[R], right_threshold: R) -> usize
where
    L: Copy + PartialOrd,
    R: Copy + PartialOrd,
{
    let pairs = left.iter().zip(right);
    pairs.filter(|&(&l, &r)| (l > left_threshold) != (r > right_threshold)).count()
}

fn ranks<S: Copy + PartialOrd>(scores: &[S]) -> Vec<f64> {
    let mut ranks = vec![0.0; scores.len()];
    let mut next = 0;
    for group in descending(scores).chunk_by(|&a, &b| scores[a] == scores[b]) {
        let shared = next as f64 + (group.len() as f64 + 1.0) / 2.0;
        group.iter().for_each(|&row| ranks[row] = shared);
        next += group.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_all_that_counts() {
        assert_eq!(rank_correlation(&[1, 5, 9], &[0.1, 0.2, 70.0]), Some(1.0));
        assert_eq!(rank_correlation(&[1, 5, 9], &[3, 2, 1]), Some(-1.0));
        assert_eq!(ranks(&[4, 9, 4]), [2.5, 1.0, 2.5]);
    }

    #[test]
    fn a_constant_has_no_ranks() {
        assert_eq!(rank_correlation(&[1, 1], &[1, 2]), None);
        assert_eq!(rank_correlation::<u8, u8>(&[], &[]), None);
    }

    #[test]
    fn flips_are_counted_both_ways() {
        assert_eq!(verdict_flips(&[1, 5, 5, 1], 2, &[1.0, 1.0, 9.0, 9.0], 3.0), 2);
    }
}

//! A small bank of typical rows, found by k-means.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Rounds of Lloyd's algorithm; on the sets tried the centres stop moving before.
const ROUNDS: usize = 25;
/// Rows that k-means looks at; more do not move the centres of so few clusters.
const SAMPLE: usize = 20_000;

/// Finds at most `count` centres among rows of `width` values; clusters that end up empty are dropped.
///
/// # Shapes
/// `rows`: row-major; the result likewise.
/// # Exactness
/// The same rows and seed give the same bytes.
/// # Cost
/// At most 25 passes over at most 20,000 rows, evenly spaced.
/// # Source
/// Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
#[must_use]
pub fn centres(rows: &[f32], width: usize, count: usize, seed: u64) -> Vec<f32> {
    let all: Vec<&[f32]> = rows.chunks_exact(width).collect();
    let stride = all.len().div_ceil(SAMPLE).max(1);
    let rows: Vec<&[f32]> = all.into_iter().step_by(stride).collect();
    let mut centres = spread_start(&rows, count.min(rows.len()), seed);
    if centres.is_empty() {
        return Vec::new();
    }
    for _ in 0..ROUNDS {
        let moved = means(&rows, &centres, width);
        if moved == centres {
            break;
        }
        centres = moved;
    }
    centres.concat()
}

/// Picks each next start with a chance proportional to its squared distance from those picked.
fn spread_start(rows: &[&[f32]], count: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut unit = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut starts: Vec<Vec<f32>> = Vec::new();
    let mut nearest = vec![f64::INFINITY; rows.len()];
    while starts.len() < count {
        let next = if starts.is_empty() {
            (unit() * rows.len() as f64) as usize
        } else {
            let total: f64 = nearest.iter().sum();
            let mut left = unit() * total;
            let found = nearest.iter().position(|&share| {
                left -= share;
                left < 0.0
            });
            match found {
                Some(row) => row,
                None => break, // every row is a start already
            }
        };
        let start = rows[next].to_vec();
        for (share, row) in nearest.iter_mut().zip(rows) {
            *share = share.min(square_distance(row, &start).into());
        }
        starts.push(start);
    }
    starts
}

fn means(rows: &[&[f32]], centres: &[Vec<f32>], width: usize) -> Vec<Vec<f32>> {
    let mut sums = vec![(vec![0_f64; width], 0_u32); centres.len()];
    for row in rows {
        let (sum, n) = &mut sums[nearest(row, centres)];
        sum.iter_mut().zip(*row).for_each(|(sum, &value)| *sum += f64::from(value));
        *n += 1;
    }
    let filled = sums.into_iter().filter(|&(_, n)| n > 0);
    filled.map(|(sum, n)| sum.iter().map(|value| (value / f64::from(n)) as f32).collect()).collect()
}

fn nearest(row: &[f32], centres: &[Vec<f32>]) -> usize {
    let distances = centres.iter().map(|centre| square_distance(row, centre));
    let best = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(0, |(index, _)| index)
}

/// Squared Euclidean distance.
pub(crate) fn square_distance(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_two_heaps() {
        let rows: Vec<f32> = (0..100).map(|i| if i % 2 == 0 { 5.0 } else { -5.0 } + (i % 5) as f32).collect();
        let mut found = centres(&rows, 1, 2, 3);
        found.sort_by(f32::total_cmp);
        assert_eq!(found, [-3.0, 7.0]);
    }

    #[test]
    fn equal_rows_give_one_centre() {
        assert_eq!(centres(&[2.0; 30], 3, 16, 1), [2.0; 3]);
        assert!(centres(&[], 3, 16, 1).is_empty());
        assert!(centres(&[2.0; 30], 3, 0, 1).is_empty());
    }

    #[test]
    fn a_seed_is_a_result() {
        let rows: Vec<f32> = (0..300).map(|i| ((i * 7919) % 101) as f32).collect();
        assert_eq!(centres(&rows, 3, 8, 5), centres(&rows, 3, 8, 5));
        assert_ne!(centres(&rows, 3, 8, 5), centres(&rows, 3, 8, 6));
    }
}

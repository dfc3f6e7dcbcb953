//! Whether rows lie on a sheet rather than in heaps: along few directions that all columns follow, gathered nowhere.

use crate::principal::Spread;
use crate::prototypes::{centres, square_distance};
use std::collections::BTreeSet;

/// Rows that are looked at, evenly spaced.
const ROWS: usize = 6000;
/// Of so many rows one judges what the others made.
const JUDGED: usize = 3;
/// Heaps that are compared with.
const HEAPS: usize = 32;
/// Most that components leave of the variance on a sheet, in what the centres of heaps leave.
const MOST_LEFT: f64 = 1.0 / 3.0;
/// Most columns that are looked at.
const WIDEST: usize = 1024;

/// True where the largest components leave less than a third of the variance that the nearest of 32 centres leaves, and every
/// column takes more values than there are centres: one of fewer, such as a category, makes heaps by itself.
///
/// # Shapes
/// `rows`: row-major, `width` wide; `components`: how many are as wide as the latent vector.
/// # Exactness
/// The same rows give the same answer.
/// # Cost
/// k-means of 32 centres and the components of at most 6,000 rows; nothing is looked at above 1,024 columns, where the
/// answer is no.
pub(super) fn is_sheet(rows: &[f32], width: usize, components: usize) -> bool {
    let stride = (rows.len() / width).div_ceil(ROWS).max(1);
    let sample = || rows.chunks_exact(width).step_by(stride).enumerate();
    let part = |judges: bool| sample().filter(move |(index, _)| (index % JUDGED == JUDGED - 1) == judges);
    let is_gathered = |column: usize| {
        let mut values = BTreeSet::new();
        sample().all(|(_, row)| {
            values.insert(row[column].to_bits());
            values.len() <= HEAPS
        })
    };
    if width > WIDEST || (0..width).any(is_gathered) {
        return false;
    }
    let made_of: Vec<f32> = part(false).flat_map(|(_, row)| row).copied().collect();
    let mut spread = Spread::of(&made_of, width);
    let centres = centres(&made_of, width, HEAPS, 0);
    let (mut nearest, mut whole) = (0.0, 0.0);
    for (_, row) in part(true) {
        let distances = centres.chunks_exact(width).map(|centre| square_distance(row, centre));
        nearest += f64::from(distances.fold(f32::INFINITY, f32::min));
        whole += spread.centred(row).iter().map(|value| value * value).sum::<f64>();
    }
    let total = spread.total();
    let left = total - (0..components).map(|_| spread.take_largest().0).sum::<f64>();
    // Both as shares of all variance, each of the rows that it was taken from.
    left * whole < MOST_LEFT * nearest * total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Generator;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    const WIDTH: usize = 12;

    fn draws() -> impl FnMut() -> f32 {
        let mut generator = Generator::seed_from_u64(3);
        move || f64::from(generator.next_u32() >> 8) as f32 / f32::from(1_u16 << 12) / 2048.0 - 1.0
    }

    #[test]
    fn functions_of_a_few_factors_lie_on_a_sheet() {
        let mut draw = draws();
        let weights: Vec<f32> = (0..5 * WIDTH).map(|_| draw()).collect();
        let rows: Vec<f32> = (0..1500)
            .flat_map(|_| {
                let factors: Vec<f32> = (0..5).map(|_| draw()).collect();
                let sum = |weights: &[f32]| weights.iter().zip(&factors).map(|(a, b)| a * b).sum::<f32>();
                weights.chunks_exact(5).map(|weights| libm::tanhf(sum(weights))).collect::<Vec<f32>>()
            })
            .collect();
        assert!(is_sheet(&rows, WIDTH, 6));
        assert!(!is_sheet(&rows, WIDTH, 1), "one component is too few for five factors");
        let signs: Vec<f32> =
            rows.iter().enumerate().map(|(at, &x)| if at % WIDTH == 3 { x.signum() } else { x }).collect();
        assert!(!is_sheet(&signs, WIDTH, 6), "a column of two values makes two heaps");
    }

    #[test]
    fn heaps_are_no_sheet() {
        let mut draw = draws();
        let places: Vec<f32> = (0..10 * WIDTH).map(|_| draw()).collect();
        let rows: Vec<f32> = (0..1500)
            .flat_map(|row| {
                let place = &places[row % 10 * WIDTH..][..WIDTH];
                place.iter().map(|value| value + 0.3 * draw()).collect::<Vec<f32>>()
            })
            .collect();
        assert!(!is_sheet(&rows, WIDTH, 6));
    }

    #[test]
    fn rows_without_variance_are_no_sheet() {
        assert!(!is_sheet(&[1.0; 300], 3, 1));
        assert!(!is_sheet(&[], 3, 1));
    }
}

//! How many prototypes a model gets, judged by normal rows alone.

use crate::prototypes::{centres, square_distance};
use crate::recipe::RecipeFault;

/// Banks that are tried, each twice the one before. Still larger ones detect a little better, see `DESIGN.md`, at twice the
/// cost: who has the room asks for them.
const TRIED: [usize; 3] = [8, 16, 32];
/// Share of the mean distance that the larger bank has to take off, on rows that it was not made of.
const WORTH_IT: f64 = 0.03;
/// A bank of more rows than this takes at most [`MOST_BYTES`].
const ALWAYS: usize = 16;
/// One byte per entry.
const MOST_BYTES: usize = 2048;
/// Fewest training rows that a prototype stands for.
const ROWS_PER_PROTOTYPE: usize = 10;
/// Share of the training rows that judge the banks, as its inverse.
const JUDGED: usize = 10;

/// The prototype rows: as many as were asked for, or the largest bank tried that is nearer to rows that were held back.
///
/// # Shapes
/// `rows`: training rows of `width` values; the result likewise.
/// # Errors
/// [`RecipeFault`] where the rows are too few for the number asked for.
pub(crate) fn bank(
    rows: &[f32],
    width: usize,
    asked: Option<usize>,
    seed: u64,
) -> Result<Vec<f32>, RecipeFault> {
    let most = rows.len() / width / ROWS_PER_PROTOTYPE;
    let count = match asked {
        Some(count) if count > most => {
            return Err(RecipeFault {
                option: "--prototypes",
                found: count.to_string(),
                wanted: format!("at most {most}, one for every {ROWS_PER_PROTOTYPE} training rows"),
            });
        }
        Some(count) => count,
        None => chosen(rows, width, seed).min(most),
    };
    Ok(centres(rows, width, count, seed))
}

/// The largest bank tried that is worth its size, whatever number the rows can carry.
fn chosen(rows: &[f32], width: usize, seed: u64) -> usize {
    let part = |wanted: bool| -> Vec<f32> {
        let rows = rows.chunks_exact(width).enumerate();
        rows.filter(|(index, _)| (index % JUDGED == JUDGED - 1) == wanted)
            .flat_map(|(_, row)| row)
            .copied()
            .collect()
    };
    let (made_of, judged) = (part(false), part(true));
    let affordable = TRIED.into_iter().filter(|&count| count <= ALWAYS || count * width <= MOST_BYTES);
    let distances: Vec<(usize, f64)> = affordable
        .map(|count| (count, mean_distance(&judged, &centres(&made_of, width, count, seed), width)))
        .collect();
    let worth = distances.windows(2).rev().find(|pair| pair[1].1 < (1.0 - WORTH_IT) * pair[0].1);
    worth.map_or(TRIED[0], |pair| pair[1].0)
}

fn mean_distance(rows: &[f32], prototypes: &[f32], width: usize) -> f64 {
    let nearest = |row: &[f32]| {
        let distances = prototypes.chunks_exact(width).map(|prototype| square_distance(row, prototype));
        f64::from(distances.fold(f32::INFINITY, f32::min))
    };
    rows.chunks_exact(width).map(nearest).sum::<f64>() / (rows.len() / width).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows at that many places.
    fn heaps(places: usize, rows: usize, width: usize) -> Vec<f32> {
        let value = |at: usize| {
            let (row, column) = (at / width, at % width);
            (((row % places) * 7919 + column * 104_729) % 101) as f32
        };
        (0..rows * width).map(value).collect()
    }

    #[test]
    fn as_many_prototypes_as_there_are_heaps() {
        assert_eq!(chosen(&heaps(8, 1003, 3), 3, 1), 8);
        assert_eq!(chosen(&heaps(16, 1003, 3), 3, 1), 16);
        assert_eq!(chosen(&heaps(32, 1003, 3), 3, 1), 32);
    }

    #[test]
    fn wide_banks_stay_small() {
        assert_eq!(chosen(&heaps(32, 500, 64), 64, 1), 32);
        assert_eq!(chosen(&heaps(32, 500, 65), 65, 1), 16);
    }

    #[test]
    fn few_rows_carry_few_prototypes() {
        let rows = heaps(32, 123, 2);
        assert_eq!(bank(&rows, 2, None, 1), bank(&rows, 2, Some(12), 1));
        assert_eq!(bank(&rows, 2, Some(0), 1).unwrap(), [0.0_f32; 0]);
        let fault = bank(&rows, 2, Some(13), 1).unwrap_err();
        assert_eq!((fault.option, fault.found.as_str()), ("--prototypes", "13"));
        assert_eq!(fault.wanted, "at most 12, one for every 10 training rows");
        assert!(bank(&rows[..18], 2, None, 1).unwrap().is_empty());
    }
}

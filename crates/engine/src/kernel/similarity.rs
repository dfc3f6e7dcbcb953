//! Recommendation: the rows of a table that are most similar to a latent vector.

use heapless::Vec;

/// A row of a table and how similar it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the row.
    pub row: u16,
    /// Its product with the latent vector.
    pub dot: i32,
}

/// The `N` rows with the largest products, strongest first; of equals the lower row is ahead.
///
/// `dot = sum over c of row[c] * (latent[c] - zero_point)`
///
/// # Shapes
/// `table`: up to 65,536 rows of `latent.len()`, row-major; result: `N` rows, or all where there are fewer.
/// # Units
/// `table`: codes of the rows, symmetric about 0; `latent`: activation codes; `zero_point`: the latent's code of real zero.
/// # Bounds
/// Any codes; up to 65,535 latent codes no product can overflow.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
/// # Cost
/// One multiply-accumulate per table entry and `N` comparisons per row.
/// # Source
/// `NUMERICS.md`, "Similarity".
/// # Examples
/// ```
/// use tillwatch_engine::kernel::strongest;
/// let table = [1, 0, 0, 1, 1, 1];
/// let found = strongest::<2>(&table, &[5, 3], 1);
/// assert_eq!(found.iter().map(|found| (found.row, found.dot)).collect::<Vec<_>>(), [(2, 6), (0, 4)]);
/// ```
#[must_use]
pub fn strongest<const N: usize>(table: &[i8], latent: &[i8], zero_point: i8) -> Vec<Match, N> {
    // Weaker than any row: a product is above -128 * 255 * 65,535.
    let mut best = [Match { row: 0, dot: i32::MIN }; N];
    for (row, weights) in (0..=u16::MAX).zip(table.chunks_exact(latent.len().max(1))) {
        let products = weights.iter().zip(latent);
        let dot = products.map(|(&w, &x)| i32::from(w) * (i32::from(x) - i32::from(zero_point))).sum();
        let mut candidate = Match { row, dot };
        // What is displaced came before everything behind it, so it moves down even past its equals.
        let mut displaced = false;
        for slot in &mut best {
            displaced |= candidate.dot > slot.dot;
            if displaced {
                core::mem::swap(slot, &mut candidate);
            }
        }
    }
    let mut found = Vec::new();
    for candidate in best {
        if candidate.dot > i32::MIN {
            // There is room for all; collect() would bring a panic for the case that cannot be.
            let _ = found.push(candidate);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<const N: usize>(table: &[i8], latent: &[i8]) -> std::vec::Vec<(u16, i32)> {
        strongest::<N>(table, latent, 0).iter().map(|found| (found.row, found.dot)).collect()
    }

    #[test]
    fn of_equals_the_lower_row_is_ahead() {
        assert_eq!(rows::<3>(&[2, 2, 3, 2, 3], &[1]), [(2, 3), (4, 3), (0, 2)]);
        assert_eq!(rows::<2>(&[2, 2, 3], &[1]), [(2, 3), (0, 2)]);
        assert_eq!(rows::<4>(&[-2, -1], &[1]), [(1, -1), (0, -2)]);
    }

    #[test]
    fn nothing_to_find() {
        assert_eq!(rows::<3>(&[], &[1]), []);
        assert_eq!(rows::<0>(&[1], &[1]), []);
        assert_eq!(rows::<3>(&[1, 2], &[1, 2, 3]), []);
    }

    #[test]
    fn the_widest_products_fit() {
        let table = std::vec![-128; 65_535];
        let found = strongest::<1>(&table, &std::vec![127; 65_535], -128);
        assert_eq!(found[0].dot, -128 * 255 * 65_535);
    }
}

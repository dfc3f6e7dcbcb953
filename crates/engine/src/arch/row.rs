//! The sum of one row of weights, for any core.

use super::Taps;

/// Adds the products of one row of weights and the taps to a sum.
///
/// # Shapes
/// `weights`: groups of four, one per group of the taps, row after row; the sum stays as it is where there are fewer.
#[inline]
pub(crate) fn row_sum(weights: &[[i8; 4]], taps: &Taps<'_>, [mut sum]: [i32; 1]) -> [i32; 1] {
    for (weights, input) in taps.pairs(weights) {
        for (weights, input) in weights.iter().zip(input) {
            let ([w0, w1, w2, w3], [x0, x1, x2, x3]) = (*weights, *input);
            sum += i32::from(w0) * i32::from(x0) + i32::from(w1) * i32::from(x1);
            sum += i32::from(w2) * i32::from(x2) + i32::from(w3) * i32::from(x3);
        }
    }
    [sum]
}

impl Taps<'_> {
    /// The rows of taps, each with its own weights; none where there are fewer weights than taps.
    pub(super) fn pairs<'a, W>(&'a self, weights: &'a [W]) -> impl Iterator<Item = (&'a [W], &'a [[i8; 4]])> {
        let mut weights = weights;
        let mut codes = self.codes();
        let rows = if weights.len() < self.len() { 0 } else { self.rows() };
        (0..rows).map(move |_| {
            let (row, after) = weights.split_at_checked(self.groups()).unwrap_or_default();
            let inputs = codes.get(..4 * self.groups()).unwrap_or_default();
            weights = after;
            codes = codes.get(self.pitch()..).unwrap_or_default();
            (row, inputs.as_chunks().0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_of_taps_by_hand() {
        // Rows begin five codes apart.
        let codes = [10, 20, 30, 40, 99, -128, 127, 0, 1];
        let taps = Taps::new(&codes, 5, 2, 1).unwrap();
        let sum = row_sum(&[[1, 2, 3, 4], [-128, 127, 0, 0]], &taps, [5]);
        assert_eq!(sum, [5 + 300 + 32_513]);
        // A weight too few.
        assert_eq!(row_sum(&[[1; 4]], &taps, [5]), [5]);
    }
}

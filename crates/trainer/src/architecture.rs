//! Widths of the hidden layers, chosen from the data when the user names none.

use crate::principal::Spread;

/// Widest first hidden layer that is chosen: beyond it flash grows faster than detection.
pub(crate) const WIDEST: usize = 128;
/// Narrowest bottleneck that is chosen.
const NARROWEST: usize = 2;
/// Share of the variance that the bottleneck's dimensions must be able to carry.
const EXPLAINED: f64 = 0.9;
/// Most columns whose principal components are counted.
const WIDEST_MEASURED: usize = 1024;

/// Hidden widths, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// From the first hidden layer to the last.
    pub hidden: Vec<usize>,
    /// One sentence.
    pub reason: String,
}

/// Chooses hidden widths for rows of `width` columns.
///
/// The bottleneck is the number of principal components that carry 90 % of the variance, at most half the columns; one
/// layer of about the geometric mean stands on either side of it.
///
/// # Shapes
/// `rows`: row-major.
/// # Source
/// Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 313 (2006), for the
/// shape; the share is this project's, see `DESIGN.md`.
#[must_use]
pub fn choose(rows: &[f32], width: usize) -> Architecture {
    let components = components(rows, width);
    let half = width.div_ceil(2).clamp(1, WIDEST / 2);
    let bottleneck = components.clamp(NARROWEST.min(half), half);
    let middle = ((bottleneck * width) as f64).sqrt().round() as usize;
    // Whole tiles of four: a wider layer costs nothing until the next one.
    let outer = middle.max(bottleneck + 1).next_multiple_of(4).clamp(4, WIDEST);
    Architecture {
        hidden: vec![outer, bottleneck, outer],
        reason: format!(
            "{components} of {width} principal components carry {:.0} % of the variance",
            100.0 * EXPLAINED
        ),
    }
}

/// Principal components that carry the wanted share of the variance.
///
/// Above [`WIDEST_MEASURED`] columns that takes too long to count, and the most that would be chosen is given instead.
pub(crate) fn components(rows: &[f32], width: usize) -> usize {
    if width > WIDEST_MEASURED {
        return WIDEST;
    }
    let mut spread = Spread::of(rows, width);
    let total = spread.total();
    let mut carried = 0.0;
    for found in 0..width.min(WIDEST) {
        if carried >= EXPLAINED * total {
            return found;
        }
        carried += spread.take_largest().0;
    }
    width.min(WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_in_eight_dimensions_needs_two() {
        let rows: Vec<f32> = (0..400)
            .flat_map(|i| {
                let (a, b) = ((i % 20) as f32 - 9.5, (i / 20) as f32 - 9.5);
                [a, b, a + b, a - b, 2.0 * a, 2.0 * b, a - 2.0 * b, 0.5 * a]
            })
            .collect();
        assert_eq!(components(&rows, 8), 2);
        assert_eq!(choose(&rows, 8).hidden, [4, 2, 4]);
    }

    #[test]
    fn one_column_still_has_a_network() {
        let rows: Vec<f32> = (0..50).map(|i| i as f32).collect();
        assert_eq!(choose(&rows, 1).hidden, [4, 1, 4]);
    }

    #[test]
    fn two_columns_leave_one_dimension() {
        let rows: Vec<f32> = (0..100).map(|i| ((i * 37) % 101) as f32).collect();
        assert_eq!(choose(&rows, 2).hidden, [4, 1, 4]);
    }

    #[test]
    fn wide_tables_stay_within_the_widest() {
        let rows: Vec<f32> = (0..200 * 300).map(|i| ((i * 7919) % 1009) as f32).collect();
        let hidden = choose(&rows, 300).hidden;
        assert!(hidden.iter().all(|&width| width <= WIDEST), "{hidden:?}");
    }
}

//! Widths of the hidden layers, chosen from the data when the user names none.

/// Widest first hidden layer that is chosen: beyond it flash grows faster than detection.
const WIDEST: usize = 128;
/// Narrowest bottleneck that is chosen.
const NARROWEST: usize = 2;
/// Share of the variance that the bottleneck's dimensions must be able to carry.
const EXPLAINED: f64 = 0.9;
/// Sweeps of the power iteration; the choice is rounded to whole units, so few are enough.
const SWEEPS: usize = 30;
/// Most columns whose principal components are counted.
const WIDEST_MEASURED: usize = 1024;
/// Rows that the covariance is taken from.
const ROWS: usize = 2000;

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
    let bottleneck = components.clamp(NARROWEST.min(width), width.div_ceil(2).clamp(1, WIDEST / 2));
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

/// Principal components that carry the wanted share of the variance, found one after another by power iteration.
///
/// Above [`WIDEST_MEASURED`] columns that takes too long, and the most that would be chosen is given instead.
pub(crate) fn components(rows: &[f32], width: usize) -> usize {
    if width > WIDEST_MEASURED {
        return WIDEST;
    }
    let n = (rows.len() / width).max(1);
    let sample: Vec<&[f32]> = rows.chunks_exact(width).step_by(n.div_ceil(ROWS)).collect();
    let mut covariance = vec![0_f64; width * width];
    let mut mean = vec![0_f64; width];
    for row in &sample {
        mean.iter_mut().zip(*row).for_each(|(sum, &x)| *sum += f64::from(x) / sample.len() as f64);
    }
    for row in &sample {
        for i in 0..width {
            let centred = f64::from(row[i]) - mean[i];
            let target = &mut covariance[i * width..][..width];
            for (j, entry) in target.iter_mut().enumerate() {
                *entry += centred * (f64::from(row[j]) - mean[j]);
            }
        }
    }
    let total: f64 = (0..width).map(|i| covariance[i * width + i]).sum();
    let mut carried = 0.0;
    for found in 0..width.min(WIDEST) {
        if carried >= EXPLAINED * total {
            return found;
        }
        let (value, vector) = largest_component(&covariance, width);
        carried += value;
        for i in 0..width {
            for j in 0..width {
                covariance[i * width + j] -= value * vector[i] * vector[j];
            }
        }
    }
    width.min(WIDEST)
}

fn largest_component(matrix: &[f64], width: usize) -> (f64, Vec<f64>) {
    // A start that no symmetric arrangement of columns is orthogonal to.
    let mut vector: Vec<f64> = (0..width).map(|i| 1.0 + (i as f64 * 0.618_033_988_75).fract()).collect();
    let mut value = 0.0;
    for _ in 0..SWEEPS {
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length <= f64::MIN_POSITIVE {
            return (0.0, vec![0.0; width]);
        }
        vector.iter_mut().for_each(|x| *x /= length);
        let next: Vec<f64> =
            matrix.chunks_exact(width).map(|row| row.iter().zip(&vector).map(|(a, b)| a * b).sum()).collect();
        value = next.iter().zip(&vector).map(|(a, b)| a * b).sum();
        vector = next;
    }
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    vector.iter_mut().for_each(|x| *x /= length);
    (value, vector)
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
    fn wide_tables_stay_within_the_widest() {
        let rows: Vec<f32> = (0..200 * 300).map(|i| ((i * 7919) % 1009) as f32).collect();
        let hidden = choose(&rows, 300).hidden;
        assert!(hidden.iter().all(|&width| width <= WIDEST), "{hidden:?}");
    }
}

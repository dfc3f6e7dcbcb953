//! Principal components, by power iteration: how many dimensions rows have, and their map in two of them.

/// Sweeps of the power iteration; widths are rounded to whole units and maps are looked at, so few are enough.
const SWEEPS: usize = 30;
/// Rows that the covariance is taken from.
const ROWS: usize = 2000;
/// A component of less than this share of the variance is what rounding left of those taken out.
const LEAST_SHARE: f64 = 1e-12;

/// The covariance of rows, less the components taken out of it.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    mean: Vec<f64>,
    /// Row-major, square.
    covariance: Vec<f64>,
    /// Up to so much variance is rounding.
    least: f64,
}

impl Spread {
    /// The covariance of at most [`ROWS`] of the rows, evenly spaced.
    ///
    /// # Shapes
    /// `rows`: row-major, `width` wide.
    pub(crate) fn of(rows: &[f32], width: usize) -> Self {
        let n = (rows.len() / width).max(1);
        let sample: Vec<&[f32]> = rows.chunks_exact(width).step_by(n.div_ceil(ROWS)).collect();
        let mut mean = vec![0_f64; width];
        for row in &sample {
            mean.iter_mut().zip(*row).for_each(|(sum, &x)| *sum += f64::from(x) / sample.len() as f64);
        }
        let mut covariance = vec![0_f64; width * width];
        for row in &sample {
            for i in 0..width {
                let centred = f64::from(row[i]) - mean[i];
                let target = &mut covariance[i * width..][..width];
                for (j, entry) in target.iter_mut().enumerate() {
                    *entry += centred * (f64::from(row[j]) - mean[j]);
                }
            }
        }
        let mut spread = Self { mean, covariance, least: 0.0 };
        spread.least = LEAST_SHARE * spread.total();
        spread
    }

    /// Variance of all columns together, not divided by the number of rows.
    pub(crate) fn total(&self) -> f64 {
        let width = self.mean.len();
        (0..width).map(|i| self.covariance[i * width + i]).sum()
    }

    /// The covariance, not divided by the number of rows, row-major.
    pub(crate) fn covariance(&self) -> &[f64] {
        &self.covariance
    }

    /// A row less the mean.
    pub(crate) fn centred(&self, row: &[f32]) -> Vec<f64> {
        row.iter().zip(&self.mean).map(|(&x, mean)| f64::from(x) - mean).collect()
    }

    /// Takes the largest component out: its variance and its direction, of length one; zeros where none is left.
    pub(crate) fn take_largest(&mut self) -> (f64, Vec<f64>) {
        let width = self.mean.len();
        // A start that no symmetric arrangement of columns is orthogonal to.
        let mut vector: Vec<f64> = (0..width).map(|i| 1.0 + (i as f64 * 0.618_033_988_75).fract()).collect();
        let mut value = 0.0;
        for _ in 0..SWEEPS {
            let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
            if length <= f64::MIN_POSITIVE {
                return (0.0, vec![0.0; width]);
            }
            vector.iter_mut().for_each(|x| *x /= length);
            let dot = |row: &[f64]| -> f64 { row.iter().zip(&vector).map(|(a, b)| a * b).sum() };
            let next: Vec<f64> = self.covariance.chunks_exact(width).map(dot).collect();
            value = next.iter().zip(&vector).map(|(a, b)| a * b).sum();
            vector = next;
        }
        if value <= self.least {
            return (0.0, vec![0.0; width]);
        }
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
        for i in 0..width {
            for j in 0..width {
                self.covariance[i * width + j] -= value * vector[i] * vector[j];
            }
        }
        (value, vector)
    }
}

/// Rows as points of the plane that shows most of their variance.
///
/// # Shapes
/// `rows`: row-major, `width` wide; the result: a point for each, the first coordinate along the largest component.
/// # Exactness
/// The same rows give the same points; the sign of an axis means nothing.
#[must_use]
pub fn plane(rows: &[f32], width: usize) -> Vec<[f64; 2]> {
    let mut spread = Spread::of(rows, width);
    let axes = [spread.take_largest().1, spread.take_largest().1];
    let along = |row: &[f32], axis: &[f64]| -> f64 {
        row.iter().zip(&spread.mean).zip(axis).map(|((&x, mean), a)| (f64::from(x) - mean) * a).sum()
    };
    rows.chunks_exact(width).map(|row| [along(row, &axes[0]), along(row, &axes[1])]).collect()
}

/// For each row the numbers of the `k` rows nearest to it, nearest first; of equally near ones the first.
///
/// # Shapes
/// `rows`: row-major, `width` wide.
/// # Cost
/// Every pair of rows is compared.
#[must_use]
pub fn neighbours(rows: &[f32], width: usize, k: usize) -> Vec<Vec<usize>> {
    let distance = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
    };
    let all = || rows.chunks_exact(width).enumerate();
    all()
        .map(|(index, row)| {
            let others = all().filter(|(other, _)| *other != index);
            let mut near: Vec<(f64, usize)> = others.map(|(other, b)| (distance(row, b), other)).collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near.into_iter().take(k).map(|(_, other)| other).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::{COMPONENT, NO_COMPONENT};

    #[test]
    fn a_line_in_space_lies_along_the_first_axis() {
        let rows: Vec<f32> = (0..50).flat_map(|i| [i as f32, 2.0 * i as f32, -2.0 * i as f32]).collect();
        let points = plane(&rows, 3);
        for pair in points.windows(2) {
            let step = (pair[1][0] - pair[0][0]).abs();
            // From one point to the next it is the length of (1, 2, -2).
            assert!(
                (step - 3.0).abs() < COMPONENT && (pair[1][1] - pair[0][1]).abs() < NO_COMPONENT,
                "{pair:?}"
            );
        }
    }

    #[test]
    fn the_nearest_come_first_and_the_first_of_equals() {
        let rows = [0.0, 1.0, 3.0, 2.0, 1.0_f32];
        let near = neighbours(&rows, 1, 2);
        assert_eq!(near, [vec![1, 4], vec![4, 0], vec![3, 1], vec![1, 2], vec![1, 0]]);
    }
}

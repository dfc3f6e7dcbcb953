//! One output channel in integers.

use super::Grid;
use super::copies::offset;

/// One output channel.
pub(super) struct Row {
    /// Weights as the file has them.
    pub(super) weights: Vec<i8>,
    /// Bias of the accumulator.
    pub(super) bias: i32,
    /// What a step of the accumulator is worth.
    scale: f64,
}

impl Row {
    /// Rounds weights and bias.
    ///
    /// # Shapes
    /// `weights`: as many groups of equal length as the input has copies.
    pub(super) fn new(weights: &[f32], copies: usize, bias: f64, grid: Grid, weight_scale: f64) -> Self {
        let units = weights.len() / copies;
        let code = |(at, &weight): (usize, &f32)| {
            let exact = f64::from(weight) / weight_scale + offset(at / units, copies);
            exact.round().clamp(-127.0, 127.0) as i8
        };
        let weights: Vec<i8> = weights.iter().enumerate().map(code).collect();
        let sum: i32 = weights.iter().map(|&weight| i32::from(weight)).sum();
        let scale = grid.scale * weight_scale;
        let own = (bias / scale).round() as i32; // saturates
        Self { bias: own.saturating_sub(grid.zero_point * sum), weights, scale }
    }

    /// Takes the mean error over the calibration rows out of the bias.
    pub(super) fn correct(&mut self, input: &[i8], sums: impl Iterator<Item = f64>) {
        let (mut error, mut n) = (0.0, 0.0);
        for (row, want) in input.chunks_exact(self.weights.len()).zip(sums) {
            let products = row.iter().zip(&self.weights).map(|(&x, &w)| i32::from(x) * i32::from(w));
            let got = i64::from(self.bias) + i64::from(products.sum::<i32>());
            error += want - got as f64 * self.scale;
            n += 1.0;
        }
        if n > 0.0 {
            self.bias = self.bias.saturating_add((error / n / self.scale).round() as i32);
        }
    }

    /// True when the accumulator, shifted, stays within an i32 for every input.
    pub(super) fn has_headroom(&self, shift: u32) -> bool {
        let weights: i64 = self.weights.iter().map(|&weight| i64::from(weight).abs()).sum();
        (i64::from(self.bias).abs() + 128 * weights) << shift <= i64::from(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { scale: 0.05, zero_point: -10 };

    #[test]
    fn the_mean_error_leaves_through_the_bias() {
        let mut row = Row::new(&[0.4, 0.31], 1, 0.0, GRID, 0.1);
        let input = [10_i8, 20, 30, 40];
        let sums = [2.0, 5.0];
        row.correct(&input, sums.into_iter());
        let got = |x: [i32; 2]| {
            f64::from(row.bias + x[0] * i32::from(row.weights[0]) + x[1] * i32::from(row.weights[1]))
                * row.scale
        };
        let error = (sums[0] - got([10, 20]) + sums[1] - got([30, 40])) / 2.0;
        assert!(error.abs() <= row.scale, "{error}");
    }

    #[test]
    fn weights_of_copies_sum_to_finer_ones() {
        let weights =
            [0.4, 0.31, -0.173, 0.4, 0.31, -0.173, 0.4, 0.31, -0.173].map(|weight: f32| weight / 3.0);
        let row = Row::new(&weights, 3, 0.0, GRID, 0.1);
        let sum =
            |at: usize| row.weights.iter().skip(at).step_by(3).map(|&weight| i32::from(weight)).sum::<i32>();
        assert_eq!([sum(0), sum(1), sum(2)], [4, 3, -2]);
        let row = Row::new(&weights, 3, 0.0, GRID, 0.01);
        assert_eq!(row.weights[..3], [13, 10, -6]);
        assert_eq!(row.weights[6..], [14, 11, -5]);
    }
}

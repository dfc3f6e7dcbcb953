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
        let weights: Vec<i8> = rounded(weights, copies, weight_scale).map(|weight| weight as i8).collect();
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

    /// The least shift under which the bias fits 16 bits.
    pub(super) fn bias_shift(&self) -> u32 {
        let fits = |&shift: &u32| i16::try_from(self.rounded_bias(shift)).is_ok();
        (0..16).find(fits).unwrap_or(16)
    }

    /// The bias in steps of `2^bias_shift`.
    pub(super) fn short_bias(&self, bias_shift: u32) -> i16 {
        self.rounded_bias(bias_shift).clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }

    fn rounded_bias(&self, bias_shift: u32) -> i64 {
        (i64::from(self.bias) + (1 << bias_shift >> 1)) >> bias_shift
    }

    /// True when the accumulator, shifted, stays within an i32 for every input.
    pub(super) fn has_headroom(&self, shift: u32, bias_shift: u32) -> bool {
        let weights: i64 = self.weights.iter().map(|&weight| i64::from(weight).abs()).sum();
        let bias = i64::from(self.short_bias(bias_shift)) << bias_shift;
        (bias.abs() + 128 * weights) << shift <= i64::from(i32::MAX)
    }
}

/// The weights of a row in steps of a scale.
fn rounded(weights: &[f32], copies: usize, scale: f64) -> impl Iterator<Item = f64> {
    let units = weights.len() / copies;
    weights.iter().enumerate().map(move |(at, &weight)| {
        let exact = f64::from(weight) / scale + offset(at / units, copies);
        exact.round().clamp(-127.0, 127.0)
    })
}

/// What rounding takes from or adds to the weights of a row, squared and summed over its units, of whose copies the sum counts.
pub(super) fn rounding_error(weights: &[f32], copies: usize, scale: f64) -> f64 {
    let units = weights.len() / copies;
    let mut errors = vec![0.0; units];
    for (at, (code, &weight)) in rounded(weights, copies, scale).zip(weights).enumerate() {
        errors[at % units] += code * scale - f64::from(weight);
    }
    errors.into_iter().map(|error| error * error).sum()
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
    fn biases_are_rounded_half_up() {
        let with = |bias| Row { weights: vec![127], bias, scale: 1.0 };
        assert_eq!([with(32_767), with(-32_768), with(32_768)].map(|row| row.bias_shift()), [0, 0, 1]);
        assert_eq!([with(65_533), with(65_534), with(65_535)].map(|row| row.bias_shift()), [1, 1, 2]);
        assert_eq!([with(i32::MAX), with(i32::MIN)].map(|row| row.bias_shift()), [16, 16]);
        assert_eq!([with(10), with(-10), with(-14)].map(|row| row.short_bias(2)), [3, -2, -3]);
        let room = |bias, shift| with(bias).has_headroom(shift, 2);
        // 128 * 127 and 128 are 2^14; 126 is rounded to 128.
        assert!(room(124, 17) && !room(126, 17) && room(126, 16));
    }

    #[test]
    fn the_sum_of_copies_has_the_error() {
        // Numbers that are exact in binary: 0.375 is a step and a half, which becomes two.
        assert_eq!(rounding_error(&[0.5, 0.375], 1, 0.25), 0.125 * 0.125);
        // 1.625 twice: 1.375 and 1.875 become 1 and 2, together a quarter of a step less.
        assert_eq!(rounding_error(&[0.40625, 0.40625], 2, 0.25), 0.0625 * 0.0625);
        assert_eq!(rounding_error(&[20.0], 1, 0.125), 4.125 * 4.125); // 127 of 160 steps
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

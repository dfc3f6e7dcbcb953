//! The codes that a layer ends in.

use super::layer::IntegerActivation;
use super::range::Range;
use super::{Grid, table};
use crate::nn::Activation;
use tillwatch_engine::kernel::Code;

/// How far beyond the sums seen the codes of a hidden layer reach, as a share at one record; it falls with the root of
/// their number. A record unlike those seen would saturate there, in integers alone.
const REACH: f64 = 2.0;
/// The same for units that stand several times, as a factor of the sums seen: they have codes to spare. Anomalies whose
/// hidden units saturate are told apart from normal records, but no longer from each other.
const ROOM: f64 = 1.5;
/// The grids that a layer's sum and output are rounded to.
pub(super) struct Target {
    /// Grid of the requantised sum.
    pub(super) sum: Grid,
    /// Grid of the output.
    pub(super) output: Grid,
    /// Smallest and largest code of the sum.
    pub(super) clamp: (i32, i32),
    /// What follows it.
    pub(super) activation: IntegerActivation,
    /// Left shift of multipliers, by the kind of the codes.
    pub(super) multiplier_shift: u32,
}

impl Target {
    /// Grids of a hidden layer whose units have so many copies, from the sums seen in so many records.
    pub(super) fn hidden(activation: Activation, sums: &[f64], n_records: usize, copies: usize) -> Self {
        let room = if copies > 1 { ROOM } else { 1.0 };
        let reach = room + REACH / (n_records.max(1) as f64).sqrt();
        let output_range = Range::of(sums.iter().map(|&sum| activation.value(sum * reach)));
        let (scale, zero_point) = output_range.affine();
        let output = Grid { scale, zero_point };
        let multiplier_shift = i8::MULTIPLIER_SHIFT;
        let activation_is =
            |low, activation| Self { sum: output, output, clamp: (low, 127), activation, multiplier_shift };
        let direct = |low| activation_is(low, IntegerActivation::Clamp);
        match activation {
            Activation::Linear => direct(-128),
            // The range ends at 6 at the latest, so the upper clamp is that of a ReLU6 as well.
            Activation::Relu | Activation::Relu6 => direct(zero_point),
            _ => {
                let (scale, zero_point) = Range::of(sums.iter().map(|&sum| sum * reach)).affine();
                let sum = Grid { scale, zero_point };
                let table =
                    table::narrow(activation, sum, output).into_iter().map(|entry| entry as u8).collect();
                let activation = IntegerActivation::Table(table);
                Self { sum, ..activation_is(-128, activation) }
            }
        }
    }

    /// Grids of the last layer: the rim's own, or that of a table which leads onto it.
    pub(super) fn rim(activation: Activation, sums: &[f64], step: f64) -> Self {
        const LIMIT: i32 = i16::MAX as i32;
        let rim = Grid { scale: step, zero_point: 0 };
        let direct = Self {
            sum: rim,
            output: rim,
            clamp: (-LIMIT, LIMIT),
            activation: IntegerActivation::Clamp,
            multiplier_shift: i16::MULTIPLIER_SHIFT,
        };
        if activation == Activation::Linear {
            return direct;
        }
        // Sums of strange rows go further than those seen; at twice the range a saturating activation is flat.
        let range = Range::of(sums.iter().copied());
        let sum = Grid { scale: 2.0 * range.high.max(-range.low) / f64::from(LIMIT), zero_point: 0 };
        let table = table::rim(activation, sum.scale, step).into_iter().flat_map(i16::to_le_bytes).collect();
        Self { sum, activation: IntegerActivation::RimTable(table), ..direct }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_reach_beyond_what_few_records_showed() {
        for activation in [Activation::Linear, Activation::Relu, Activation::Elu] {
            let grid = Target::hidden(activation, &[-1.0, 1.0], 16, 1).output;
            let highest = f64::from(127 - grid.zero_point) * grid.scale;
            assert!((highest - 1.5).abs() <= grid.scale, "{} {highest}", activation.name());
        }
        let highest = |copies: usize| {
            let grid = Target::hidden(Activation::Relu, &[-1.0, 1.0], 1_000_000, copies).output;
            f64::from(127 - grid.zero_point) * grid.scale
        };
        assert!(highest(1) < 1.01 && highest(2) > 1.49, "{} {}", highest(1), highest(2));
    }
}

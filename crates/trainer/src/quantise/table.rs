//! Activation tables, computed once on the host.

use super::Grid;
use crate::nn::Activation;
use tillwatch_engine::kernel::activation::RIM_TABLE_LEN;

/// Entry for each code of the sum: the code of the activation.
pub(super) fn narrow(activation: Activation, sum: Grid, output: Grid) -> Vec<i8> {
    let entry = |code: i32| {
        let value = activation.value(f64::from(code - sum.zero_point) * sum.scale);
        let code = (value / output.scale).round() + f64::from(output.zero_point);
        code.clamp(-128.0, 127.0) as i8
    };
    (-128..=127).map(entry).collect()
}

/// Entry for each 128th wide code of the sum: the wide code of the activation.
///
/// # Units
/// `sum_scale`: of a wide code of the sum; `step`: of a wide code of the rim.
pub(super) fn rim(activation: Activation, sum_scale: f64, step: f64) -> Vec<i16> {
    let entry = |index: i32| {
        let value: f64 = activation.value(f64::from(128 * index - 32_768) * sum_scale);
        (value / step).round().clamp(-32_767.0, 32_767.0) as i16
    };
    (0..RIM_TABLE_LEN as i32).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tanh_is_odd_and_saturates() {
        let sum = Grid { scale: 8.0 / 127.0, zero_point: 0 };
        let output = Grid { scale: 1.0 / 127.0, zero_point: 0 };
        let table = narrow(Activation::Tanh, sum, output);
        assert_eq!((table[128], table[255], table[1]), (0, 127, -127));
        assert!(table.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn sigmoid_on_the_rim_runs_from_nought_to_one() {
        let table = rim(Activation::Sigmoid, 16.0 / 32_768.0, 1.0 / 512.0);
        assert_eq!((table[0], table[256], table[512]), (0, 256, 512));
    }
}

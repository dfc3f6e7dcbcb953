//! The dense kernel for the outputs that no whole group of four holds.

use super::{Code, TILE};
use crate::fixed::{Channel, Requantise};

/// A fully connected layer of few outputs, one row by four inputs at a time.
///
/// # Shapes
/// `input`: groups of four; `weights`: rows of as many groups; `channels` and `out`: one per row, the shorter bounds the work.
/// # Units
/// `input`: activation codes; `out`: codes of the layer's output.
/// # Bounds
/// As [`super::dense_tiles`].
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-1`.
/// # Panics
/// Never.
/// # Cost
/// in_len multiply-accumulates per row; no scratch.
/// # Source
/// `NUMERICS.md`, "Dense layer".
#[inline(never)]
pub fn dense_rest<C: Code>(
    weights: &[[i8; TILE]],
    channels: &[Channel],
    rule: Requantise,
    input: &[[i8; TILE]],
    out: &mut [C],
) {
    for ((row, channel), out) in weights.chunks_exact(input.len().max(1)).zip(channels).zip(out) {
        let mut acc = channel.bias;
        for (weights, input) in row.iter().zip(input) {
            let ([w0, w1, w2, w3], [x0, x1, x2, x3]) = (*weights, *input);
            acc += i32::from(w0) * i32::from(x0) + i32::from(w1) * i32::from(x1);
            acc += i32::from(w2) * i32::from(x2) + i32::from(w3) * i32::from(x3);
        }
        *out = C::narrow(rule.apply(acc, channel.multiplier));
    }
}

/// Reads groups of four weights from raw bytes at compile time, for weights that generated code includes as a file.
///
/// # Bounds
/// `bytes` holds `4 * N` bytes; missing bytes become zero weights.
/// # Exactness
/// Exact: a byte is a two's complement weight.
/// # Panics
/// Never.
#[must_use]
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub const fn rest_from_bytes<const N: usize>(bytes: &[u8]) -> [[i8; TILE]; N] {
    let mut groups = [[0; TILE]; N];
    let mut index = 0;
    while index < N * TILE && index < bytes.len() {
        groups[index / TILE][index % TILE] = bytes[index] as i8;
        index += 1;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_by_hand() {
        let weights = [[1, 2, 3, 0], [4, 0, 0, 0], [-1, 0, 4, 0], [0, -2, 0, 0]];
        let channel = |bias| Channel { bias, multiplier: 1 << 30 };
        let rule = Requantise { zero_point: 0, out_min: -128, out_max: 127, shift: 0 };
        let mut out = [99_i8; 3];
        let input = [[10, 20, 30, 77], [1, 2, 77, 77]];
        dense_rest(&weights, &[channel(5), channel(-5)], rule, &input, &mut out);
        assert_eq!(out, [37, 25, 99]); // 149 / 4 = 37.25, 101 / 4 = 25.25
    }

    #[test]
    fn bytes_become_groups() {
        assert_eq!(rest_from_bytes::<2>(&[1, 255, 3, 4, 5]), [[1, -1, 3, 4], [5, 0, 0, 0]]);
    }
}

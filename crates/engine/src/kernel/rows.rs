//! The dense kernel of the loader: weights row-major, as the model file keeps them.

use super::{Code, output};
use crate::fixed::{Channel, Requantise};

/// One fully connected layer over row-major weights.
///
/// # Shapes
/// `weights`: out_len rows of in_len; `channels` and `out`: out_len; `input`: in_len.
/// # Units
/// `input`: activation codes; `out`: codes of the layer's output.
/// # Bounds
/// `|bias| * 2^bias_shift + input_max * sum |weight|` fits an i32 per channel, as the model file's validation checks.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`, and equal to [`super::Dense`].
/// # Panics
/// Never.
/// # Cost
/// in_len * out_len multiply-accumulates; no scratch.
/// # Source
/// `NUMERICS.md`, "Dense layer".
pub fn dense_rows<C: Code>(
    weights: &[i8],
    channels: impl Iterator<Item = Channel>,
    rule: Requantise,
    input: &[i8],
    out: &mut [C],
) {
    let rows = weights.chunks_exact(input.len().max(1));
    for ((row, channel), out) in rows.zip(channels).zip(out) {
        let products = row.iter().zip(input).map(|(&w, &x)| i32::from(w) * i32::from(x));
        *out = output(rule, channel, rule.bias(channel) + products.sum::<i32>());
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dense, TILE, Tile, tiles_len};
    use super::*;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn oracle(weights: &[i8], channels: &[Channel], rule: Requantise, input: &[i8]) -> Vec<i64> {
        let row = |(r, channel): (usize, &Channel)| {
            let products = input.iter().enumerate();
            let sum: i64 =
                products.map(|(c, &x)| i64::from(weights[r * input.len() + c]) * i64::from(x)).sum();
            let acc = (sum + (i64::from(channel.bias) << rule.bias_shift)) << rule.shift;
            let code = i64::from(rule.zero_point) + ((acc * i64::from(channel.multiplier) + (1 << 16)) >> 17);
            code.clamp(i64::from(rule.out_min), i64::from(rule.out_max))
        };
        channels.iter().enumerate().map(row).collect()
    }

    fn tile(weights: &[i8], in_len: usize, out_len: usize) -> Vec<Tile> {
        let mut tiles = vec![[0; TILE * TILE]; tiles_len(in_len, out_len)];
        let across = in_len.div_ceil(TILE);
        for r in 0..out_len {
            for c in 0..in_len {
                tiles[r / TILE * across + c / TILE][r % TILE * TILE + c % TILE] = weights[r * in_len + c];
            }
        }
        tiles.into_iter().map(Tile::new).collect()
    }

    proptest! {
        #[test]
        fn both_layouts_equal_the_oracle(
            (in_len, out_len, weights, input, biases, multipliers) in (1_usize..40, 1_usize..20).prop_flat_map(|(i, o)| (
                Just(i), Just(o),
                prop::collection::vec(-127_i8..=127, i * o), prop::collection::vec(any::<i8>(), i),
                prop::collection::vec(any::<i16>(), o), prop::collection::vec(0..=i16::MAX, o),
            )),
            shift in 0_u32..8, bias_shift in 0_u32..8, zero_point in -128..=127_i32,
        ) {
            let rule = Requantise { zero_point, out_min: -32_767, out_max: 32_767, shift, bias_shift };
            let channels: Vec<Channel> =
                biases.iter().zip(&multipliers).map(|(&bias, &multiplier)| Channel { bias, multiplier }).collect();
            let want = oracle(&weights, &channels, rule, &input);

            let mut out = vec![0_i16; out_len];
            dense_rows(&weights, channels.iter().copied(), rule, &input, &mut out);
            prop_assert_eq!(&out.iter().map(|&c| i64::from(c)).collect::<Vec<_>>(), &want);

            let mut padded = channels.clone();
            padded.resize(out_len.next_multiple_of(TILE), Channel::default());
            // Whatever stands in the padding of the input meets zero weights.
            let mut codes = input.clone();
            codes.resize(in_len.next_multiple_of(TILE), 77);
            let mut tiled = vec![[0_i16; TILE]; out_len.div_ceil(TILE)];
            let tiles = tile(&weights, in_len, out_len);
            Dense::new(&tiles, padded.as_chunks().0, rule).compute(codes.as_chunks().0, &mut tiled);
            prop_assert_eq!(&tiled.concat()[..out_len], &out[..]);
        }
    }
}

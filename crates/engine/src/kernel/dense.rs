//! The dense kernel of generated code: four output rows by four inputs at a time.

use super::{Code, TILE, Tile};
use crate::arch;
use crate::fixed::{Channel, Requantise};

/// One fully connected layer over tiled weights.
///
/// `out[r] = requantise(bias[r] + sum_c weight[r][c] * input[c])`
///
/// # Shapes
/// `input`: in_len / 4 groups; `channels` and `out`: out_len / 4 groups; `tiles`: one per pair of those, output-major.
/// # Units
/// `input`: activation codes; `out`: codes of the layer's output.
/// # Bounds
/// `|bias| + input_max * sum |weight|` fits an i32 per channel, and `rule` clamps into [`Code::LIMITS`], as bake asserts.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-1`: integer sums do not depend on their order.
/// # Panics
/// Never.
/// # Cost
/// in_len * out_len multiply-accumulates; no scratch. With DSP instructions two bytes of stack for an input, at most 256.
/// # Source
/// `NUMERICS.md`, "Dense layer".
#[inline(never)]
pub fn dense_tiles<C: Code>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    rule: Requantise,
    input: &[[i8; TILE]],
    out: &mut [[C; TILE]],
) {
    #[cfg(any(tile_sums = "dsp", tile_sums = "mve"))]
    arch::dense(tiles, channels, rule, input, out);
    #[cfg(not(any(tile_sums = "dsp", tile_sums = "mve")))]
    by_fours(tiles, channels, rule, input, out);
}

/// The layer as sums of four outputs, and their codes.
#[cfg(not(any(tile_sums = "dsp", tile_sums = "mve")))]
#[inline]
fn by_fours<C: Code>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    rule: Requantise,
    input: &[[i8; TILE]],
    out: &mut [[C; TILE]],
) {
    let excess = arch::excess(input);
    // Not zipped: at `opt-level = "z"` a zip of chunks keeps a division, and the panic of a division by zero with it.
    let mut blocks = tiles.chunks_exact(input.len().max(1));
    for (channels, out) in channels.iter().zip(out) {
        let Some(block) = blocks.next() else { return };
        let sums = |biases: [i32; TILE]| {
            arch::dense_sums(block, input, biases.map(|bias| bias.wrapping_sub(excess)))
        };
        *out = four_codes(channels, rule, sums);
    }
}

/// The codes of four outputs, from the function that adds products to their biases.
#[inline]
pub(super) fn four_codes<C: Code>(
    channels: &[Channel; TILE],
    rule: Requantise,
    sums: impl FnOnce([i32; TILE]) -> [i32; TILE],
) -> [C; TILE] {
    let [c0, c1, c2, c3] = channels;
    let [a0, a1, a2, a3] = sums([c0.bias, c1.bias, c2.bias, c3.bias]);
    [
        C::narrow(rule.apply(a0, c0.multiplier)),
        C::narrow(rule.apply(a1, c1.multiplier)),
        C::narrow(rule.apply(a2, c2.multiplier)),
        C::narrow(rule.apply(a3, c3.multiplier)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_three_by_hand() {
        // Rows (1, 2, 3) and (-1, 0, 4) on the input (10, 20, 30), biases 5 and -5, scale 1/4.
        let tiles = [Tile::new([1, 2, 3, 0, -1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])];
        let channel = |bias| Channel { bias, multiplier: 1 << 30 };
        let channels = [[channel(5), channel(-5), Channel::default(), Channel::default()]];
        let rule = Requantise { zero_point: 0, out_min: -128, out_max: 127, shift: 0 };
        let mut out = [[0_i8; 4]];
        dense_tiles(&tiles, &channels, rule, &[[10, 20, 30, 99]], &mut out);
        assert_eq!(out, [[36, 26, 0, 0]]); // 145 / 4 = 36.25, 105 / 4 = 26.25
    }

    #[test]
    fn an_empty_input_leaves_the_output_alone() {
        let mut out = [[7_i16; 4]];
        let rule = Requantise { zero_point: 0, out_min: 0, out_max: 0, shift: 0 };
        dense_tiles(&[], &[[Channel::default(); 4]], rule, &[], &mut out);
        assert_eq!(out, [[7; 4]]);
    }
}

//! The dense kernel of generated code: four output rows by four inputs at a time.

use super::{Code, TILE, Tile, output};
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
/// `|bias| * 2^bias_shift + input_max * sum |weight|` fits an i32 per channel, and `rule` clamps into [`Code::LIMITS`], as bake asserts.
/// Fewer than 2^18 inputs and outputs.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`: integer sums do not depend on their order.
/// # Panics
/// Never.
/// # Cost
/// in_len * out_len multiply-accumulates; no scratch. With DSP instructions two bytes of stack for an input, at most 256.
/// # Source
/// `NUMERICS.md`, "Dense layer".
#[cfg_attr(tile_sums = "dsp", allow(clippy::inline_always, reason = "constants choose the assembly"))]
#[cfg_attr(tile_sums = "dsp", inline(always))]
#[cfg_attr(not(tile_sums = "dsp"), inline(never))]
pub fn dense_tiles<C: Code>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    rule: Requantise,
    input: &[[i8; TILE]],
    out: &mut [[C; TILE]],
) {
    #[cfg(dense_in_assembly)]
    arch::dense(tiles, channels, rule, input, out);
    #[cfg(not(dense_in_assembly))]
    by_fours(tiles, channels, rule, input, out);
}

/// The layer as sums of four outputs, and their codes.
#[cfg(not(dense_in_assembly))]
#[inline]
fn by_fours<C: Code>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    rule: Requantise,
    input: &[[i8; TILE]],
    out: &mut [[C; TILE]],
) {
    // Not zipped: at `opt-level = "z"` a zip of chunks keeps a division, and the panic of a division by zero with it.
    let mut blocks = tiles.chunks_exact(input.len().max(1));
    for (channels, out) in channels.iter().zip(out) {
        let Some(block) = blocks.next() else { return };
        *out = four_codes(channels, rule, |biases| arch::dense_sums(block, input, biases));
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
    let biases = || [rule.bias(*c0), rule.bias(*c1), rule.bias(*c2), rule.bias(*c3)];
    let [a0, a1, a2, a3] = if cfg!(tile_sums = "thumb1") {
        // Read afterwards: no register is left for a bias while the products are summed.
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (sums([0; TILE]), biases());
        [a0.wrapping_add(b0), a1.wrapping_add(b1), a2.wrapping_add(b2), a3.wrapping_add(b3)]
    } else {
        sums(biases())
    };
    [output(rule, *c0, a0), output(rule, *c1, a1), output(rule, *c2, a2), output(rule, *c3, a3)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_three_by_hand() {
        // Rows (1, 2, 3) and (-1, 0, 4) on the input (10, 20, 30), biases 5 and -5, scale 1/4: 2^14 of 2^21, five bits up.
        let tiles = [Tile::new([1, 2, 3, 0, -1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])];
        let channel = |bias| Channel { bias, multiplier: 1 << 14 };
        let channels = [[channel(5), channel(-5), Channel::default(), Channel::default()]];
        let rule = Requantise { zero_point: 0, out_min: -128, out_max: 127, shift: 5, bias_shift: 0 };
        let mut out = [[0_i8; 4]];
        dense_tiles(&tiles, &channels, rule, &[[10, 20, 30, 99]], &mut out);
        assert_eq!(out, [[36, 26, 0, 0]]); // 145 / 4 = 36.25, 105 / 4 = 26.25
        let rule = Requantise { bias_shift: 3, ..rule };
        dense_tiles(&tiles, &channels, rule, &[[10, 20, 30, 99]], &mut out);
        assert_eq!(out, [[45, 18, 0, 0]]); // 180 / 4 and 70 / 4 = 17.5, biases being 40 and -40
        // As wide codes, the same multiplier is 2^14 of 2^17.
        let mut out = [[0_i16; 4]];
        dense_tiles(&tiles, &channels, Requantise { shift: 1, ..rule }, &[[10, 20, 30, 99]], &mut out);
        assert_eq!(out, [[45, 18, 0, 0]]);
    }

    #[test]
    fn an_empty_input_leaves_the_output_alone() {
        let mut out = [[7_i16; 4]];
        let rule = Requantise { zero_point: 0, out_min: 0, out_max: 0, shift: 0, bias_shift: 0 };
        dense_tiles(&[], &[[Channel::default(); 4]], rule, &[], &mut out);
        assert_eq!(out, [[7; 4]]);
    }
}

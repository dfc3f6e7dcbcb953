//! The dense kernel of generated code: four output rows by four inputs at a time.

use super::{Code, TILE, Tile, output};
use crate::arch;
#[cfg(dense_in_assembly)]
use crate::arch::dense;
use crate::fixed::{Channel, Requantise};

/// One fully connected layer over tiled weights, whose output codes are `C`.
///
/// `out[r] = requantise(bias[r] + sum_c weight[r][c] * input[c])`
///
/// Meant for constants: what the inner loop of a core needs besides weights is derived at compile time.
///
/// # Examples
/// ```
/// use tillwatch_engine::fixed::{Channel, Requantise};
/// use tillwatch_engine::kernel::{Dense, Tile, tiles};
/// static TILES: [Tile; 2] = tiles([[1; 16], [2; 16]]);
/// // A factor of one half: 2^16 of 2^17.
/// static CHANNELS: [[Channel; 4]; 2] = [[Channel { bias: 0, multiplier: 1 << 14 }; 4]; 2];
/// const RULE: Requantise = Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 2, bias_shift: 0 };
/// const LAYER: Dense<i16> = Dense::new(&TILES, &CHANNELS, RULE);
/// let mut out = [[0; 4]; 2];
/// LAYER.compute(&[[1, 2, 3, 4]], &mut out);
/// assert_eq!(out, [[5; 4], [10; 4]]);
/// LAYER.compute_from(1, &[[1, 2, 3, 4]], &mut out);
/// assert_eq!(out, [[10; 4], [10; 4]]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dense<'a, C> {
    layer: arch::Layer<'a, C>,
}

impl<'a, C: Code> Dense<'a, C> {
    /// A layer of its constants.
    ///
    /// # Shapes
    /// `channels`: out_len / 4 groups; `tiles`: in_len / 4 for each of those, output-major. Further tiles, fewer than there are groups of
    /// outputs, are not read.
    /// # Bounds
    /// `|bias| * 2^bias_shift + input_max * sum |weight|` fits an i32 per channel, and `rule` clamps into [`Code::LIMITS`], as bake
    /// asserts. Fewer than 2^18 inputs and outputs.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(tiles: &'a [Tile], channels: &'a [[Channel; TILE]], rule: Requantise) -> Self {
        Self { layer: arch::Layer::new(tiles, channels, rule) }
    }

    /// Computes the layer.
    ///
    /// # Shapes
    /// `input`: in_len / 4 groups, further ones are not read; fewer leave `out` alone, and so does a layer without inputs. `out`: out_len
    /// / 4 groups; further ones are left alone, and where there are fewer, so many are computed.
    /// # Units
    /// `input`: activation codes; `out`: codes of the layer's output.
    /// # Exactness
    /// Bit-exact under contract `tw-w8a8-r16-2`: integer sums do not depend on their order.
    /// # Panics
    /// Never.
    /// # Cost
    /// in_len * out_len multiply-accumulates; no scratch. With DSP instructions two bytes of stack for an input, or 256 where inputs or
    /// outputs are more than 100.
    /// # Source
    /// `NUMERICS.md`, "Dense layer".
    #[cfg_attr(tile_sums = "dsp", allow(clippy::inline_always, reason = "constants choose the assembly"))]
    #[cfg_attr(tile_sums = "dsp", inline(always))]
    #[cfg_attr(not(tile_sums = "dsp"), inline(never))]
    pub fn compute(&self, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
        dense(&self.layer, input, out);
    }

    /// Computes a part of the layer: [`Dense::compute`] of its groups of four outputs from `first` on.
    ///
    /// # Shapes
    /// As [`Dense::compute`], of a layer that begins there.
    /// # Exactness
    /// Equal to the outputs of the whole layer.
    /// # Panics
    /// Never.
    #[cfg_attr(tile_sums = "dsp", allow(clippy::inline_always, reason = "constants choose the assembly"))]
    #[cfg_attr(tile_sums = "dsp", inline(always))]
    #[cfg_attr(not(tile_sums = "dsp"), inline(never))]
    pub fn compute_from(&self, first: usize, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
        #[cfg(tile_sums = "dsp")]
        arch::dense_from(&self.layer, first, input, out);
        #[cfg(not(tile_sums = "dsp"))]
        dense(&self.layer.skip(first), input, out);
    }
}

/// The layer as sums of four outputs, and their codes.
#[cfg(not(dense_in_assembly))]
#[inline]
fn dense<C: Code>(layer: &arch::Layer<'_, C>, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
    let (mut tiles, channels, rule) = layer.parts();
    let Some(input) = input.get(..layer.groups()).filter(|input| !input.is_empty()) else { return };
    for (channels, out) in channels.iter().zip(out) {
        let Some((block, rest)) = tiles.split_at_checked(input.len()) else { return };
        tiles = rest;
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
        Dense::new(&tiles, &channels, rule).compute(&[[10, 20, 30, 99]], &mut out);
        assert_eq!(out, [[36, 26, 0, 0]]); // 145 / 4 = 36.25, 105 / 4 = 26.25
        let rule = Requantise { bias_shift: 3, ..rule };
        Dense::new(&tiles, &channels, rule).compute(&[[10, 20, 30, 99]], &mut out);
        assert_eq!(out, [[45, 18, 0, 0]]); // 180 / 4 and 70 / 4 = 17.5, biases being 40 and -40
        // As wide codes, the same multiplier is 2^14 of 2^17.
        let mut out = [[0_i16; 4]];
        let rule = Requantise { shift: 1, ..rule };
        Dense::new(&tiles, &channels, rule).compute(&[[10, 20, 30, 99]], &mut out);
        assert_eq!(out, [[45, 18, 0, 0]]);
    }

    /// Two groups of inputs to three of outputs; an output of group `g` is `g` on inputs of 1.
    fn one_two_three(
        tiles: &[Tile],
        channels: &[[Channel; TILE]],
        first: usize,
        lens: [usize; 2],
    ) -> [i16; 5] {
        let rule = Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 0, bias_shift: 0 };
        let mut out = [[7; TILE]; 5];
        let (layer, input) = (Dense::new(tiles, channels, rule), &[[1; TILE]; 5][..lens[0]]);
        match first {
            0 => layer.compute(input, &mut out[..lens[1]]),
            _ => layer.compute_from(first, input, &mut out[..lens[1]]),
        }
        out.map(|group| group[3])
    }

    #[test]
    fn slices_of_other_lengths_than_the_layer_has_are_neither_read_nor_written_beyond() {
        let tiles = [1, 1, 2, 2, 3, 3, 4].map(|weight| Tile::new([weight; 16]));
        // Eight products of 1 are one code: 2^14 of 2^17.
        let channels = [[Channel { bias: 0, multiplier: 1 << 14 }; TILE]; 4];
        let layer = |first, lens| one_two_three(&tiles, &channels[..3], first, lens);
        assert_eq!(layer(0, [2, 3]), [1, 2, 3, 7, 7]);
        assert_eq!([layer(0, [3, 5]), layer(0, [5, 4])], [[1, 2, 3, 7, 7]; 2]);
        assert_eq!([layer(0, [0, 5]), layer(0, [1, 5]), layer(0, [2, 0])], [[7; 5]; 3]);
        assert_eq!([layer(0, [2, 1]), layer(0, [2, 2])], [[1, 7, 7, 7, 7], [1, 2, 7, 7, 7]]);
        assert_eq!([layer(1, [2, 5]), layer(2, [2, 5])], [[2, 3, 7, 7, 7], [3, 7, 7, 7, 7]]);
        assert_eq!([layer(1, [2, 1]), layer(1, [1, 2])], [[2, 7, 7, 7, 7], [7; 5]]);
        assert_eq!([layer(3, [2, 5]), layer(4, [2, 5]), layer(usize::MAX, [2, 5])], [[7; 5]; 3]);
        // As many inputs as there are tiles for.
        assert_eq!(one_two_three(&tiles[2..5], &channels[..2], 0, [5, 5]), [1, 1, 7, 7, 7]);
        assert_eq!(one_two_three(&tiles[..3], &channels, 0, [5, 5]), [7; 5]);
        assert_eq!(one_two_three(&[], &channels, 0, [5, 5]), [7; 5]);
        assert_eq!(one_two_three(&tiles, &[], 0, [5, 5]), [7; 5]);
    }
}

//! A convolution over tiled weights: at each output pixel a dense layer on its taps.

use super::dense::four_codes;
use super::patch::{Walk, gather};
use super::{Code, ConvolutionTiles, Shape, TILE, output};
use crate::arch::{Taps, row_sum, tile_sums};
use crate::fixed::{Channel, Requantise};

/// The output pixels that share one set of weights, and where their taps lie in the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    pub(super) walk: Walk,
    pub(super) input: Shape,
    pub(super) output: Shape,
    /// Rows and columns of taps.
    pub(super) taps: [u8; 2],
    pub(super) pad_code: i8,
}

impl Plane {
    /// Computes every channel of every pixel.
    ///
    /// One function with everything in it: a call for each pixel would cost more than the nine products of a channel.
    ///
    /// # Shapes
    /// As [`super::convolve_tiles`], of one phase.
    #[inline(never)]
    pub(super) fn fill<C: Code>(
        &self,
        weights: ConvolutionTiles<'_>,
        channels: &[[Channel; TILE]],
        rule: Requantise,
        input: &[i8],
        patch: &mut [[i8; TILE]],
        out: &mut [C],
    ) {
        let rest_channels = channels.get(usize::from(self.output.channels) / TILE);
        self.walk.pixels(self.output, out, |at, pixel| {
            let Some(taps) = self.taps(input, at, patch) else { return };
            let (groups, rest) = pixel.as_chunks_mut();
            let mut tiles = weights.tiles;
            for (channels, out) in channels.iter().zip(groups) {
                *out = four_codes(channels, rule, |biases| tile_sums(tiles, &taps, biases));
                tiles = tiles.get(taps.len()..).unwrap_or_default();
            }
            let Some(channels) = rest_channels else { return };
            let mut rows = weights.rest;
            for (&channel, out) in channels.iter().zip(rest) {
                let [sum] = row_sum(rows, &taps, [rule.bias(channel)]);
                *out = output(rule, channel, sum);
                rows = rows.get(taps.len()..).unwrap_or_default();
            }
        });
    }

    /// The taps of the pixel whose first tap is at `at`: where they are if all of them lie inside the input, else gathered.
    #[inline]
    fn taps<'a>(&self, input: &'a [i8], at: [i32; 2], patch: &'a mut [[i8; TILE]]) -> Option<Taps<'a>> {
        let Self { input: shape, taps: [taps_h, taps_w], pad_code, .. } = *self;
        let ([row, column], n_channels) = (at, usize::from(shape.channels));
        let (rows, columns, row_len) =
            (usize::from(taps_h), usize::from(taps_w), usize::from(shape.width) * n_channels);
        let groups = (columns * n_channels).div_ceil(TILE);
        // As unsigned numbers, places above and to the left are beyond everything.
        let last_row = usize::from(shape.height).checked_sub(rows);
        let last_column = usize::from(shape.width).checked_sub(columns);
        if let (Some(last_row), Some(last_column)) = (last_row, last_column)
            && row as usize <= last_row
            && column as usize <= last_column
        {
            let first = row as usize * row_len + column as usize * n_channels;
            // None where the last group reaches beyond the input.
            if let Some(taps) = Taps::new(input.get(first..)?, row_len, rows, groups) {
                return Some(taps);
            }
        }
        let pitch = groups * TILE;
        gather(input, shape, [taps_h, taps_w], at, pad_code, patch.as_flattened_mut(), pitch);
        Taps::new(patch.as_flattened(), pitch, rows, groups)
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
    use super::super::Tile;
    use super::*;

    /// A scale of a quarter on activations.
    const RULE: Requantise =
        Requantise { zero_point: 0, out_min: -128, out_max: 127, shift: 5, bias_shift: 0 };

    fn channel(bias: i16) -> Channel {
        Channel { bias, multiplier: 1 << 14 }
    }

    /// Two by two taps on an image of two rows of three pixels, at every place inside and one to the left and above.
    fn plane(input_channels: u16, channels: u16) -> Plane {
        Plane {
            walk: Walk { first: [0, 0], step: [1, 1], start: [-1, -1], advance: [1, 1] },
            input: Shape { height: 2, width: 3, channels: input_channels },
            output: Shape { height: 2, width: 3, channels },
            taps: [2, 2],
            pad_code: 40,
        }
    }

    #[test]
    fn a_channel_of_each_kind_by_hand() {
        // Weights: one at the first tap of each row in channels 0 to 3, in channel 4 at the second.
        let tile = Tile::new(core::array::from_fn(|at| i8::from(at % 4 == 0)));
        let weights = ConvolutionTiles { tiles: &[tile; 2], rest: &[[0, 1, 0, 0]; 2] };
        let channels = [[channel(0), channel(4), channel(8), channel(12)], [channel(0); 4]];
        let mut out = [0_i8; 30];
        plane(1, 5).fill(weights, &channels, RULE, &[4, 8, 12, 16, 20, 24], &mut [[9; 4]; 2], &mut out);
        let pixels: [[i8; 5]; 6] = core::array::from_fn(|at| core::array::from_fn(|c| out[5 * at + c]));
        // Left taps of a row sum to 80, 44, 48 and 80, 20, 28; right taps to 44, 48, 52 and 20, 28, 36; all over 4.
        assert_eq!(pixels[0], [20, 21, 22, 23, 11]);
        assert_eq!(pixels[2], [12, 13, 14, 15, 13]);
        assert_eq!(pixels[3], [20, 21, 22, 23, 5]);
        assert_eq!(pixels[5], [7, 8, 9, 10, 9]);
    }

    #[test]
    fn taps_inside_are_read_where_they_are() {
        let input = [0; 12];
        let mut patch = [[99; 4]; 2];
        assert!(plane(2, 1).taps(&input, [0, 1], &mut patch).is_some());
        assert_eq!(patch, [[99; 4]; 2]);
        // One tap of two codes at the end: its group of four would reach beyond the input.
        let last = Plane { taps: [1, 1], ..plane(2, 1) };
        assert!(last.taps(&input, [1, 2], &mut patch).is_some());
        assert_eq!(patch, [[0, 0, 99, 99], [99; 4]]);
        assert!(plane(2, 1).taps(&input, [-1, -1], &mut patch).is_some());
        assert_eq!(patch, [[40; 4], [40, 40, 0, 0]]);
        assert!(plane(2, 1).taps(&input, [-1, -1], &mut patch[..1]).is_none());
    }

    #[test]
    fn taps_of_several_channels_inside_give_the_naive_sums() {
        let inside = Plane {
            walk: Walk { start: [0, 0], ..plane(4, 1).walk },
            input: Shape { height: 2, width: 4, channels: 4 },
            output: Shape { height: 1, width: 2, channels: 1 },
            taps: [2, 3],
            pad_code: 40,
        };
        let input: [i8; 32] = core::array::from_fn(|at| at as i8 * 3 - 40);
        let rest: [[i8; 4]; 6] =
            core::array::from_fn(|group| core::array::from_fn(|at| (4 * group + at) as i8 - 9));
        let rule = Requantise { out_min: -32_767, out_max: 32_767, shift: 3, ..RULE };
        let (mut patch, mut out) = ([[99; 4]; 6], [0_i16; 2]);
        let weights = ConvolutionTiles { tiles: &[], rest: &rest };
        inside.fill(weights, &[[channel(5); 4]], rule, &input, &mut patch, &mut out);
        let tap = |column: usize, at: usize| {
            let (row, within) = (at / 12, at % 12); // three pixels of four channels
            i32::from(rest.as_flattened()[at]) * i32::from(input[16 * row + 4 * column + within])
        };
        let want = [0, 1].map(|column| 5 + (0..24).map(|at| tap(column, at)).sum::<i32>());
        assert_eq!(out.map(i32::from), want);
        assert_eq!(patch, [[99; 4]; 6]); // read where they are
    }

    #[test]
    fn short_weights_leave_biases() {
        let weights = ConvolutionTiles { tiles: &[], rest: &[] };
        let mut out = [9_i8; 30];
        plane(1, 5).fill(weights, &[[channel(4); 4]; 2], RULE, &[1; 6], &mut [[0; 4]; 2], &mut out);
        assert_eq!(out, [1; 30]);
    }

    #[test]
    fn bytes_become_groups() {
        assert_eq!(rest_from_bytes::<2>(&[1, 255, 3, 4, 5]), [[1, -1, 3, 4], [5, 0, 0, 0]]);
        assert_eq!(rest_from_bytes::<1>(&[1, 255, 3, 4, 5]), [[1, -1, 3, 4]]);
    }
}

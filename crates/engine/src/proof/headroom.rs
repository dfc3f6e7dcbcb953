//! The proof, at compile time, that accumulators cannot overflow.

use crate::fixed::{Channel, Requantise};
use crate::kernel::{Convolution, ConvolutionTiles, TILE, Tile, Transposed};

/// Largest magnitude of an 8-bit code.
const CODE_MAX: u64 = 128;

/// The first channel whose accumulator, shifted for requantisation, some input could overflow; `None` where there is none.
///
/// # Shapes
/// As [`crate::kernel::Dense::new`]; `in_tiles` is its number of input groups.
/// # Bounds
/// `shift <= 15`, `bias_shift <= 14`; tiles and channels of a layer that fits in memory.
/// # Exactness
/// Exact: `(|bias| * 2^bias_shift + 128 * sum |weight|) * 2^shift <= 2^31 - 1` for every other channel.
/// # Panics
/// At compile time only, where there are fewer tiles than channels need.
/// # Source
/// `NUMERICS.md`, "Accumulators".
#[must_use]
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub const fn dense_overflow(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    in_tiles: usize,
    rule: Requantise,
) -> Option<usize> {
    let mut group = 0;
    while group < channels.len() {
        if let Some(row) = group_overflow(tiles, group * in_tiles, in_tiles, &channels[group], rule) {
            return Some(group * TILE + row);
        }
        group += 1;
    }
    None
}

/// The same of the four channels whose tiles begin at `first`. Tiles are taken apart once: rustc counts the steps.
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
const fn group_overflow(
    tiles: &[Tile],
    first: usize,
    in_tiles: usize,
    channels: &[Channel; TILE],
    rule: Requantise,
) -> Option<usize> {
    let mut masses = [0_u64; TILE];
    let mut at = first;
    while at < first + in_tiles {
        let rows = tiles[at].rows();
        let mut index = 0;
        while index < TILE * TILE {
            masses[index / TILE] += rows[index].unsigned_abs() as u64;
            index += 1;
        }
        at += 1;
    }
    let mut row = 0;
    while row < TILE {
        if !fits(channels[row], masses[row], rule) {
            return Some(row);
        }
        row += 1;
    }
    None
}

/// The bound of one channel with the sum of its weights' magnitudes.
const fn fits(channel: Channel, mass: u64, rule: Requantise) -> bool {
    let bias = (channel.bias.unsigned_abs() as u64) << rule.bias_shift;
    (bias + CODE_MAX * mass) << rule.shift <= i32::MAX as u64
}

/// The first channel of a convolution whose accumulator, shifted for requantisation, some input could overflow.
///
/// # Shapes
/// As [`crate::kernel::convolve_tiles`].
/// # Bounds
/// As [`dense_overflow`].
/// # Exactness
/// Exact, as [`dense_overflow`].
/// # Panics
/// At compile time only, where there are fewer weights than channels need.
/// # Source
/// `NUMERICS.md`, "Accumulators".
#[must_use]
pub const fn convolution_overflow(
    convolution: &Convolution,
    weights: ConvolutionTiles<'_>,
    channels: &[[Channel; TILE]],
    rule: Requantise,
) -> Option<usize> {
    let place = Place { tile: 0, rest: 0, group: 0 };
    let n_channels = convolution.output.channels as usize;
    phase_overflow(weights, channels, place, n_channels, convolution.patch_groups(), rule)
}

/// The first channel of a transposed convolution whose accumulator, shifted for requantisation, some input could overflow, in the first phase where there is one.
///
/// # Shapes
/// As [`crate::kernel::transpose_tiles`].
/// # Bounds
/// As [`dense_overflow`].
/// # Exactness
/// Exact, as [`dense_overflow`].
/// # Panics
/// At compile time only, where there are fewer weights than channels need.
/// # Source
/// `NUMERICS.md`, "Accumulators".
#[must_use]
pub const fn transposed_overflow(
    transposed: &Transposed,
    weights: ConvolutionTiles<'_>,
    channels: &[[Channel; TILE]],
    rule: Requantise,
) -> Option<usize> {
    let n_channels = transposed.output.channels as usize;
    let mut place = Place { tile: 0, rest: 0, group: 0 };
    let mut phase = 0;
    while phase < transposed.n_phases() {
        let patch_groups = phase_groups(transposed, phase);
        let overflow = phase_overflow(weights, channels, place, n_channels, patch_groups, rule);
        if overflow.is_some() {
            return overflow;
        }
        place.tile += n_channels / TILE * patch_groups;
        place.rest += n_channels % TILE * patch_groups;
        place.group += n_channels.div_ceil(TILE);
        phase += 1;
    }
    None
}

/// Groups of four codes under a pixel of a phase, phases being counted row by row.
pub(super) const fn phase_groups(transposed: &Transposed, phase: usize) -> usize {
    let [_, stride_w] = transposed.stride;
    transposed.patch_groups([(phase / stride_w as usize) as u8, (phase % stride_w as usize) as u8])
}

/// Where a phase begins among the tiles, the rest rows' groups and the groups of channels.
#[derive(Clone, Copy)]
struct Place {
    tile: usize,
    rest: usize,
    group: usize,
}

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
const fn phase_overflow(
    weights: ConvolutionTiles<'_>,
    channels: &[[Channel; TILE]],
    place: Place,
    n_channels: usize,
    patch_groups: usize,
    rule: Requantise,
) -> Option<usize> {
    let whole = n_channels / TILE;
    let mut group = 0;
    while group < whole {
        let first = place.tile + group * patch_groups;
        let channels = &channels[place.group + group];
        if let Some(row) = group_overflow(weights.tiles, first, patch_groups, channels, rule) {
            return Some(group * TILE + row);
        }
        group += 1;
    }
    let mut row = 0;
    while row < n_channels % TILE {
        let mut mass = 0;
        let mut index = 0;
        while index < patch_groups * TILE {
            let four = weights.rest[place.rest + row * patch_groups + index / TILE];
            mass += four[index % TILE].unsigned_abs() as u64;
            index += 1;
        }
        if !fits(channels[place.group + whole][row], mass, rule) {
            return Some(whole * TILE + row);
        }
        row += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Shape;
    use std::vec;
    use std::vec::Vec;

    /// Biases in steps of 2^5, accumulators times 2^11: of 2^20 steps of an accumulator, one weight of -127 takes 16,256.
    const RULE: Requantise =
        Requantise { zero_point: 0, out_min: -128, out_max: 127, shift: 11, bias_shift: 5 };
    /// What a bias may reach beside that weight.
    const LIMIT: i16 = (((1 << 20) - 128 * 127 - 1) >> 5) as i16;

    #[test]
    fn the_bound_is_tight() {
        let tiles = [Tile::new([0, 0, 0, 0, 0, -127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])];
        let overflow = |bias, rule| {
            let mut channels = [[Channel::default(); 4]];
            channels[0][1].bias = bias;
            dense_overflow(&tiles, &channels, 1, rule)
        };
        assert_eq!(overflow(LIMIT, RULE), None);
        assert_eq!(overflow(LIMIT + 1, RULE), Some(1));
        assert_eq!(overflow(-LIMIT - 1, RULE), Some(1));
        let bits = |shift, bias_shift| Requantise { shift, bias_shift, ..RULE };
        // 2 * 24,640 and 16,256 are 2^16.
        assert_eq!([overflow(24_639, bits(15, 1)), overflow(24_640, bits(15, 1))], [None, Some(1)]);
        assert_eq!([overflow(15_875, bits(12, 5)), overflow(15_876, bits(12, 5))], [None, Some(1)]);
        assert_eq!([overflow(LIMIT, bits(11, 4)), overflow(LIMIT, bits(11, 6))], [None, Some(1)]);
    }

    #[test]
    fn every_tile_of_a_dense_layer_counts() {
        for (tile, row) in (0..6).flat_map(|tile| (0..4).map(move |row| (tile, row))) {
            let mut rows = [[0; 16]; 6];
            rows[tile][4 * row + 3] = -127;
            let channel = 4 * (tile / 3) + row;
            for (bias, fits) in [(LIMIT, true), (LIMIT + 1, false)] {
                let mut channels = [[Channel::default(); 4]; 2];
                channels[channel / 4][channel % 4].bias = bias;
                let overflow = dense_overflow(&rows.map(Tile::new), &channels, 3, RULE);
                assert_eq!(overflow, (!fits).then_some(channel), "{tile} {row}");
            }
        }
    }

    #[test]
    fn every_channel_of_a_convolution_counts() {
        let convolution = Convolution {
            input: Shape { height: 1, width: 4, channels: 5 },
            output: Shape { height: 1, width: 4, channels: 6 },
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            pad_code: 0,
        };
        let mut rows = [[0; 16]; 2];
        let mut rest = [[0; 4]; 4];
        for row in 0..4 {
            rows[1][4 * row] = -127; // input 4
        }
        let tiles = rows.map(Tile::new);
        (rest[1][0], rest[3][0]) = (-127, -127);
        let weights = ConvolutionTiles { tiles: &tiles, rest: &rest };
        for channel in 0..6 {
            for (bias, fits) in [(LIMIT, true), (LIMIT + 1, false), (-LIMIT - 1, false)] {
                let mut channels = [[Channel::default(); 4]; 2];
                channels[channel / 4][channel % 4].bias = bias;
                let want = (!fits).then_some(channel);
                assert_eq!(convolution_overflow(&convolution, weights, &channels, RULE), want, "{bias}");
            }
        }
    }

    #[test]
    fn every_phase_of_a_transposed_convolution_counts() {
        let transposed = Transposed {
            input: Shape { height: 1, width: 4, channels: 3 },
            output: Shape { height: 2, width: 12, channels: 11 },
            kernel: [2, 4],
            stride: [2, 3],
            padding: [0, 0],
            pad_code: 0,
        };
        // Taps of the phases of a row: 2, 1, 1, so 2, 1, 1 groups of four inputs. One weight at a time, so that a bias
        // meets it in its own phase and channel only.
        let phases = [(0, 2), (2, 1), (3, 1), (4, 2), (6, 1), (7, 1)];
        for (phase, (first_group, groups)) in phases.into_iter().enumerate() {
            for channel in 0..11 {
                let (mut rows, mut rest) = (vec![[0; 16]; 16], vec![[0; 4]; 24]);
                if channel < 8 {
                    rows[2 * first_group + channel / 4 * groups][channel % 4 * 4 + 2] = -127;
                } else {
                    rest[3 * first_group + (channel - 8) * groups][2] = -127;
                }
                let tiles: Vec<Tile> = rows.into_iter().map(Tile::new).collect();
                let weights = ConvolutionTiles { tiles: &tiles, rest: &rest };
                for (bias, fits) in [(LIMIT, true), (LIMIT + 1, false)] {
                    let mut channels = vec![[Channel::default(); 4]; 18];
                    channels[3 * phase + channel / 4][channel % 4].bias = bias;
                    let overflow = transposed_overflow(&transposed, weights, &channels, RULE);
                    assert_eq!(overflow, (!fits).then_some(channel), "{phase} {bias}");
                }
            }
        }
    }
}

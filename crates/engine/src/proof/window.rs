//! Assertions about layers that read windows: convolutions and transposed ones.

use super::headroom::{convolution_overflow, phase_groups, transposed_overflow};
use super::message::{Message, stop};
use super::{assert_channels, assert_counts, assert_rule, assert_tiles};
use crate::fixed::{Channel, Requantise};
use crate::kernel::{Convolution, ConvolutionTiles, TILE, Transposed};

/// Stops where a convolution could overflow, reads beyond its weights, or has a weight or a multiplier out of range.
///
/// # Shapes
/// As [`crate::kernel::convolve_tiles`].
/// # Bounds
/// As [`super::assert_dense`].
/// # Exactness
/// Exact, as [`convolution_overflow`].
/// # Panics
/// At compile time, with `name`, the channel where it is one, and what is wrong.
/// # Source
/// `NUMERICS.md`, "Accumulators".
pub const fn assert_convolution(
    name: &str,
    convolution: &Convolution,
    weights: ConvolutionTiles<'_>,
    channels: &[[Channel; TILE]],
    rule: Requantise,
    codes: [i32; 2],
) {
    let (n_channels, patch_groups) = (convolution.output.channels as usize, convolution.patch_groups());
    assert_rule(name, rule, codes);
    assert_window_counts(name, weights, channels.len(), n_channels, [patch_groups, 1]);
    assert_channels(name, channels);
    if let Some(channel) = convolution_overflow(convolution, weights, channels, rule) {
        stop(Message::new(name).channel(channel).text(": an accumulator could overflow"));
    }
    assert_tiles(name, weights.tiles, patch_groups);
    assert_rest(name, weights.rest, patch_groups, n_channels);
}

/// Stops where a transposed convolution could overflow, reads beyond its weights, or has a weight or a multiplier out of
/// range.
///
/// # Shapes
/// As [`crate::kernel::transpose_tiles`].
/// # Bounds
/// As [`super::assert_dense`].
/// # Exactness
/// Exact, as [`transposed_overflow`].
/// # Panics
/// At compile time, with `name`, the channel where it is one, and what is wrong.
/// # Source
/// `NUMERICS.md`, "Accumulators".
pub const fn assert_transposed(
    name: &str,
    transposed: &Transposed,
    weights: ConvolutionTiles<'_>,
    channels: &[[Channel; TILE]],
    rule: Requantise,
    codes: [i32; 2],
) {
    let (n_channels, n_phases) = (transposed.output.channels as usize, transposed.n_phases());
    let (mut all_groups, mut phase) = (0, 0);
    while phase < n_phases {
        all_groups += phase_groups(transposed, phase);
        phase += 1;
    }
    assert_rule(name, rule, codes);
    assert_window_counts(name, weights, channels.len(), n_channels, [all_groups, n_phases]);
    assert_channels(name, channels);
    if let Some(channel) = transposed_overflow(transposed, weights, channels, rule) {
        stop(Message::new(name).channel(channel).text(": an accumulator could overflow"));
    }
    let ConvolutionTiles { mut tiles, mut rest } = weights;
    phase = 0;
    while phase < n_phases {
        let patch_groups = phase_groups(transposed, phase);
        let (own, behind) = tiles.split_at(n_channels / TILE * patch_groups);
        assert_tiles(name, own, patch_groups);
        tiles = behind;
        let (own, behind) = rest.split_at(n_channels % TILE * patch_groups);
        assert_rest(name, own, patch_groups, n_channels);
        rest = behind;
        phase += 1;
    }
}

/// Channels in whole groups have tiles, the others rows of the rest, for `all_groups` groups of codes in all phases together.
const fn assert_window_counts(
    name: &str,
    weights: ConvolutionTiles<'_>,
    channel_groups: usize,
    n_channels: usize,
    [all_groups, n_phases]: [usize; 2],
) {
    let found = [channel_groups, weights.tiles.len()];
    assert_counts(name, found, [n_phases * n_channels.div_ceil(TILE), n_channels / TILE * all_groups]);
    let rest = n_channels % TILE * all_groups;
    assert_counts(name, [0, weights.rest.len()], [0, rest]);
}

/// Weights are symmetric, of the channels behind the whole groups of `n_channels` too; each has `in_groups` groups of weights.
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
const fn assert_rest(name: &str, rest: &[[i8; TILE]], in_groups: usize, n_channels: usize) {
    let mut index = 0;
    while index < TILE * rest.len() {
        if rest[index / TILE][index % TILE] == i8::MIN {
            let channel = n_channels / TILE * TILE + index / TILE / in_groups;
            stop(Message::new(name).channel(channel).text(": a weight is -128"));
        }
        index += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tile;
    use super::super::tests::{RULE, said};
    use super::*;
    use crate::kernel::Shape;

    #[test]
    fn a_convolution_names_the_channel_of_a_group_and_of_the_rest() {
        let line = |channels| Shape { height: 1, width: 2, channels };
        let convolution = Convolution {
            input: line(1),
            output: line(5),
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            pad_code: 0,
        };
        // Two bits more than a bias of 2^29 may have.
        let rule = Requantise { shift: 2, bias_shift: 14, ..RULE };
        let check = |channel: usize, bias, weight| {
            let (mut rows, mut rest, mut channels) = ([1; 16], [[1; 4]], [[Channel::default(); 4]; 2]);
            channels[channel / 4][channel % 4].bias = bias;
            *rows.get_mut(4 * channel).unwrap_or(&mut rest[0][0]) = weight;
            said(move || {
                let weights = ConvolutionTiles { tiles: &[Tile::new(rows)], rest: &rest };
                assert_convolution("layer 2", &convolution, weights, &channels, rule, [-128, 127]);
            })
        };
        for channel in [2, 4] {
            let fault = |text: &str| Some(std::format!("layer 2, channel {channel}: {text}"));
            assert_eq!(check(channel, 0, 1), None);
            assert_eq!(check(channel, i16::MIN, 1), fault("an accumulator could overflow"));
            assert_eq!(check(channel, 0, -128), fault("a weight is -128"));
        }
    }

    #[test]
    fn a_transposed_convolution_names_the_channel_in_each_phase() {
        // Two phases of two taps of five codes each, four groups: eight tiles for channels 0 to 7, twelve groups for 8 to 10.
        let transposed = Transposed {
            input: Shape { height: 1, width: 2, channels: 5 },
            output: Shape { height: 2, width: 4, channels: 11 },
            kernel: [2, 2],
            stride: [1, 2],
            padding: [0, 0],
            pad_code: 0,
        };
        for (phase, channel) in (0..2).flat_map(|phase| (0..11).map(move |channel| (phase, channel))) {
            let check = |weight| {
                let (mut rows, mut rest) = ([[1; 16]; 16], [[1; 4]; 24]);
                if channel < 8 {
                    rows[8 * phase + channel / 4 * 4 + 3][channel % 4 * 5] = weight;
                } else {
                    rest[12 * phase + (channel - 8) * 4 + 3][channel % 4] = weight;
                }
                said(move || {
                    let tiles = rows.map(Tile::new);
                    let weights = ConvolutionTiles { tiles: &tiles, rest: &rest };
                    let channels = [[Channel::default(); 4]; 6];
                    assert_transposed("layer 7", &transposed, weights, &channels, RULE, [-128, 127]);
                })
            };
            assert_eq!(check(-127), None);
            let wanted = std::format!("layer 7, channel {channel}: a weight is -128");
            assert_eq!(check(-128), Some(wanted), "phase {phase}");
        }
    }

    #[test]
    fn weights_that_are_too_few_are_named() {
        let shape = Shape { height: 1, width: 2, channels: 5 };
        let convolution = Convolution {
            input: shape,
            output: shape,
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            pad_code: 0,
        };
        let transposed = Transposed {
            input: shape,
            output: shape,
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            pad_code: 0,
        };
        let (tiles, rest, channels) = ([Tile::new([1; 16]); 2], [[1; 4]; 2], [[Channel::default(); 4]; 2]);
        let check = |n_tiles: usize, n_rest: usize, groups: usize| {
            let weights = ConvolutionTiles { tiles: &tiles[..n_tiles], rest: &rest[..n_rest] };
            let (channels, codes) = (&channels[..groups], [-128, 127]);
            [
                said(|| assert_convolution("x", &convolution, weights, channels, RULE, codes)),
                said(|| assert_transposed("x", &transposed, weights, channels, RULE, codes)),
            ]
        };
        assert_eq!(check(2, 2, 2), [None, None]);
        let fault = "x: weights or channels are not as many as its outputs need";
        for [tiles, rest, groups] in [[1, 2, 2], [2, 1, 2], [2, 2, 1]] {
            assert_eq!(check(tiles, rest, groups).map(Option::unwrap), [fault; 2]);
        }
    }
}

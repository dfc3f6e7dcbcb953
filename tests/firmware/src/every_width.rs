//! Layers of the width that a record chooses: inner loops that unroll, split or take inputs apart do so for some widths alone.

use tillwatch_engine::digest::Digest;
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{
    Code, Convolution, ConvolutionTiles, Dense, Shape, TILE, Tile, convolve_tiles, tiles,
};
use tillwatch_engine::seeded::SeededWords;

/// Most groups of four inputs: twice what an inner loop may add up in a row, and more.
const MOST: usize = 300;
/// Most groups of four outputs, and most tiles: layers of few inputs are those of many outputs.
const MOST_OUTPUTS: usize = 100;
const MOST_TILES: usize = 2 * MOST;
/// Groups of a convolution's output channels.
const OUTPUTS: usize = 2;

/// Tiles to choose from; like those of generated code they are arranged at compile time.
static BANK: [Tile; 64] = tiles(rows());

/// Rows of weights from -127 to 127.
const fn rows() -> [[i8; TILE * TILE]; 64] {
    let (mut rows, mut at) = ([[0; TILE * TILE]; 64], 0);
    while at < 64 * TILE * TILE {
        rows[at / (TILE * TILE)][at % (TILE * TILE)] = ((at * at * 89 + at) % 255) as i8;
        if rows[at / (TILE * TILE)][at % (TILE * TILE)] == i8::MIN {
            rows[at / (TILE * TILE)][at % (TILE * TILE)] = -i8::MAX;
        }
        at += 1;
    }
    rows
}

/// A fingerprint of layers with 8-bit and with 16-bit outputs, of all codes and of some.
pub(crate) fn fingerprint(value: u32) -> u64 {
    let groups = 1 + value as usize % MOST;
    let mut words = SeededWords::new(value);
    let outputs = 1 + words.next_word() as usize % (MOST_TILES / groups).min(MOST_OUTPUTS);
    let mut layer_tiles = [BANK[0]; MOST_TILES];
    for tile in layer_tiles.iter_mut().take(groups * outputs) {
        *tile = BANK[words.next_word() as usize >> 26];
    }
    let mut input = [[0; TILE]; MOST + 1];
    for group in input.iter_mut().take(groups + 1) {
        *group = four(&mut words);
    }
    let mut channels = [[Channel::default(); TILE]; MOST_OUTPUTS];
    for channel in channels.as_flattened_mut() {
        let (bias, word) = ((words.next_word() >> 16) as i16, words.next_word());
        *channel = Channel { bias, multiplier: (word >> 17 >> (word & 7)) as i16 };
    }
    let layer = (layer_tiles.get(..groups * outputs), channels.get(..outputs), input.get(..groups + 1));
    let mut digest = Digest::new();
    let narrow = Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0, bias_shift: 4 };
    fold::<i8>(layer, narrow, &mut digest);
    fold::<i8>(layer, Requantise { zero_point: 5, out_min: 5, out_max: 90, shift: 3, ..narrow }, &mut digest);
    fold::<i8>(layer, Requantise { zero_point: 65_536, shift: 5, bias_shift: 9, ..narrow }, &mut digest);
    let wide = Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 6, bias_shift: 0 };
    fold::<i16>(layer, wide, &mut digest);
    fold::<i16>(layer, Requantise { zero_point: -70, out_min: -900, shift: 2, ..wide }, &mut digest);
    fold::<i16>(layer, Requantise { zero_point: -65_536, shift: 0, bias_shift: 9, ..wide }, &mut digest);
    convolve(
        value,
        channels.first_chunk().unwrap_or(&[[Channel::default(); TILE]; OUTPUTS]),
        &mut words,
        &mut digest,
    );
    digest.finish()
}

type Layer<'a> = (Option<&'a [Tile]>, Option<&'a [[Channel; TILE]]>, Option<&'a [[i8; TILE]]>);

/// Adds the outputs of a layer to a fingerprint: all of them, in two places fewer than are left there, and those of an input that is too
/// short. `input` has a group more than the layer takes.
#[inline(never)]
fn fold<C: Code>((tiles, channels, input): Layer<'_>, rule: Requantise, digest: &mut Digest) {
    let (channels, input) = (channels.unwrap_or_default(), input.unwrap_or_default());
    let layer = Dense::new(tiles.unwrap_or_default(), channels, rule);
    let all = input.len().saturating_sub(1);
    for (first, len, groups) in [
        (0, MOST_OUTPUTS, all),
        (channels.len() / 3, 2, all + 1),
        (channels.len() / 2, 1, all),
        (0, MOST_OUTPUTS, all.saturating_sub(1)),
    ] {
        let input = input.get(..groups).unwrap_or_default();
        // Groups for which there are no channels stay as they are, and so does one behind the last.
        let mut out = [[C::default(); TILE]; MOST_OUTPUTS + 1];
        let part = out.get_mut(..len).unwrap_or_default();
        match first {
            0 => layer.compute(input, part),
            _ => layer.compute_from(first, input, part),
        }
        for &code in out.as_flattened().iter().take(TILE * (len + 1)) {
            let code: i32 = code.into();
            digest.update(code as u32 as u64);
        }
    }
}

/// The largest image, and the largest kernel.
const IMAGE: Shape = Shape { height: 4, width: 7, channels: 9 };
const KERNEL: [usize; 2] = [3, 5];
/// Most groups of four taps of an output: rows of up to 45 codes.
const TAPS: usize = KERNEL[0] * (KERNEL[1] * IMAGE.channels as usize).div_ceil(TILE);

/// Adds the outputs of a convolution with one channel more than a tile has: rows of 1 to 45 taps, at any address.
#[inline(never)]
fn convolve(value: u32, channels: &[[Channel; TILE]; OUTPUTS], words: &mut SeededWords, digest: &mut Digest) {
    let (value, [most_rows, most_columns]) = (value as usize, KERNEL);
    let (rows, columns) = (1 + value % most_rows, 1 + value / most_rows % most_columns);
    let n_channels = 1 + value / (most_rows * most_columns) % IMAGE.channels as usize;
    let input = Shape { channels: n_channels as u16, ..IMAGE };
    let convolution = Convolution {
        input,
        output: Shape { channels: 5, ..IMAGE },
        kernel: [rows as u8, columns as u8],
        stride: [1, 1],
        padding: [rows as u8 / 2, columns as u8 / 2],
        pad_code: -7,
    };
    let tiles: [Tile; TAPS] = core::array::from_fn(|_| BANK[words.next_word() as usize >> 26]);
    let rest: [[i8; TILE]; TAPS] = core::array::from_fn(|_| four(words).map(|weight| weight.max(-i8::MAX)));
    let mut codes = [[0; TILE]; IMAGE.len() / TILE];
    codes.iter_mut().for_each(|group| *group = four(words));
    let codes = codes.as_flattened().get(..input.len()).unwrap_or_default();
    let rule = Requantise { zero_point: 3, out_min: -32_767, out_max: 32_767, shift: 5, bias_shift: 2 };
    let (mut patch, mut out) = ([[0; TILE]; TAPS], [0_i16; 5 * 28]);
    let weights = ConvolutionTiles { tiles: &tiles, rest: &rest };
    convolve_tiles(&convolution, weights, channels, rule, codes, &mut patch, &mut out);
    out.iter().for_each(|&code| digest.update(code as u64));
}

/// Four drawn codes.
fn four(words: &mut SeededWords) -> [i8; TILE] {
    words.next_word().to_le_bytes().map(|byte| byte as i8)
}

//! Transposed convolution, phase by phase: each phase of the stride is a convolution of its own with stride 1.

use super::patch::{Walk, gather};
use super::plane::Plane;
use super::{Code, ConvolutionTiles, Shape, TILE, dense_rows};
use crate::fixed::{Channel, Requantise};

/// The geometry of a transposed convolution.
///
/// Input pixel `q`, tap `k` of the kernel reaches output pixel `q * stride + k - padding`. Hence an output pixel `y` has the
/// phase `(y + padding) mod stride`, and only the taps that are that phase modulo the stride reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transposed {
    /// Shape of the input.
    pub input: Shape,
    /// Shape of the output.
    pub output: Shape,
    /// Height and width of the kernel, each at least the stride.
    pub kernel: [u8; 2],
    /// Output pixels from one input pixel to the next, down and to the right, at least 1.
    pub stride: [u8; 2],
    /// Rows above and columns to the left of the output that the kernel reaches and that are cut off.
    pub padding: [u8; 2],
    /// What lies outside the input: its zero point.
    pub pad_code: i8,
}

impl Transposed {
    /// Number of phases: `stride_h * stride_w`.
    ///
    /// # Bounds
    /// Any geometry.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn n_phases(&self) -> usize {
        let [height, width] = self.stride;
        height as usize * width as usize
    }

    /// Rows and columns of taps of a phase: `ceil((kernel - phase) / stride)`.
    ///
    /// # Shapes
    /// `phase`: down and to the right, each below the stride.
    /// # Bounds
    /// Any phase; 0 taps where it is beyond the kernel.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn taps(&self, phase: [u8; 2]) -> [u8; 2] {
        let ([kernel_h, kernel_w], [stride_h, stride_w], [y, x]) = (self.kernel, self.stride, phase);
        [taps(kernel_h, stride_h, y), taps(kernel_w, stride_w, x)]
    }

    /// Codes that one output pixel of a phase sees.
    ///
    /// # Shapes
    /// `phase`: as [`Transposed::taps`].
    /// # Bounds
    /// Any phase.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn patch_len(&self, phase: [u8; 2]) -> usize {
        let [height, width] = self.taps(phase);
        height as usize * width as usize * self.input.channels as usize
    }

    /// Groups of four codes that one output pixel of a phase sees, each row of taps filled up to whole groups: what tiled weights
    /// need; most of all in the first phase.
    ///
    /// # Shapes
    /// `phase`: as [`Transposed::taps`].
    /// # Bounds
    /// Any phase.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn patch_groups(&self, phase: [u8; 2]) -> usize {
        let [height, width] = self.taps(phase);
        height as usize * (width as usize * self.input.channels as usize).div_ceil(TILE)
    }

    /// The longest [`Transposed::patch_len`], which is that of the first phase; what a scratch needs.
    ///
    /// # Bounds
    /// Any geometry.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn longest_patch_len(&self) -> usize {
        self.patch_len([0, 0])
    }

    fn walk(&self, phase: [u8; 2]) -> Walk {
        let ([taps_h, taps_w], [y, x]) = (self.taps(phase), phase);
        let ([stride_h, stride_w], [top, left]) = (self.stride, self.padding);
        let (first_y, row) = first(stride_h, top, y);
        let (first_x, column) = first(stride_w, left, x);
        Walk {
            first: [first_y, first_x],
            step: self.stride,
            // The patch ends at the input pixel that tap 0 of the phase reads.
            start: [row - i32::from(taps_h) + 1, column - i32::from(taps_w) + 1],
            advance: [1, 1],
        }
    }

    /// Calls `run` with each phase, the rows of phases outermost.
    fn phases(&self, mut run: impl FnMut([u8; 2])) {
        let [stride_h, stride_w] = self.stride;
        for y in 0..stride_h {
            for x in 0..stride_w {
                run([y, x]);
            }
        }
    }
}

const fn taps(kernel: u8, stride: u8, phase: u8) -> u8 {
    let stride = if stride == 0 { 1 } else { stride };
    kernel.saturating_sub(phase).div_ceil(stride)
}

/// The first output pixel of a phase, and the input pixel that tap 0 of the phase reads there.
fn first(stride: u8, padding: u8, phase: u8) -> (u16, i32) {
    let (stride, padding, phase) = (u16::from(stride.max(1)), u16::from(padding), u16::from(phase));
    // The smallest pixel y >= 0 with (y + padding) mod stride = phase.
    let before = padding % stride;
    let pixel = if phase >= before { phase - before } else { phase + stride - before };
    (pixel, i32::from((pixel + padding - phase) / stride))
}

/// A transposed convolution over row-major weights, as the model file keeps them.
///
/// `out[y][x][r] = requantise(bias[phase][r] + sum over taps and channels of weight * input)`, the input row of tap `i` of
/// phase `p` being `(y + top - p) / stride_h - i`, columns alike, and input outside being `pad_code`.
///
/// # Shapes
/// `weights`: phase after phase, rows of phases outermost, each `[out_channels, taps_h, taps_w, in_channels]` with taps by
/// rising input position; `channels`: phase after phase, one per output channel; `input` and `out`: the geometry's; `patch`:
/// at least [`Transposed::longest_patch_len`].
/// # Units
/// `input`: activation codes; `out`: codes of the layer's output.
/// # Bounds
/// `|bias| * 2^bias_shift + 128 * sum |weight|` fits an i32 per phase and channel, as the model file's validation checks.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`, and equal to [`transpose_tiles`].
/// # Panics
/// Never.
/// # Cost
/// One patch and `patch_len * out_channels` multiply-accumulates per output pixel, the patch being that of its phase.
/// # Source
/// `NUMERICS.md`, "Transposed convolution".
#[allow(clippy::needless_pass_by_value, reason = "an iterator, as dense_rows takes it")]
pub fn transpose_rows<C: Code>(
    transposed: &Transposed,
    weights: &[i8],
    channels: impl Iterator<Item = Channel> + Clone,
    rule: Requantise,
    input: &[i8],
    patch: &mut [i8],
    out: &mut [C],
) {
    let &Transposed { input: shape, output, pad_code, .. } = transposed;
    let n_channels = usize::from(output.channels);
    let (mut weights, mut skipped) = (weights, 0);
    transposed.phases(|phase| {
        let Some(patch) = patch.get_mut(..transposed.patch_len(phase)) else { return };
        let here = channels.clone().skip(skipped);
        let taps = transposed.taps(phase);
        let pitch = usize::from(taps[1]) * usize::from(shape.channels);
        transposed.walk(phase).pixels(output, out, |at, pixel| {
            gather(input, shape, taps, at, pad_code, patch, pitch);
            dense_rows(weights, here.clone(), rule, patch, pixel);
        });
        weights = weights.get(n_channels * patch.len()..).unwrap_or_default();
        skipped += n_channels;
    });
}

/// A transposed convolution over tiled weights, as generated code has them.
///
/// # Shapes
/// `weights`: phase after phase, the tiles of each and the rest rows of each as [`super::convolve_tiles`] reads them;
/// `channels`: phase after phase, groups of four, the last one of each padded; `patch`: at least the
/// [`Transposed::patch_groups`] of the first phase; `input` and `out`: the geometry's, not padded.
/// # Units
/// `input`: activation codes; `out`: codes of the layer's output.
/// # Bounds
/// [`crate::proof::transposed_overflow`] finds none, as generated code asserts.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`, and equal to [`transpose_rows`].
/// # Panics
/// Never.
/// # Cost
/// As [`transpose_rows`], but patches are gathered on the border only.
/// # Source
/// `NUMERICS.md`, "Transposed convolution".
pub fn transpose_tiles<C: Code>(
    transposed: &Transposed,
    weights: ConvolutionTiles<'_>,
    channels: &[[Channel; TILE]],
    rule: Requantise,
    input: &[i8],
    patch: &mut [[i8; TILE]],
    out: &mut [C],
) {
    let &Transposed { input: shape, output, pad_code, .. } = transposed;
    let n_channels = usize::from(output.channels);
    let (mut weights, mut channels) = (weights, channels);
    transposed.phases(|phase| {
        let n_groups = transposed.patch_groups(phase);
        let (walk, taps) = (transposed.walk(phase), transposed.taps(phase));
        let plane = Plane { walk, input: shape, output, taps, pad_code };
        plane.fill(weights, channels, rule, input, patch, out);
        weights = ConvolutionTiles {
            tiles: weights.tiles.get(n_channels / TILE * n_groups..).unwrap_or_default(),
            rest: weights.rest.get(n_channels % TILE * n_groups..).unwrap_or_default(),
        };
        channels = channels.get(n_channels.div_ceil(TILE)..).unwrap_or_default();
    });
}

#[cfg(test)]
mod tests {
    use super::super::Tile;
    use super::*;
    use std::vec::Vec;

    const UNIT: Requantise =
        Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 3, bias_shift: 0 };

    fn channel(bias: i16) -> Channel {
        Channel { bias, multiplier: 1 << 14 }
    }

    #[test]
    fn a_sequence_by_hand() {
        // Kernel (1, 10, 100): each input pixel adds its multiples at twice its place.
        let transposed = Transposed {
            input: Shape { height: 1, width: 2, channels: 1 },
            output: Shape { height: 1, width: 5, channels: 1 },
            kernel: [1, 3],
            stride: [1, 2],
            padding: [0, 0],
            pad_code: 0,
        };
        assert_eq!((transposed.taps([0, 0]), transposed.taps([0, 1])), ([1, 2], [1, 1]));
        // Phase 0 has the taps 2 and 0, phase 1 the tap 1.
        let channels = [channel(0), channel(3)].into_iter();
        let mut out = [0_i16; 5];
        transpose_rows(&transposed, &[100, 1, 10], channels, UNIT, &[1, 2], &mut [0; 2], &mut out);
        assert_eq!(out, [1, 13, 102, 23, 200]);
        let weights = ConvolutionTiles { tiles: &[], rest: &[[100, 1, 0, 0], [10, 0, 0, 0]] };
        let channels = [[channel(0); 4], [channel(3); 4]];
        let mut out = [0_i16; 5];
        transpose_tiles(&transposed, weights, &channels, UNIT, &[1, 2], &mut [[99; 4]], &mut out);
        assert_eq!(out, [1, 13, 102, 23, 200]);
    }

    #[test]
    fn groups_of_channels_and_the_rest_of_each_phase() {
        // Two phases, each with a row of two taps of five channels: ten codes in three groups. One of the taps meets the
        // only pixel, whose codes sum to 15; all weights of a channel in a phase are equal.
        let transposed = Transposed {
            input: Shape { height: 1, width: 1, channels: 5 },
            output: Shape { height: 2, width: 2, channels: 9 },
            kernel: [2, 2],
            stride: [2, 1],
            padding: [0, 0],
            pad_code: 0,
        };
        let input = [1, 2, 3, 4, 5];
        let weight = |phase: i8, channel: i8| (channel + 1) * (phase + 1);
        let rows: Vec<i8> = (0..2).flat_map(|p| (0..9).flat_map(move |c| [weight(p, c); 10])).collect();
        let biases = (0..18).map(|at| channel(100 * at));
        let mut out = [0_i16; 36];
        transpose_rows(&transposed, &rows, biases, UNIT, &input, &mut [0; 10], &mut out);
        let pixel = |p: i8| (0..9_i8).map(move |c| (p, c));
        let sum = |(p, c)| i16::from(weight(p, c)) * 15 + 100 * (9 * i16::from(p) + i16::from(c));
        let want: Vec<i16> = [0, 0, 1, 1].into_iter().flat_map(pixel).map(sum).collect();
        assert_eq!(out, want[..]);

        let four =
            |group: i8, weight: i8| [0, 1, 2, 3].map(|at| if 4 * group + at < 10 { weight } else { 0 });
        let tile = |p, channels: i8, group| {
            Tile::new(core::array::from_fn(|at| four(group, weight(p, 4 * channels + at as i8 / 4))[at % 4]))
        };
        let tiles: Vec<Tile> = (0..12).map(|at: i8| tile(at / 6, at / 3 % 2, at % 3)).collect();
        let rest: Vec<[i8; 4]> = (0..6).map(|at| four(at % 3, weight(at / 3, 8))).collect();
        let weights = ConvolutionTiles { tiles: &tiles, rest: &rest };
        let groups: [[Channel; 4]; 6] = core::array::from_fn(|group| {
            let first = 9 * (group / 3) + 4 * (group % 3);
            core::array::from_fn(|at| channel(100 * (first + at) as i16))
        });
        let mut out = [0_i16; 36];
        transpose_tiles(&transposed, weights, &groups, UNIT, &input, &mut [[99; 4]; 3], &mut out);
        assert_eq!(out, want[..]);
    }

    #[test]
    fn the_first_phase_has_the_longest_patch() {
        let transposed = Transposed {
            input: Shape { height: 1, width: 1, channels: 7 },
            output: Shape { height: 5, width: 4, channels: 1 },
            kernel: [5, 4],
            stride: [2, 3],
            padding: [0, 0],
            pad_code: 0,
        };
        let patches: Vec<usize> = (0..2)
            .flat_map(|y| (0..3).map(move |x| [y, x]))
            .map(|phase| transposed.patch_len(phase))
            .collect();
        assert_eq!(patches, [3 * 2 * 7, 3 * 7, 3 * 7, 2 * 2 * 7, 2 * 7, 2 * 7]);
        assert_eq!((transposed.n_phases(), transposed.longest_patch_len()), (6, 3 * 2 * 7));
    }

    #[test]
    fn padding_shifts_the_phases() {
        let transposed = Transposed {
            input: Shape { height: 2, width: 1, channels: 1 },
            output: Shape { height: 3, width: 1, channels: 1 },
            kernel: [3, 1],
            stride: [2, 1],
            padding: [1, 0],
            pad_code: 0,
        };
        let channels = [channel(0); 2].into_iter();
        let mut out = [0_i16; 3];
        transpose_rows(&transposed, &[100, 1, 10], channels, UNIT, &[1, 2], &mut [0; 2], &mut out);
        assert_eq!(out, [10, 102, 20]); // the sequence above without its ends
    }

    #[test]
    fn first_pixels_of_phases() {
        // Stride 3, padding 4: pixel 0 has phase 1 and reads input (0 + 4 - 1) / 3 = 1 with the phase's tap 0.
        assert_eq!([first(3, 4, 0), first(3, 4, 1), first(3, 4, 2)], [(2, 2), (0, 1), (1, 1)]);
    }
}

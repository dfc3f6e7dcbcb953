//! Convolution as a dense layer on patches; a sequence is an image of height 1.

use super::patch::{Walk, gather};
use super::plane::Plane;
use super::{Code, Shape, TILE, Tile, dense_rows};
use crate::fixed::{Channel, Requantise};

/// The geometry of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Shape of the input.
    pub input: Shape,
    /// Shape of the output; how far it reaches is the padding below and to the right.
    pub output: Shape,
    /// Height and width of the kernel.
    pub kernel: [u8; 2],
    /// From one output pixel to the next, down and to the right.
    pub stride: [u8; 2],
    /// Rows above and columns to the left of the input that the first patch covers.
    pub padding: [u8; 2],
    /// What lies outside the input: its zero point.
    pub pad_code: i8,
}

/// Weights laid out for [`convolve_tiles`] and [`super::transpose_tiles`].
///
/// Output channels come in groups of four; only those of whole groups are tiled, so no multiply is spent on channels that
/// do not exist. Each row of taps is filled up to whole groups of four codes with zero weights, so that it can be read from
/// the activation where it lies.
#[derive(Clone, Copy, Debug)]
pub struct ConvolutionTiles<'a> {
    /// Tiles of the whole groups, as [`super::Dense`] reads them.
    pub tiles: &'a [Tile],
    /// Rows of the remaining one to three channels.
    pub rest: &'a [[i8; TILE]],
}

impl Convolution {
    /// Codes that one output pixel sees: `kernel_h * kernel_w * channels`.
    ///
    /// # Bounds
    /// Any geometry.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn patch_len(&self) -> usize {
        let [height, width] = self.kernel;
        height as usize * width as usize * self.input.channels as usize
    }

    /// Groups of four codes that one output pixel sees, each row of taps filled up to whole groups: what tiled weights need.
    ///
    /// # Bounds
    /// Any geometry.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn patch_groups(&self) -> usize {
        let [height, width] = self.kernel;
        height as usize * (width as usize * self.input.channels as usize).div_ceil(TILE)
    }

    const fn walk(&self) -> Walk {
        let [top, left] = self.padding;
        let start = [-(top as i32), -(left as i32)];
        Walk { first: [0, 0], step: [1, 1], start, advance: self.stride }
    }
}

/// A convolution over row-major weights, as the model file keeps them.
///
/// `out[y][x][r] = requantise(bias[r] + sum over taps and channels of weight[r][i][j][c] * input[y * stride_h - top + i][x *
/// stride_w - left + j][c])`, input outside being `pad_code`.
///
/// # Shapes
/// `weights`: `[out_channels, kernel_h, kernel_w, in_channels]`; `channels`: one per output channel; `input` and `out`: the
/// geometry's; `patch`: at least [`Convolution::patch_len`].
/// # Units
/// `input`: activation codes; `out`: codes of the layer's output.
/// # Bounds
/// `|bias| * 2^bias_shift + 128 * sum |weight|` fits an i32 per channel, as the model file's validation checks.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`, and equal to [`convolve_tiles`].
/// # Panics
/// Never.
/// # Cost
/// One patch and `patch_len * out_channels` multiply-accumulates per output pixel.
/// # Source
/// `NUMERICS.md`, "Convolution".
#[allow(clippy::needless_pass_by_value, reason = "an iterator, as dense_rows takes it")]
pub fn convolve_rows<C: Code>(
    convolution: &Convolution,
    weights: &[i8],
    channels: impl Iterator<Item = Channel> + Clone,
    rule: Requantise,
    input: &[i8],
    patch: &mut [i8],
    out: &mut [C],
) {
    let &Convolution { input: shape, output, kernel, pad_code, .. } = convolution;
    let Some(patch) = patch.get_mut(..convolution.patch_len()) else { return };
    let pitch = usize::from(kernel[1]) * usize::from(shape.channels);
    convolution.walk().pixels(output, out, |at, pixel| {
        gather(input, shape, kernel, at, pad_code, patch, pitch);
        dense_rows(weights, channels.clone(), rule, patch, pixel);
    });
}

/// A convolution over tiled weights, as generated code has them.
///
/// # Shapes
/// `weights`: `out_channels / 4` rows of [`Convolution::patch_groups`] tiles and `out_channels % 4` rest rows of as many groups;
/// `channels`: groups of four, the last one padded; `patch`: at least as many groups; `input` and `out`: the geometry's, not
/// padded.
/// # Units
/// `input`: activation codes; `out`: codes of the layer's output.
/// # Bounds
/// [`crate::proof::convolution_overflow`] finds none, as generated code asserts.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`, and equal to [`convolve_rows`].
/// # Panics
/// Never.
/// # Cost
/// As [`convolve_rows`], but patches are gathered on the border only.
/// # Source
/// `NUMERICS.md`, "Convolution".
pub fn convolve_tiles<C: Code>(
    convolution: &Convolution,
    weights: ConvolutionTiles<'_>,
    channels: &[[Channel; TILE]],
    rule: Requantise,
    input: &[i8],
    patch: &mut [[i8; TILE]],
    out: &mut [C],
) {
    let &Convolution { input: shape, output, kernel, pad_code, .. } = convolution;
    let plane = Plane { walk: convolution.walk(), input: shape, output, taps: kernel, pad_code };
    plane.fill(weights, channels, rule, input, patch, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scale of one on wide codes.
    const UNIT: Requantise =
        Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 3, bias_shift: 0 };
    const CHANNEL: Channel = Channel { bias: 0, multiplier: 1 << 14 };

    #[test]
    fn a_sequence_by_hand() {
        let convolution = Convolution {
            input: Shape { height: 1, width: 3, channels: 1 },
            output: Shape { height: 1, width: 3, channels: 1 },
            kernel: [1, 3],
            stride: [1, 1],
            padding: [0, 1],
            pad_code: 7,
        };
        let (weights, input) = ([1, 10, 100], [1, 2, 3]);
        let mut out = [0_i16; 3];
        let channels = core::iter::once(CHANNEL);
        convolve_rows(&convolution, &weights, channels, UNIT, &input, &mut [0; 3], &mut out);
        assert_eq!(out, [217, 321, 732]); // 7 + 10 + 200, 1 + 20 + 300, 2 + 30 + 700
        let weights = ConvolutionTiles { tiles: &[], rest: &[[1, 10, 100, 0]] };
        let mut out = [0_i16; 3];
        convolve_tiles(&convolution, weights, &[[CHANNEL; 4]], UNIT, &input, &mut [[99; 4]], &mut out);
        assert_eq!(out, [217, 321, 732]);
    }

    #[test]
    fn an_image_of_five_channels_by_hand() {
        // Every weight of output channel r is r + 1, so each output is r + 1 times the sum of its patch.
        let convolution = Convolution {
            input: Shape { height: 3, width: 2, channels: 1 },
            output: Shape { height: 2, width: 1, channels: 5 },
            kernel: [2, 2],
            stride: [2, 2],
            padding: [1, 0],
            pad_code: -1,
        };
        let input = [1, 2, 3, 4, 5, 6];
        let tile = Tile::new(core::array::from_fn(|at| if at % 4 < 2 { at as i8 / 4 + 1 } else { 0 }));
        let weights = ConvolutionTiles { tiles: &[tile; 2], rest: &[[5, 5, 0, 0]; 2] };
        let mut out = [0_i8; 10];
        // And on activations.
        let unit = Requantise { out_min: -128, out_max: 127, shift: 7, ..UNIT };
        convolve_tiles(&convolution, weights, &[[CHANNEL; 4]; 2], unit, &input, &mut [[0; 4]; 2], &mut out);
        assert_eq!(out, [1, 2, 3, 4, 5, 18, 36, 54, 72, 90]); // 1 + 2 - 1 - 1 and 3 + 4 + 5 + 6
    }

    #[test]
    fn patches_hold_every_channel_and_begin_rows_at_whole_groups() {
        let shape = Shape { height: 2, width: 2, channels: 2 };
        let convolution = Convolution {
            input: shape,
            output: Shape { height: 1, width: 1, channels: 1 },
            kernel: [2, 2],
            stride: [1, 1],
            padding: [0, 0],
            pad_code: 0,
        };
        let (weights, input) = ([1, 2, 3, 4, 5, 6, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1]);
        let (mut out, channels) = ([0_i16], core::iter::once(CHANNEL));
        convolve_rows(&convolution, &weights, channels, UNIT, &input, &mut [0; 8], &mut out);
        assert_eq!(out, [8 + 14 + 18 + 20 + 20 + 18 + 14 + 8]);
        assert_eq!((convolution.patch_len(), convolution.patch_groups()), (8, 2));
        let odd = Convolution { input: Shape { channels: 5, ..shape }, kernel: [3, 2], ..convolution };
        assert_eq!((odd.patch_len(), odd.patch_groups()), (30, 9)); // three rows of ten, each in three groups
    }

    #[test]
    fn a_short_patch_leaves_the_output_alone() {
        let shape = Shape { height: 1, width: 2, channels: 1 };
        let convolution = Convolution {
            input: shape,
            output: shape,
            kernel: [1, 2],
            stride: [1, 1],
            padding: [0, 0],
            pad_code: 0,
        };
        let mut out = [7_i8; 2];
        let channels = core::iter::once(CHANNEL);
        convolve_rows(&convolution, &[1, 1], channels, UNIT, &[1, 1], &mut [0], &mut out);
        assert_eq!(out, [7; 2]);
    }
}

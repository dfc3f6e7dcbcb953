//! Network kernels on slices.
//!
//! A kernel takes weights in the layout it likes best; whoever emits the weights (bake, for generated code) lays them
//! out so. The model file keeps weights row-major, and [`dense_rows`] runs them in place from there. Both give the same
//! bits. The inner loop of the tiled layout is in `arch`, for some cores in assembly.
//!
//! A convolution is a dense layer on each patch of its input, so it has the same two layouts and no inner loop of its own.

pub mod activation;
mod arena;
mod convolution;
mod dense;
mod patch;
mod pieces;
mod plane;
mod pool;
mod rows;
mod shape;
mod similarity;
mod tile;
mod top_k;
mod transposed;
mod upsample;

pub use arena::Arena;
pub use convolution::{Convolution, ConvolutionTiles, convolve_rows, convolve_tiles};
pub use dense::Dense;
pub use pieces::Pieces;
pub use plane::rest_from_bytes;
pub use pool::{Pool, average_pool, average_scale, max_pool};
pub use rows::dense_rows;
pub use shape::Shape;
pub use similarity::{Match, strongest};
pub use tile::{TILE, Tile, tiles, tiles_from_bytes, tiles_len};
pub use top_k::top_k;
pub use transposed::{Transposed, transpose_rows, transpose_tiles};
pub use upsample::upsample;

use crate::fixed::{Channel, Requantise};

/// An output element: an 8-bit activation or a 16-bit wide code.
pub trait Code: Copy + Default + Into<i32> {
    /// The smallest and the largest code.
    const LIMITS: [i32; 2];
    /// Left shift of a [`Channel`]'s multiplier to a fraction of 2^32: scales reach to 1/64 for activations and to 1/4 for wide codes,
    /// and by the rule's shift beyond.
    const MULTIPLIER_SHIFT: u32;

    /// Narrows a requantised value, which the rule has clamped into the element's range.
    ///
    /// # Bounds
    /// `value` within the element's range; otherwise the low bits are kept.
    /// # Exactness
    /// Exact within bounds.
    /// # Panics
    /// Never.
    fn narrow(value: i32) -> Self;
}

impl Code for i8 {
    const LIMITS: [i32; 2] = [-128, 127];
    const MULTIPLIER_SHIFT: u32 = 11;

    #[inline]
    fn narrow(value: i32) -> Self {
        value as i8
    }
}

impl Code for i16 {
    const LIMITS: [i32; 2] = [-32_767, 32_767];
    const MULTIPLIER_SHIFT: u32 = 15;

    #[inline]
    fn narrow(value: i32) -> Self {
        value as i16
    }
}

/// The output code of a channel's accumulator.
#[inline]
fn output<C: Code>(rule: Requantise, channel: Channel, acc: i32) -> C {
    C::narrow(rule.apply_short(acc, channel.multiplier, C::MULTIPLIER_SHIFT))
}

/// Clips wide codes to the network's 8-bit input.
///
/// # Shapes
/// `wide` and `out`: one element per column; the shorter bounds the work, further outputs are left as they were.
/// # Units
/// `wide`: wide codes; `out`: input codes.
/// # Bounds
/// Any wide codes; `rule` clamps into an i8.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
pub fn narrow_input(wide: &[i16], multiplier: i32, rule: Requantise, out: &mut [i8]) {
    for (code, &value) in out.iter_mut().zip(wide) {
        *code = i8::narrow(rule.apply(i32::from(value), multiplier));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_codes_are_scaled_clipped_and_the_shorter_slice_ends_the_work() {
        let rule = Requantise { zero_point: -2, out_min: -100, out_max: 90, shift: 1, bias_shift: 0 };
        let mut out = [77; 6];
        // Half of each, since 2^30 of 2^32 is shifted by one bit; halves round up.
        narrow_input(&[10, 11, -11, i16::MAX, i16::MIN], 1 << 30, rule, &mut out);
        assert_eq!(out, [3, 4, -7, 90, -100, 77]);
    }
}

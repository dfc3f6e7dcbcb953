//! A dense layer whose outputs are computed a piece at a time, for those who read them once.

use super::{TILE, Tile, dense_tiles};
use crate::fixed::{Channel, Requantise};

/// A last dense layer in memory for a part of its outputs.
///
/// All of them, of 16 bits each, are often the most that a network has alive at once, and a score reads each one once.
///
/// # Shapes
/// `tiles`, `channels` and `input`: as [`dense_tiles`] takes them.
/// # Bounds
/// As [`dense_tiles`].
/// # Examples
/// ```
/// use tillwatch_engine::fixed::{Channel, Requantise};
/// use tillwatch_engine::kernel::{DensePieces, Tile, tiles};
/// const TILES: [Tile; 3] = tiles([[1; 16], [2; 16], [3; 16]]);
/// // A factor of one half: 2^16 of 2^17.
/// const CHANNELS: [[Channel; 4]; 3] = [[Channel { bias: 0, multiplier: 1 << 14 }; 4]; 3];
/// let rule = Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 2, bias_shift: 0 };
/// let mut layer = DensePieces {
///     tiles: &TILES,
///     channels: &CHANNELS,
///     rule,
///     input: &[[1, 2, 3, 4]],
///     piece: &mut [[0; 4]; 2],
/// };
/// assert_eq!(layer.outputs(0, 2), [5, 5, 5, 5, 10, 10, 10, 10]);
/// assert_eq!(layer.outputs(2, 2), [15; 4]);
/// ```
#[derive(Debug)]
pub struct DensePieces<'a> {
    /// Weights.
    pub tiles: &'a [Tile],
    /// What each output brings along.
    pub channels: &'a [[Channel; TILE]],
    /// What all outputs share.
    pub rule: Requantise,
    /// Narrow codes that the layer reads.
    pub input: &'a [[i8; TILE]],
    /// Memory for some groups of outputs.
    pub piece: &'a mut [[i16; TILE]],
}

impl DensePieces<'_> {
    /// Computes groups of four outputs.
    ///
    /// # Shapes
    /// `len` groups from group `first` on, or as many as the layer has and a piece holds.
    /// # Units
    /// Wide codes of the layer's output.
    /// # Exactness
    /// Bit-exact under contract `tw-w8a8-r16-2`, and equal to those of the layer computed at once.
    /// # Panics
    /// Never.
    /// # Cost
    /// A layer of so many outputs.
    /// # Source
    /// `NUMERICS.md`, "Dense layer".
    #[inline(never)]
    pub fn outputs(&mut self, first: usize, len: usize) -> &[i16] {
        let tiles = self.tiles.get(first.saturating_mul(self.input.len())..).unwrap_or_default();
        let channels = self.channels.get(first..).unwrap_or_default();
        let len = len.min(self.piece.len()).min(channels.len());
        let piece = self.piece.get_mut(..len).unwrap_or_default();
        dense_tiles(tiles, channels, self.rule, self.input, piece);
        piece.as_flattened()
    }
}

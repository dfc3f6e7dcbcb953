//! The outputs of a layer a piece at a time, for those who read them once.

use super::TILE;

/// A last layer in memory for a part of its outputs.
///
/// All of them, of 16 bits each, are often the most that a network has alive at once, and a score reads each one once.
///
/// # Examples
/// ```
/// use tillwatch_engine::fixed::{Channel, Requantise};
/// use tillwatch_engine::kernel::{Dense, Pieces, Tile, tiles};
/// static TILES: [Tile; 3] = tiles([[1; 16], [2; 16], [3; 16]]);
/// // A factor of one half: 2^16 of 2^17.
/// static CHANNELS: [[Channel; 4]; 3] = [[Channel { bias: 0, multiplier: 1 << 14 }; 4]; 3];
/// const RULE: Requantise = Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 2, bias_shift: 0 };
/// const LAYER: Dense<i16> = Dense::new(&TILES, &CHANNELS, RULE);
/// let input = [[1, 2, 3, 4]];
/// let mut layer = Pieces {
///     groups: 3,
///     piece: &mut [[0; 4]; 2],
///     compute: |first, out: &mut [[i16; 4]]| LAYER.compute_from(first, &input, out),
/// };
/// assert_eq!(layer.outputs(0, 2), [5, 5, 5, 5, 10, 10, 10, 10]);
/// assert_eq!(layer.outputs(2, 2), [15; 4]);
/// ```
#[derive(Debug)]
pub struct Pieces<'a, Compute> {
    /// Groups of four outputs that the layer has.
    pub groups: usize,
    /// Memory for some of them.
    pub piece: &'a mut [[i16; TILE]],
    /// Computes as many as it is given room for, one at least, from the group of that number on.
    pub compute: Compute,
}

impl<Compute: FnMut(usize, &mut [[i16; TILE]])> Pieces<'_, Compute> {
    /// Computes groups of four outputs.
    ///
    /// # Shapes
    /// `len` groups from group `first` on, or as many as the layer has and a piece holds.
    /// # Units
    /// Wide codes of the layer's output.
    /// # Exactness
    /// That of the layer: equal to its outputs computed at once.
    /// # Panics
    /// Where `compute` does.
    /// # Cost
    /// A layer of so many outputs.
    #[inline(never)]
    pub fn outputs(&mut self, first: usize, len: usize) -> &[i16] {
        let len = len.min(self.piece.len()).min(self.groups.saturating_sub(first));
        let piece = self.piece.get_mut(..len).unwrap_or_default();
        if len > 0 {
            (self.compute)(first, piece);
        }
        piece.as_flattened()
    }
}

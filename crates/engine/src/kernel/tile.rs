//! Tiles of weights: four outputs of four inputs, arranged for the inner loop of the core.

use crate::arch;

/// Rows and columns of one weight tile. Widths are padded to a multiple of it with zero weights.
pub const TILE: usize = 4;

/// The weights of four outputs and four inputs, in the order in which the core's inner loop reads them.
///
/// # Bounds
/// Weights are -127 to 127: the scale is symmetric, and inner loops that pack two weights into a word need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(4))]
pub struct Tile(pub(crate) [i8; TILE * TILE]);

impl Tile {
    /// Arranges a tile.
    ///
    /// # Shapes
    /// `rows`: four rows of four weights, one row per output.
    /// # Bounds
    /// As [`Tile`]; elsewhere the sums of a core with packed weights are wrong, which generated code excludes by assertion.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never. Meant for constants: at run time the compiler may keep checks of bounds that cannot fail.
    #[must_use]
    pub const fn new(rows: [i8; TILE * TILE]) -> Self {
        Self(arch::arrange(rows))
    }

    /// The weights as [`Tile::new`] took them.
    ///
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn rows(&self) -> [i8; TILE * TILE] {
        arch::rows(self.0)
    }
}

/// Arranges the tiles of a layer at compile time.
///
/// # Shapes
/// `rows`: a tile after another, each as [`Tile::new`] takes it.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
#[must_use]
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub const fn tiles<const N: usize>(rows: [[i8; TILE * TILE]; N]) -> [Tile; N] {
    let mut tiles = [Tile([0; TILE * TILE]); N];
    let mut index = 0;
    while index < N {
        tiles[index] = Tile::new(rows[index]);
        index += 1;
    }
    tiles
}

/// Number of tiles of a layer, widths rounded up to whole tiles.
///
/// # Bounds
/// The product fits a usize.
/// # Exactness
/// Exact.
/// # Panics
/// Never for layers that fit in memory.
#[must_use]
pub const fn tiles_len(in_len: usize, out_len: usize) -> usize {
    in_len.div_ceil(TILE) * out_len.div_ceil(TILE)
}

/// Reads tiles from raw bytes at compile time, for weights that generated code includes as a file.
///
/// # Bounds
/// `bytes` holds `16 * N` bytes; missing bytes become zero weights.
/// # Exactness
/// Exact: a byte is a two's complement weight.
/// # Panics
/// Never.
#[must_use]
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub const fn tiles_from_bytes<const N: usize>(bytes: &[u8]) -> [Tile; N] {
    let mut rows = [[0; TILE * TILE]; N];
    let mut index = 0;
    while index < N * TILE * TILE && index < bytes.len() {
        rows[index / (TILE * TILE)][index % (TILE * TILE)] = bytes[index] as i8;
        index += 1;
    }
    tiles(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn bytes_become_tiles() {
        let bytes: Vec<u8> = (0..40).map(|i| (i * 13) as u8).collect();
        let rows = tiles_from_bytes::<2>(&bytes).map(|tile| tile.rows());
        let flat: Vec<u8> = rows.concat().iter().map(|&w| w as u8).collect();
        assert_eq!(flat, bytes[..32]);
        let short = tiles_from_bytes::<1>(&[255]);
        let mut want = vec![0; 16];
        want[0] = -1;
        assert_eq!(short[0].rows().to_vec(), want);
        assert_eq!(tiles_len(30, 16), 32);
    }
}

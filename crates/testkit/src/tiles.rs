//! Weights laid out for the engine's tiled kernels, independently of bake.

use tillwatch_engine::fixed::Channel;
use tillwatch_engine::kernel::{ConvolutionTiles, TILE};

/// Tiles, rest rows and channels of a layer.
#[derive(Clone, Debug, Default)]
pub struct Tiles {
    /// Four rows of four inputs each, output-major.
    pub tiles: Vec<[i8; TILE * TILE]>,
    /// Rows of the outputs that fill no tile.
    pub rest: Vec<[i8; TILE]>,
    /// In groups of four, the last one padded.
    pub channels: Vec<[Channel; TILE]>,
}

impl Tiles {
    /// A dense layer, its rows padded with zeros to whole tiles.
    ///
    /// # Shapes
    /// `weights`: `[channels.len(), in_len]`, row-major.
    #[must_use]
    pub fn dense(weights: &[i8], channels: &[Channel]) -> Self {
        let in_len = weights.len() / channels.len();
        let outs = channels.len().next_multiple_of(TILE);
        let (mut weights, mut channels) = (weights.to_vec(), channels.to_vec());
        weights.resize(outs * in_len, 0);
        channels.resize(outs, Channel::default());
        let mut tiles = Self::default();
        tiles.push(&weights, &channels);
        tiles
    }

    /// Appends the rows of a convolution, or of one phase of a transposed one.
    ///
    /// # Shapes
    /// `weights`: `[channels.len(), patch_len]`, row-major.
    pub fn push(&mut self, weights: &[i8], channels: &[Channel]) {
        let len = weights.len() / channels.len();
        let group = |row: usize, group: usize| -> [i8; TILE] {
            let at = |column| if column < len { weights[row * len + column] } else { 0 };
            core::array::from_fn(|column| at(group * TILE + column))
        };
        let whole = channels.len() / TILE * TILE;
        for first in (0..whole).step_by(TILE) {
            for at in 0..len.div_ceil(TILE) {
                let rows: Vec<i8> = (0..TILE).flat_map(|row| group(first + row, at)).collect();
                self.tiles.extend(rows.as_chunks().0);
            }
        }
        self.rest.extend(
            (whole..channels.len()).flat_map(|row| (0..len.div_ceil(TILE)).map(move |at| group(row, at))),
        );
        let mut padded = channels.to_vec();
        padded.resize(channels.len().next_multiple_of(TILE), Channel::default());
        self.channels.extend(padded.as_chunks().0);
    }

    /// As the kernels of convolutions take them.
    #[must_use]
    pub fn weights(&self) -> ConvolutionTiles<'_> {
        ConvolutionTiles { tiles: &self.tiles, rest: &self.rest }
    }
}

//! Weights laid out for the engine's tiled kernels, independently of bake.

use tillwatch_engine::fixed::Channel;
use tillwatch_engine::kernel::{ConvolutionTiles, TILE, Tile};

/// Tiles, rest rows and channels of a layer.
#[derive(Clone, Debug, Default)]
pub struct Tiles {
    /// Four rows of four inputs each, output-major.
    pub tiles: Vec<Tile>,
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
        tiles.push(&weights, &channels, 1);
        tiles
    }

    /// Appends the rows of a convolution, or of one phase of a transposed one.
    ///
    /// # Shapes
    /// `weights`: `[channels.len(), taps_h, taps_w * in_channels]`, row-major.
    pub fn push(&mut self, weights: &[i8], channels: &[Channel], taps_h: usize) {
        let len = weights.len() / channels.len();
        let row_len = len / taps_h;
        // Groups of four along each row of taps, what is beyond its end being zero.
        let starts = || (0..taps_h).flat_map(move |tap| (0..row_len).step_by(TILE).map(move |at| (tap, at)));
        let group = |row: usize, (tap, first): (usize, usize)| -> [i8; TILE] {
            core::array::from_fn(|column| match first + column {
                at if at < row_len => weights[row * len + tap * row_len + at],
                _ => 0,
            })
        };
        let whole = channels.len() / TILE * TILE;
        for first in (0..whole).step_by(TILE) {
            for at in starts() {
                let rows: Vec<i8> = (0..TILE).flat_map(|row| group(first + row, at)).collect();
                self.tiles.extend(rows.as_chunks().0.iter().copied().map(Tile::new));
            }
        }
        for row in whole..channels.len() {
            self.rest.extend(starts().map(|at| group(row, at)));
        }
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

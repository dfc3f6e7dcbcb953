//! A layer as generated code will call it: weights in the layout of its kernel.

use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{Convolution as Geometry, Pool, TILE};
use tillwatch_model::{Activation, CHANNEL_LEN, Convolution, Dense, Layer, TopK, Upsample, channels, i16s};

/// One layer.
#[derive(Clone, Debug)]
pub(crate) struct LayerPlan {
    pub(crate) in_len: usize,
    pub(crate) out_len: usize,
    pub(crate) macs: usize,
    pub(crate) kernel: Kernel,
}

/// What computes it.
#[derive(Clone, Debug)]
pub(crate) enum Kernel {
    Dense(Sums),
    Convolution(Geometry, Sums),
    Transposed(Geometry, Sums),
    MaxPool(Pool),
    AveragePool(Pool),
    Upsample(Upsample),
    TopK(TopK),
}

/// Weights, biases and what follows the sums.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    /// Tiles of four outputs of four inputs, output-major; those of a phase of a transposed convolution together.
    pub(crate) tiles: Vec<[i8; TILE * TILE]>,
    /// Rows of the outputs that fill no tile, in groups of four inputs; dense layers fill up with zeros instead.
    pub(crate) rest: Vec<[i8; TILE]>,
    pub(crate) channels: Vec<[Channel; TILE]>,
    pub(crate) rule: Requantise,
    /// Entries of the activation's table; empty for a clamp.
    pub(crate) table: Vec<i16>,
}

/// Bytes of a dense layer's constant, which says where weights and channels lie and how sums become codes: four more on Cortex-M0.
const DENSE_BYTES: usize = 28;

impl LayerPlan {
    pub(crate) fn new(layer: &Layer<'_>) -> Self {
        let kernel = match layer {
            Layer::Dense(dense) => Kernel::Dense(Sums::of_dense(dense)),
            Layer::Convolution(layer) => Kernel::Convolution(layer.geometry(), Sums::of_convolution(layer)),
            Layer::Transposed(layer) => Kernel::Transposed(layer.geometry(), Sums::of_phases(layer)),
            Layer::MaxPool(pool) => Kernel::MaxPool(*pool),
            Layer::AveragePool(pool) => Kernel::AveragePool(*pool),
            Layer::Upsample(upsample) => Kernel::Upsample(*upsample),
            Layer::TopK(top) => Kernel::TopK(*top),
        };
        Self { in_len: layer.in_len(), out_len: layer.out_len(), macs: layer.macs(), kernel }
    }

    /// Weights and what goes with them, where the layer has any.
    pub(crate) fn sums(&self) -> Option<&Sums> {
        match &self.kernel {
            Kernel::Dense(sums) | Kernel::Convolution(_, sums) | Kernel::Transposed(_, sums) => Some(sums),
            _ => None,
        }
    }

    /// Groups of four input codes.
    pub(crate) fn in_groups(&self) -> usize {
        self.in_len.div_ceil(TILE)
    }

    /// Groups of four output codes.
    pub(crate) fn out_groups(&self) -> usize {
        self.out_len.div_ceil(TILE)
    }

    /// True where the output takes the input's place.
    pub(crate) fn is_in_place(&self) -> bool {
        matches!(self.kernel, Kernel::TopK(_))
    }

    /// Bytes of weights.
    pub(crate) fn weight_bytes(&self) -> usize {
        self.sums().map_or(0, |sums| sums.tiles.len() * TILE * TILE + sums.rest.len() * TILE)
    }

    /// Bytes of all other constants.
    pub(crate) fn other_bytes(&self) -> usize {
        let dense = if matches!(self.kernel, Kernel::Dense(_)) { DENSE_BYTES } else { 0 };
        self.sums().map_or(0, |sums| {
            let entry = if sums.table.len() > 256 { 2 } else { 1 };
            dense + size_of_val(&*sums.channels) + sums.table.len() * entry
        })
    }
}

impl Sums {
    fn of_dense(dense: &Dense<'_>) -> Self {
        let (in_len, out_len) = (usize::from(dense.in_len), usize::from(dense.out_len));
        let rows: Vec<&[u8]> = dense.weights.chunks_exact(in_len).collect();
        Self {
            tiles: rows.chunks(TILE).flat_map(tiles).collect(),
            rest: Vec::new(),
            channels: groups(&channels(dense.channels).collect::<Vec<_>>(), out_len),
            rule: dense.rule,
            table: table(&dense.activation),
        }
    }

    fn of_convolution(layer: &Convolution<'_>) -> Self {
        let mut sums = Self::empty(layer);
        sums.add_window(layer.weights, layer.channels, layer, layer.kernel[0]);
        sums
    }

    fn of_phases(layer: &Convolution<'_>) -> Self {
        let outs = usize::from(layer.output.channels);
        let mut sums = Self::empty(layer);
        let mut weights = layer.weights;
        for (phase, pairs) in layer.phases().zip(layer.channels.chunks_exact(CHANNEL_LEN * outs)) {
            let (own, rest) = weights.split_at(layer.phase_weights(phase));
            weights = rest;
            sums.add_window(own, pairs, layer, layer.transposed().taps(phase)[0]);
        }
        sums
    }

    fn empty(layer: &Convolution<'_>) -> Self {
        Self {
            tiles: Vec::new(),
            rest: Vec::new(),
            channels: Vec::new(),
            rule: layer.rule,
            table: table(&layer.activation),
        }
    }

    /// Adds the weights of one window: whole groups of outputs as tiles, what is left over row by row; each row of taps filled up
    /// to whole groups of inputs.
    fn add_window(&mut self, weights: &[u8], pairs: &[u8], layer: &Convolution<'_>, taps_h: u8) {
        let outs = usize::from(layer.output.channels);
        let patch_len = weights.len() / outs;
        let row_len = patch_len / usize::from(taps_h);
        let rows: Vec<&[u8]> = weights.chunks_exact(patch_len).collect();
        let (whole, left) = rows.split_at(outs - outs % TILE);
        for four in whole.chunks(TILE) {
            for first in (0..patch_len).step_by(row_len) {
                let taps: Vec<&[u8]> = four.iter().map(|row| &row[first..first + row_len]).collect();
                self.tiles.extend(tiles(&taps));
            }
        }
        let taps = left.iter().flat_map(|row| row.chunks(row_len));
        self.rest.extend(taps.flat_map(|taps| taps.chunks(TILE).map(padded)));
        self.channels.extend(groups(&channels(pairs).collect::<Vec<_>>(), outs));
    }
}

/// The tiles of up to four rows, filled up with zeros.
fn tiles(rows: &[&[u8]]) -> Vec<[i8; TILE * TILE]> {
    let width = rows.first().map_or(0, |row| row.len());
    let weight = |row: usize, column: usize| {
        let weight = rows.get(row).and_then(|row| row.get(column));
        weight.map_or(0, |&weight| weight as i8)
    };
    let tile = |at: usize| core::array::from_fn(|index| weight(index / TILE, TILE * at + index % TILE));
    (0..width.div_ceil(TILE)).map(tile).collect()
}

fn padded(four: &[u8]) -> [i8; TILE] {
    core::array::from_fn(|index| four.get(index).map_or(0, |&weight| weight as i8))
}

fn groups(all: &[Channel], outs: usize) -> Vec<[Channel; TILE]> {
    let channel = |index: usize| all.get(index).copied().unwrap_or_default();
    (0..outs.div_ceil(TILE))
        .map(|group| core::array::from_fn(|index| channel(group * TILE + index)))
        .collect()
}

fn table(activation: &Activation<'_>) -> Vec<i16> {
    match activation {
        Activation::Clamp => Vec::new(),
        Activation::Table(table) => table.iter().map(|&entry| i16::from(entry as i8)).collect(),
        Activation::RimTable(table) => i16s(table).collect(),
    }
}

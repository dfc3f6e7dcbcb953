//! A layer over many rows, written once for every processor.
//!
//! A tile is some rows by some blocks of outputs; its sums stay in registers while the inputs go by, four at a time. The
//! functions here are inlined into one that has a processor's instructions switched on.

use super::lanes::Lanes;
use crate::packed::{Dense, Input, OUTPUTS};

/// Rows of a tile: four chains of sums hide the latency of a product.
const ROWS: usize = 4;

/// Where the codes of a layer go, `[rows, blocks of outputs]`.
pub(crate) enum Codes<'a> {
    /// Activations.
    Bytes(&'a mut [[u8; OUTPUTS]]),
    /// Wide codes.
    Words(&'a mut [[i16; OUTPUTS]]),
}

/// A layer and the rows that it runs on.
pub(crate) struct Layer<'a> {
    pub(crate) dense: &'a Dense,
    /// `[rows, blocks of inputs]`
    pub(crate) input: &'a [[u8; OUTPUTS]],
    pub(crate) output: Codes<'a>,
}

/// Clips wide codes to the network's input, row by row.
#[inline(always)]
pub(super) fn narrow<L: Lanes>(lanes: L, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
    let blocks = input.columns.div_ceil(OUTPUTS);
    let multipliers = lanes.sums(&[input.multiplier; OUTPUTS]);
    for (row, out) in wide.chunks_exact(input.columns).zip(out.chunks_exact_mut(blocks)) {
        let (whole, rest) = row.as_chunks::<OUTPUTS>();
        for (codes, out) in whole.iter().zip(&mut *out) {
            *out = lanes.bytes(lanes.requantise(lanes.widened(codes), multipliers, &input.rule));
        }
        if let (false, Some(out)) = (rest.is_empty(), out.last_mut()) {
            let mut codes = [0; OUTPUTS];
            codes[..rest.len()].copy_from_slice(rest);
            *out = lanes.bytes(lanes.requantise(lanes.widened(&codes), multipliers, &input.rule));
        }
    }
}

/// Runs a layer on all rows, as many blocks of outputs at once as the processor's registers hold.
#[inline(always)]
pub(super) fn dense<L: Lanes>(lanes: L, mut layer: Layer<'_>) {
    let blocks = layer.dense.blocks();
    let mut first = 0;
    while first < blocks {
        first += match (blocks - first).min(L::WIDEST) {
            4.. => panel::<L, 4>(lanes, &mut layer, first),
            2.. => panel::<L, 2>(lanes, &mut layer, first),
            _ => panel::<L, 1>(lanes, &mut layer, first),
        };
    }
}

/// Runs all rows on `B` blocks of outputs, and says how many those were.
#[inline(always)]
fn panel<L: Lanes, const B: usize>(lanes: L, layer: &mut Layer<'_>, first: usize) -> usize {
    let stride = layer.dense.input_blocks();
    let rows = layer.input.len() / stride;
    let mut row = 0;
    while row + ROWS <= rows {
        tile::<L, ROWS, B>(lanes, layer, row, first);
        row += ROWS;
    }
    while row < rows {
        tile::<L, 1, B>(lanes, layer, row, first);
        row += 1;
    }
    B
}

/// `R` rows by `B` blocks of outputs.
#[inline(always)]
fn tile<L: Lanes, const R: usize, const B: usize>(lanes: L, layer: &mut Layer<'_>, row: usize, first: usize) {
    let dense = layer.dense;
    let (groups, stride, blocks) = (dense.groups, dense.input_blocks(), dense.blocks());
    // Cut to one length, so that no index in the loop needs a check.
    let mut inputs = [&[][..]; R];
    for (r, input) in inputs.iter_mut().enumerate() {
        let codes = layer.input[(row + r) * stride..][..stride].as_flattened();
        *input = &codes.as_chunks::<4>().0[..groups];
    }
    let mut weights = [&[][..]; B];
    for (b, weights) in weights.iter_mut().enumerate() {
        *weights = &dense.weights[(first + b) * groups..][..groups];
    }
    let mut sums = [[lanes.sums(&[0; OUTPUTS]); B]; R];
    for sums in &mut sums {
        for (b, sums) in sums.iter_mut().enumerate() {
            *sums = lanes.sums(&dense.starts[first + b].biases);
        }
    }
    for group in 0..groups {
        for r in 0..R {
            let codes = lanes.group(inputs[r][group]);
            for b in 0..B {
                sums[r][b] = lanes.add_products(sums[r][b], codes, &weights[b][group]);
            }
        }
    }
    for b in 0..B {
        let multipliers = lanes.sums(&dense.starts[first + b].multipliers);
        for (r, sums) in sums.iter().enumerate() {
            let codes = lanes.requantise(sums[b], multipliers, &dense.rule);
            let at = (row + r) * blocks + first + b;
            match &mut layer.output {
                Codes::Bytes(out) => out[at] = lanes.bytes(codes),
                Codes::Words(out) => out[at] = lanes.words(codes),
            }
        }
    }
}

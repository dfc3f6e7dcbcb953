//! A layer over many rows, written once for every processor.
//!
//! A tile is some rows by some blocks of outputs; its sums stay in registers while the inputs go by, four at a time. The
//! functions here are inlined into one that has a processor's instructions switched on.

use super::lanes::{Codes, Lanes};
use crate::packed::{Block, Dense, GROUP, Input, OUTPUTS};

/// Rows of a tile: as many chains of sums hide the latency of a product.
const ROWS: usize = 4;

/// Clips wide codes, `[rows, columns]`, to the network's input, `[rows, blocks of columns]`.
#[inline(always)]
pub(super) fn narrow<L: Lanes>(
    lanes: L,
    input: &Input,
    rows: usize,
    wide: &[i16],
    out: &mut [[u8; OUTPUTS]],
) {
    let blocks = input.columns.div_ceil(OUTPUTS);
    // No iterator over chunks: it divides, which a single row through narrow layers would feel.
    let mut row = 0;
    while row + ROWS <= rows {
        let tile = &mut out[row * blocks..][..ROWS * blocks];
        narrow_tile::<L, ROWS>(lanes, input, &wide[row * input.columns..], tile);
        row += ROWS;
    }
    while row < rows {
        let tile = &mut out[row * blocks..][..blocks];
        narrow_tile::<L, 1>(lanes, input, &wide[row * input.columns..], tile);
        row += 1;
    }
}

/// `R` rows; `wide` begins with them.
#[inline(always)]
fn narrow_tile<L: Lanes, const R: usize>(lanes: L, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
    let blocks = out.len() / R;
    for block in 0..blocks {
        let mut values = [lanes.sums(&[0; OUTPUTS]); R];
        for (r, values) in values.iter_mut().enumerate() {
            let codes = &wide[r * input.columns + block * OUTPUTS..];
            // What a row's last block takes from the next row meets weights of 0.
            *values = if let Some(codes) = codes.first_chunk() {
                lanes.widened(codes)
            } else {
                lanes.widened_few(codes)
            };
            *values = lanes.clipped(*values, input);
        }
        for (r, codes) in lanes.bytes(values, input.range).into_iter().enumerate() {
            out[r * blocks + block] = codes;
        }
    }
}

/// Runs a layer on all rows, as many blocks of outputs at once as the processor's registers hold.
///
/// # Shapes
/// `input`: `[rows, blocks of inputs]`; `out`: `[rows, blocks of outputs]`.
#[inline(always)]
pub(super) fn dense<L: Lanes, C: Codes>(
    lanes: L,
    layer: &Dense,
    rows: usize,
    input: &[[u8; OUTPUTS]],
    out: &mut [C],
) {
    let mut first = 0;
    while first < layer.blocks() {
        first += match (layer.blocks() - first).min(L::WIDEST) {
            4.. => panel::<L, C, 4>(lanes, layer, first, rows, input, out),
            2.. => panel::<L, C, 2>(lanes, layer, first, rows, input, out),
            _ => panel::<L, C, 1>(lanes, layer, first, rows, input, out),
        };
    }
}

/// Runs all rows on `B` blocks of outputs, and says how many those were.
#[inline(always)]
fn panel<L: Lanes, C: Codes, const B: usize>(
    lanes: L,
    layer: &Dense,
    first: usize,
    rows: usize,
    input: &[[u8; OUTPUTS]],
    out: &mut [C],
) -> usize {
    let (stride, blocks) = (layer.input_blocks(), layer.blocks());
    let mut row = 0;
    while row + ROWS <= rows {
        let (input, out) = (&input[row * stride..], &mut out[row * blocks..]);
        tile::<L, C, ROWS, B>(lanes, layer, first, input, out);
        row += ROWS;
    }
    while row < rows {
        let (input, out) = (&input[row * stride..], &mut out[row * blocks..]);
        tile::<L, C, 1, B>(lanes, layer, first, input, out);
        row += 1;
    }
    B
}

/// `R` rows by `B` blocks of outputs; `input` and `out` begin with those rows.
#[inline(always)]
fn tile<L: Lanes, C: Codes, const R: usize, const B: usize>(
    lanes: L,
    layer: &Dense,
    first: usize,
    input: &[[u8; OUTPUTS]],
    out: &mut [C],
) {
    let (groups, stride, blocks) = (layer.groups, layer.input_blocks(), layer.blocks());
    // Cut to one length, so that no index in the loop needs a check.
    let mut inputs = [&[][..]; R];
    for (r, inputs) in inputs.iter_mut().enumerate() {
        *inputs = &input[r * stride..][..stride].as_flattened().as_chunks::<GROUP>().0[..groups];
    }
    let mut weights = [&[][..]; B];
    for (b, weights) in weights.iter_mut().enumerate() {
        *weights = &layer.weights[(first + b) * groups..][..groups];
    }
    let mut sums = [[lanes.sums(&layer.starts[first].biases); R]; B];
    for (b, sums) in sums.iter_mut().enumerate().skip(1) {
        *sums = [lanes.sums(&layer.starts[first + b].biases); R];
    }
    if R * B < ROWS {
        // Two chains for each sum, since one after another would wait for every product.
        let mut beside = [[lanes.sums(&[0; OUTPUTS]); R]; B];
        for pair in 0..groups / 2 {
            add_group(lanes, &mut sums, &inputs, &weights, 2 * pair);
            add_group(lanes, &mut beside, &inputs, &weights, 2 * pair + 1);
        }
        if groups % 2 == 1 {
            add_group(lanes, &mut sums, &inputs, &weights, groups - 1);
        }
        for (sums, beside) in sums.iter_mut().zip(beside) {
            sums[0] = lanes.add(sums[0], beside[0]);
        }
    } else {
        for group in 0..groups {
            add_group(lanes, &mut sums, &inputs, &weights, group);
        }
    }
    for (b, mut sums) in sums.into_iter().enumerate() {
        let start = &layer.starts[first + b];
        for sums in &mut sums {
            *sums = lanes.scaled(*sums, start, &layer.rule);
        }
        for (r, codes) in C::of(lanes, sums, layer.rule.range).into_iter().enumerate() {
            out[r * blocks + first + b] = codes;
        }
    }
}

/// Adds the products of one group of inputs.
#[inline(always)]
fn add_group<L: Lanes, const R: usize, const B: usize>(
    lanes: L,
    sums: &mut [[L::Sums; R]; B],
    inputs: &[&[[u8; GROUP]]; R],
    weights: &[&[Block]; B],
    group: usize,
) {
    for r in 0..R {
        let codes = lanes.group(inputs[r][group]);
        for b in 0..B {
            sums[b][r] = lanes.add_products(sums[b][r], codes, &weights[b][group]);
        }
    }
}

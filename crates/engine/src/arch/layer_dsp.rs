//! A dense layer as cores with DSP instructions take it: what their assembly loads, made of the layer's constants at compile time.

use super::dense_dsp::{NARROW, SHIFTED, large, small};
use super::range::range;
use crate::fixed::{Channel, Requantise};
use crate::kernel::{Code, TILE, Tile};
use core::marker::PhantomData;

/// The constants of a layer, in the order in which the assembly loads them.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Table {
    tiles: *const Tile,
    channels: *const [Channel; TILE],
    /// Groups of outputs but one, times 8; bit 31: codes are wide.
    last: u32,
    /// Zero point and one half in steps of a product's upper 32 of 48 bits; for wide codes one code less.
    start: i32,
    /// The rule's shift, eight bits; the way from biases to codes, seven bits, and one of none; what a step of a bias is worth.
    steps: u32,
    /// Groups of inputs, none where there is nothing to compute. For small layers what [`small::groups`] says of them.
    groups: u32,
}

/// The constants of a layer with codes of one kind.
///
/// Where there are inputs and outputs, there are tiles for each pair of their groups and channels for the outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a, C> {
    table: Table,
    /// The smallest and the largest code.
    range: [i16; 2],
    slices: PhantomData<(&'a [Tile], C)>,
}

// SAFETY: the pointers stand for two slices.
unsafe impl<C> Send for Layer<'_, C> {}
// SAFETY: as above.
unsafe impl<C> Sync for Layer<'_, C> {}

impl<'a, C: Code> Layer<'a, C> {
    /// As many groups of inputs as every group of outputs has tiles for; none of 2^16 groups or more.
    pub(crate) const fn new(tiles: &'a [Tile], channels: &'a [[Channel; TILE]], rule: Requantise) -> Self {
        let blocks = channels.len();
        let groups = match tiles.len().checked_div(blocks) {
            Some(groups) if groups >> 16 == 0 => groups,
            _ => 0,
        };
        let is_wide = size_of::<C>() > 1;
        // A product in steps of 2^-16 is a code in steps of 2^-5 where codes are narrow, of 2^-1 where they are wide.
        let code = 1 << (16 - C::MULTIPLIER_SHIFT);
        let is_small = groups > 0 && groups <= small::MOST && blocks <= small::MOST;
        let way = match (rule.shift, is_wide) {
            (0, false) => NARROW,
            (0, true) if is_small => small::WIDE,
            (0, true) => large::WIDE,
            _ => SHIFTED,
        };
        let table = Table {
            tiles: tiles.as_ptr(),
            channels: channels.as_ptr(),
            last: last::<C>(blocks),
            start: rule.zero_point.wrapping_mul(code) + code / 2 - if is_wide { code } else { 0 },
            steps: (1_u32.wrapping_shl(rule.bias_shift) << 16) | ((way as u32) << 8) | (rule.shift & 0xff),
            groups: if is_small { small::groups(groups) } else { groups as u32 },
        };
        Self { table, range: range::<C>(rule), slices: PhantomData }
    }
}

impl Table {
    /// Groups of outputs.
    #[inline]
    const fn blocks(&self) -> usize {
        1 + (self.last << 1 >> 4) as usize
    }

    /// Groups of inputs.
    #[inline]
    const fn groups(&self) -> usize {
        (if self.is_small() { self.groups >> 19 } else { self.groups }) as usize
    }

    /// Groups of both are few.
    #[inline]
    const fn is_small(&self) -> bool {
        self.groups >> 16 > 0
    }
}

/// What a number of groups of outputs looks like.
#[inline]
const fn last<C>(blocks: usize) -> u32 {
    (8 * blocks as u32).wrapping_add((((size_of::<C>() > 1) as u32) << 31).wrapping_sub(8))
}

/// As the portable twin, in 13.6 to 14.5 instructions for 16 multiply-accumulates of the first 128 inputs and in 15.3 to 15.5 for others.
///
/// # Bounds
/// Sums that fit an i32, as everywhere: `SMLAD` wraps. The rule lies within [`Code::LIMITS`].
/// # Cost
/// As many bytes of stack as 84 and twice the inputs for up to 100 inputs and outputs, otherwise 360.
#[allow(
    clippy::inline_always,
    reason = "lengths, where constant, are compared at compile time, and the table chooses the function"
)]
#[inline(always)]
pub(crate) fn dense<C: Code>(layer: &Layer<'_, C>, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
    let blocks = layer.table.blocks();
    match out.get_mut(..blocks) {
        Some(out) => run(layer, &layer.table, input, out),
        None => dense_from(layer, 0, input, out),
    }
}

/// As [`dense`], from a group of outputs on.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn dense_from<C: Code>(
    layer: &Layer<'_, C>,
    first: usize,
    input: &[[i8; TILE]],
    out: &mut [[C; TILE]],
) {
    let table = layer.table;
    let blocks = table.blocks().saturating_sub(first).min(out.len());
    if blocks > 0 {
        let part = Table {
            tiles: table.tiles.wrapping_add(first * table.groups()),
            channels: table.channels.wrapping_add(first),
            last: last::<C>(blocks),
            ..table
        };
        run(layer, &part, input, out.get_mut(..blocks).unwrap_or_default());
    }
}

/// Runs the assembly on a part of a layer, which has as many outputs as there is room for.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn run<C: Code>(layer: &Layer<'_, C>, part: &Table, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
    if part.groups() == 0 || input.len() < part.groups() {
        return;
    }
    // SAFETY: there are at least one group of inputs and one of outputs, and no fewer than the table says.
    unsafe {
        if part.is_small() {
            small::layer(part, input.as_ptr(), out.as_mut_ptr().cast());
        } else {
            large::layer(part, input.as_ptr(), out.as_mut_ptr().cast());
        }
    }
    let ([out_min, out_max], [low, high]) = (layer.range, C::LIMITS);
    if i32::from(out_min) > low || i32::from(out_max) < high {
        cut(out, layer.range);
    }
}

/// Cuts the codes of a layer to a range within [`Code::LIMITS`].
#[inline(never)]
fn cut<C: Code>(out: &mut [[C; TILE]], [out_min, out_max]: [i16; 2]) {
    for code in out.as_flattened_mut() {
        *code = C::narrow((*code).into().min(out_max.into()).max(out_min.into()));
    }
}

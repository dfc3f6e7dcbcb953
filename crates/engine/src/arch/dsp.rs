//! The sums of a convolution on cores with DSP instructions: Cortex-M4, M7 and such M33 as have them.

use super::Taps;
use super::pairs::LONGEST;
use crate::kernel::Tile;

/// As the portable twin: two products in an instruction, 1.2 instructions per multiply-accumulate instead of 3.1.
///
/// # Bounds
/// Sums that fit an i32, as everywhere: `SMLAD` wraps.
/// # Source
/// ARMv7-M Architecture Reference Manual, `SXTB16` and `SMLAD`; the arrangement is that of `pairs`.
#[inline]
pub(crate) fn tile_sums(tiles: &[Tile], taps: &Taps<'_>, sums: [i32; 4]) -> [i32; 4] {
    if tiles.len() < taps.len() {
        return sums;
    }
    let (mut tiles, mut row, mut sums) = (tiles.as_ptr(), taps.codes().as_ptr(), sums);
    for _ in 0..taps.rows() {
        // SAFETY: there are as many tiles as asked above, and the taps reach as far as `Taps::new` asked.
        (tiles, sums) = unsafe { long_sums(tiles, row, taps.groups(), sums) };
        row = row.wrapping_add(taps.pitch());
    }
    sums
}

/// Adds the products of any number of groups, at most [`LONGEST`] at a time.
///
/// # Safety
/// There are as many tiles and groups of four inputs to read.
#[inline]
unsafe fn long_sums(
    tiles: *const Tile,
    input: *const i8,
    groups: usize,
    sums: [i32; 4],
) -> (*const Tile, [i32; 4]) {
    let (mut tiles, mut input, mut groups, mut sums) = (tiles, input, groups, sums);
    while groups > 0 {
        let part = groups.min(LONGEST);
        // SAFETY: at least one group, and all parts together are as many as the caller promises.
        (tiles, sums) = unsafe { pair_sums(tiles, input, part, sums) };
        input = input.wrapping_add(4 * part);
        groups -= part;
    }
    (tiles, sums)
}

/// Adds the products of at most [`LONGEST`] groups to the sums of both rows of two pairs.
///
/// # Safety
/// As [`packed_sums`].
#[inline]
unsafe fn pair_sums(
    tiles: *const Tile,
    input: *const i8,
    groups: usize,
    [a0, a1, a2, a3]: [i32; 4],
) -> (*const Tile, [i32; 4]) {
    // What both sums of a pair begin with falls out of their difference.
    // SAFETY: as the caller promises.
    let (tiles, [both0, low0, both1, low1]) = unsafe { packed_sums(tiles, input, groups, [a1, a1, a3, a3]) };
    let (high0, high1) = (both0.wrapping_sub(low0) >> 8, both1.wrapping_sub(low1) >> 8);
    (tiles, [a0.wrapping_add(high0), low0, a2.wrapping_add(high1), low1])
}

super::thumb::inner_loop! {
    /// Sums of packed lanes and of their low bytes, for two pairs of rows.
    packed_sums(weights: Tile, sums: [both0, low0, both1, low1; 4]),
    registers: [x_even, x_odd, w0, w1],
    // Products and extensions take turns, as in `dense_dsp`.
    group: [
        "ldr {x_odd}, [{input}], #4",
        "ldrd {w0}, {w1}, [{weights}], #8",
        "sxtb16 {x_even}, {x_odd}",
        "sxtb16 {x_odd}, {x_odd}, ror #8",
        "smlad {both0}, {w0}, {x_even}, {both0}",
        "sxtb16 {w0}, {w0}",
        "smlad {both0}, {w1}, {x_odd}, {both0}",
        "sxtb16 {w1}, {w1}",
        "smlad {low0}, {w0}, {x_even}, {low0}",
        "smlad {low0}, {w1}, {x_odd}, {low0}",
        "ldrd {w0}, {w1}, [{weights}], #8",
        "smlad {both1}, {w0}, {x_even}, {both1}",
        "sxtb16 {w0}, {w0}",
        "smlad {both1}, {w1}, {x_odd}, {both1}",
        "sxtb16 {w1}, {w1}",
        "smlad {low1}, {w0}, {x_even}, {low1}",
        "smlad {low1}, {w1}, {x_odd}, {low1}",
    ]
}

super::thumb::over_rows! {
    /// As the portable twin: two products in an instruction.
    ///
    /// # Bounds
    /// As [`tile_sums`].
    row_sum = row_of_sum(weights: [i8; 4], sums: 1)
}

super::thumb::inner_loop! {
    /// One row of taps of [`row_sum`].
    row_of_sum(weights: [i8; 4], sums: [a0; 1]),
    registers: [x_even, x_odd, even, w],
    group: [
        "ldr {x_odd}, [{input}], #4",
        "ldr {w}, [{weights}], #4",
        "sxtb16 {x_even}, {x_odd}",
        "sxtb16 {x_odd}, {x_odd}, ror #8",
        "sxtb16 {even}, {w}",
        "sxtb16 {w}, {w}, ror #8",
        "smlad {a0}, {even}, {x_even}, {a0}",
        "smlad {a0}, {w}, {x_odd}, {a0}",
    ]
}

//! The sums of a dense layer on cores with the whole of Thumb-2 and no DSP instructions: Cortex-M3 and M33.

use crate::kernel::Tile;

/// As the portable twin, in 2.4 instructions per multiply-accumulate instead of 3.1: twelve values are live, as many as
/// there are registers, and the compiler keeps some of them in memory.
///
/// # Bounds
/// Sums that fit an i32, as everywhere: `MLA` wraps.
#[inline]
pub(crate) fn dense_sums(tiles: &[Tile], input: &[[i8; 4]], sums: [i32; 4]) -> [i32; 4] {
    let groups = tiles.len().min(input.len());
    if groups == 0 {
        return sums;
    }
    // SAFETY: at least one group, and as many as both slices hold.
    unsafe { tile_pair_sums(tiles.as_ptr(), input.as_ptr().cast(), groups, sums).1 }
}

super::thumb::over_rows! {
    /// As the portable twin.
    ///
    /// # Bounds
    /// As [`dense_sums`].
    tile_sums = tile_row_sums(weights: Tile, sums: 4)
}

super::thumb::over_rows! {
    /// As the portable twin, in 3.5 instructions per multiply-accumulate.
    ///
    /// # Bounds
    /// As [`dense_sums`].
    row_sum = row_of_sum(weights: [i8; 4], sums: 1)
}

super::thumb::inner_loop! {
    /// One row of taps of [`tile_sums`].
    tile_row_sums and tile_pair_sums(weights: Tile, sums: [a0, a1, a2, a3; 4]),
    registers: [x0, x1, x2, x3, w],
    group: [
        "ldrsb {x0}, [{input}], #1",
        "ldrsb {x1}, [{input}], #1",
        "ldrsb {x2}, [{input}], #1",
        "ldrsb {x3}, [{input}], #1",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x0}, {a0}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x1}, {a0}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x2}, {a0}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x3}, {a0}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a1}, {w}, {x0}, {a1}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a1}, {w}, {x1}, {a1}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a1}, {w}, {x2}, {a1}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a1}, {w}, {x3}, {a1}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a2}, {w}, {x0}, {a2}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a2}, {w}, {x1}, {a2}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a2}, {w}, {x2}, {a2}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a2}, {w}, {x3}, {a2}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a3}, {w}, {x0}, {a3}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a3}, {w}, {x1}, {a3}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a3}, {w}, {x2}, {a3}",
        "ldrsb {w}, [{weights}], #1",
        "mla {a3}, {w}, {x3}, {a3}",
    ]
}

super::thumb::inner_loop! {
    /// One row of taps of [`row_sum`].
    row_of_sum(weights: [i8; 4], sums: [a0; 1]),
    registers: [x, w],
    group: [
        "ldrsb {x}, [{input}], #1",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x}, {a0}",
        "ldrsb {x}, [{input}], #1",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x}, {a0}",
        "ldrsb {x}, [{input}], #1",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x}, {a0}",
        "ldrsb {x}, [{input}], #1",
        "ldrsb {w}, [{weights}], #1",
        "mla {a0}, {w}, {x}, {a0}",
    ]
}

//! The sums of a dense layer, for any core.

use super::Taps;
use crate::kernel::Tile;

/// Adds the products of four rows of weights and an input to four sums.
///
/// Written out in full because rustc does not unroll loops at `opt-level = "s"`: the same four rows as a loop took 14
/// instructions per multiply-accumulate there instead of 2.6 (Cortex-M3, rustc 1.95).
///
/// # Shapes
/// `tiles`: one per group of the input, 4 rows of 4 weights; the shorter of both bounds the work.
#[inline]
pub(crate) fn dense_sums(tiles: &[Tile], input: &[[i8; 4]], sums: [i32; 4]) -> [i32; 4] {
    let [mut a0, mut a1, mut a2, mut a3] = sums;
    for (tile, input) in tiles.iter().zip(input) {
        let [x0, x1, x2, x3] = *input;
        let (x0, x1, x2, x3) = (i32::from(x0), i32::from(x1), i32::from(x2), i32::from(x3));
        let [w00, w01, w02, w03, w10, w11, w12, w13, w20, w21, w22, w23, w30, w31, w32, w33] = tile.0;
        a0 += i32::from(w00) * x0 + i32::from(w01) * x1 + i32::from(w02) * x2 + i32::from(w03) * x3;
        a1 += i32::from(w10) * x0 + i32::from(w11) * x1 + i32::from(w12) * x2 + i32::from(w13) * x3;
        a2 += i32::from(w20) * x0 + i32::from(w21) * x1 + i32::from(w22) * x2 + i32::from(w23) * x3;
        a3 += i32::from(w30) * x0 + i32::from(w31) * x1 + i32::from(w32) * x2 + i32::from(w33) * x3;
    }
    [a0, a1, a2, a3]
}

/// As [`dense_sums`], over rows of taps.
///
/// # Shapes
/// `tiles`: one per group of the taps, row after row; sums stay as they are where there are fewer.
#[inline]
pub(crate) fn tile_sums(tiles: &[Tile], taps: &Taps<'_>, sums: [i32; 4]) -> [i32; 4] {
    taps.pairs(tiles).fold(sums, |sums, (tiles, input)| dense_sums(tiles, input, sums))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_by_hand() {
        // Rows begin five codes apart.
        let codes = [10, 20, 30, 40, 99, -128, 127, 0, 1];
        let taps = Taps::new(&codes, 5, 2, 1).unwrap();
        let tile = Tile::new([1, 2, 3, 4, -1, 0, 4, 0, 0, 0, 0, 1, -127, 127, 0, 0]);
        let sums = tile_sums(&[tile, tile], &taps, [5, -5, 0, 1]);
        assert_eq!(sums, [5 + 300 + 130, -5 + 110 + 128, 40 + 1, 1 + 1270 + 32_385]);
        // A weight too few.
        assert_eq!(tile_sums(&[tile], &taps, [5, -5, 0, 1]), [5, -5, 0, 1]);
    }
}

//! How much of a layer there is to compute.

#[cfg(dense_in_assembly)]
use crate::{
    fixed::Channel,
    kernel::{TILE, Tile},
};

/// How many groups of four outputs have all that a layer in assembly reads and writes; none without inputs.
#[cfg(all(dense_in_assembly, not(tile_sums = "thumb1")))]
#[inline]
pub(super) fn whole_blocks<C>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    input: &[[i8; TILE]],
    out: &[[C; TILE]],
) -> usize {
    tiles.len().checked_div(input.len()).unwrap_or(0).min(channels.len()).min(out.len())
}

/// As on other cores, but none of 2^16 groups or more. One product tells that no tile is missing: Cortex-M0 cannot divide, and the
/// library takes 400 bytes and some 60 instructions for it.
#[cfg(tile_sums = "thumb1")]
#[inline]
pub(super) fn whole_blocks<C>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    input: &[[i8; TILE]],
    out: &[[C; TILE]],
) -> usize {
    let (groups, blocks) = (input.len(), channels.len().min(out.len()));
    if groups == 0 || (groups | blocks) >> 16 != 0 {
        0
    } else if blocks * groups <= tiles.len() {
        blocks
    } else {
        quotient(tiles.len(), groups)
    }
}

/// `dividend / divisor` by subtractions.
///
/// # Bounds
/// `divisor` is not 0.
/// # Cost
/// As many turns as the quotient.
#[cfg(any(tile_sums = "thumb1", test))]
#[cold]
#[inline(never)]
fn quotient(dividend: usize, divisor: usize) -> usize {
    let (mut left, mut quotient) = (dividend, 0);
    while left >= divisor {
        // Not seen through: rustc would make a division of the loop.
        left = core::hint::black_box(left - divisor);
        quotient += 1;
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_is_that_of_a_division() {
        for divisor in [1, 2, 3, 7, 8, 160, 255, 65_535] {
            for dividend in (0..2000).chain([65_534, 65_535, 65_536, 131_070, 1 << 20]) {
                assert_eq!(quotient(dividend, divisor), dividend / divisor, "{dividend} / {divisor}");
            }
        }
    }
}

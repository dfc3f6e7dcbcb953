//! How much of a layer there is to compute.

#[cfg(dense_in_assembly)]
use crate::{
    fixed::Channel,
    kernel::{TILE, Tile},
};

/// How many groups of four outputs have all that a layer in assembly reads and writes; none without inputs.
#[cfg(dense_in_assembly)]
#[inline]
pub(super) fn whole_blocks<C>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    input: &[[i8; TILE]],
    out: &[[C; TILE]],
) -> usize {
    with_all_tiles(channels.len().min(out.len()), input.len(), tiles.len())
}

/// As many of `blocks` as have `groups` tiles each.
#[cfg(all(dense_in_assembly, not(tile_sums = "thumb1")))]
#[inline]
fn with_all_tiles(blocks: usize, groups: usize, tiles: usize) -> usize {
    tiles.checked_div(groups).unwrap_or(0).min(blocks)
}

/// As on other cores, but none of 2^16 groups or more. One product tells that no tile is missing: Cortex-M0 cannot divide, and the
/// library takes 400 bytes and some 60 instructions for it.
#[cfg(any(tile_sums = "thumb1", test))]
#[inline]
fn with_all_tiles(blocks: usize, groups: usize, tiles: usize) -> usize {
    if groups == 0 || (groups | blocks) >> 16 != 0 {
        0
    } else if blocks * groups <= tiles {
        blocks
    } else {
        quotient(tiles, groups)
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
    fn without_a_division_there_are_as_many_blocks_as_with_one() {
        for groups in [1, 2, 3, 7, 8, 160, 255, 65_535] {
            for tiles in (0..2000).chain([65_534, 65_535, 65_536, 131_070, 1 << 20]) {
                for blocks in [0, 1, 2, 7, 65_535] {
                    let want = blocks.min(tiles / groups);
                    assert_eq!(
                        with_all_tiles(blocks, groups, tiles),
                        want,
                        "{blocks} of {groups} in {tiles}"
                    );
                }
            }
        }
        assert_eq!(with_all_tiles(5, 0, 10), 0);
        assert_eq!([with_all_tiles(1, 1 << 16, 1 << 17), with_all_tiles(1 << 16, 1, 1 << 17)], [0, 0]);
    }
}

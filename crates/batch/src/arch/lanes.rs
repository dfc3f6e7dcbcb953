//! What a kernel needs of a processor: sixteen outputs side by side.

use crate::packed::{Block, OUTPUTS, Rule};

/// Vector instructions of a processor. A value is the proof that they are there: it is made by detection alone.
pub(super) trait Lanes: Copy {
    /// Blocks of outputs whose sums fit the registers beside those of [`super::tile::ROWS`] rows: 1, 2 or 4.
    const WIDEST: usize;
    /// Sixteen 32-bit sums.
    type Sums: Copy;
    /// Four codes, repeated for every output.
    type Group: Copy;

    fn sums(self, values: &[i32; OUTPUTS]) -> Self::Sums;

    /// Sums that are codes.
    fn widened(self, codes: &[i16; OUTPUTS]) -> Self::Sums;

    /// Four codes as they lie in memory.
    fn group(self, codes: [u8; 4]) -> Self::Group;

    /// Adds to each sum the products of four codes and that output's four weights.
    fn add_products(self, sums: Self::Sums, group: Self::Group, weights: &Block) -> Self::Sums;

    /// `clamp((sum * 2^shift * multiplier + round) >> 32, min, max)`
    fn requantise(self, sums: Self::Sums, multipliers: Self::Sums, rule: &Rule) -> Self::Sums;

    /// The low bytes, for values that fit a byte.
    fn bytes(self, values: Self::Sums) -> [u8; OUTPUTS];

    /// The low halves, for values that fit 16 bits.
    fn words(self, values: Self::Sums) -> [i16; OUTPUTS];
}

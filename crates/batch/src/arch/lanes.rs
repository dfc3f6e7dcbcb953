//! What a kernel needs of a processor: sixteen outputs side by side.

use crate::packed::{Block, Input, OUTPUTS, Range, Rule, Start};

/// Vector instructions of a processor. A value is the proof that they are there: it is made by detection alone.
pub(crate) trait Lanes: Copy {
    /// Blocks of outputs whose sums fit the registers beside those of [`super::tile::ROWS`] rows: 1, 2 or 4.
    const WIDEST: usize;
    /// Sixteen 32-bit sums.
    type Sums: Copy;
    /// Four codes, repeated for every output.
    type Group: Copy;

    fn sums(self, values: &[i32; OUTPUTS]) -> Self::Sums;

    /// Sums that are codes.
    fn widened(self, codes: &[i16; OUTPUTS]) -> Self::Sums;

    /// The same of fewer codes than sixteen; the other sums are any.
    #[inline(always)]
    fn widened_few(self, codes: &[i16]) -> Self::Sums {
        let mut all = [0; OUTPUTS];
        all[..codes.len()].copy_from_slice(codes);
        self.widened(&all)
    }

    /// Four codes as they lie in memory.
    fn group(self, codes: [u8; 4]) -> Self::Group;

    /// Adds to each sum the products of four codes and that output's four weights.
    fn add_products(self, sums: Self::Sums, group: Self::Group, weights: &Block) -> Self::Sums;

    fn add(self, left: Self::Sums, right: Self::Sums) -> Self::Sums;

    /// Codes of the network's input, before the clamp.
    fn clipped(self, codes: Self::Sums, input: &Input) -> Self::Sums;

    /// Codes of a layer, before the clamp.
    fn scaled(self, sums: Self::Sums, start: &Start, rule: &Rule) -> Self::Sums;

    /// Clamps to what fits a byte, for one row after another.
    fn bytes<const R: usize>(self, values: [Self::Sums; R], range: Range) -> [[u8; OUTPUTS]; R];

    /// Clamps to what fits 16 bits, for one row after another.
    fn words<const R: usize>(self, values: [Self::Sums; R], range: Range) -> [[i16; OUTPUTS]; R];
}

/// Codes of sixteen outputs, as a layer gives them.
pub(crate) trait Codes: Sized + Copy {
    fn of<L: Lanes, const R: usize>(lanes: L, values: [L::Sums; R], range: Range) -> [Self; R];
}

/// Activations.
impl Codes for [u8; OUTPUTS] {
    #[inline(always)]
    fn of<L: Lanes, const R: usize>(lanes: L, values: [L::Sums; R], range: Range) -> [Self; R] {
        lanes.bytes(values, range)
    }
}

/// Wide codes.
impl Codes for [i16; OUTPUTS] {
    #[inline(always)]
    fn of<L: Lanes, const R: usize>(lanes: L, values: [L::Sums; R], range: Range) -> [Self; R] {
        lanes.words(values, range)
    }
}

//! The memory in which layers hand on their codes, the network's answer included.

use super::TILE;
use crate::arch;

/// Groups of four bytes: a group holds four narrow codes or two wide ones.
///
/// Layers read at one end and write at the other. The last one's narrow input lies at the high end; its wide output begins at the
/// low one, over activations that nobody reads any more. A group begins at a word, which cores load fastest.
///
/// # Bounds
/// What was written as codes of one width is read as codes of that width: otherwise it depends on the order of bytes of the core.
/// # Examples
/// ```
/// use tillwatch_engine::kernel::Arena;
/// let mut arena = Arena::<3>::new();
/// let (wide, narrow) = arena.split_mut(1);
/// wide[0] = [300, -300, 5, 0];
/// narrow[0] = [1, 2, 3, 4];
/// assert_eq!(arena.wide()[..4], [300, -300, 5, 0]);
/// assert_eq!(arena.narrow_mut()[2], [1, 2, 3, 4]);
/// ```
#[derive(Clone, Debug)]
#[repr(align(4))]
pub struct Arena<const GROUPS: usize>([[i16; 2]; GROUPS]);

impl<const GROUPS: usize> Arena<GROUPS> {
    /// Holds zeros.
    ///
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new() -> Self {
        Self([[0; 2]; GROUPS])
    }

    /// Groups of four bytes.
    ///
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn groups(&self) -> usize {
        GROUPS
    }

    /// All groups as narrow codes.
    ///
    /// # Exactness
    /// Exact for what was written as narrow codes.
    /// # Panics
    /// Never.
    #[must_use]
    #[inline]
    pub fn narrow_mut(&mut self) -> &mut [[i8; TILE]] {
        arch::narrow(&mut self.0)
    }

    /// All groups as wide codes.
    ///
    /// # Exactness
    /// Exact for what was written as wide codes.
    /// # Panics
    /// Never.
    #[must_use]
    #[inline]
    pub const fn wide(&self) -> &[i16] {
        self.0.as_flattened()
    }

    /// Wide codes from the low end on, and narrow codes behind them.
    ///
    /// # Shapes
    /// `wide`: so many times four wide codes, each of two groups; what is left is narrow.
    /// # Bounds
    /// Any number; of one too large there are as many as fit.
    /// # Exactness
    /// As [`Arena::wide`] and [`Arena::narrow_mut`].
    /// # Panics
    /// Never.
    #[must_use]
    #[inline]
    pub fn split_mut(&mut self, wide: usize) -> (&mut [[i16; TILE]], &mut [[i8; TILE]]) {
        let (wide, narrow) = self.0.split_at_mut(wide.saturating_mul(2).min(GROUPS));
        (wide.as_flattened_mut().as_chunks_mut().0, arch::narrow(narrow))
    }
}

impl<const GROUPS: usize> Default for Arena<GROUPS> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_codes_lie_low_and_narrow_ones_behind_them() {
        let mut arena = Arena::<7>::new();
        arena.narrow_mut().fill([9; 4]);
        let (wide, narrow) = arena.split_mut(2);
        assert_eq!((wide.len(), narrow), (2, [[9; 4]; 3].as_mut_slice()));
        wide.as_flattened_mut().copy_from_slice(&[1, -2, 3, -4, 5, -6, 7, -32_767]);
        assert_eq!(arena.wide()[..8], [1, -2, 3, -4, 5, -6, 7, -32_767]);
        assert_eq!(arena.narrow_mut()[4..], [[9; 4]; 3]);
        assert_eq!((arena.groups(), arena.wide().len(), arena.narrow_mut().len()), (7, 14, 7));
    }

    #[test]
    fn it_takes_its_groups_and_begins_at_a_word() {
        assert_eq!((size_of::<Arena<7>>(), align_of::<Arena<7>>()), (28, 4));
        assert_eq!(Arena::<2>::default().wide(), [0; 4]);
    }

    #[test]
    fn more_wide_codes_than_fit_are_as_many_as_fit() {
        let mut arena = Arena::<3>::new();
        for (asked, lens) in [(0, (0, 3)), (1, (1, 1)), (2, (1, 0)), (usize::MAX, (1, 0))] {
            let (wide, narrow) = arena.split_mut(asked);
            assert_eq!((wide.len(), narrow.len()), lens, "{asked}");
        }
    }
}

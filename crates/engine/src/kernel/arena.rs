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
/// let (wide, narrow) = arena.split_mut(1, 1);
/// wide[0] = [300, -300, 5, 0];
/// narrow[0] = [1, 2, 3, 4];
/// assert_eq!(arena.wide(4), [300, -300, 5, 0]);
/// assert_eq!(arena.narrow_mut(8, 4), [1, 2, 3, 4]);
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

    /// Narrow codes.
    ///
    /// # Shapes
    /// `len` codes from code `first` on; none where there are fewer.
    /// # Exactness
    /// Exact for what was written as narrow codes.
    /// # Panics
    /// Never.
    #[must_use]
    #[inline]
    pub fn narrow_mut(&mut self, first: usize, len: usize) -> &mut [i8] {
        let codes = arch::narrow(&mut self.0).as_flattened_mut();
        codes.get_mut(first..).and_then(|codes| codes.get_mut(..len)).unwrap_or_default()
    }

    /// Wide codes from the low end on.
    ///
    /// # Shapes
    /// `len` codes; none where there are fewer.
    /// # Exactness
    /// Exact for what was written as wide codes.
    /// # Panics
    /// Never.
    #[must_use]
    #[inline]
    pub fn wide(&self, len: usize) -> &[i16] {
        self.0.as_flattened().get(..len).unwrap_or_default()
    }

    /// Narrow codes at both ends: what one layer reads and what it writes.
    ///
    /// # Shapes
    /// So many groups at the low end, and so many at the high one, or what the low end leaves of them.
    /// # Exactness
    /// As [`Arena::narrow_mut`].
    /// # Panics
    /// Never.
    #[must_use]
    #[allow(
        clippy::inline_always,
        reason = "of constants two addresses are left; at opt-level z nine layers would call it, through a register"
    )]
    #[inline(always)]
    pub fn ends_mut(&mut self, low: usize, high: usize) -> (&mut [[i8; TILE]], &mut [[i8; TILE]]) {
        let (low, rest) = split_mut(&mut self.0, low);
        (arch::narrow(low), arch::narrow(last_mut(rest, high)))
    }

    /// Wide codes at the low end and narrow ones at the high one.
    ///
    /// # Shapes
    /// `wide` times four wide codes, or as many as there is room for; `narrow` groups, or what they leave of them.
    /// # Exactness
    /// As [`Arena::wide`] and [`Arena::narrow_mut`].
    /// # Panics
    /// Never.
    #[must_use]
    #[inline]
    pub fn split_mut(&mut self, wide: usize, narrow: usize) -> (&mut [[i16; TILE]], &mut [[i8; TILE]]) {
        let (wide, rest) = split_mut(&mut self.0, wide.saturating_mul(2));
        (wide.as_flattened_mut().as_chunks_mut().0, arch::narrow(last_mut(rest, narrow)))
    }
}

/// The first `len` groups, or all, and those behind. At opt-level z `split_at_mut` is called, with its panic.
#[inline]
fn split_mut(groups: &mut [[i16; 2]], len: usize) -> (&mut [[i16; 2]], &mut [[i16; 2]]) {
    groups.split_at_mut_checked(len.min(groups.len())).unwrap_or_default()
}

/// The last `len` groups, or all.
#[inline]
fn last_mut(groups: &mut [[i16; 2]], len: usize) -> &mut [[i16; 2]] {
    groups.get_mut(groups.len().saturating_sub(len)..).unwrap_or_default()
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
        arena.narrow_mut(0, 28).fill(9);
        let (wide, narrow) = arena.split_mut(2, 2);
        assert_eq!((wide.len(), &*narrow), (2, [[9; 4]; 2].as_slice()));
        wide.as_flattened_mut().copy_from_slice(&[1, -2, 3, -4, 5, -6, 7, -32_767]);
        narrow[0] = [1, 2, 3, 4];
        assert_eq!(arena.wide(8), [1, -2, 3, -4, 5, -6, 7, -32_767]);
        assert_eq!(arena.narrow_mut(16, 12), [9, 9, 9, 9, 1, 2, 3, 4, 9, 9, 9, 9]);
    }

    #[test]
    fn layers_read_at_one_end_and_write_at_the_other() {
        let mut arena = Arena::<5>::new();
        let (low, high) = arena.ends_mut(3, 1);
        low.fill([1; 4]);
        high.fill([2; 4]);
        assert_eq!(arena.narrow_mut(8, 12), [1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2]);
    }

    #[test]
    fn it_takes_its_groups_and_begins_at_a_word() {
        assert_eq!((size_of::<Arena<7>>(), align_of::<Arena<7>>()), (28, 4));
        assert_eq!((Arena::<2>::default().wide(4), Arena::<7>::new().groups()), ([0; 4].as_slice(), 7));
    }

    #[test]
    fn more_than_there_is_are_as_many_as_fit() {
        let mut arena = Arena::<3>::new();
        for (asked, lens) in [([0, 9], (0, 3)), ([1, 1], (1, 1)), ([2, 1], (1, 0)), ([usize::MAX; 2], (1, 0))]
        {
            let (wide, narrow) = arena.split_mut(asked[0], asked[1]);
            assert_eq!((wide.len(), narrow.len()), lens, "{asked:?}");
        }
        for (asked, lens) in [([0, 9], (0, 3)), ([2, 1], (2, 1)), ([2, 2], (2, 1)), ([usize::MAX; 2], (3, 0))]
        {
            let (low, high) = arena.ends_mut(asked[0], asked[1]);
            assert_eq!((low.len(), high.len()), lens, "{asked:?}");
        }
        assert_eq!(
            [arena.narrow_mut(11, 2).len(), arena.narrow_mut(13, 0).len(), arena.wide(7).len()],
            [0; 3]
        );
        assert_eq!([arena.narrow_mut(10, 2).len(), arena.wide(6).len()], [2, 6]);
    }
}

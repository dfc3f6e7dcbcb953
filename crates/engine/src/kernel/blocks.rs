//! A slice in blocks of one length.

/// As `chunks_exact`, which divides to find its end: Cortex-M0 has no instruction for that, and a library function would
/// be linked and called once for every output pixel of a convolution.
pub(super) struct Blocks<'a, T> {
    rest: &'a [T],
    len: usize,
}

impl<'a, T> Blocks<'a, T> {
    /// Blocks of `len` elements, at least 1; what is left at the end is in none.
    pub(super) fn new(all: &'a [T], len: usize) -> Self {
        Self { rest: all, len: len.max(1) }
    }
}

impl<'a, T> Iterator for Blocks<'a, T> {
    type Item = &'a [T];

    #[inline]
    fn next(&mut self) -> Option<&'a [T]> {
        let (block, rest) = self.rest.split_at_checked(self.len)?;
        self.rest = rest;
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::Blocks;
    use std::vec::Vec;

    #[test]
    fn blocks_are_whole() {
        let blocks = |len| Blocks::new(&[1, 2, 3, 4, 5], len).collect::<Vec<_>>();
        assert_eq!(blocks(2), [[1, 2], [3, 4]]);
        assert_eq!(blocks(0).len(), 5);
        assert!(blocks(6).is_empty());
    }
}

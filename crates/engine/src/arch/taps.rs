//! What one output pixel of a convolution sees: rows of codes at a fixed distance.

/// Rows of groups of four codes, each row as far from the one before as the pitch says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taps<'a> {
    codes: &'a [i8],
    pitch: usize,
    rows: usize,
    groups: usize,
}

impl<'a> Taps<'a> {
    /// Taps from the first of `codes` on; `None` where `codes` end before the last group does.
    #[inline]
    pub(crate) fn new(codes: &'a [i8], pitch: usize, rows: usize, groups: usize) -> Option<Self> {
        let reach = rows.saturating_sub(1) * pitch + groups * 4;
        (codes.len() >= reach && rows > 0 && groups > 0).then_some(Self { codes, pitch, rows, groups })
    }

    /// Groups of four weights that belong to the taps of one output.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.rows * self.groups
    }

    /// From the first code of the first row on.
    #[inline]
    pub(super) const fn codes(&self) -> &'a [i8] {
        self.codes
    }

    /// Codes from the beginning of one row to that of the next.
    #[inline]
    pub(super) const fn pitch(&self) -> usize {
        self.pitch
    }

    /// Rows, at least 1.
    #[inline]
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// Groups of four codes of a row, at least 1.
    #[inline]
    pub(super) const fn groups(&self) -> usize {
        self.groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_reach_no_further_than_their_codes() {
        let codes = [0; 9];
        assert!(Taps::new(&codes, 5, 2, 1).is_some());
        assert!(Taps::new(&codes, 6, 2, 1).is_none());
        assert!(Taps::new(&codes, 1, 1, 3).is_none());
        assert!(Taps::new(&codes, 1, 0, 1).is_none());
    }
}

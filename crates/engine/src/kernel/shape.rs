//! The shape of an activation.

/// Height, width and channels; elements are row-major, channels innermost.
///
/// A sequence has height 1, a dense vector of n codes is `1 x 1 x n`. Flattening moves nothing in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Rows of pixels; 1 for a sequence.
    pub height: u16,
    /// Pixels of a row, or steps of a sequence.
    pub width: u16,
    /// Codes of a pixel.
    pub channels: u16,
}

impl Shape {
    /// Number of elements; a `const fn`, so that generated code can size its buffers by it.
    ///
    /// # Bounds
    /// Any shape; a product beyond a usize is its largest value.
    /// # Exactness
    /// Exact for shapes that fit in memory.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn len(self) -> usize {
        (self.height as usize).saturating_mul(self.width as usize).saturating_mul(self.channels as usize)
    }

    /// True when there are no elements.
    ///
    /// # Bounds
    /// Any shape.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_counted_and_huge_shapes_do_not_wrap() {
        assert_eq!(Shape { height: 3, width: 5, channels: 7 }.len(), 105);
        assert!(Shape { height: 3, width: 0, channels: 7 }.is_empty());
        let most = Shape { height: u16::MAX, width: u16::MAX, channels: u16::MAX };
        assert!(!most.is_empty() && most.len() > u32::MAX as usize - 1);
    }
}

//! The shape of one row of an activation, and how an image is padded.

/// The shape of one row: `[height, width, channels]`, row-major, the channel fastest.
///
/// A sequence has height 1, a dense vector of n values is `1 x 1 x n`; flattening and reshaping move nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Lines.
    pub height: usize,
    /// Pixels of a line, or the length of a sequence.
    pub width: usize,
    /// Values of a pixel.
    pub channels: usize,
}

impl Shape {
    /// A shape of that height, width and number of channels.
    pub const fn new(height: usize, width: usize, channels: usize) -> Self {
        Shape { height, width, channels }
    }

    /// The shape of a dense vector.
    pub const fn flat(channels: usize) -> Self {
        Shape { height: 1, width: 1, channels }
    }

    /// Pixels of a row.
    pub const fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Values of a row.
    #[allow(clippy::len_without_is_empty, reason = "a layer of an empty shape is refused")]
    pub const fn len(self) -> usize {
        self.pixels() * self.channels
    }
}

/// Zeros that are thought around an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Padding {
    /// Lines above.
    pub top: usize,
    /// Pixels before each line.
    pub left: usize,
    /// Lines below.
    pub bottom: usize,
    /// Pixels after each line.
    pub right: usize,
}

impl Padding {
    /// None: an output exists where the whole kernel lies inside the image.
    pub const VALID: Padding = Padding { top: 0, left: 0, bottom: 0, right: 0 };

    /// As much that the output has `ceil(size / stride)` lines and pixels. Of an odd number the larger half is below
    /// and on the right, as in TensorFlow.
    pub const fn same(input: Shape, kernel: [usize; 2], stride: [usize; 2]) -> Self {
        let [top, bottom] = Self::same_along(input.height, kernel[0], stride[0]);
        let [left, right] = Self::same_along(input.width, kernel[1], stride[1]);
        Padding { top, left, bottom, right }
    }

    const fn same_along(size: usize, kernel: usize, stride: usize) -> [usize; 2] {
        let covered = (size.div_ceil(stride).saturating_sub(1)) * stride + kernel;
        let all = covered.saturating_sub(size);
        [all / 2, all - all / 2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_padding_gives_the_rounded_up_quotient() {
        for size in 1..12 {
            for kernel in 1..6 {
                for stride in 1..=kernel {
                    let shape = Shape::new(1, size, 1);
                    let padding = Padding::same(shape, [1, kernel], [1, stride]);
                    let padded = size + padding.left + padding.right;
                    assert_eq!(
                        (padded - kernel) / stride + 1,
                        size.div_ceil(stride),
                        "{size} {kernel} {stride}"
                    );
                    assert!(padding.right - padding.left <= 1);
                    assert_eq!((padding.top, padding.bottom), (0, 0));
                }
            }
        }
    }
}

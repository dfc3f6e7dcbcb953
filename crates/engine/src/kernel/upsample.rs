//! Upsampling: each pixel becomes a block of equal pixels.

use super::Shape;

/// Repeats each pixel `factors[0]` times downwards and `factors[1]` times to the right.
///
/// # Shapes
/// `input`: `shape`; `out`: `[height * factors[0], width * factors[1], channels]`.
/// # Units
/// Codes keep their grid.
/// # Bounds
/// Any codes; factors from 1. The shorter of input and output bounds the work.
/// # Exactness
/// Exact: a copy.
/// # Panics
/// Never.
/// # Cost
/// One copy per output element.
/// # Source
/// `NUMERICS.md`, "Upsampling".
/// # Examples
/// ```
/// use tillwatch_engine::kernel::{Shape, upsample};
/// let mut out = [0; 6];
/// upsample(Shape { height: 1, width: 3, channels: 1 }, [1, 2], &[1, 2, 3], &mut out);
/// assert_eq!(out, [1, 1, 2, 2, 3, 3]);
/// ```
pub fn upsample(shape: Shape, factors: [u8; 2], input: &[i8], out: &mut [i8]) {
    let [down, right] = factors.map(usize::from);
    let channels = usize::from(shape.channels);
    let row_len = usize::from(shape.width) * channels;
    let mut pixels = out.chunks_exact_mut(channels.max(1));
    for row in input.chunks_exact(row_len.max(1)).take(usize::from(shape.height)) {
        for _ in 0..down {
            for pixel in row.chunks_exact(channels.max(1)) {
                for out in pixels.by_ref().take(right) {
                    out.iter_mut().zip(pixel).for_each(|(to, &from)| *to = from);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_becomes_a_block() {
        let mut out = [0; 25];
        upsample(Shape { height: 2, width: 1, channels: 2 }, [2, 3], &[1, 2, 3, 4, 5], &mut out);
        let [a, b] = [[1, 2, 1, 2, 1, 2], [3, 4, 3, 4, 3, 4]];
        assert_eq!(out[..24], [a, a, b, b].concat());
        assert_eq!(out[24], 0);
    }
}

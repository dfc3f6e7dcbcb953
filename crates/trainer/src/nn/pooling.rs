//! Where the windows of a pooling layer lie.

use super::shape::Shape;

/// Lines and pixels of a pooled image: `(input - kernel) / stride + 1`, rounded down.
pub(super) const fn pooled(input: Shape, kernel: [usize; 2], stride: [usize; 2]) -> Shape {
    let height = input.height.saturating_sub(kernel[0]) / stride[0] + 1;
    let width = input.width.saturating_sub(kernel[1]) / stride[1] + 1;
    Shape::new(height, width, input.channels)
}

/// Calls `each` with the window's place and, for each of its pixels, the place of the first channel; places count
/// within a row.
pub(super) fn windows(
    input: Shape,
    kernel: [usize; 2],
    stride: [usize; 2],
    mut each: impl FnMut(usize, &mut dyn Iterator<Item = usize>),
) {
    let output = pooled(input, kernel, stride);
    for y in 0..output.height {
        for x in 0..output.width {
            let pixel = |tap: usize| {
                let line = y * stride[0] + tap / kernel[1];
                (line * input.width + x * stride[1] + tap % kernel[1]) * input.channels
            };
            each((y * output.width + x) * output.channels, &mut (0..kernel[0] * kernel[1]).map(pixel));
        }
    }
}

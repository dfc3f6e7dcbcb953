//! Patches: what one output pixel of a convolution sees of its input, and the walk over those pixels.

use super::Shape;

/// Copies the patch `[taps_h, taps_w, channels]` of an activation whose first pixel is at `at`; what lies outside the
/// activation reads as `pad_code`.
///
/// # Shapes
/// `input`: `shape`; `taps`: rows and columns of the patch; `at`: row and column of its first pixel, which may lie outside
/// on either side; `patch`: at least `taps_h * pitch`, where a row of taps takes `taps_w * channels` of every `pitch` codes and
/// the others stay as they were.
/// # Units
/// Activation codes; `pad_code` is the input's zero point.
/// # Bounds
/// `at` within 2^24 of the activation; `pitch` at least `taps_w * channels`. Rows that a short input does not hold
/// read as `pad_code`.
/// # Exactness
/// Exact: a copy.
/// # Panics
/// Never.
/// # Cost
/// One copy per row of taps, and one fill where a row is not wholly inside.
/// # Source
/// `NUMERICS.md`, "Convolution".
#[inline(never)]
pub(super) fn gather(
    input: &[i8],
    shape: Shape,
    taps: [u8; 2],
    at: [i32; 2],
    pad_code: i8,
    patch: &mut [i8],
    pitch: usize,
) {
    let [taps_h, taps_w] = taps;
    let [row, column] = at;
    let channels = usize::from(shape.channels);
    let row_len = usize::from(shape.width) * channels;
    let patch_row_len = usize::from(taps_w) * channels;
    // The columns inside, once for all rows. `clamp` would keep a panic at `opt-level = "z"`, for a range upside down.
    let end = column.saturating_add(taps_w.into()).min(shape.width.into()).max(0);
    let start = column.min(end).max(0);
    let before = start.saturating_sub(column).min(taps_w.into()).max(0) as usize * channels;
    let inside = (end - start) as usize * channels;
    let skipped = start as usize * channels;
    let targets = patch.chunks_exact_mut(pitch.max(1)).take(usize::from(taps_h));
    for (target, row) in targets.zip(row..) {
        let Some(target) = target.get_mut(..patch_row_len) else { return };
        let source = if row >= 0 && row < i32::from(shape.height) {
            let first = row as usize * row_len + skipped;
            input.get(first..first + inside).unwrap_or_default()
        } else {
            &[]
        };
        if source.len() < patch_row_len {
            target.fill(pad_code);
        }
        let target = target.get_mut(before..).unwrap_or_default();
        copy(source, target);
    }
}

/// Copies by words, where a core can, and then the rest.
#[inline]
fn copy(source: &[i8], target: &mut [i8]) {
    let n = source.len().min(target.len());
    let (Some(source), Some(target)) = (source.get(..n), target.get_mut(..n)) else { return };
    let ((from, from_rest), (to, to_rest)) = (source.as_chunks::<4>(), target.as_chunks_mut::<4>());
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
    to_rest.iter_mut().zip(from_rest).for_each(|(to, &from)| *to = from);
}

/// The walk over output pixels that share one set of taps.
///
/// A convolution visits every output pixel and strides over its input; a phase of a transposed convolution strides over
/// the output and visits the input pixel by pixel. Rows come before columns in every pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    /// First output pixel.
    pub(super) first: [u16; 2],
    /// From one output pixel to the next, at least 1.
    pub(super) step: [u8; 2],
    /// Where the patch of the first output pixel begins in the input.
    pub(super) start: [i32; 2],
    /// How far the patch moves from one output pixel to the next.
    pub(super) advance: [u8; 2],
}

impl Walk {
    /// Calls `visit` with the place of the patch and the channels of each output pixel.
    #[inline]
    pub(super) fn pixels<C>(&self, output: Shape, out: &mut [C], mut visit: impl FnMut([i32; 2], &mut [C])) {
        let ([step_y, step_x], [advance_y, advance_x]) = (self.step, self.advance);
        let (step_y, step_x) = (usize::from(step_y.max(1)), usize::from(step_x.max(1)));
        let (advance_y, advance_x) = (i32::from(advance_y), i32::from(advance_x));
        let channels = usize::from(output.channels);
        let row_len = usize::from(output.width) * channels;
        let (first, gap) = (usize::from(self.first[1]) * channels, (step_x - 1) * channels);
        let Some(mut rows) =
            out.get_mut(..usize::from(output.height) * row_len).filter(|rows| !rows.is_empty())
        else {
            return;
        };
        let mut at = self.start;
        let mut skipped = usize::from(self.first[0]) * row_len;
        while let Some((row, after)) =
            rows.get_mut(skipped..).and_then(|rows| rows.split_at_mut_checked(row_len))
        {
            let mut pixels = row.get_mut(first..).unwrap_or_default();
            while let Some((pixel, after)) = pixels.split_at_mut_checked(channels) {
                visit(at, pixel);
                at[1] += advance_x;
                pixels = after.get_mut(gap..).unwrap_or_default();
            }
            at = [at[0] + advance_y, self.start[1]];
            skipped = (step_y - 1) * row_len;
            rows = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const SHAPE: Shape = Shape { height: 2, width: 3, channels: 2 };

    fn patch(taps: [u8; 2], at: [i32; 2]) -> Vec<i8> {
        let input: Vec<i8> = (1..=12).collect();
        let mut patch = [99; 9];
        gather(&input, SHAPE, taps, at, -5, &mut patch, 2 * usize::from(taps[1]));
        patch.to_vec()
    }

    #[test]
    fn a_patch_inside_is_copied_row_by_row() {
        assert_eq!(patch([2, 2], [0, 1]), [3, 4, 5, 6, 9, 10, 11, 12, 99]);
    }

    #[test]
    fn what_is_outside_reads_as_the_pad_code() {
        assert_eq!(patch([2, 2], [-1, -1]), [-5, -5, -5, -5, -5, -5, 1, 2, 99]);
        assert_eq!(patch([2, 2], [1, 2]), [11, 12, -5, -5, -5, -5, -5, -5, 99]);
        assert_eq!(patch([1, 4], [0, -3]), [-5, -5, -5, -5, -5, -5, 1, 2, 99]);
        assert_eq!(patch([1, 2], [0, -300]), [-5, -5, -5, -5, 99, 99, 99, 99, 99]);
        assert_eq!(patch([1, 2], [0, 300]), [-5, -5, -5, -5, 99, 99, 99, 99, 99]);
        assert_eq!(patch([1, 2], [-7, 0]), [-5, -5, -5, -5, 99, 99, 99, 99, 99]);
    }

    #[test]
    fn a_short_input_and_a_short_patch_end_the_work() {
        let mut patch = [99; 4];
        gather(&[1, 2, 3], SHAPE, [1, 2], [0, 0], -5, &mut patch, 4);
        assert_eq!(patch, [-5; 4]);
        patch = [99; 4];
        gather(&[1, 2, 3], SHAPE, [1, 2], [0, 2], -5, &mut patch, 4);
        assert_eq!(patch, [-5; 4]);
        let mut short = [99; 3];
        gather(&[1; 12], SHAPE, [1, 2], [0, 0], -5, &mut short, 4);
        assert_eq!(short, [99; 3]);
    }

    #[test]
    fn what_stands_behind_the_input_is_no_row_of_it() {
        let mut patch = [99; 4];
        gather(&[1; 24], SHAPE, [1, 2], [2, 0], -5, &mut patch, 4);
        assert_eq!(patch, [-5; 4]);
    }

    #[test]
    fn a_walk_visits_what_its_steps_reach() {
        let walk = Walk { first: [0, 1], step: [1, 2], start: [-1, 4], advance: [2, 1] };
        let mut out = [0; 10];
        let output = Shape { height: 2, width: 5, channels: 1 };
        walk.pixels(output, &mut out, |[row, column], pixel| pixel[0] = 10 * row + column);
        assert_eq!(out, [0, -6, 0, -5, 0, 0, 14, 0, 15, 0]);
    }

    #[test]
    fn a_walk_steps_over_pixels_of_several_channels() {
        let walk = Walk { first: [1, 1], step: [3, 2], start: [5, -2], advance: [1, 4] };
        let (output, mut seen) = (Shape { height: 5, width: 4, channels: 3 }, Vec::new());
        let mut out: Vec<usize> = (0..60).collect();
        walk.pixels(output, &mut out, |at, pixel| seen.push((at, pixel.to_vec())));
        // Rows 1 and 4, columns 1 and 3; twelve elements a row, three a pixel.
        let pixel =
            |row: usize, column: usize| (0..3).map(|channel| 12 * row + 3 * column + channel).collect();
        let want: [([i32; 2], Vec<usize>); 4] =
            [([5, -2], pixel(1, 1)), ([5, 2], pixel(1, 3)), ([6, -2], pixel(4, 1)), ([6, 2], pixel(4, 3))];
        assert_eq!(seen, want);
    }
}

//! Pooling: the largest or the mean code of each window, channel by channel.

use super::{Code, Shape};
use crate::fixed::Requantise;

/// The geometry of a pooling layer, which has no padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Shape of the input.
    pub input: Shape,
    /// Height and width of a window.
    pub kernel: [u8; 2],
    /// From one window to the next, down and to the right, at least 1.
    pub stride: [u8; 2],
}

impl Pool {
    /// Shape of the output: `floor((in - kernel) / stride) + 1` in height and width.
    ///
    /// # Bounds
    /// Any geometry; 0 where the window is larger than the input.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn output(&self) -> Shape {
        let ([kernel_h, kernel_w], [stride_h, stride_w]) = (self.kernel, self.stride);
        Shape {
            height: windows(self.input.height, kernel_h, stride_h),
            width: windows(self.input.width, kernel_w, stride_w),
            channels: self.input.channels,
        }
    }

    /// Calls `visit` with the first input element and the channels of each output pixel.
    #[inline]
    fn pixels(&self, out: &mut [i8], mut visit: impl FnMut(usize, &mut [i8])) {
        let (output, channels) = (self.output(), usize::from(self.input.channels));
        let [step_y, step_x] = self.stride.map(usize::from);
        let mut pixels = out.chunks_exact_mut(channels.max(1));
        let mut row = 0;
        for _ in 0..output.height {
            let mut first = row;
            for pixel in pixels.by_ref().take(usize::from(output.width)) {
                visit(first, pixel);
                first += step_x * channels;
            }
            row += step_y * usize::from(self.input.width) * channels;
        }
    }

    /// Calls `visit` with each row of a window, a run of `kernel_w * channels` codes.
    #[inline]
    fn rows<'a>(&self, input: &'a [i8], first: usize, mut visit: impl FnMut(&'a [i8])) {
        let [kernel_h, kernel_w] = self.kernel.map(usize::from);
        let channels = usize::from(self.input.channels);
        let mut start = first;
        for _ in 0..kernel_h {
            visit(input.get(start..start + kernel_w * channels).unwrap_or_default());
            start += usize::from(self.input.width) * channels;
        }
    }
}

const fn windows(len: u16, kernel: u8, stride: u8) -> u16 {
    let stride = if stride == 0 { 1 } else { stride as u16 };
    match len.checked_sub(kernel as u16) {
        Some(room) => (room / stride).saturating_add(1),
        None => 0,
    }
}

/// The largest code of each window.
///
/// # Shapes
/// `input`: the geometry's; `out`: [`Pool::output`].
/// # Units
/// Codes keep their grid.
/// # Bounds
/// Any codes. A window that a short input does not hold gives -128.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
/// # Cost
/// One comparison per element of each window.
/// # Source
/// `NUMERICS.md`, "Pooling".
pub fn max_pool(pool: &Pool, input: &[i8], out: &mut [i8]) {
    let channels = usize::from(pool.input.channels);
    pool.pixels(out, |first, pixel| {
        pixel.fill(i8::MIN);
        pool.rows(input, first, |row| {
            for tap in row.chunks_exact(channels.max(1)) {
                pixel.iter_mut().zip(tap).for_each(|(largest, &code)| *largest = code.max(*largest));
            }
        });
    });
}

/// The mean code of each window, rounded half up.
///
/// # Shapes
/// `input`: the geometry's; `out`: [`Pool::output`].
/// # Units
/// Codes keep their grid.
/// # Bounds
/// Any codes.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`: the sum is requantised with the multiplier of [`average_scale`].
/// # Panics
/// Never.
/// # Cost
/// One addition per element of each window, one requantisation per output.
/// # Source
/// `NUMERICS.md`, "Pooling".
pub fn average_pool(pool: &Pool, input: &[i8], out: &mut [i8]) {
    let [kernel_h, kernel_w] = pool.kernel;
    let channels = usize::from(pool.input.channels);
    let (multiplier, shift) = average_scale(u16::from(kernel_h) * u16::from(kernel_w));
    let rule = Requantise { zero_point: 0, out_min: -128, out_max: 127, shift, bias_shift: 0 };
    pool.pixels(out, |first, pixel| {
        for (channel, out) in pixel.iter_mut().enumerate() {
            let mut sum = 0;
            pool.rows(input, first, |row| {
                for tap in row.chunks_exact(channels.max(1)) {
                    sum += i32::from(tap.get(channel).copied().unwrap_or(0));
                }
            });
            *out = i8::narrow(rule.apply(sum, multiplier));
        }
    });
}

/// Multiplier and shift whose scale is `1 / n`: `round(2^(32 - shift) / n)`, with the smallest shift that keeps it below 2^31.
///
/// # Bounds
/// Any `n`; 0 is taken as 1.
/// # Exactness
/// The multiplier is the nearest integer.
/// # Panics
/// Never.
/// # Examples
/// ```
/// use tillwatch_engine::kernel::average_scale;
/// assert_eq!(average_scale(4), (1 << 30, 0));
/// assert_eq!(average_scale(1), (1 << 30, 2));
/// ```
#[must_use]
pub const fn average_scale(n: u16) -> (i32, u32) {
    match n {
        0 | 1 => (1 << 30, 2),
        2 => (1 << 30, 1),
        _ => {
            // 2^32 = whole * n + remainder + 1, in 32 bits.
            let n = n as u32;
            let (whole, remainder) = (u32::MAX / n, u32::MAX % n);
            ((whole + (2 * (remainder + 1) >= n) as u32) as i32, 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const POOL: Pool =
        Pool { input: Shape { height: 2, width: 5, channels: 2 }, kernel: [2, 2], stride: [1, 2] };
    const INPUT: [i8; 20] = [1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10];

    #[test]
    fn windows_by_hand() {
        assert_eq!(POOL.output(), Shape { height: 1, width: 2, channels: 2 });
        let mut out = [99; 5];
        max_pool(&POOL, &INPUT, &mut out);
        assert_eq!(out, [7, -1, 9, -3, 99]);
        average_pool(&POOL, &INPUT, &mut out);
        assert_eq!(out, [4, -4, 6, -6, 99]); // 16 / 4 and 24 / 4
    }

    #[test]
    fn a_stride_moves_by_whole_rows_and_pixels() {
        // Element (row, column, channel) is 18 * row + 3 * column + channel; the largest of a window is its last.
        let pool = Pool { input: Shape { height: 5, width: 6, channels: 3 }, kernel: [2, 3], stride: [3, 2] };
        let input: Vec<i8> = (0..90).collect();
        let (mut largest, mut mean) = ([0; 12], [0; 12]);
        max_pool(&pool, &input, &mut largest);
        average_pool(&pool, &input, &mut mean);
        let corners = [[0, 0], [0, 2], [3, 0], [3, 2]].map(|[row, column]| 18 * row + 3 * column);
        let pixels = |first: i8| corners.map(|corner| [0, 1, 2].map(|channel| corner + first + channel));
        assert_eq!(largest, pixels(18 + 2 * 3).as_flattened());
        assert_eq!(mean, pixels(12).as_flattened()); // half of 18 and 3, the middle of rows and columns
    }

    #[test]
    fn means_round_half_up_on_both_sides() {
        let pool = Pool { input: Shape { height: 1, width: 2, channels: 1 }, kernel: [1, 2], stride: [1, 1] };
        for (input, want) in [([2, 3], 3), ([-2, -3], -2), ([127, 127], 127), ([-128, -128], -128)] {
            let mut out = [0];
            average_pool(&pool, &input, &mut out);
            assert_eq!(out, [want]);
        }
    }

    #[test]
    fn scales_are_the_nearest() {
        for n in 1..=u16::MAX {
            let (multiplier, shift) = average_scale(n);
            let want = ((1_u64 << (33 - shift)) + u64::from(n)) / (2 * u64::from(n));
            assert_eq!(multiplier as u64, want, "{n}");
        }
    }

    #[test]
    fn a_window_larger_than_the_input_gives_nothing() {
        let pool = Pool { kernel: [3, 2], ..POOL };
        assert!(pool.output().is_empty());
        let mut out = [99; 2];
        max_pool(&pool, &INPUT, &mut out);
        average_pool(&pool, &INPUT, &mut out);
        assert_eq!(out, [99; 2]);
    }
}

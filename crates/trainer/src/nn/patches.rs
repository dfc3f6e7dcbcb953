//! Images as matrices of patches and back: what makes a matrix product of a convolution.

use super::error::LayerSetting;
use super::real::Real;
use super::shape::Shape;
use std::ops::Range;

/// Values of patches that are made together: few enough for a second-level cache, many enough that the calls around
/// a product do not count.
const TOGETHER: usize = 1 << 15;

/// A grid of patches over an image. Patch `(y, x)` holds the pixels
/// `(y * stride + ky - offset, x * stride + kx - offset)` for each `ky`, `kx` of the kernel; pixels outside the image
/// are zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patches {
    /// The image.
    pub(super) image: Shape,
    /// Patches down and across.
    pub(super) grid: [usize; 2],
    /// Lines and pixels of a patch.
    pub(super) kernel: [usize; 2],
    /// Distance of neighbouring patches.
    pub(super) stride: [usize; 2],
    /// Padding above and on the left.
    pub(super) offset: [usize; 2],
}

/// Equally long pieces in two slices, the first in one of them a line of an image, the second in patches.
#[derive(Clone, Copy)]
struct Runs {
    /// First value and distance of the runs in the line.
    line: [usize; 2],
    /// First value and distance of the runs in the patches.
    patches: [usize; 2],
    count: usize,
    len: usize,
}

/// Calls `$each::<T, LEN>` with a length known to the compiler where it is a common one: a few moves then, in place of
/// a call or a loop. Lengths are of kernels of 3 and 5 pixels by 1 to 32 channels.
macro_rules! by_length {
    ($runs:expr, $each:ident, $any:ident, $line:expr, $patches:expr, [$($len:literal),*]) => {
        match $runs.len {
            $($len => $each::<T, $len>($runs, $line, $patches),)*
            _ => $any($runs, $line, $patches),
        }
    };
}

impl Patches {
    /// Patches of an image.
    pub(super) fn count(self) -> usize {
        self.grid[0] * self.grid[1]
    }

    /// Values of a patch, `[kernel height, kernel width, channels]`.
    pub(super) fn len(self) -> usize {
        self.kernel[0] * self.kernel[1] * self.image.channels
    }

    /// Images whose patches are made together, at least 1.
    pub(super) fn together(self) -> usize {
        (TOGETHER / (self.count() * self.len()).max(1)).max(1)
    }

    /// Copies the patches of whole images.
    ///
    /// # Shapes
    /// `images [n, image]`, `patches [n, grid, len]`, to be overwritten.
    pub(super) fn gather<T: Real>(self, images: &[T], patches: &mut [T]) {
        // Where a patch leaves the image, what is not copied is zero.
        if !self.lies_inside() {
            patches.fill(T::ZERO);
        }
        self.visit(images.len(), |line, runs| {
            let line = &images[line];
            by_length!(runs, copy, copy_any, line, patches, [3, 5, 8, 9, 15, 16, 24, 48, 80]);
        });
    }

    /// Adds patches to the pixels that they were copied from.
    ///
    /// # Shapes
    /// `patches [n, grid, len]`, `images [n, image]`.
    pub(super) fn scatter<T: Real>(self, patches: &[T], images: &mut [T]) {
        self.visit(images.len(), |line, runs| {
            let line = &mut images[line];
            by_length!(runs, add, add_any, line, patches, [3, 5, 8, 9, 15, 16, 24, 48, 80]);
        });
    }

    /// True when no patch leaves the image.
    fn lies_inside(self) -> bool {
        let inside = |axis: usize, size| {
            self.offset[axis] == 0 && (self.grid[axis] - 1) * self.stride[axis] + self.kernel[axis] <= size
        };
        inside(0, self.image.height) && inside(1, self.image.width)
    }

    /// Goes through all pieces of lines that patches share with `values` values of images.
    fn visit(self, values: usize, mut each: impl FnMut(Range<usize>, Runs)) {
        let Patches { image, grid: [high, wide], kernel: [lines, pixels], stride, offset } = self;
        let channels = image.channels;
        let line_len = image.width * channels;
        let run = pixels * channels;
        // Patches from `first` to before `end` have all their pixels of a line inside.
        let first = offset[1].div_ceil(stride[1]).min(wide);
        let end = (image.width + offset[1]).checked_sub(pixels).map_or(0, |room| room / stride[1] + 1);
        let end = end.clamp(first, wide);
        for image_at in 0..values / image.len() {
            for y in 0..high {
                for ky in 0..lines {
                    let Some(line) = (y * stride[0] + ky).checked_sub(offset[0]) else { continue };
                    if line >= image.height {
                        continue;
                    }
                    let from = (image_at * image.height + line) * line_len;
                    let line = from..from + line_len;
                    let patch = |x: usize| (((image_at * high + y) * wide + x) * lines + ky) * run;
                    for x in (0..first).chain(end..wide) {
                        // Pixels of the patch outside the image, on the left and in all until the right edge.
                        let left = offset[1].saturating_sub(x * stride[1]);
                        let until = (image.width + offset[1]).saturating_sub(x * stride[1]).min(pixels);
                        if left < until {
                            let from = (x * stride[1] + left - offset[1]) * channels;
                            let (line_runs, patch_runs) = ([from, 0], [patch(x) + left * channels, 0]);
                            let len = (until - left) * channels;
                            each(line.clone(), Runs { line: line_runs, patches: patch_runs, count: 1, len });
                        }
                    }
                    if first < end {
                        let from = (first * stride[1] - offset[1]) * channels;
                        let runs = Runs {
                            line: [from, stride[1] * channels],
                            patches: [patch(first), lines * run],
                            count: end - first,
                            len: run,
                        };
                        each(line, runs);
                    }
                }
            }
        }
    }
}

/// Where run number `at` begins in the line and in the patches.
fn places(runs: Runs, at: usize) -> (usize, usize) {
    (runs.line[0] + at * runs.line[1], runs.patches[0] + at * runs.patches[1])
}

fn copy<T: Real, const LEN: usize>(runs: Runs, line: &[T], patches: &mut [T]) {
    for at in 0..runs.count {
        let (from, to) = places(runs, at);
        if let (Some(from), Some(to)) =
            (line[from..].first_chunk::<LEN>(), patches[to..].first_chunk_mut::<LEN>())
        {
            *to = *from;
        }
    }
}

fn copy_any<T: Real>(runs: Runs, line: &[T], patches: &mut [T]) {
    for at in 0..runs.count {
        let (from, to) = places(runs, at);
        patches[to..to + runs.len].copy_from_slice(&line[from..from + runs.len]);
    }
}

fn add<T: Real, const LEN: usize>(runs: Runs, line: &mut [T], patches: &[T]) {
    for at in 0..runs.count {
        let (to, from) = places(runs, at);
        if let (Some(to), Some(from)) =
            (line[to..].first_chunk_mut::<LEN>(), patches[from..].first_chunk::<LEN>())
        {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
        }
    }
}

fn add_any<T: Real>(runs: Runs, line: &mut [T], patches: &[T]) {
    for at in 0..runs.count {
        let (to, from) = places(runs, at);
        let pieces = line[to..to + runs.len].iter_mut().zip(&patches[from..from + runs.len]);
        pieces.for_each(|(to, from)| *to += *from);
    }
}

/// Refuses a stride of 0, a kernel of 0, and one that does not fit into the image of `size` lines and pixels.
///
/// # Errors
/// The first such setting.
pub(super) fn check(size: [usize; 2], kernel: [usize; 2], stride: [usize; 2]) -> Result<(), LayerSetting> {
    LayerSetting::check(
        "stride",
        stride[0].min(stride[1]) as f64,
        stride[0].min(stride[1]) >= 1,
        "at least 1",
    )?;
    for axis in 0..2 {
        let fits = (1..=size[axis]).contains(&kernel[axis]);
        let wanted = "at least 1 and no longer than the padded input";
        LayerSetting::check(["kernel height", "kernel width"][axis], kernel[axis] as f64, fits, wanted)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every value by its formula, pixel by pixel.
    fn naive(patches: Patches, image: &[f64]) -> Vec<f64> {
        let mut out = Vec::new();
        let Shape { height, width, channels } = patches.image;
        for y in 0..patches.grid[0] {
            for x in 0..patches.grid[1] {
                for ky in 0..patches.kernel[0] {
                    for kx in 0..patches.kernel[1] {
                        for c in 0..channels {
                            let line = (y * patches.stride[0] + ky) as isize - patches.offset[0] as isize;
                            let pixel = (x * patches.stride[1] + kx) as isize - patches.offset[1] as isize;
                            let inside =
                                (0..height as isize).contains(&line) && (0..width as isize).contains(&pixel);
                            let at = (line * width as isize + pixel) * channels as isize + c as isize;
                            out.push(if inside { image[at as usize] } else { 0.0 });
                        }
                    }
                }
            }
        }
        out
    }

    fn cases() -> Vec<Patches> {
        let mut cases = Vec::new();
        for channels in [1, 3, 4] {
            for kernel in [[1, 1], [1, 5], [3, 3], [2, 4], [6, 2]] {
                for stride in [[1, 1], [2, 2], [3, 1], [2, 5]] {
                    for offset in [[0, 0], [1, 1], [0, 3], [2, 6]] {
                        let grid = [3, 4];
                        let image = Shape::new(5, 6, channels);
                        cases.push(Patches { image, grid, kernel, stride, offset });
                    }
                }
            }
        }
        cases
    }

    #[test]
    fn patches_are_gathered_by_their_formula() {
        for patches in cases() {
            let images: Vec<f64> = (1..=2 * patches.image.len()).map(|at| at as f64).collect();
            let mut found = vec![f64::NAN; 2 * patches.count() * patches.len()];
            patches.gather(&images, &mut found);
            let wanted: Vec<f64> =
                images.chunks(patches.image.len()).flat_map(|image| naive(patches, image)).collect();
            assert_eq!(found, wanted, "{patches:?}");
        }
    }

    #[test]
    fn scattering_is_the_transpose_of_gathering() {
        for patches in cases() {
            let images: Vec<f64> = (0..2 * patches.image.len()).map(|at| (at % 7) as f64 - 3.0).collect();
            let factors: Vec<f64> =
                (0..2 * patches.count() * patches.len()).map(|at| (at % 5) as f64 - 2.0).collect();
            let mut gathered = vec![0.0; factors.len()];
            patches.gather(&images, &mut gathered);
            let mut scattered = vec![0.0; images.len()];
            patches.scatter(&factors, &mut scattered);
            // Small integers: both sums are exact.
            let left: f64 = gathered.iter().zip(&factors).map(|(a, b)| a * b).sum();
            let right: f64 = images.iter().zip(&scattered).map(|(a, b)| a * b).sum();
            assert_eq!(left, right, "{patches:?}");
        }
    }
}

//! What each set of weights of a layer sees: rows of input values and the sums that belong to them.
//!
//! A dense layer is one window over the whole input, a convolution one window at every output pixel, a transposed
//! convolution a window of its own for each phase. So all three are quantised as dense layers on gathered rows.

use tillwatch_engine::kernel::{Convolution as Geometry, Shape};

/// One set of weights and where its rows of input are.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// Values of a row.
    pub(super) len: usize,
    /// Indices into the layer's own weights, `[outs, len]`, row-major.
    pub(super) weights: Vec<usize>,
    /// Output pixels that it gives.
    pixels: Vec<usize>,
    /// For each of them, the place in the input of each value of a row; `None` in the padding.
    places: Vec<Option<usize>>,
}

impl Window {
    /// The one window of a dense layer.
    pub(super) fn dense(in_len: usize, out_len: usize) -> Vec<Self> {
        vec![Self {
            len: in_len,
            weights: (0..in_len * out_len).collect(),
            pixels: vec![0],
            places: (0..in_len).map(Some).collect(),
        }]
    }

    /// The one window of a convolution, at every pixel.
    pub(super) fn convolution(geometry: &Geometry) -> Vec<Self> {
        let taps = geometry.kernel.map(usize::from);
        let corner = |pixel: [usize; 2]| {
            [0, 1].map(|axis| {
                (pixel[axis] * usize::from(geometry.stride[axis])) as isize
                    - isize::from(geometry.padding[axis] as i8)
            })
        };
        let len = taps[0] * taps[1] * usize::from(geometry.input.channels);
        let outs = usize::from(geometry.output.channels);
        let pixels: Vec<[usize; 2]> = pixels(geometry.output).collect();
        vec![Self {
            len,
            weights: (0..outs * len).collect(),
            places: pixels.iter().flat_map(|&pixel| places(geometry.input, corner(pixel), taps)).collect(),
            pixels: (0..pixels.len()).collect(),
        }]
    }

    /// A window for each phase of a transposed convolution, in the order of the model file.
    pub(super) fn transposed(geometry: &Geometry) -> Vec<Self> {
        let phases =
            (0..geometry.stride[0]).flat_map(|row| (0..geometry.stride[1]).map(move |column| [row, column]));
        phases.map(|phase| Self::phase(geometry, phase.map(usize::from))).collect()
    }

    fn phase(geometry: &Geometry, phase: [usize; 2]) -> Self {
        let [kernel, stride, padding] =
            [geometry.kernel, geometry.stride, geometry.padding].map(|pair| pair.map(usize::from));
        let taps = [0, 1].map(|axis| (kernel[axis] - phase[axis]).div_ceil(stride[axis]));
        let (ins, outs) = (usize::from(geometry.input.channels), usize::from(geometry.output.channels));
        // Taps in the order of the input that they meet, which is the reverse of the kernel's.
        let kernel_index = |axis: usize, tap: usize| phase[axis] + (taps[axis] - 1 - tap) * stride[axis];
        let mut weights = Vec::with_capacity(outs * taps[0] * taps[1] * ins);
        for out in 0..outs {
            for row in 0..taps[0] {
                for column in 0..taps[1] {
                    let at = (out * kernel[0] + kernel_index(0, row)) * kernel[1] + kernel_index(1, column);
                    weights.extend(at * ins..(at + 1) * ins);
                }
            }
        }
        let is_in_phase = |pixel: &[usize; 2]| {
            (0..2).all(|axis| (pixel[axis] + padding[axis]) % stride[axis] == phase[axis])
        };
        let corner = |pixel: [usize; 2]| {
            [0, 1].map(|axis| {
                ((pixel[axis] + padding[axis] - phase[axis]) / stride[axis]) as isize
                    - (taps[axis] as isize - 1)
            })
        };
        let own: Vec<[usize; 2]> = pixels(geometry.output).filter(is_in_phase).collect();
        Self {
            len: taps[0] * taps[1] * ins,
            weights,
            places: own.iter().flat_map(|&pixel| places(geometry.input, corner(pixel), taps)).collect(),
            pixels: own
                .iter()
                .map(|[row, column]| row * usize::from(geometry.output.width) + column)
                .collect(),
        }
    }

    /// The rows of input of every record.
    ///
    /// # Shapes
    /// `input`: records of `in_len`; the result: for each record and pixel, [`Window::len`] values.
    pub(super) fn rows(&self, input: &[i8], in_len: usize, padding: i8) -> Vec<i8> {
        let record = |record: &[i8]| -> Vec<i8> {
            self.places.iter().map(|place| place.map_or(padding, |at| record[at])).collect()
        };
        input.chunks_exact(in_len).flat_map(record).collect()
    }

    /// The sums that belong to [`Window::rows`].
    ///
    /// # Shapes
    /// `sums`: records of `out_len`; the result: for each record and pixel, one per output channel.
    pub(super) fn sums(&self, sums: &[f64], out_len: usize, outs: usize) -> Vec<f64> {
        let record = |record: &[f64]| -> Vec<f64> {
            self.pixels.iter().flat_map(|pixel| &record[pixel * outs..][..outs]).copied().collect()
        };
        sums.chunks_exact(out_len).flat_map(record).collect()
    }
}

fn pixels(shape: Shape) -> impl Iterator<Item = [usize; 2]> {
    let (height, width) = (usize::from(shape.height), usize::from(shape.width));
    (0..height).flat_map(move |row| (0..width).map(move |column| [row, column]))
}

/// The places of a patch `[taps, taps, channels]` whose first value lies at `corner`.
fn places(input: Shape, corner: [isize; 2], taps: [usize; 2]) -> Vec<Option<usize>> {
    let channels = usize::from(input.channels);
    let inside = |at: isize, len: u16| usize::try_from(at).ok().filter(|&at| at < usize::from(len));
    let mut places = Vec::with_capacity(taps[0] * taps[1] * channels);
    for row in 0..taps[0] as isize {
        let row = inside(corner[0] + row, input.height);
        for column in 0..taps[1] as isize {
            let column = inside(corner[1] + column, input.width);
            let pixel = row.zip(column).map(|(row, column)| row * usize::from(input.width) + column);
            places.extend((0..channels).map(|channel| pixel.map(|pixel| pixel * channels + channel)));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(kernel: [u8; 2], stride: [u8; 2], padding: [u8; 2], sizes: [u16; 4]) -> Geometry {
        let shape = |height, width| Shape { height, width, channels: 1 };
        let [in_height, in_width, out_height, out_width] = sizes;
        let (input, output) = (shape(in_height, in_width), shape(out_height, out_width));
        Geometry { input, output, kernel, stride, padding, pad_code: 0 }
    }

    #[test]
    fn a_convolution_by_hand() {
        let windows = Window::convolution(&geometry([1, 3], [1, 2], [0, 1], [1, 4, 1, 2]));
        assert_eq!(windows[0].rows(&[1, 2, 3, 4], 4, -9), [-9, 1, 2, 2, 3, 4]);
        assert_eq!(windows[0].weights, [0, 1, 2]);
    }

    #[test]
    fn phases_of_a_transposed_convolution_by_hand() {
        // Stride 2, kernel 3, no padding: out[0] = w0 a, out[1] = w1 a, out[2] = w2 a + w0 b, out[3] = w1 b, out[4] = w2 b.
        let windows = Window::transposed(&geometry([1, 3], [1, 2], [0, 0], [1, 2, 1, 5]));
        assert_eq!((&windows[0].weights[..], &windows[1].weights[..]), (&[2, 0][..], &[1][..]));
        assert_eq!(windows[0].rows(&[10, 20], 2, 0), [0, 10, 10, 20, 20, 0]);
        assert_eq!(windows[1].rows(&[10, 20], 2, 0), [10, 20]);
        assert_eq!(windows[1].sums(&[0.0, 1.0, 2.0, 3.0, 4.0], 5, 1), [1.0, 3.0]);
    }

    #[test]
    fn every_pixel_belongs_to_one_phase() {
        let windows = Window::transposed(&geometry([3, 3], [2, 2], [1, 1], [4, 4, 8, 8]));
        let mut pixels: Vec<usize> = windows.iter().flat_map(|window| window.pixels.clone()).collect();
        pixels.sort_unstable();
        assert_eq!(pixels, (0..64).collect::<Vec<_>>());
    }
}

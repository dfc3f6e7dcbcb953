//! Layers on images, element by element from their definitions.

use super::{Codes, output, round_half_up};
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{Convolution, Pool, Shape, Transposed};

/// One element of an activation; `outside` where there is none.
fn element(shape: Shape, values: &[i64], [row, column, channel]: [i64; 3], outside: i64) -> i64 {
    let (height, width) = (i64::from(shape.height), i64::from(shape.width));
    if row < 0 || row >= height || column < 0 || column >= width {
        return outside;
    }
    values[((row * width + column) * i64::from(shape.channels) + channel) as usize]
}

/// Row, column and channel of every element, in order.
fn places(shape: Shape) -> impl Iterator<Item = [i64; 3]> {
    let [height, width, channels] = [shape.height, shape.width, shape.channels].map(i64::from);
    (0..height).flat_map(move |y| (0..width).flat_map(move |x| (0..channels).map(move |c| [y, x, c])))
}

/// A convolution: each output is a sum over taps and input channels.
///
/// # Shapes
/// `weights`: `[out_channels, kernel_h, kernel_w, in_channels]`; `channels`: one per output channel.
#[must_use]
pub fn convolve(
    convolution: &Convolution,
    weights: &[i8],
    channels: &[Channel],
    rule: Requantise,
    codes: Codes,
    input: &[i64],
) -> Vec<i64> {
    let [kernel_h, kernel_w] = convolution.kernel.map(i64::from);
    let [stride_h, stride_w] = convolution.stride.map(i64::from);
    let [top, left] = convolution.padding.map(i64::from);
    let in_channels = i64::from(convolution.input.channels);
    let of_place = |[y, x, r]: [i64; 3]| {
        let mut sum = 0;
        for i in 0..kernel_h {
            for j in 0..kernel_w {
                for c in 0..in_channels {
                    let place = [y * stride_h - top + i, x * stride_w - left + j, c];
                    let code = element(convolution.input, input, place, convolution.pad_code.into());
                    let weight = weights[(((r * kernel_h + i) * kernel_w + j) * in_channels + c) as usize];
                    sum += i64::from(weight) * code;
                }
            }
        }
        output(sum, channels[r as usize], rule, codes)
    };
    places(convolution.output).map(of_place).collect()
}

/// A transposed convolution: each input pixel, those of the padding included, adds its multiples of the kernel to the output.
///
/// # Shapes
/// `weights`: `[out_channels, kernel_h, kernel_w, in_channels]`, as the kernel is; `channels`: phase after phase, one per
/// output channel.
#[must_use]
pub fn transpose(
    transposed: &Transposed,
    weights: &[i8],
    channels: &[Channel],
    rule: Requantise,
    codes: Codes,
    input: &[i64],
) -> Vec<i64> {
    let [kernel_h, kernel_w] = transposed.kernel.map(i64::from);
    let [stride_h, stride_w] = transposed.stride.map(i64::from);
    let [top, left] = transposed.padding.map(i64::from);
    let (shape, out_shape) = (transposed.input, transposed.output);
    let [in_channels, out_channels] = [shape.channels, out_shape.channels].map(i64::from);
    let mut sums = vec![0_i64; out_shape.len()];
    // Far enough that every tap of every output pixel has its input pixel.
    let rows = -kernel_h..=(i64::from(out_shape.height) + top) / stride_h;
    let columns = -kernel_w..=(i64::from(out_shape.width) + left) / stride_w;
    for (row, column) in rows.flat_map(|row| columns.clone().map(move |column| (row, column))) {
        for (i, j) in (0..kernel_h).flat_map(|i| (0..kernel_w).map(move |j| (i, j))) {
            let (y, x) = (row * stride_h + i - top, column * stride_w + j - left);
            if y < 0 || y >= out_shape.height.into() || x < 0 || x >= out_shape.width.into() {
                continue;
            }
            for (r, c) in (0..out_channels).flat_map(|r| (0..in_channels).map(move |c| (r, c))) {
                let weight = weights[(((r * kernel_h + i) * kernel_w + j) * in_channels + c) as usize];
                let code = element(shape, input, [row, column, c], transposed.pad_code.into());
                let place = (y * i64::from(out_shape.width) + x) * out_channels + r;
                sums[place as usize] += i64::from(weight) * code;
            }
        }
    }
    let of_place = |([y, x, r], sum): ([i64; 3], i64)| {
        let phase = (y + top).rem_euclid(stride_h) * stride_w + (x + left).rem_euclid(stride_w);
        output(sum, channels[(phase * out_channels + r) as usize], rule, codes)
    };
    places(out_shape).zip(sums).map(of_place).collect()
}

/// The kernel of a transposed convolution, `[out_channels, kernel_h, kernel_w, in_channels]`, from its weights phase after
/// phase, in each of which taps stand by rising input position, which is by falling tap.
#[must_use]
pub fn whole_kernel(transposed: &Transposed, weights: &[i8]) -> Vec<i8> {
    let Transposed { input, output, kernel: [kernel_h, kernel_w], stride, .. } = *transposed;
    let [height, width, n] = [kernel_h.into(), kernel_w.into(), usize::from(input.channels)];
    let taps = |kernel: u8, stride: u8, phase: u8| (0..kernel).rev().filter(move |tap| tap % stride == phase);
    let mut whole = vec![0; usize::from(output.channels) * height * width * n];
    let mut weights = weights.iter();
    for (y, x) in (0..stride[0]).flat_map(|y| (0..stride[1]).map(move |x| (y, x))) {
        for r in 0..usize::from(output.channels) {
            for i in taps(kernel_h, stride[0], y) {
                for j in taps(kernel_w, stride[1], x) {
                    let first = ((r * height + usize::from(i)) * width + usize::from(j)) * n;
                    let tap = whole[first..first + n].iter_mut();
                    tap.zip(&mut weights).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }
    whole
}

/// The codes of each window of a pooling layer, output by output.
fn windows(pool: &Pool, input: &[i64]) -> Vec<Vec<i64>> {
    let [kernel_h, kernel_w] = pool.kernel.map(i64::from);
    let [stride_h, stride_w] = pool.stride.map(i64::from);
    let (height, width) = (i64::from(pool.input.height), i64::from(pool.input.width));
    let all = (0..height).filter(|y| y % stride_h == 0 && y + kernel_h <= height);
    let pixels = all.flat_map(|y| {
        (0..width).filter(move |x| x % stride_w == 0 && x + kernel_w <= width).map(move |x| (y, x))
    });
    let of_pixel = |(y, x): (i64, i64)| {
        let of_channel = move |c: i64| -> Vec<i64> {
            let taps = (0..kernel_h).flat_map(|i| (0..kernel_w).map(move |j| [y + i, x + j, c]));
            taps.map(|place| element(pool.input, input, place, 0)).collect()
        };
        (0..i64::from(pool.input.channels)).map(of_channel).collect::<Vec<_>>()
    };
    pixels.flat_map(of_pixel).collect()
}

/// The largest code of each window.
#[must_use]
pub fn max_pool(pool: &Pool, input: &[i64]) -> Vec<i64> {
    windows(pool, input).iter().map(|window| window.iter().copied().max().unwrap_or(0)).collect()
}

/// The mean code of each window: its sum, requantised with the multiplier nearest to one over the window's size.
///
/// # Panics
/// On a window without elements.
#[must_use]
pub fn average_pool(pool: &Pool, input: &[i64]) -> Vec<i64> {
    let mean = |window: &Vec<i64>| {
        let n = window.len() as i128;
        let fits = |shift: &u32| multiplier(n, *shift) < 1 << 31;
        let shift = (0..=2).find(fits).expect("a window has elements");
        let product = i128::from(window.iter().sum::<i64>()) * (1 << shift) * multiplier(n, shift);
        (round_half_up(product, 1 << 32) as i64).clamp(-128, 127)
    };
    windows(pool, input).iter().map(mean).collect()
}

/// The integer nearest to `2^(32 - shift) / n`, a half going up.
fn multiplier(n: i128, shift: u32) -> i128 {
    ((1_i128 << (33 - shift)) + n).div_euclid(2 * n)
}

/// Each pixel as a block of equal pixels.
#[must_use]
pub fn upsample(shape: Shape, factors: [u8; 2], input: &[i64]) -> Vec<i64> {
    let [down, right] = factors.map(i64::from);
    let output = Shape {
        height: shape.height * u16::from(factors[0]),
        width: shape.width * u16::from(factors[1]),
        channels: shape.channels,
    };
    places(output).map(|[y, x, c]| element(shape, input, [y / down, x / right, c], 0)).collect()
}

/// The `k` largest codes; of equal ones the first; the others become the zero point.
#[must_use]
pub fn top_k(codes: &[i64], k: usize, zero_point: i64) -> Vec<i64> {
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by_key(|&index| core::cmp::Reverse(codes[index])); // stable: of equals the first stays ahead
    let mut out = vec![zero_point; codes.len()];
    order.iter().take(k).for_each(|&index| out[index] = codes[index]);
    out
}

/// The sum of all magnitudes of residuals within one pixel of each pixel, at most `2^32 - 1`.
#[must_use]
pub fn anomaly_map(shape: Shape, codes: &[i64], reconstruction: &[i64]) -> Vec<u32> {
    let residuals: Vec<i64> = codes.iter().zip(reconstruction).map(|(a, b)| (a - b).abs()).collect();
    let sum = |[y, x, _]: [i64; 3]| {
        let near = (-1..=1).flat_map(|i| (-1..=1).map(move |j| (y + i, x + j)));
        let all = near.flat_map(|(y, x)| (0..i64::from(shape.channels)).map(move |c| [y, x, c]));
        let sum: i64 = all.map(|place| element(shape, &residuals, place, 0)).sum();
        u32::try_from(sum).unwrap_or(u32::MAX)
    };
    places(Shape { channels: 1, ..shape }).map(sum).collect()
}

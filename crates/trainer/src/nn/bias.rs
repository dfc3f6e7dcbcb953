//! Gradients of biases.

use super::real::Real;

/// Values that are added at a time where there are few channels: enough for the compiler to make vector code of.
const BLOCK: usize = 32;

/// Sums the rows of a matrix, overwriting `sums`, which has one value for each column.
pub(super) fn add_rows<T: Real>(values: &[T], sums: &mut [T]) {
    sums.fill(T::ZERO);
    for row in values.chunks_exact(sums.len()) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += *value;
        }
    }
}

/// [`add_rows`] for many short rows, the pixels of images: as many at a time as fill a block.
pub(super) fn add_pixels<T: Real>(values: &[T], sums: &mut [T]) {
    let channels = sums.len();
    if channels > BLOCK / 2 {
        return add_rows(values, sums);
    }
    let mut block = [T::ZERO; BLOCK];
    let block = &mut block[..BLOCK - BLOCK % channels];
    let (whole, rest) = values.split_at(values.len() - values.len() % block.len());
    add_rows(whole, block);
    add_rows(rest, sums);
    for pixel in block.chunks_exact(channels) {
        sums.iter_mut().zip(pixel).for_each(|(sum, part)| *sum += *part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_add_up_channel_by_channel() {
        for channels in [1, 2, 3, 5, 8, 16, 17, 40] {
            for pixels in [0, 1, 7, 33, 100] {
                // Small integers: every order of summation is exact.
                let values: Vec<f32> = (0..pixels * channels).map(|at| (at % 13) as f32).collect();
                let (mut found, mut wanted) = (vec![f32::NAN; channels], vec![f32::NAN; channels]);
                add_pixels(&values, &mut found);
                add_rows(&values, &mut wanted);
                assert_eq!(found, wanted, "{channels} {pixels}");
            }
        }
    }
}

//! Where in an image a record is strange: residuals per pixel, smoothed over their neighbours.
//!
//! No residual is kept. The sum of a column of three pixels is computed once, and three of those columns make a box, so
//! the peak needs a handful of registers instead of a map in memory, for three residuals per pixel instead of one.

use crate::kernel::Shape;

/// The strangest place of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peak {
    /// Row of the pixel, 0 at the top.
    pub row: u16,
    /// Column of the pixel, 0 at the left.
    pub column: u16,
    /// Sum of the magnitudes of all residuals of the pixel and its up to eight neighbours.
    pub sum: u32,
}

/// The pixel with the largest smoothed residual, of equals the first; the start of the image where all are 0.
///
/// # Shapes
/// `codes` and `reconstruction`: `shape`.
/// # Units
/// Wide codes; the sum counts steps of the rim.
/// # Bounds
/// Any codes. With up to 7,281 channels no sum saturates. Codes that short slices lack count as no residual.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Cost
/// Three residuals per element; no scratch.
/// # Source
/// `NUMERICS.md`, "Anomaly map".
/// # Examples
/// ```
/// use tillwatch_engine::kernel::Shape;
/// use tillwatch_engine::score::{Peak, anomaly_peak};
/// let shape = Shape { height: 1, width: 4, channels: 1 };
/// let peak = anomaly_peak(shape, &[0, 5, 0, 9], &[0, 0, 0, 3]);
/// assert_eq!(peak, Peak { row: 0, column: 2, sum: 11 });
/// ```
#[must_use]
pub fn anomaly_peak(shape: Shape, codes: &[i16], reconstruction: &[i16]) -> Peak {
    let mut peak = Peak::default();
    boxes(shape, codes, reconstruction, |row, column, sum| {
        if sum > peak.sum {
            peak = Peak { row, column, sum };
        }
    });
    peak
}

/// The smoothed residual of every pixel, and where it is largest.
///
/// # Shapes
/// `codes` and `reconstruction`: `shape`; `map`: height * width, row-major; a shorter one takes what it can.
/// # Units
/// Wide codes; entries of the map count steps of the rim.
/// # Bounds
/// As [`anomaly_peak`].
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Cost
/// As [`anomaly_peak`].
/// # Source
/// `NUMERICS.md`, "Anomaly map".
pub fn anomaly_map(shape: Shape, codes: &[i16], reconstruction: &[i16], map: &mut [u32]) -> Peak {
    let mut peak = Peak::default();
    let mut entries = map.iter_mut();
    boxes(shape, codes, reconstruction, |row, column, sum| {
        if let Some(entry) = entries.next() {
            *entry = sum;
        }
        if sum > peak.sum {
            peak = Peak { row, column, sum };
        }
    });
    peak
}

/// Calls `visit` with row, column and box sum of every pixel, row by row.
#[inline]
fn boxes(shape: Shape, codes: &[i16], reconstruction: &[i16], mut visit: impl FnMut(u16, u16, u32)) {
    let image = Image { shape, codes, reconstruction };
    for row in 0..shape.height {
        let (mut before, mut here) = (0_u32, image.column_sum(row, 0));
        for column in 0..shape.width {
            let after = image.column_sum(row, usize::from(column) + 1);
            visit(row, column, before.saturating_add(here).saturating_add(after));
            (before, here) = (here, after);
        }
    }
}

struct Image<'a> {
    shape: Shape,
    codes: &'a [i16],
    reconstruction: &'a [i16],
}

impl Image<'_> {
    /// The residuals of a pixel and of those above and below it; 0 outside.
    fn column_sum(&self, row: u16, column: usize) -> u32 {
        if column >= usize::from(self.shape.width) {
            return 0;
        }
        let rows = row.saturating_sub(1)..row.saturating_add(2).min(self.shape.height);
        rows.map(|row| self.pixel(row.into(), column)).fold(0, u32::saturating_add)
    }

    /// At most 65,535 channels with residuals of at most 65,535 each: the sum fits.
    fn pixel(&self, row: usize, column: usize) -> u32 {
        let channels = usize::from(self.shape.channels);
        let first = (row * usize::from(self.shape.width) + column) * channels;
        let part = |values| <[i16]>::get(values, first..first + channels).unwrap_or_default();
        let pairs = part(self.codes).iter().zip(part(self.reconstruction));
        pairs.map(|(&seen, &expected)| (i32::from(seen) - i32::from(expected)).unsigned_abs()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_count_what_is_inside() {
        let shape = Shape { height: 3, width: 3, channels: 1 };
        let mut map = [0; 9];
        let peak = anomaly_map(shape, &[1, 2, 3, 4, 5, 6, 7, 8, 9], &[0; 9], &mut map);
        assert_eq!(map, [12, 21, 16, 27, 45, 33, 24, 39, 28]);
        assert_eq!(peak, Peak { row: 1, column: 1, sum: 45 });
    }

    #[test]
    fn channels_add_up_whatever_their_sign_and_the_first_of_equals_wins() {
        let shape = Shape { height: 1, width: 5, channels: 2 };
        let codes = [3, -4, 0, 0, 0, 0, 0, 0, -7, 0];
        let mut map = [99; 5];
        assert_eq!(anomaly_map(shape, &codes, &[0; 10], &mut map), Peak { row: 0, column: 0, sum: 7 });
        assert_eq!(map, [7, 7, 0, 7, 7]);
    }

    #[test]
    fn nothing_strange_and_nothing_at_all() {
        let shape = Shape { height: 2, width: 2, channels: 1 };
        assert_eq!(anomaly_peak(shape, &[5; 4], &[5; 4]), Peak::default());
        assert_eq!(anomaly_peak(shape, &[], &[]), Peak::default());
        assert_eq!(anomaly_peak(Shape::default(), &[9], &[0]), Peak::default());
    }

    #[test]
    fn the_largest_sums_saturate() {
        let shape = Shape { height: 1, width: 2, channels: u16::MAX };
        let (codes, expected) = (std::vec![32_767; 2 * 65_535], std::vec![-32_768; 2 * 65_535]);
        let peak = anomaly_peak(shape, &codes, &expected);
        assert_eq!(peak.sum, u32::MAX);
    }
}

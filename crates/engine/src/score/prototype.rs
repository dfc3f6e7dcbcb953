//! Distance to a small bank of typical rows.

/// The prototype nearest to a record, by squared distance on wide codes.
///
/// Prototypes are kept in 8 bits on a coarser grid: entry `p` stands for the wide code `p * 2^shift`. The distance is
/// taken from the unclipped wide code, so it keeps growing as a record leaves the training range. Of equally near
/// rows the first wins.
///
/// # Shapes
/// `prototypes`: rows of `codes.len()`, row-major; `codes`: one per column. Result: a row, empty where there is none.
/// # Units
/// `prototypes`: wide codes divided by `2^shift`.
/// # Bounds
/// `shift <= 8`; at most 2^32 columns.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-1`.
/// # Panics
/// Never.
/// # Cost
/// One multiply-accumulate per prototype and column.
/// # Source
/// `NUMERICS.md`, "Prototype distance".
#[must_use]
pub fn nearest<'a>(prototypes: &'a [i8], shift: u32, codes: &[i16]) -> &'a [i8] {
    let mut best: &[i8] = &[];
    let mut best_distance = u64::MAX;
    for row in prototypes.chunks_exact(codes.len().max(1)) {
        let squares = row.iter().zip(codes).map(|(&p, &code)| u64::from(square_distance(code, p, shift)));
        let distance = squares.sum();
        if distance < best_distance {
            best_distance = distance;
            best = row;
        }
    }
    best
}

/// Squared difference of a wide code and a prototype entry; at most 65,535^2, which fits.
#[inline]
pub(super) fn square_distance(code: i16, prototype: i8, shift: u32) -> u32 {
    let difference = (i32::from(code) - i32::from(prototype).wrapping_shl(shift)).unsigned_abs();
    difference.wrapping_mul(difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_row_and_the_first_of_equals() {
        let bank = [1, 1, 5, 5, 1, 1];
        assert_eq!(nearest(&bank, 4, &[70, 90]), &[5, 5]);
        assert_eq!(nearest(&bank, 4, &[16, 16]).as_ptr(), bank.as_ptr());
        assert_eq!(nearest(&[], 4, &[16, 16]), &[] as &[i8]);
        assert_eq!(nearest(&bank, 4, &[]).len(), 1); // no columns: every distance is 0
    }

    #[test]
    fn the_widest_distance_fits() {
        assert_eq!(square_distance(32_767, -128, 8), 65_535 * 65_535);
        assert_eq!(square_distance(-32_767, 127, 8), (32_767 + 32_512) * (32_767 + 32_512));
    }
}

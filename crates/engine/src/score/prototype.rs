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
/// Bit-exact under contract `tw-w8a8-r16-2`.
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
        let distance = distance(row, shift, codes);
        if distance < best_distance {
            best_distance = distance;
            best = row;
        }
    }
    best
}

/// Squared distance of a row; below 2^64, as 2^32 squares of at most 2^32 are.
///
/// Four columns at a time, since rustc does not unroll loops at `opt-level = "s"`: the loop's own instructions were a third
/// of the work.
#[inline]
fn distance(row: &[i8], shift: u32, codes: &[i16]) -> u64 {
    let (rows, last_row) = row.as_chunks();
    let (columns, last_codes) = codes.as_chunks();
    let mut sum = 0;
    for (&[p0, p1, p2, p3], &[c0, c1, c2, c3]) in rows.iter().zip(columns) {
        sum = add_square(sum, difference(c0, p0, shift));
        sum = add_square(sum, difference(c1, p1, shift));
        sum = add_square(sum, difference(c2, p2, shift));
        sum = add_square(sum, difference(c3, p3, shift));
    }
    for (&p, &code) in last_row.iter().zip(last_codes) {
        sum = add_square(sum, difference(code, p, shift));
    }
    sum
}

/// Adds the square of a difference: one instruction where the core multiplies and accumulates 64 bits.
#[inline]
const fn add_square(sum: u64, difference: i32) -> u64 {
    #[cfg(short_multiply)]
    return sum.wrapping_add(difference.wrapping_mul(difference) as u32 as u64);
    #[cfg(not(short_multiply))]
    return sum.wrapping_add((difference as i64 * difference as i64) as u64);
}

/// Difference of a wide code and a prototype entry: at most 65,535 in magnitude.
#[inline]
const fn difference(code: i16, prototype: i8, shift: u32) -> i32 {
    code as i32 - (prototype as i32).wrapping_shl(shift)
}

/// Squared difference of a wide code and a prototype entry; at most 65,535^2, which fits.
#[inline]
pub(super) const fn square_distance(code: i16, prototype: i8, shift: u32) -> u32 {
    let difference = difference(code, prototype, shift);
    difference.wrapping_mul(difference) as u32
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
    fn distances_are_sums_of_squares() {
        // One difference of 3 against two of 2, in a group of four columns and behind it.
        let bank = [0, 0, 0, 0, 3, 2, 0, 0, 0, -2];
        assert_eq!(nearest(&bank, 0, &[0; 5]), &bank[5..]);
        assert_eq!(nearest(&bank, 0, &[1, 0, 0, 0, 1]), &bank[..5]); // 1 + 4 against 1 + 9
    }

    #[test]
    fn the_widest_distance_fits() {
        assert_eq!(square_distance(32_767, -128, 8), 65_535 * 65_535);
        assert_eq!(square_distance(-32_767, 127, 8), (32_767 + 32_512) * (32_767 + 32_512));
    }
}

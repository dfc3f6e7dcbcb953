//! Distance to a small bank of typical rows.

/// Most columns whose products with a prototype are added up in 32 bits: each is at most `2^22` in magnitude.
const RUN: usize = 256;
/// Most columns for which a distance, the record's square left out, fits 32 bits: each column adds less than `2^24` to it. With 64
/// bits a point-of-sale score takes some 4 % more on Cortex-M4.
const NARROW: usize = 127;

/// The prototype nearest to a record, by squared distance on wide codes.
///
/// Prototypes are kept in 8 bits on a coarser grid: entry `p` stands for the wide code `p * 2^shift`. The distance is
/// taken from the unclipped wide code, so it keeps growing as a record leaves the training range. Of equally near
/// rows the first wins.
///
/// The square of the record is the same for every row and is left out: what is compared is the square of the row, which `norms`
/// brings, less twice the product of both. So a column takes one product of 16 bits.
///
/// # Shapes
/// `prototypes`: rows of `codes.len()`, row-major; `norms`: one per row, from [`square_norms`] or [`square_norm`]; `codes`: one per
/// column, at least one. Result: a row, empty where there is none.
/// # Units
/// `prototypes`: wide codes divided by `2^shift`.
/// # Bounds
/// `shift <= 8`; at most 2^18 columns.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Cost
/// One multiply-accumulate per prototype and column.
/// # Source
/// `NUMERICS.md`, "Prototype distance".
/// # Examples
/// ```
/// use tillwatch_engine::score::{nearest, square_norms};
/// const ROWS: [i8; 4] = [1, 1, 5, 5];
/// const NORMS: [u32; 2] = square_norms(&ROWS);
/// assert_eq!(nearest(&ROWS, NORMS.into_iter(), 4, &[70, 90]), [5, 5]);
/// ```
#[must_use]
pub fn nearest<'a>(
    prototypes: &'a [i8],
    norms: impl Iterator<Item = u32>,
    shift: u32,
    codes: &[i16],
) -> &'a [i8] {
    // The squared distance less the record's square, divided by 2^shift.
    if codes.len() <= NARROW {
        let distance = |row: &[i8], norm: u32| norm.wrapping_shl(shift) as i32 - 2 * run_product(row, codes);
        nearest_by(prototypes, norms, codes.len(), i32::MAX, distance)
    } else {
        let distance = |row: &[i8], norm| i64::from(norm).wrapping_shl(shift) - 2 * product(row, codes);
        nearest_by(prototypes, norms, codes.len(), i64::MAX, distance)
    }
}

/// The first row of `width` columns whose distance is least; all are below `most`.
#[inline]
fn nearest_by<D: Ord + Copy>(
    prototypes: &[i8],
    norms: impl Iterator<Item = u32>,
    width: usize,
    most: D,
    distance: impl Fn(&[i8], u32) -> D,
) -> &[i8] {
    let first = prototypes.get(..width).unwrap_or_default();
    let (mut nearest, mut least) = (first, most);
    for (row, norm) in prototypes.chunks_exact(width.max(1)).zip(norms) {
        let distance = distance(row, norm);
        let is_nearer = distance < least;
        nearest = if is_nearer { row } else { nearest };
        least = if is_nearer { distance } else { least };
    }
    nearest
}

/// The sum of the squares of each prototype's entries, for as many rows of one width as the result has.
///
/// # Shapes
/// `prototypes`: `N` rows, row-major; of a length that `N` does not divide the rest is ignored.
/// # Panics
/// Never.
/// # Exactness
/// Exact for at most 2^18 columns.
#[must_use]
pub const fn square_norms<const N: usize>(prototypes: &[i8]) -> [u32; N] {
    let mut norms = [0; N];
    let (mut rest, mut places): (_, &mut [u32]) = (prototypes, &mut norms);
    while let [place, others @ ..] = places
        && let Some((row, behind)) = rest.split_at_checked(prototypes.len() / N)
    {
        *place = square_norm(row);
        (places, rest) = (others, behind);
    }
    norms
}

/// The sum of the squares of one prototype's entries.
///
/// # Panics
/// Never.
/// # Exactness
/// As [`square_norms`].
#[must_use]
pub const fn square_norm(prototype: &[i8]) -> u32 {
    let (mut sum, mut rest) = (0_u32, prototype);
    while let [entry, behind @ ..] = rest {
        let entry = *entry as i32;
        sum = sum.wrapping_add((entry * entry) as u32);
        rest = behind;
    }
    sum
}

/// The sum of the products of a row's entries and a record's codes.
#[inline]
fn product(row: &[i8], codes: &[i16]) -> i64 {
    let (rows, last_row) = row.as_chunks::<RUN>();
    let (columns, last_codes) = codes.as_chunks::<RUN>();
    let runs = rows.iter().zip(columns).map(|(row, codes)| i64::from(run_product(row, codes)));
    runs.sum::<i64>() + i64::from(run_product(last_row, last_codes))
}

/// The same of at most [`RUN`] columns.
///
/// Eight at a time, since rustc does not unroll loops at `opt-level = "s"`, where the loop's own instructions are most of the work.
#[inline]
fn run_product(row: &[i8], codes: &[i16]) -> i32 {
    let (rows, last_row) = row.as_chunks::<8>();
    let (columns, last_codes) = codes.as_chunks::<8>();
    let mut sum = 0;
    for (&[p0, p1, p2, p3, p4, p5, p6, p7], &[c0, c1, c2, c3, c4, c5, c6, c7]) in rows.iter().zip(columns) {
        sum = add_four(sum, [p0, p1, p2, p3], [c0, c1, c2, c3]);
        sum = add_four(sum, [p4, p5, p6, p7], [c4, c5, c6, c7]);
    }
    add_last(sum, last_row, last_codes)
}

/// Adds the products of fewer than eight columns: of four, two and one, since a loop over three takes what eight others take.
#[inline]
fn add_last(mut sum: i32, mut row: &[i8], mut codes: &[i16]) -> i32 {
    if let (Some((four, others)), Some((their_codes, behind))) =
        (row.split_first_chunk(), codes.split_first_chunk())
    {
        sum = add_four(sum, *four, *their_codes);
        (row, codes) = (others, behind);
    }
    if let ([p0, p1, others @ ..], [c0, c1, behind @ ..]) = (row, codes) {
        sum = add_four(sum, [*p0, *p1, 0, 0], [*c0, *c1, 0, 0]);
        (row, codes) = (others, behind);
    }
    match (row, codes) {
        ([p, ..], [code, ..]) => add_four(sum, [*p, 0, 0, 0], [*code, 0, 0, 0]),
        _ => sum,
    }
}

#[allow(
    clippy::inline_always,
    reason = "at opt-level z rustc calls it instead, which takes 8 % of a point-of-sale score on Cortex-M0"
)]
#[inline(always)]
fn add_four(sum: i32, [p0, p1, p2, p3]: [i8; 4], [c0, c1, c2, c3]: [i16; 4]) -> i32 {
    let product = |p: i8, code: i16| i32::from(p) * i32::from(code);
    sum + product(p0, c0) + product(p1, c1) + product(p2, c2) + product(p3, c3)
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

    /// With norms that are computed meanwhile.
    fn nearest_of<'a>(bank: &'a [i8], shift: u32, codes: &[i16]) -> &'a [i8] {
        nearest(bank, bank.chunks_exact(codes.len()).map(square_norm), shift, codes)
    }

    #[test]
    fn finds_the_nearest_row_and_the_first_of_equals() {
        let bank = [1, 1, 5, 5, 1, 1];
        assert_eq!(nearest_of(&bank, 4, &[70, 90]), &[5, 5]);
        assert_eq!(nearest_of(&bank, 4, &[16, 16]).as_ptr(), bank.as_ptr());
        assert_eq!(nearest_of(&[], 4, &[16, 16]), &[] as &[i8]);
        assert_eq!(nearest_of(&[7, -7], 8, &[0]), [7]); // equally near from either side
    }

    #[test]
    fn distances_are_sums_of_squares() {
        // One difference of 3 against two of 2, in a group of eight columns and behind it.
        let bank = [0, 0, 0, 0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 0, 0, 0, -2];
        assert_eq!(nearest_of(&bank, 0, &[0; 9]), &bank[9..]);
        assert_eq!(nearest_of(&bank, 0, &[1, 0, 0, 0, 0, 0, 0, 0, 1]), &bank[..9]); // 1 + 4 against 1 + 9
    }

    #[test]
    fn every_column_of_every_width_counts_once() {
        for width in 1..=17 {
            let codes: std::vec::Vec<i16> = (1..=width).map(|column| column * 100).collect();
            for column in 0..codes.len() {
                let mut row = std::vec![0; codes.len()];
                row[column] = -3;
                assert_eq!(run_product(&row, &codes), -300 * (column as i32 + 1), "{column} of {width}");
            }
        }
    }

    #[test]
    fn runs_of_columns_add_up_beyond_32_bits() {
        // Products of 2^22 each: two runs are 2^31, and the last columns decide.
        let mut bank = [-128; 2 * (2 * RUN + 3)];
        let (first, second) = bank.split_at_mut(2 * RUN + 3);
        (first[2 * RUN + 2], second[2 * RUN + 2]) = (3, 4);
        let mut codes = [i16::MIN; 2 * RUN + 3];
        for (code, wanted) in [(3, 3), (4, 4)] {
            codes[2 * RUN + 2] = code;
            assert_eq!(nearest_of(&bank, 0, &codes).last(), Some(&wanted));
        }
        assert_eq!(product(&[-128; 2 * RUN], &[i16::MIN; 2 * RUN]), 1 << 31);
    }

    /// The farthest that distances reach, on both sides of the width from which they are wide.
    #[test]
    fn the_farthest_distances_fit() {
        for width in [NARROW, NARROW + 1] {
            let bank: std::vec::Vec<i8> =
                [127, -128, -128].into_iter().flat_map(|p| std::vec![p; width]).collect();
            assert_eq!(nearest_of(&bank, 8, &std::vec![i16::MAX; width]), &bank[..width]);
            assert_eq!(nearest_of(&bank, 8, &std::vec![i16::MIN; width]).as_ptr(), bank[width..].as_ptr());
            assert_eq!(
                nearest_of(&bank[width..], 8, &std::vec![i16::MAX; width]).as_ptr(),
                bank[width..].as_ptr()
            );
        }
    }

    #[test]
    fn norms_are_sums_of_squares() {
        assert_eq!(square_norms(&[1, -2, 3, -128, 0, 0]), [1 + 4 + 9, 1 << 14]);
        assert_eq!(square_norms(&[]), [0; 0]);
        assert_eq!(square_norm(&[-128; 3]), 3 << 14);
    }

    #[test]
    fn the_widest_distance_fits() {
        assert_eq!(square_distance(32_767, -128, 8), 65_535 * 65_535);
        assert_eq!(square_distance(-32_767, 127, 8), (32_767 + 32_512) * (32_767 + 32_512));
    }
}

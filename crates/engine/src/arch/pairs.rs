//! Tiles for `SMLAD`: two rows of weights in every 16-bit lane.
//!
//! A lane holds `256 * a + b`, the weights of one input in a row and in the next. A sum over lanes is `256 * A + B`, and a sum
//! over their low bytes alone is `B`; hence `A` is the difference of both over 256, as long as it fits the 24 bits that are left
//! of a word. So the loaded word is a factor as it is, and one instruction unpacks two weights of two rows instead of two.

/// Most groups of four inputs to one pair of sums: `512 * 127 * 128 < 2^23`.
pub(super) const LONGEST: usize = 128;

/// Two pairs of rows; of each the even inputs, then the odd ones, as `SXTB16` takes the input apart.
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub(crate) const fn arrange(rows: [i8; 16]) -> [i8; 16] {
    let mut tile = [0; 16];
    let mut lane = 0;
    while lane < 8 {
        let (pair, input) = (lane / 4, INPUTS[lane % 4]);
        let (high, low) = (rows[8 * pair + input] as i16, rows[8 * pair + 4 + input] as i16);
        // Wraps for a high weight of -128 only, which no layer has.
        let [first, second] = high.wrapping_mul(256).wrapping_add(low).to_le_bytes();
        tile[2 * lane] = first as i8;
        tile[2 * lane + 1] = second as i8;
        lane += 1;
    }
    tile
}

/// The inverse of [`arrange`].
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub(crate) const fn rows(tile: [i8; 16]) -> [i8; 16] {
    let mut rows = [0; 16];
    let mut lane = 0;
    while lane < 8 {
        let (pair, input) = (lane / 4, INPUTS[lane % 4]);
        let both = i16::from_le_bytes([tile[2 * lane] as u8, tile[2 * lane + 1] as u8]);
        let low = tile[2 * lane];
        rows[8 * pair + input] = (both.wrapping_sub(low as i16) >> 8) as i8;
        rows[8 * pair + 4 + input] = low;
        lane += 1;
    }
    rows
}

/// The input of each lane of a pair of rows.
const INPUTS: [usize; 4] = [0, 2, 1, 3];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back() {
        let mut rows_before = [0; 16];
        for round in 0..255 {
            for (at, weight) in rows_before.iter_mut().enumerate() {
                *weight = ((round * 89 + at * 53) % 255) as i8; // every byte but -1
                *weight = (*weight).max(-127);
            }
            assert_eq!(rows(arrange(rows_before)), rows_before);
        }
    }

    #[test]
    fn sums_of_lanes_hold_both_rows() {
        // The longest pair of sums at its largest, and the smallest: 512 weights of 127 on codes of -128.
        for (high, low) in [(127, 127), (127, -127), (-127, -127), (-127, 127), (0, -1), (1, 0)] {
            let mut weights = [0; 16];
            (weights[0], weights[4]) = (high, low);
            let tile = arrange(weights);
            let lane = i32::from(i16::from_le_bytes([tile[0] as u8, tile[1] as u8]));
            let times = 4 * LONGEST as i32 * -128;
            let (both, low_sum) = (lane.wrapping_mul(times), i32::from(tile[0]) * times);
            assert_eq!(both.wrapping_sub(low_sum) >> 8, i32::from(high) * times);
            assert_eq!(low_sum, i32::from(low) * times);
        }
    }
}

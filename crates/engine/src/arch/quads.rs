//! Tiles for cores that multiply words alone: four rows of weights in every 32-bit word.
//!
//! A word holds `d0 + 2^8 d1 + 2^16 d2 + 2^24 d3`, the digits of one input in four rows, each a weight and 128. Without its lowest
//! `k` digits, which one shift drops, it is `T_k`, and the sum of codes times `T_k` is `S_k`. Row `k` is `S_k - 2^8 S_(k+1)`,
//! exact modulo 2^32 for sums of any length. So one load and three shifts serve four products and no weight is unpacked.
//! Digits have no sign, because a sign would borrow from the digit above: every row is too great by 128 times the sum of the codes,
//! the same for all rows of a layer.

/// One word for each input, the first row in its lowest byte.
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub(crate) const fn arrange(rows: [i8; 16]) -> [i8; 16] {
    let mut tile = [0; 16];
    let mut at = 0;
    while at < 16 {
        // The byte of a weight and 128 is that of the weight with its upper bit turned round.
        tile[at] = rows[at % 4 * 4 + at / 4] ^ i8::MIN;
        at += 1;
    }
    tile
}

/// The inverse of [`arrange`].
pub(crate) const fn rows(tile: [i8; 16]) -> [i8; 16] {
    // Turned over twice, bit and square are as they were.
    arrange(tile)
}

/// What a row comes out too great by, given the sum of its codes.
#[inline]
pub(super) const fn too_great_by(codes: i32) -> i32 {
    codes << 7
}

/// Adds rows to `sums`, given the sums of codes times the words without their lowest 0 to 3 digits.
#[inline]
pub(super) const fn add_rows([a0, a1, a2, a3]: [i32; 4], [s0, s1, s2, s3]: [i32; 4]) -> [i32; 4] {
    [
        a0.wrapping_add(s0).wrapping_sub(s1 << 8),
        a1.wrapping_add(s1).wrapping_sub(s2 << 8),
        a2.wrapping_add(s2).wrapping_sub(s3 << 8),
        a3.wrapping_add(s3),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::TILE;

    /// The weights of a tile in which every byte comes once in 255 rounds.
    fn weights(round: i32) -> [i8; 16] {
        core::array::from_fn(|at| ((round * 89 + at as i32 * 53) % 255 - 127) as i8)
    }

    /// The loop of a core, in Rust.
    fn sums_of_words(tile: [i8; 16], input: [i8; 4], mut sums: [i32; 4]) -> [i32; 4] {
        for (word, x) in tile.as_chunks::<4>().0.iter().zip(input) {
            let word = u32::from_le_bytes(word.map(|byte| byte as u8));
            for (digits, sum) in sums.iter_mut().enumerate() {
                *sum = sum.wrapping_add(i32::from(x).wrapping_mul((word >> (8 * digits)) as i32));
            }
        }
        sums
    }

    #[test]
    fn rows_come_back() {
        for round in 0..255 {
            assert_eq!(rows(arrange(weights(round))), weights(round));
        }
        assert_eq!(rows(arrange([i8::MIN; 16])), [i8::MIN; 16]);
    }

    #[test]
    fn sums_of_words_hold_all_rows() {
        // So many groups that sums of words wrap many times and those of rows do not.
        const GROUPS: usize = 20_000;
        for (round, input) in
            [[-128; 4], [127; 4], [-128, 127, -128, 127], [1, -1, 0, 77]].into_iter().enumerate()
        {
            for rows in
                [weights(round as i32), [127; 16], [-127; 16], core::array::from_fn(|at| [127, -127][at % 2])]
            {
                let (tile, biases) = (arrange(rows), [1 << 20, -5, 0, i32::MIN / 2]);
                let sums = (0..GROUPS).fold([0; 4], |sums, _| sums_of_words(tile, input, sums));
                let excess = too_great_by(GROUPS as i32 * input.map(i32::from).iter().sum::<i32>());
                let found = add_rows(biases.map(|bias: i32| bias.wrapping_sub(excess)), sums);
                let want: [i32; 4] = core::array::from_fn(|row| {
                    let products =
                        rows[row * TILE..].iter().zip(input).map(|(&w, x)| i32::from(w) * i32::from(x));
                    biases[row].wrapping_add(GROUPS as i32 * products.sum::<i32>())
                });
                assert_eq!(found, want);
            }
        }
    }
}

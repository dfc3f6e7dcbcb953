//! Sparsity: only the largest codes of a layer go on.

/// Keeps the `k` largest codes and sets the others to the zero point; of equal codes the first stays.
///
/// The `k`-th largest code is found bit by bit from the top, each bit by counting the codes that reach it; a last pass
/// keeps what lies above it and as many of its equals as are left. The number of steps does not depend on the codes.
///
/// # Shapes
/// `codes`: one record's activations, any length.
/// # Units
/// Activation codes; `zero_point`: the code of real zero.
/// # Bounds
/// Any codes; with `k` from the number of codes on nothing changes.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
/// # Cost
/// Nine passes over the codes.
/// # Source
/// `NUMERICS.md`, "Top-k".
/// # Examples
/// ```
/// use tillwatch_engine::kernel::top_k;
/// let mut codes = [5, -9, 7, 5, 5];
/// top_k(&mut codes, 2, -128);
/// assert_eq!(codes, [5, -128, 7, -128, -128]);
/// ```
pub fn top_k(codes: &mut [i8], k: usize, zero_point: i8) {
    let mut threshold = 0_u8;
    let mut above = 0;
    for bit in (0..8).rev() {
        let candidate = threshold | 1 << bit;
        let reaching = codes.iter().map(|&code| usize::from(rank(code) >= candidate)).sum::<usize>();
        if reaching >= k {
            threshold = candidate;
        } else {
            // The last candidate that too few reach is the code just above the final threshold.
            above = reaching;
        }
    }
    let mut left = k.wrapping_sub(above);
    for code in codes {
        let equal = usize::from(rank(*code) == threshold) & usize::from(left > 0);
        left = left.wrapping_sub(equal);
        let keep = usize::from(rank(*code) > threshold) | equal;
        let mask = (keep as i8).wrapping_neg(); // all bits or none, so that no branch depends on the code
        *code = (*code & mask) | (zero_point & !mask);
    }
}

/// The order of codes as an order of unsigned numbers.
const fn rank(code: i8) -> u8 {
    (code as u8) ^ 0x80
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn kept(codes: &[i8], k: usize) -> Vec<i8> {
        let mut codes = codes.to_vec();
        top_k(&mut codes, k, 3);
        codes
    }

    #[test]
    fn the_largest_stay_and_of_equals_the_first() {
        assert_eq!(kept(&[-128, 127, 0, 127, -1], 1), [3, 127, 3, 3, 3]);
        assert_eq!(kept(&[-128, 127, 0, 127, -1], 3), [3, 127, 0, 127, 3]);
        assert_eq!(kept(&[-128, -128, -128], 2), [-128, -128, 3]);
        assert_eq!(kept(&[127, 127, 127], 2), [127, 127, 3]);
    }

    #[test]
    fn none_and_all() {
        assert_eq!(kept(&[127, 127, -128], 0), [3; 3]);
        assert_eq!(kept(&[127, 4, -128], 3), [127, 4, -128]);
        assert_eq!(kept(&[127, 4, -128], 9), [127, 4, -128]);
        assert_eq!(kept(&[], 2), []);
    }
}

//! A 64-bit fingerprint of many scores.

/// Folds scores into 64 bits with 32-bit arithmetic only, so that the smallest core can compute it.
///
/// It compares runtimes; it is no cryptographic hash.
///
/// ```
/// use tillwatch_engine::digest::Digest;
/// let mut digest = Digest::new();
/// digest.update(1);
/// digest.update(2);
/// assert_ne!(digest.finish(), Digest::new().finish());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    lanes: [u32; 2],
}

impl Digest {
    /// The fingerprint of nothing.
    ///
    /// # Bounds
    /// None.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new() -> Self {
        Self { lanes: [0x9e37_79b9, 0x85eb_ca6b] }
    }

    /// Folds in one score; the order counts.
    ///
    /// # Bounds
    /// Any value.
    /// # Exactness
    /// Exact: 32-bit arithmetic modulo 2^32.
    /// # Panics
    /// Never.
    pub const fn update(&mut self, value: u64) {
        let [a, b] = self.lanes;
        let a = (a ^ value as u32).wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_add(b);
        let b = (b ^ (value >> 32) as u32).wrapping_mul(0x1b87_3593).rotate_left(13) ^ a;
        self.lanes = [a, b];
    }

    /// The fingerprint so far.
    ///
    /// # Bounds
    /// None.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn finish(self) -> u64 {
        let [a, b] = self.lanes;
        ((a as u64) << 32) | b as u64
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> u64 {
        let mut digest = Digest::new();
        for &value in values {
            digest.update(value);
        }
        digest.finish()
    }

    #[test]
    fn digests_of_the_page() {
        assert_eq!([of(&[]), of(&[1])], [0x9e37_79b9_85eb_ca6b, 0xf388_122c_bfc6_25fb]);
        assert_eq!([of(&[1, 2]), of(&[1 << 32])], [0xab0d_92cc_93c9_a66c, 0x0a30_787b_6fab_ac1d]);
    }

    #[test]
    fn order_length_and_every_bit_count() {
        assert_ne!(of(&[1, 2]), of(&[2, 1]));
        assert_ne!(of(&[0]), of(&[0, 0]));
        for bit in 0..64 {
            assert_ne!(of(&[5, 7]), of(&[5 ^ (1 << bit), 7]), "bit {bit}");
        }
    }
}

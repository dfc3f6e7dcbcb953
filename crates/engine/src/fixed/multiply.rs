//! Long products on every core, with or without a long multiplier.
//!
//! Cores with `UMULL`/`SMULL` (M3 and up) or `MULH` (RISC-V M) take the 64-bit form, which is one instruction there.
//! Cores with a 32-bit product only take the 16-bit-halves form; both give the same bits (tested over edge values
//! and at random), so the choice, made by the build script, is a matter of speed alone.

/// Multiplies two signed words and keeps the upper half of the product, rounded half up.
///
/// `(a * b + 2^31) >> 32`
///
/// # Bounds
/// Any `a` and `b`; the result is at most 2^30 in magnitude.
/// # Exactness
/// Bit-exact on every target.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Requantise".
/// # Examples
/// ```
/// use tillwatch_engine::fixed::multiply_round_high;
/// assert_eq!(multiply_round_high(6, 1 << 30), 2); // 1.5 rounds up
/// assert_eq!(multiply_round_high(-6, 1 << 30), -1); // -1.5 rounds up too
/// ```
#[inline]
#[must_use]
pub const fn multiply_round_high(a: i32, b: i32) -> i32 {
    #[cfg(short_multiply)]
    return round_high_by_halves(a, b);
    #[cfg(not(short_multiply))]
    return ((a as i64 * b as i64 + (1 << 31)) >> 32) as i32;
}

/// [`multiply_round_high`] of `a` and `b * 2^shift`: a factor of 16 bits needs half the products where there are short ones only.
///
/// `(a * b * 2^shift + 2^31) >> 32`
///
/// # Bounds
/// Any `a` and `b`; `shift <= 15`.
/// # Exactness
/// Bit-exact on every target.
/// # Panics
/// Never within bounds.
/// # Source
/// `NUMERICS.md`, "Requantise".
#[inline]
#[must_use]
pub const fn multiply_round_short(a: i32, b: i16, shift: u32) -> i32 {
    #[cfg(short_multiply)]
    return round_short_by_halves(a, b, shift);
    #[cfg(not(short_multiply))]
    return multiply_round_high(a, (b as i32) << shift);
}

/// Multiplies two unsigned words without loss.
///
/// # Bounds
/// Any `a` and `b`.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
#[inline]
#[must_use]
pub const fn multiply_wide(a: u32, b: u32) -> u64 {
    #[cfg(short_multiply)]
    return wide_by_halves(a, b);
    #[cfg(not(short_multiply))]
    return a as u64 * b as u64;
}

/// [`multiply_round_high`] from four 16-bit products.
///
/// With `a = ah * 2^16 + al` (`ah` signed, `al` not) the product is `ah bh 2^32 + (ah bl + al bh) 2^16 + al bl`. The low
/// 16 bits of `al bl` meet only zeros of the rounding constant, so they cannot carry and are dropped. The cross products are added
/// one after the other, the second to the lower half of the first, so that one carry is left to take to the upper word.
#[cfg(any(test, short_multiply))]
const fn round_high_by_halves(a: i32, b: i32) -> i32 {
    let (ah, al) = (a >> 16, (a & 0xffff) as u32);
    let (bh, bl) = (b >> 16, (b & 0xffff) as u32);
    // At most (2^15 - 1) (2^16 - 1) + 2^16 - 2 + 2^15 = 2^31 - 1: the rounding constant fits here, in the second sum it would not.
    let first = ah * bl as i32 + (al.wrapping_mul(bl) >> 16) as i32 + 0x8000;
    let second = bh * al as i32 + (first & 0xffff);
    ah * bh + (first >> 16) + (second >> 16)
}

/// [`multiply_round_short`] from two 16-bit products.
///
/// The rounding constant, `2^(31 - shift)` under the product of `a` and `b`, has 16 zeros at least: the low half of `al b` meets
/// nothing but these and is dropped.
#[cfg(any(test, short_multiply))]
const fn round_short_by_halves(a: i32, b: i16, shift: u32) -> i32 {
    let (ah, al, b) = (a >> 16, a & 0xffff, b as i32);
    (ah * b + ((al * b) >> 16) + (1 << (15 - shift))) >> (16 - shift)
}

/// [`multiply_wide`] from four 16-bit products, added up in 64 bits: two additions each, with carry. Put together in 32 bits, the
/// upper half alone is what LLVM 22 takes for a long product, which on these cores is the library function `__aeabi_lmul`.
#[cfg(any(test, short_multiply))]
const fn wide_by_halves(a: u32, b: u32) -> u64 {
    let (ah, al) = (a >> 16, a & 0xffff);
    let (bh, bl) = (b >> 16, b & 0xffff);
    let outer = ((ah * bh) as u64) << 32 | (al * bl) as u64;
    outer + (((ah * bl) as u64) << 16) + (((al * bh) as u64) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EDGES: [i32; 12] =
        [0, 1, -1, 2, 0xffff, 0x10000, -0x10000, 0x7fff_8000, i32::MAX, i32::MIN, i32::MIN + 1, 0x4000_0000];

    fn oracle(a: i32, b: i32) -> i32 {
        i32::try_from((i128::from(a) * i128::from(b) + (1 << 31)).div_euclid(1 << 32)).unwrap()
    }

    #[test]
    fn both_forms_agree_on_edges() {
        for a in EDGES {
            for b in EDGES {
                assert_eq!(multiply_round_high(a, b), oracle(a, b), "{a} x {b}");
                assert_eq!(round_high_by_halves(a, b), oracle(a, b), "{a} x {b} by halves");
                let (ua, ub) = (a as u32, b as u32);
                assert_eq!(multiply_wide(ua, ub), u64::from(ua) * u64::from(ub));
                assert_eq!(wide_by_halves(ua, ub), u64::from(ua) * u64::from(ub));
            }
            for b in [0, 1, -1, 2, 255, 256, 0x4000, i16::MAX, i16::MIN] {
                for shift in 0..=15 {
                    let want = oracle(a, i32::from(b) << shift);
                    assert_eq!(multiply_round_short(a, b, shift), want, "{a} x {b} << {shift}");
                    assert_eq!(round_short_by_halves(a, b, shift), want, "{a} x {b} << {shift} by halves");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn both_forms_agree(a in any::<i32>(), b in any::<i32>()) {
            prop_assert_eq!(multiply_round_high(a, b), oracle(a, b));
            prop_assert_eq!(round_high_by_halves(a, b), oracle(a, b));
            let (short, shift) = ((b >> 16) as i16, b as u32 % 16);
            let want = oracle(a, i32::from(short) << shift);
            prop_assert_eq!(multiply_round_short(a, short, shift), want);
            prop_assert_eq!(round_short_by_halves(a, short, shift), want);
            prop_assert_eq!(wide_by_halves(a as u32, b as u32), u64::from(a as u32) * u64::from(b as u32));
        }
    }
}

//! x86-64 processors with AVX2.

use super::lanes::{Codes, Lanes};
use super::tile::{dense, narrow};
use crate::packed::{Block, Dense, Input, OUTPUTS, Range, Rule, Start};
use std::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm_max_epi8, _mm_min_epi8, _mm_packs_epi16, _mm_set1_epi8, _mm_storeu_si128,
    _mm256_abs_epi8, _mm256_add_epi32, _mm256_add_epi64, _mm256_blend_epi32, _mm256_castsi256_si128,
    _mm256_cvtepi16_epi32, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_maddubs_epi16, _mm256_max_epi16, _mm256_min_epi16, _mm256_mul_epi32, _mm256_mulhi_epu16,
    _mm256_packs_epi32, _mm256_permute4x64_epi64, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x,
    _mm256_sign_epi8, _mm256_sll_epi32, _mm256_slli_epi32, _mm256_sllv_epi32, _mm256_srav_epi32,
    _mm256_srli_epi64, _mm256_storeu_si256,
};

/// Proof that the processor has AVX2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    pub(super) fn narrow(self, input: &Input, rows: usize, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
        #[target_feature(enable = "avx2")]
        fn inside(lanes: Avx2, input: &Input, rows: usize, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
            narrow(lanes, input, rows, wide, out);
        }
        // SAFETY: a value of this type was only made where the processor has the instructions.
        unsafe { inside(self, input, rows, wide, out) }
    }

    pub(super) fn dense<C: Codes>(self, layer: &Dense, rows: usize, input: &[[u8; OUTPUTS]], out: &mut [C]) {
        #[target_feature(enable = "avx2")]
        fn inside<C: Codes>(lanes: Avx2, layer: &Dense, rows: usize, input: &[[u8; OUTPUTS]], out: &mut [C]) {
            dense(lanes, layer, rows, input, out);
        }
        // SAFETY: as above.
        unsafe { inside(self, layer, rows, input, out) }
    }
}

// SAFETY of every block below: a value of this type was only made where the processor has the instructions, and what
// is read or written through a pointer is an array that holds the bytes which the instruction moves.
impl Lanes for Avx2 {
    const WIDEST: usize = 1;
    type Sums = [__m256i; 2];
    /// The codes, and their magnitudes.
    type Group = [__m256i; 2];

    #[inline(always)]
    fn sums(self, values: &[i32; OUTPUTS]) -> [__m256i; 2] {
        let at = values.as_ptr();
        unsafe { [_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(8).cast())] }
    }

    #[inline(always)]
    fn widened(self, codes: &[i16; OUTPUTS]) -> [__m256i; 2] {
        unsafe {
            let codes = _mm256_loadu_si256(codes.as_ptr().cast());
            [
                _mm256_cvtepi16_epi32(_mm256_castsi256_si128(codes)),
                _mm256_cvtepi16_epi32(_mm256_extracti128_si256::<1>(codes)),
            ]
        }
    }

    #[inline(always)]
    fn group(self, codes: [u8; 4]) -> [__m256i; 2] {
        unsafe {
            let codes = _mm256_set1_epi32(i32::from_le_bytes(codes));
            [codes, _mm256_abs_epi8(codes)]
        }
    }

    /// Products take unsigned codes and add up in pairs that saturate at 16 bits. So the magnitude of a code meets the
    /// weight with the code's sign: two products are at most 2 * 128 * 127 = 32,512, since no weight is -128.
    #[inline(always)]
    fn add_products(self, sums: [__m256i; 2], group: [__m256i; 2], weights: &Block) -> [__m256i; 2] {
        let [codes, magnitudes] = group;
        let at = weights.0.as_ptr();
        unsafe {
            let ones = _mm256_set1_epi16(1);
            let low = _mm256_sign_epi8(_mm256_loadu_si256(at.cast()), codes);
            let high = _mm256_sign_epi8(_mm256_loadu_si256(at.add(32).cast()), codes);
            let low = _mm256_madd_epi16(_mm256_maddubs_epi16(magnitudes, low), ones);
            let high = _mm256_madd_epi16(_mm256_maddubs_epi16(magnitudes, high), ones);
            [_mm256_add_epi32(sums[0], low), _mm256_add_epi32(sums[1], high)]
        }
    }

    #[inline(always)]
    fn add(self, left: [__m256i; 2], right: [__m256i; 2]) -> [__m256i; 2] {
        unsafe { [_mm256_add_epi32(left[0], right[0]), _mm256_add_epi32(left[1], right[1])] }
    }

    #[inline(always)]
    fn clipped(self, codes: [__m256i; 2], input: &Input) -> [__m256i; 2] {
        let mut clipped = codes;
        for codes in &mut clipped {
            *codes = unsafe {
                let (multiplier, round) =
                    (_mm256_set1_epi32(input.multiplier), _mm256_set1_epi64x(input.round));
                let codes = _mm256_sll_epi32(*codes, _mm_cvtsi32_si128(input.shift));
                // Long products are of the even lanes alone, so the odd ones come down first.
                let even = _mm256_add_epi64(_mm256_mul_epi32(codes, multiplier), round);
                let odd = _mm256_mul_epi32(_mm256_srli_epi64::<32>(codes), multiplier);
                let odd = _mm256_add_epi64(odd, round);
                // The upper halves of both: those of the odd lanes are in place.
                _mm256_blend_epi32::<0b1010_1010>(_mm256_srli_epi64::<32>(even), odd)
            };
        }
        clipped
    }

    /// The upper half of a sum has a sign and the lower has none, so they are products of two kinds. Multipliers lie in lower halves
    /// in memory: of ones shifted down here the compiler knows that their upper halves are zero, and it narrows what is one product.
    #[inline(always)]
    fn scaled(self, sums: [__m256i; 2], start: &Start, rule: &Rule) -> [__m256i; 2] {
        let mut codes = sums;
        for (codes, multipliers) in codes.iter_mut().zip(self.sums(&start.multipliers)) {
            *codes = unsafe {
                let sums = _mm256_sllv_epi32(*codes, _mm256_set1_epi32(rule.shift));
                let low = _mm256_mulhi_epu16(sums, multipliers);
                let high = _mm256_madd_epi16(sums, _mm256_slli_epi32::<16>(multipliers));
                let product = _mm256_add_epi32(_mm256_add_epi32(high, low), _mm256_set1_epi32(rule.round));
                _mm256_srav_epi32(product, _mm256_set1_epi32(rule.fraction))
            };
        }
        codes
    }

    /// Narrowing saturates and so may come before the clamp.
    #[inline(always)]
    fn bytes<const R: usize>(self, values: [[__m256i; 2]; R], range: Range) -> [[u8; OUTPUTS]; R] {
        let mut bytes = [[0; OUTPUTS]; R];
        unsafe {
            let (min, max) = (_mm_set1_epi8(range.min as i8), _mm_set1_epi8(range.max as i8));
            for (&values, out) in values.iter().zip(&mut bytes) {
                let words = packed(values);
                let codes =
                    _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words));
                _mm_storeu_si128(out.as_mut_ptr().cast(), _mm_max_epi8(_mm_min_epi8(codes, max), min));
            }
        }
        bytes
    }

    #[inline(always)]
    fn words<const R: usize>(self, values: [[__m256i; 2]; R], range: Range) -> [[i16; OUTPUTS]; R] {
        let mut words = [[0; OUTPUTS]; R];
        unsafe {
            let (min, max) = (_mm256_set1_epi16(range.min as i16), _mm256_set1_epi16(range.max as i16));
            for (&values, out) in values.iter().zip(&mut words) {
                let codes = _mm256_max_epi16(_mm256_min_epi16(packed(values), max), min);
                _mm256_storeu_si256(out.as_mut_ptr().cast(), codes);
            }
        }
        words
    }
}

/// Sixteen values, saturated to 16 bits, in order: the instruction packs within halves.
#[target_feature(enable = "avx2")]
#[inline]
fn packed(values: [__m256i; 2]) -> __m256i {
    _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(values[0], values[1]))
}

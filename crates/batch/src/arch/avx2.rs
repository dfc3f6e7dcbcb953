//! x86-64 processors with AVX2.

use super::lanes::Lanes;
use super::tile::{Layer, dense, narrow};
use crate::packed::{Block, Input, OUTPUTS, Rule};
use std::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm_packs_epi16, _mm_storeu_si128, _mm256_abs_epi8, _mm256_add_epi32,
    _mm256_add_epi64, _mm256_blend_epi32, _mm256_castsi256_si128, _mm256_cvtepi16_epi32,
    _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_max_epi32,
    _mm256_min_epi32, _mm256_mul_epi32, _mm256_packs_epi32, _mm256_permute4x64_epi64, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_sign_epi8, _mm256_sll_epi32, _mm256_srli_epi64,
    _mm256_storeu_si256,
};

/// Proof that the processor has AVX2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    pub(super) fn narrow(self, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
        #[target_feature(enable = "avx2")]
        fn inside(lanes: Avx2, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
            narrow(lanes, input, wide, out);
        }
        // SAFETY: a value of this type was only made where the processor has the instructions.
        unsafe { inside(self, input, wide, out) }
    }

    pub(super) fn dense(self, layer: Layer<'_>) {
        #[target_feature(enable = "avx2")]
        fn inside(lanes: Avx2, layer: Layer<'_>) {
            dense(lanes, layer);
        }
        // SAFETY: as above.
        unsafe { inside(self, layer) }
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
    fn requantise(self, sums: [__m256i; 2], multipliers: [__m256i; 2], rule: &Rule) -> [__m256i; 2] {
        let mut codes = sums;
        for (codes, multipliers) in codes.iter_mut().zip(multipliers) {
            *codes = unsafe {
                let round = _mm256_set1_epi64x(rule.round);
                let sums = _mm256_sll_epi32(*codes, _mm_cvtsi32_si128(rule.shift));
                // Long products are of the even lanes alone, so the odd ones come down first.
                let even = _mm256_add_epi64(_mm256_mul_epi32(sums, multipliers), round);
                let odd =
                    _mm256_mul_epi32(_mm256_srli_epi64::<32>(sums), _mm256_srli_epi64::<32>(multipliers));
                let odd = _mm256_add_epi64(odd, round);
                // The upper halves of both: those of the odd lanes are in place.
                let codes = _mm256_blend_epi32::<0b1010_1010>(_mm256_srli_epi64::<32>(even), odd);
                let codes = _mm256_min_epi32(codes, _mm256_set1_epi32(rule.max));
                _mm256_max_epi32(codes, _mm256_set1_epi32(rule.min))
            };
        }
        codes
    }

    #[inline(always)]
    fn bytes(self, values: [__m256i; 2]) -> [u8; OUTPUTS] {
        let mut bytes = [0; OUTPUTS];
        unsafe {
            let words = packed(values);
            let low = _mm256_castsi256_si128(words);
            let high = _mm256_extracti128_si256::<1>(words);
            _mm_storeu_si128(bytes.as_mut_ptr().cast(), _mm_packs_epi16(low, high));
        }
        bytes
    }

    #[inline(always)]
    fn words(self, values: [__m256i; 2]) -> [i16; OUTPUTS] {
        let mut words = [0; OUTPUTS];
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), packed(values)) }
        words
    }
}

/// Sixteen values that fit 16 bits, in order: the instruction packs within halves.
#[target_feature(enable = "avx2")]
#[inline]
fn packed(values: [__m256i; 2]) -> __m256i {
    _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(values[0], values[1]))
}

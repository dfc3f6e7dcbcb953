//! x86-64 processors with AVX-512 and VNNI: 64 products in one instruction.

use super::lanes::Lanes;
use super::tile::{Layer, dense, narrow};
use crate::packed::{Block, Input, OUTPUTS, Rule};
use std::arch::x86_64::{
    __m512i, _mm_cvtsi32_si128, _mm_storeu_si128, _mm256_loadu_si256, _mm256_storeu_si256, _mm512_add_epi64,
    _mm512_cvtepi16_epi32, _mm512_cvtepi32_epi8, _mm512_cvtepi32_epi16, _mm512_dpbusd_epi32,
    _mm512_loadu_si512, _mm512_mask_shuffle_epi32, _mm512_max_epi32, _mm512_min_epi32, _mm512_mul_epi32,
    _mm512_set1_epi32, _mm512_set1_epi64, _mm512_sll_epi32, _mm512_srli_epi64,
};

/// Proof that the processor has AVX-512 F, BW, VL and VNNI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let has_all = std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512bw")
            && std::arch::is_x86_feature_detected!("avx512vl")
            && std::arch::is_x86_feature_detected!("avx512vnni");
        has_all.then_some(Self(()))
    }

    pub(super) fn narrow(self, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
        fn inside(lanes: Avx512, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
            narrow(lanes, input, wide, out);
        }
        // SAFETY: a value of this type was only made where the processor has the instructions.
        unsafe { inside(self, input, wide, out) }
    }

    pub(super) fn dense(self, layer: Layer<'_>) {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
        fn inside(lanes: Avx512, layer: Layer<'_>) {
            dense(lanes, layer);
        }
        // SAFETY: as above.
        unsafe { inside(self, layer) }
    }
}

// SAFETY of every block below: a value of this type was only made where the processor has the instructions, and what
// is read or written through a pointer is an array of exactly the bytes that the instruction moves.
impl Lanes for Avx512 {
    const WIDEST: usize = 4;
    type Sums = __m512i;
    type Group = __m512i;

    #[inline(always)]
    fn sums(self, values: &[i32; OUTPUTS]) -> __m512i {
        unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
    }

    #[inline(always)]
    fn widened(self, codes: &[i16; OUTPUTS]) -> __m512i {
        unsafe { _mm512_cvtepi16_epi32(_mm256_loadu_si256(codes.as_ptr().cast())) }
    }

    #[inline(always)]
    fn group(self, codes: [u8; 4]) -> __m512i {
        unsafe { _mm512_set1_epi32(i32::from_le_bytes(codes)) }
    }

    #[inline(always)]
    fn add_products(self, sums: __m512i, group: __m512i, weights: &Block) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sums, group, _mm512_loadu_si512(weights.0.as_ptr().cast())) }
    }

    #[inline(always)]
    fn requantise(self, sums: __m512i, multipliers: __m512i, rule: &Rule) -> __m512i {
        unsafe {
            let round = _mm512_set1_epi64(rule.round);
            let sums = _mm512_sll_epi32(sums, _mm_cvtsi32_si128(rule.shift));
            // Long products are of the even lanes alone, so the odd ones come down first.
            let even = _mm512_add_epi64(_mm512_mul_epi32(sums, multipliers), round);
            let odd = _mm512_mul_epi32(_mm512_srli_epi64::<32>(sums), _mm512_srli_epi64::<32>(multipliers));
            let odd = _mm512_add_epi64(odd, round);
            // The upper halves of both: those of the odd lanes are in place.
            let codes = _mm512_mask_shuffle_epi32::<0b11_11_01_01>(odd, 0x5555, even);
            _mm512_max_epi32(_mm512_min_epi32(codes, _mm512_set1_epi32(rule.max)), _mm512_set1_epi32(rule.min))
        }
    }

    #[inline(always)]
    fn bytes(self, values: __m512i) -> [u8; OUTPUTS] {
        let mut bytes = [0; OUTPUTS];
        unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(values)) }
        bytes
    }

    #[inline(always)]
    fn words(self, values: __m512i) -> [i16; OUTPUTS] {
        let mut words = [0; OUTPUTS];
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), _mm512_cvtepi32_epi16(values)) }
        words
    }
}

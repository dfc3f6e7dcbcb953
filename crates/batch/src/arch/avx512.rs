//! x86-64 processors with AVX-512 and VNNI: 64 products in one instruction.

use super::lanes::{Codes, Lanes};
use super::tile::{dense, narrow};
use crate::packed::{Block, Dense, Input, OUTPUTS, Range, Rule, Start};
use std::arch::x86_64::{
    __m512i, _mm_cvtsi32_si128, _mm_max_epu8, _mm_min_epu8, _mm_storeu_si128, _mm256_loadu_si256,
    _mm256_maskz_loadu_epi16, _mm256_max_epi16, _mm256_min_epi16, _mm256_set1_epi16, _mm256_storeu_si256,
    _mm512_add_epi32, _mm512_add_epi64, _mm512_castsi512_si128, _mm512_cvtepi16_epi32,
    _mm512_cvtsepi32_epi16, _mm512_cvtusepi32_epi8, _mm512_dpbusd_epi32, _mm512_dpwssd_epi32,
    _mm512_loadu_si512, _mm512_mask_shuffle_epi32, _mm512_max_epi32, _mm512_max_epu8, _mm512_min_epu8,
    _mm512_mul_epi32, _mm512_mulhi_epu16, _mm512_packs_epi32, _mm512_packus_epi16, _mm512_permutexvar_epi32,
    _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setr_epi32, _mm512_setzero_si512,
    _mm512_sll_epi32, _mm512_slli_epi32, _mm512_sllv_epi32, _mm512_srav_epi32, _mm512_srli_epi64,
    _mm512_storeu_si512,
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

    pub(super) fn narrow(self, input: &Input, rows: usize, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
        fn inside(lanes: Avx512, input: &Input, rows: usize, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
            narrow(lanes, input, rows, wide, out);
        }
        // SAFETY: a value of this type was only made where the processor has the instructions.
        unsafe { inside(self, input, rows, wide, out) }
    }

    pub(super) fn dense<C: Codes>(self, layer: &Dense, rows: usize, input: &[[u8; OUTPUTS]], out: &mut [C]) {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
        fn inside<C: Codes>(
            lanes: Avx512,
            layer: &Dense,
            rows: usize,
            input: &[[u8; OUTPUTS]],
            out: &mut [C],
        ) {
            dense(lanes, layer, rows, input, out);
        }
        // SAFETY: as above.
        unsafe { inside(self, layer, rows, input, out) }
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
    fn widened_few(self, codes: &[i16]) -> __m512i {
        let mask = (1_u32 << codes.len().min(OUTPUTS)) - 1;
        unsafe { _mm512_cvtepi16_epi32(_mm256_maskz_loadu_epi16(mask as u16, codes.as_ptr())) }
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
    fn add(self, left: __m512i, right: __m512i) -> __m512i {
        unsafe { _mm512_add_epi32(left, right) }
    }

    #[inline(always)]
    fn clipped(self, codes: __m512i, input: &Input) -> __m512i {
        unsafe {
            let (multiplier, round) = (_mm512_set1_epi32(input.multiplier), _mm512_set1_epi64(input.round));
            let codes = _mm512_sll_epi32(codes, _mm_cvtsi32_si128(input.shift));
            // Long products are of the even lanes alone, so the odd ones come down first.
            let even = _mm512_add_epi64(_mm512_mul_epi32(codes, multiplier), round);
            let odd = _mm512_mul_epi32(_mm512_srli_epi64::<32>(codes), multiplier);
            let odd = _mm512_add_epi64(odd, round);
            // The upper halves of both: those of the odd lanes are in place.
            _mm512_mask_shuffle_epi32::<0b11_11_01_01>(odd, 0x5555, even)
        }
    }

    /// The upper half of a sum has a sign and the lower has none, so they are products of two kinds. Multipliers lie in lower halves
    /// in memory: of ones shifted down here the compiler knows that their upper halves are zero, and it narrows what is one product.
    #[inline(always)]
    fn scaled(self, sums: __m512i, start: &Start, rule: &Rule) -> __m512i {
        unsafe {
            let sums = _mm512_sllv_epi32(sums, _mm512_set1_epi32(rule.shift));
            let multipliers = self.sums(&start.multipliers);
            let (low, round) = (_mm512_mulhi_epu16(sums, multipliers), _mm512_set1_epi32(rule.round));
            let high = _mm512_dpwssd_epi32(round, sums, _mm512_slli_epi32::<16>(multipliers));
            _mm512_srav_epi32(_mm512_add_epi32(high, low), _mm512_set1_epi32(rule.fraction))
        }
    }

    /// Four rows share their narrowing, which saturates and so may come before the clamp.
    #[inline(always)]
    fn bytes<const R: usize>(self, values: [__m512i; R], range: Range) -> [[u8; OUTPUTS]; R] {
        let mut bytes = [[0; OUTPUTS]; R];
        unsafe {
            let (min, max) = (_mm512_set1_epi8(range.min as i8), _mm512_set1_epi8(range.max as i8));
            let (fours, rest) = values.as_chunks::<4>();
            for (four, out) in fours.iter().zip(bytes.as_chunks_mut::<4>().0) {
                // Within each quarter of a register stand four bytes of each row.
                let packed = _mm512_packus_epi16(
                    _mm512_packs_epi32(four[0], four[1]),
                    _mm512_packs_epi32(four[2], four[3]),
                );
                let clamped = _mm512_max_epu8(_mm512_min_epu8(packed, max), min);
                let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
                let rows = _mm512_permutexvar_epi32(order, clamped);
                _mm512_storeu_si512(out.as_mut_ptr().cast(), rows);
            }
            for (&values, out) in rest.iter().zip(bytes.as_chunks_mut::<4>().1) {
                let none = _mm512_setzero_si512();
                let saturated = _mm512_cvtusepi32_epi8(_mm512_max_epi32(values, none));
                let (min, max) = (_mm512_castsi512_si128(min), _mm512_castsi512_si128(max));
                _mm_storeu_si128(out.as_mut_ptr().cast(), _mm_max_epu8(_mm_min_epu8(saturated, max), min));
            }
        }
        bytes
    }

    #[inline(always)]
    fn words<const R: usize>(self, values: [__m512i; R], range: Range) -> [[i16; OUTPUTS]; R] {
        let mut words = [[0; OUTPUTS]; R];
        unsafe {
            let (min, max) = (_mm256_set1_epi16(range.min as i16), _mm256_set1_epi16(range.max as i16));
            for (&values, out) in values.iter().zip(&mut words) {
                let saturated = _mm512_cvtsepi32_epi16(values);
                let clamped = _mm256_max_epi16(_mm256_min_epi16(saturated, max), min);
                _mm256_storeu_si256(out.as_mut_ptr().cast(), clamped);
            }
        }
        words
    }
}

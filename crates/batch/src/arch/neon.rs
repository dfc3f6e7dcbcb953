//! AArch64 processors with the dot product of bytes, which nearly all have since 2018.

use super::lanes::{Codes, Lanes};
use super::tile::{dense, narrow};
use crate::packed::{Block, Dense, Input, OUTPUTS, Range, Rule, Start};
use std::arch::aarch64::{
    int8x16_t, int16x8_t, int32x4_t, vaddq_s32, vcombine_s8, vcombine_s16, vcombine_s32, vdup_n_s32,
    vdupq_n_s8, vdupq_n_s16, vdupq_n_s32, vdupq_n_s64, vget_high_s32, vget_low_s32, vld1_s16, vld1q_s8,
    vld1q_s32, vmaxq_s8, vmaxq_s16, vminq_s8, vminq_s16, vmlal_s32, vmovl_s16, vqdmulhq_s32, vqmovn_s16,
    vqmovn_s32, vreinterpretq_s8_s32, vshlq_n_s32, vshlq_s32, vshrn_n_s64, vst1q_s8, vst1q_s16,
};
use std::arch::asm;

/// Registers of four sums.
const REGISTERS: usize = 4;

/// Proof that the processor has NEON and its dot product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Neon(());

impl Neon {
    pub(super) fn detect() -> Option<Self> {
        let has_both = std::arch::is_aarch64_feature_detected!("neon")
            && std::arch::is_aarch64_feature_detected!("dotprod");
        has_both.then_some(Self(()))
    }

    pub(super) fn narrow(self, input: &Input, rows: usize, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
        #[target_feature(enable = "neon,dotprod")]
        fn inside(lanes: Neon, input: &Input, rows: usize, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
            narrow(lanes, input, rows, wide, out);
        }
        // SAFETY: a value of this type was only made where the processor has the instructions.
        unsafe { inside(self, input, rows, wide, out) }
    }

    pub(super) fn dense<C: Codes>(self, layer: &Dense, rows: usize, input: &[[u8; OUTPUTS]], out: &mut [C]) {
        #[target_feature(enable = "neon,dotprod")]
        fn inside<C: Codes>(lanes: Neon, layer: &Dense, rows: usize, input: &[[u8; OUTPUTS]], out: &mut [C]) {
            dense(lanes, layer, rows, input, out);
        }
        // SAFETY: as above.
        unsafe { inside(self, layer, rows, input, out) }
    }
}

// SAFETY of every block below: a value of this type was only made where the processor has the instructions, and what
// is read or written through a pointer is an array that holds the bytes which the instruction moves.
impl Lanes for Neon {
    const WIDEST: usize = 1;
    type Sums = [int32x4_t; REGISTERS];
    type Group = int8x16_t;

    #[inline(always)]
    fn sums(self, values: &[i32; OUTPUTS]) -> [int32x4_t; REGISTERS] {
        let at = values.as_ptr();
        unsafe { [vld1q_s32(at), vld1q_s32(at.add(4)), vld1q_s32(at.add(8)), vld1q_s32(at.add(12))] }
    }

    #[inline(always)]
    fn widened(self, codes: &[i16; OUTPUTS]) -> [int32x4_t; REGISTERS] {
        let at = codes.as_ptr();
        unsafe {
            [
                vmovl_s16(vld1_s16(at)),
                vmovl_s16(vld1_s16(at.add(4))),
                vmovl_s16(vld1_s16(at.add(8))),
                vmovl_s16(vld1_s16(at.add(12))),
            ]
        }
    }

    #[inline(always)]
    fn group(self, codes: [u8; 4]) -> int8x16_t {
        unsafe { vreinterpretq_s8_s32(vdupq_n_s32(i32::from_le_bytes(codes))) }
    }

    #[inline(always)]
    fn add_products(
        self,
        mut sums: [int32x4_t; REGISTERS],
        group: int8x16_t,
        weights: &Block,
    ) -> [int32x4_t; REGISTERS] {
        for (at, sums) in sums.iter_mut().enumerate() {
            unsafe {
                let weights = vld1q_s8(weights.0.as_ptr().add(16 * at));
                // By name, since the intrinsic is not stable.
                asm!(
                    ".arch_extension dotprod",
                    "sdot {sums:v}.4s, {weights:v}.16b, {group:v}.16b",
                    sums = inout(vreg) *sums,
                    weights = in(vreg) weights,
                    group = in(vreg) group,
                    options(pure, nomem, nostack, preserves_flags),
                );
            }
        }
        sums
    }

    #[inline(always)]
    fn add(self, left: [int32x4_t; REGISTERS], right: [int32x4_t; REGISTERS]) -> [int32x4_t; REGISTERS] {
        let mut sums = left;
        for (sums, right) in sums.iter_mut().zip(right) {
            *sums = unsafe { vaddq_s32(*sums, right) };
        }
        sums
    }

    #[inline(always)]
    fn clipped(self, codes: [int32x4_t; REGISTERS], input: &Input) -> [int32x4_t; REGISTERS] {
        let mut clipped = codes;
        for codes in &mut clipped {
            *codes = unsafe {
                let (multiplier, round) = (vdup_n_s32(input.multiplier), vdupq_n_s64(input.round));
                let codes = vshlq_s32(*codes, vdupq_n_s32(input.shift));
                let low = vmlal_s32(round, vget_low_s32(codes), multiplier);
                let high = vmlal_s32(round, vget_high_s32(codes), multiplier);
                vcombine_s32(vshrn_n_s64::<32>(low), vshrn_n_s64::<32>(high))
            };
        }
        clipped
    }

    /// Of the doubled product the upper half is taken, so that a multiplier raised by 15 bits leaves all but 16 of its own.
    #[inline(always)]
    fn scaled(self, sums: [int32x4_t; REGISTERS], start: &Start, rule: &Rule) -> [int32x4_t; REGISTERS] {
        let mut codes = sums;
        for (codes, multipliers) in codes.iter_mut().zip(self.sums(&start.multipliers)) {
            *codes = unsafe {
                let sums = vshlq_s32(*codes, vdupq_n_s32(rule.shift));
                let product = vqdmulhq_s32(sums, vshlq_n_s32::<15>(multipliers));
                vshlq_s32(vaddq_s32(product, vdupq_n_s32(rule.round)), vdupq_n_s32(-rule.fraction))
            };
        }
        codes
    }

    #[inline(always)]
    fn bytes<const R: usize>(self, values: [[int32x4_t; REGISTERS]; R], range: Range) -> [[u8; OUTPUTS]; R] {
        let mut bytes = [[0; OUTPUTS]; R];
        unsafe {
            let (min, max) = (vdupq_n_s8(range.min as i8), vdupq_n_s8(range.max as i8));
            for (&values, out) in values.iter().zip(&mut bytes) {
                let [low, high] = packed(values);
                let codes = vcombine_s8(vqmovn_s16(low), vqmovn_s16(high));
                vst1q_s8(out.as_mut_ptr().cast(), vmaxq_s8(vminq_s8(codes, max), min));
            }
        }
        bytes
    }

    #[inline(always)]
    fn words<const R: usize>(self, values: [[int32x4_t; REGISTERS]; R], range: Range) -> [[i16; OUTPUTS]; R] {
        let mut words = [[0; OUTPUTS]; R];
        unsafe {
            let (min, max) = (vdupq_n_s16(range.min as i16), vdupq_n_s16(range.max as i16));
            for (&values, out) in values.iter().zip(&mut words) {
                let at: *mut i16 = out.as_mut_ptr();
                let [low, high] = packed(values);
                vst1q_s16(at, vmaxq_s16(vminq_s16(low, max), min));
                vst1q_s16(at.add(8), vmaxq_s16(vminq_s16(high, max), min));
            }
        }
        words
    }
}

/// Sixteen values, saturated to 16 bits.
#[target_feature(enable = "neon")]
#[inline]
fn packed([a, b, c, d]: [int32x4_t; REGISTERS]) -> [int16x8_t; 2] {
    [vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)), vcombine_s16(vqmovn_s32(c), vqmovn_s32(d))]
}

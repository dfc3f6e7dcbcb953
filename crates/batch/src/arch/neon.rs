//! AArch64 processors with the dot product of bytes, which nearly all have since 2018.

use super::lanes::Lanes;
use super::tile::{Layer, dense, narrow};
use crate::packed::{Block, Input, OUTPUTS, Rule};
use std::arch::aarch64::{
    int8x16_t, int32x4_t, vcombine_s16, vcombine_s32, vcombine_s8, vdupq_n_s32, vdupq_n_s64, vget_high_s32,
    vget_low_s32, vld1_s16, vld1q_s8, vld1q_s32, vmaxq_s32, vminq_s32, vmlal_s32, vmovl_s16, vmovn_s16,
    vmovn_s32, vreinterpretq_s8_s32, vshlq_s32, vshrn_n_s64, vst1q_s8, vst1q_s16,
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

    pub(super) fn narrow(self, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
        #[target_feature(enable = "neon,dotprod")]
        fn inside(lanes: Neon, input: &Input, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
            narrow(lanes, input, wide, out);
        }
        // SAFETY: a value of this type was only made where the processor has the instructions.
        unsafe { inside(self, input, wide, out) }
    }

    pub(super) fn dense(self, layer: Layer<'_>) {
        #[target_feature(enable = "neon,dotprod")]
        fn inside(lanes: Neon, layer: Layer<'_>) {
            dense(lanes, layer);
        }
        // SAFETY: as above.
        unsafe { inside(self, layer) }
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
    fn requantise(
        self,
        sums: [int32x4_t; REGISTERS],
        multipliers: [int32x4_t; REGISTERS],
        rule: &Rule,
    ) -> [int32x4_t; REGISTERS] {
        let mut codes = sums;
        for (codes, multipliers) in codes.iter_mut().zip(multipliers) {
            *codes = unsafe {
                let round = vdupq_n_s64(rule.round);
                let sums = vshlq_s32(*codes, vdupq_n_s32(rule.shift));
                let low = vmlal_s32(round, vget_low_s32(sums), vget_low_s32(multipliers));
                let high = vmlal_s32(round, vget_high_s32(sums), vget_high_s32(multipliers));
                let codes = vcombine_s32(vshrn_n_s64::<32>(low), vshrn_n_s64::<32>(high));
                vmaxq_s32(vminq_s32(codes, vdupq_n_s32(rule.max)), vdupq_n_s32(rule.min))
            };
        }
        codes
    }

    #[inline(always)]
    fn bytes(self, [a, b, c, d]: [int32x4_t; REGISTERS]) -> [u8; OUTPUTS] {
        let mut bytes = [0; OUTPUTS];
        unsafe {
            let low = vmovn_s16(vcombine_s16(vmovn_s32(a), vmovn_s32(b)));
            let high = vmovn_s16(vcombine_s16(vmovn_s32(c), vmovn_s32(d)));
            vst1q_s8(bytes.as_mut_ptr().cast(), vcombine_s8(low, high));
        }
        bytes
    }

    #[inline(always)]
    fn words(self, [a, b, c, d]: [int32x4_t; REGISTERS]) -> [i16; OUTPUTS] {
        let mut words = [0; OUTPUTS];
        unsafe {
            let at: *mut i16 = words.as_mut_ptr();
            vst1q_s16(at, vcombine_s16(vmovn_s32(a), vmovn_s32(b)));
            vst1q_s16(at.add(8), vcombine_s16(vmovn_s32(c), vmovn_s32(d)));
        }
        words
    }
}

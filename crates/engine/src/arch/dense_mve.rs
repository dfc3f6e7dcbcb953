//! A dense layer on cores with vectors (MVE), Cortex-M52, M55 and M85, as one function in assembly.
//!
//! Four sums become four codes in one register: `VRMULH` rounds as [`Requantise`] does. That takes 12 instructions where the compiler
//! spends 50 on four outputs, and products take so few that it would be half of all.

use super::layer::Layer;
use super::mve::products;
use crate::fixed::{Channel, Requantise};
use crate::kernel::{Code, TILE, Tile};
use core::arch::naked_asm;

/// What the assembly needs besides weights and inputs, in the order in which it loads it.
#[repr(C)]
struct Rest<C> {
    out: *mut [C; TILE],
    shift: u32,
    zero_point: i32,
    out_min: i32,
    out_max: i32,
    channels: *const [Channel; TILE],
    end: *const [C; TILE],
    bias_shift: u32,
}

/// As the portable twin: 10 instructions for 64 multiply-accumulates, and 24 for four outputs.
///
/// # Bounds
/// Sums that fit an i32, as everywhere: `VMLADAVA` wraps.
/// # Cost
/// 104 bytes of stack.
/// # Source
/// ARMv8-M Architecture Reference Manual, `VMOVL`, `VRMULH`; products are those of `mve`.
#[inline]
pub(crate) fn dense<C: Code>(layer: &Layer<'_, C>, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
    let blocks = layer.blocks(input, out);
    if blocks == 0 {
        return;
    }
    let first = out.as_mut_ptr();
    let Layer { tiles, channels, scale, .. } = layer;
    let Requantise { zero_point, out_min, out_max, shift, bias_shift } = scale.rule();
    let rest = Rest {
        out: first,
        shift,
        zero_point,
        out_min,
        out_max,
        channels: channels.as_ptr(),
        end: first.wrapping_add(blocks),
        bias_shift,
    };
    // SAFETY: there are at least one group of inputs and one of outputs, tiles for each pair of those and channels for the outputs.
    unsafe { compute(tiles.as_ptr(), input.as_ptr(), layer.groups(), &raw const rest) };
}

/// Computes a layer.
///
/// # Safety
/// The outputs are at least 4, and what the pointers say is there.
#[unsafe(naked)]
unsafe extern "C" fn compute<C: Code>(
    tiles: *const Tile,
    input: *const [i8; TILE],
    groups: usize,
    rest: *const Rest<C>,
) {
    naked_asm!(
        ".cpu cortex-m55",
        "push {{r4-r11, lr}}",
        "vpush {{d8-d15}}",
        "lsr r5, r2, #2",
        "and r7, r2, #3",
        "ldm r3, {{r2, r3, r4, r6, r8, r9, r11, r12}}",
        "push {{r12}}", // shift of biases
        "vdup.32 q7, r4", // zero point
        "vdup.32 q5, r6", // smallest code
        "vdup.32 q6, r8", // largest code
        // Four outputs.
        "2:",
        "mov r4, #0",
        "mov r6, #0",
        "mov r8, #0",
        "mov r10, #0",
        "mov r12, r1",
        products!(),
        // Sums to codes.
        "vmov q0[2], q0[0], r4, r8",
        "vmov q0[3], q0[1], r6, r10",
        "vldrw.u32 q2, [r9], #16", // a bias and a multiplier in each word
        "vmovlb.s16 q1, q2",
        "vmovlt.s16 q2, q2",
        "ldr r12, [sp]",
        "vshl.s32 q1, r12",
        "vshl.i32 q2, q2, #{MULTIPLIER_SHIFT}",
        "vadd.i32 q0, q0, q1",
        "vshl.s32 q0, r3",
        "vrmulh.s32 q0, q0, q2",
        "vadd.i32 q0, q0, q7",
        "vmax.s32 q0, q0, q5",
        "vmin.s32 q0, q0, q6",
        ".if {BYTES} == 1",
        "vstrb.32 q0, [r2], #4",
        ".else",
        "vstrh.32 q0, [r2], #8",
        ".endif",
        "cmp r2, r11",
        "bne 2b",
        "add sp, #4",
        "vpop {{d8-d15}}",
        "pop {{r4-r11, pc}}",
        BYTES = const size_of::<C>(),
        MULTIPLIER_SHIFT = const C::MULTIPLIER_SHIFT,
    )
}

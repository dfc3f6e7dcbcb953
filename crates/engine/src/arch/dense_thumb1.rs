//! A dense layer on cores with 16-bit Thumb instructions, Cortex-M0, M0+ and M23, as one function in assembly.
//!
//! The compiler spent some 125 instructions on each four outputs around the sums, most of them on values that found no register, and made
//! code of the layer twice, for narrow and for wide outputs; here it is 111, whatever the values.

use super::layer::Layer;
use super::thumb1::four_products;
use crate::fixed::{Channel, Requantise};
use crate::kernel::{Code, TILE, Tile};
use core::arch::naked_asm;

/// Bytes of the instructions for a group of four inputs, of which a turn of the loop takes two.
const GROUP_BYTES: usize = 104;

/// Fraction bits of a product without its lower 16 bits, as narrow and as wide codes.
const NARROW_FRACTION: u32 = 16 - <i8 as Code>::MULTIPLIER_SHIFT;
const WIDE_FRACTION: u32 = 16 - <i16 as Code>::MULTIPLIER_SHIFT;

/// Adds the products of a group of inputs and a tile to the sums of words in `r8` to `r11`.
#[rustfmt::skip]
macro_rules! group {
    () => {
        concat!(
            "ldmia r0!, {{r2, r3}}
            ldrsb r6, [r1, r5]\n", four_products!("r2"), "
            ldrsb r6, [r4, r5]\n", four_products!("r3"), "
            adds r5, #2
            ldmia r0!, {{r2, r3}}
            ldrsb r6, [r1, r5]\n", four_products!("r2"), "
            ldrsb r6, [r4, r5]\n", four_products!("r3"), "
            adds r5, #2"
        )
    };
}

/// Adds the bias of a channel at `r1` to an accumulator. A load with a sign would need a register for the offset.
macro_rules! bias {
    ($sum:literal, $at:literal) => {
        concat!("ldrh r6, [r1, #", $at, "]\n sxth r6, r6\n lsls r6, r7\n adds ", $sum, ", r6\n")
    };
}

/// Makes codes of the accumulators in `r2` to `r5`, by the channels at `r1` and the shift in `r7`, of which the flags tell whether it
/// is 0, and stores them; `r6` is where the next ones go.
///
/// Two products of 16 bits each, as in `round_short_by_halves`. The sign clamps, first that of the distance to the largest code, then
/// that of the distance to the smallest: every value takes the same instructions, and the constants are only added, so that upper
/// registers do for them.
#[rustfmt::skip]
macro_rules! codes {
    ($fraction:literal, $store:literal, $size:literal) => {
        concat!(
            "beq 4f
            .irp code, r2, r3, r4, r5
            lsls \\code, r7
            .endr
            4:
            .set at, 2
            .irp code, r2, r3, r4, r5
            ldrh r6, [r1, #at]
            asrs r7, \\code, #16
            uxth \\code, \\code
            muls r7, r6, r7
            muls \\code, r6, \\code
            lsrs \\code, \\code, #16
            adds \\code, \\code, r7
            add \\code, r12
            asrs r7, \\code, #31
            ands \\code, r7
            add \\code, lr
            asrs r7, \\code, #31
            bics \\code, r7
            lsrs \\code, \\code, #", $fraction, "
            add \\code, r8
            .set at, at + 4
            .endr
            ldr r6, [sp, #84]
            .set at, 0
            .irp code, r2, r3, r4, r5
            ", $store, " \\code, [r6, #at]
            .set at, at + ", $size, "
            .endr
            adds r6, #4 * ", $size
        )
    };
}

/// What outputs share: the rule, and groups of inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Added to a product, it makes it the distance to the largest code, rounded, with the fraction bits of a product.
    from_max: i32,
    /// From the smallest to the largest code, with the fraction bits of a product.
    span: i32,
    out_min: i32,
    /// Bits 0 to 7: shift of biases; bit 8: codes are wide; from bit 9: shift of accumulators.
    shifts: u16,
    pub(super) groups: u16,
}

/// The rule as the assembly takes it.
pub(super) const fn scale<C: Code>(rule: Requantise, groups: u16) -> Scale {
    let Requantise { zero_point, out_min, out_max, shift, bias_shift } = rule;
    let fraction_bits = 16 - C::MULTIPLIER_SHIFT;
    let half = 1 << (fraction_bits - 1);
    Scale {
        from_max: (zero_point.wrapping_sub(out_max) << fraction_bits).wrapping_add(half),
        span: out_max.wrapping_sub(out_min) << fraction_bits,
        out_min,
        shifts: (shift as u16) << 9 | ((size_of::<C>() > 1) as u16) << 8 | bias_shift as u16,
        groups,
    }
}

/// What the assembly finds on the stack, in the order in which it loads it.
#[repr(C)]
struct Rest {
    span: i32,
    channels: *const [Channel; TILE],
    out_min: i32,
    shifts: u32,
    out: *mut (),
    end: *mut (),
}

/// As the portable twin, in 3.3 instructions for a multiply-accumulate and 28 for a code, whatever the values.
///
/// # Bounds
/// Sums that fit an i32, as everywhere. The rule lies within [`Code::LIMITS`].
/// # Cost
/// 92 bytes of stack.
/// # Source
/// ARMv6-M Architecture Reference Manual; weights lie as `quads` arranges them. Arguments that find no register lie on the stack as
/// the Procedure Call Standard for the Arm Architecture says.
#[inline]
pub(crate) fn dense<C: Code>(layer: &Layer<'_, C>, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
    let blocks = layer.blocks(input, out);
    if blocks == 0 {
        return;
    }
    let Layer { tiles, channels, scale, .. } = layer;
    let rest = Rest {
        span: scale.span,
        channels: channels.as_ptr(),
        out_min: scale.out_min,
        shifts: scale.shifts.into(),
        out: out.as_mut_ptr().cast(),
        end: out.as_mut_ptr().wrapping_add(blocks).cast(),
    };
    // SAFETY: there are at least one group of inputs and one of outputs, tiles for each pair of those and channels for the
    // outputs. Codes take one byte or two, as the shifts say.
    unsafe { compute(tiles.as_ptr(), input.as_ptr(), layer.groups(), scale.from_max, rest) }
}

/// Computes a layer.
///
/// # Safety
/// `groups` and the outputs are at least 1, and what the pointers say is there.
#[unsafe(naked)]
unsafe extern "C" fn compute(
    tiles: *const Tile,
    input: *const [i8; TILE],
    groups: usize,
    from_max: i32,
    rest: Rest,
) {
    naked_asm!(
        "push {{r4-r7, lr}}",
        "mov r4, r8",
        "mov r5, r9",
        "mov r6, r10",
        "mov r7, r11",
        "push {{r4-r7}}",
        "mov r12, r3",
        "ldr r3, [sp, #36]",
        "mov lr, r3",
        // Inputs lie at a distance from their end that grows to 0, which counts the turns as well. An odd number of groups begins
        // with the second half of a turn.
        "adr r6, 2f",
        "lsrs r3, r2, #1",
        "bcc 1f",
        "adds r6, #{GROUP_BYTES}",
        "1:",
        "lsls r2, r2, #2",
        "adds r1, r1, r2",
        "adds r4, r1, #1",
        "rsbs r5, r2, #0",
        "push {{r1, r4, r5, r6}}",
        // Sums of words begin with what takes from each row what it would be too great by.
        "movs r2, #0",
        "1:",
        ".rept 2",
        "ldrsb r3, [r1, r5]",
        "subs r2, r2, r3",
        "ldrsb r3, [r4, r5]",
        "subs r2, r2, r3",
        "adds r5, #2",
        ".endr",
        "bne 1b",
        "lsls r5, r2, #7",
        "lsls r4, r5, #8",
        "adds r4, r4, r5",
        "lsls r3, r4, #8",
        "adds r3, r3, r5",
        "lsls r2, r3, #8",
        "adds r2, r2, r5",
        "push {{r2-r5}}",
        // From sp on: what sums begin with, 16: ends of the inputs, distance and way into the loop, 32: registers of the caller,
        // 68: the rest, which is span, 72: channels, smallest code and shifts, 84: outputs and their end.
        "b 6f",
        // Two groups of inputs.
        ".p2align 2",
        "2:",
        group!(),
        group!(),
        "bne 2b",
        // Sums of words to accumulators of rows.
        "mov r2, r8",
        "mov r3, r9",
        "lsls r6, r3, #8",
        "subs r2, r2, r6",
        "mov r4, r10",
        "lsls r6, r4, #8",
        "subs r3, r3, r6",
        "add r7, sp, #72",
        "ldmia r7, {{r1, r6, r7}}",
        "mov r8, r6",
        "ldrsh r6, [r1, r5]", // r5 is 0 here
        "lsls r6, r7",
        "adds r2, r2, r6",
        "mov r5, r11",
        "lsls r6, r5, #8",
        "subs r4, r4, r6",
        bias!("r3", "4"),
        bias!("r4", "8"),
        bias!("r5", "12"),
        "lsrs r7, r7, #9",
        "bcs 7f",
        codes!("{NARROW_FRACTION}", "strb", "1"),
        "5:",
        "ldr r7, [sp, #88]",
        "str r6, [sp, #84]",
        "adds r1, #16",
        "str r1, [sp, #72]",
        "cmp r6, r7",
        "beq 8f",
        // What four outputs begin with.
        "6:",
        "mov r7, sp",
        "ldmia r7!, {{r2-r5}}",
        "mov r8, r2",
        "mov r9, r3",
        "mov r10, r4",
        "mov r11, r5",
        "ldmia r7!, {{r1, r4, r5, r6}}",
        "mov pc, r6",
        "7:",
        codes!("{WIDE_FRACTION}", "strh", "2"),
        "b 5b",
        "8:",
        "add sp, #32",
        "pop {{r4-r7}}",
        "mov r8, r4",
        "mov r9, r5",
        "mov r10, r6",
        "mov r11, r7",
        "pop {{r4-r7, pc}}",
        GROUP_BYTES = const GROUP_BYTES,
        NARROW_FRACTION = const NARROW_FRACTION,
        WIDE_FRACTION = const WIDE_FRACTION,
    )
}

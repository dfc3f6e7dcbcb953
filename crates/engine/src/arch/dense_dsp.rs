//! A dense layer on cores with DSP instructions, Cortex-M4, M7 and such M33 as have them, as one function in assembly.
//!
//! The compiler spent 105 instructions on each four outputs around the sums, most of them on values that found no register;
//! here it is 36 to 42.

use super::pairs::LONGEST;
use super::whole_blocks;
use crate::fixed::{Channel, Requantise};
use crate::kernel::{Code, TILE, Tile};
use core::arch::naked_asm;

/// Groups of four inputs that are taken apart once a layer, not once for every four outputs. Each takes 8 bytes of stack.
const APART: usize = 32;
/// Such groups to a turn of their loop; a first turn enters behind those that it lacks.
const APART_TURN: usize = 8;
/// Bytes of the instructions for one.
const APART_BYTES: usize = 52;
/// Further groups to a turn.
const FURTHER_TURN: usize = 4;
/// Bytes of the instructions for one.
const FURTHER_BYTES: usize = 62;

/// Adds the products of a tile in r1 to r4 and of its inputs in r5 and r6: the sums of two pairs of rows, then of their low rows.
macro_rules! products {
    () => {
        "smlad r8, r1, r5, r8
        smlad r10, r3, r5, r10
        smlad r8, r2, r6, r8
        smlad r10, r4, r6, r10
        sxtb16 r1, r1
        sxtb16 r2, r2
        sxtb16 r3, r3
        sxtb16 r4, r4
        smlad r9, r1, r5, r9
        smlad r11, r3, r5, r11
        smlad r9, r2, r6, r9
        smlad r11, r4, r6, r11"
    };
}

/// What the assembly needs besides weights and inputs, in the order in which it loads it.
#[repr(C)]
struct Rest<C> {
    out: *mut [C; TILE],
    end: *mut [C; TILE],
    /// Zero point and one half in steps of a product's upper 32 of 48 bits.
    start: i32,
    /// What a step of a bias is worth.
    bias_step: i32,
    is_wide: usize,
    shift: u32,
    channels: *const [Channel; TILE],
}

/// As the portable twin, in 14.5 instructions for 16 multiply-accumulates of the first 128 inputs and 16.5 for others.
///
/// # Bounds
/// Sums that fit an i32, as everywhere: `SMLAD` wraps. The rule lies within [`Code::LIMITS`].
/// # Cost
/// As many bytes of stack as 104 and twice the inputs, at most 360.
/// # Source
/// ARMv7-M Architecture Reference Manual, `SXTB16`, `SMLAD`, `SMLABB`, `SMLAWT` and `SSAT`; weights lie as `pairs` arranges them.
#[inline]
pub(crate) fn dense<C: Code>(
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    rule: Requantise,
    input: &[[i8; TILE]],
    out: &mut [[C; TILE]],
) {
    let blocks = whole_blocks(tiles, channels, input, out);
    if blocks == 0 {
        return;
    }
    // A product in steps of 2^-16 is a code in steps of 2^-5 where codes are narrow, of 2^-1 where they are wide.
    let fraction_bits = 16 - C::MULTIPLIER_SHIFT;
    let rest = Rest {
        out: out.as_mut_ptr(),
        end: out.as_mut_ptr().wrapping_add(blocks),
        start: (rule.zero_point << fraction_bits) + (1 << (fraction_bits - 1)),
        bias_step: 1_i32.wrapping_shl(rule.bias_shift),
        is_wide: size_of::<C>() - 1,
        shift: rule.shift,
        channels: channels.as_ptr(),
    };
    // SAFETY: there are at least one group of inputs and one of outputs, tiles for each pair of those and channels for the
    // outputs. Codes take one byte or two.
    unsafe { layer(tiles.as_ptr(), input.as_ptr(), input.len(), (&raw const rest).cast()) };
    let [low, high] = C::LIMITS;
    if rule.out_min > low || rule.out_max < high {
        for code in out.iter_mut().take(blocks).flatten() {
            *code = C::narrow((*code).into().min(rule.out_max).max(rule.out_min));
        }
    }
}

/// Computes a layer whose codes are cut to [`Code::LIMITS`].
///
/// A pair of rows has two sums, of lanes and of their low bytes, which begin at zero. A channel is a word whose lower half is a factor
/// of `SMLABB`, which adds the bias, and whose upper half one of `SMLAWT`.
///
/// # Safety
/// `groups` and the outputs are at least 1, and what the pointers say is there.
#[unsafe(naked)]
unsafe extern "C" fn layer(
    tiles: *const Tile,
    input: *const [i8; TILE],
    groups: usize,
    rest: *const Rest<()>,
) {
    naked_asm!(
        // Where flags tell of the instructions and the target's name does not, see `build.rs`.
        ".if {IS_ARMV8M}",
        ".cpu cortex-m33",
        ".endif",
        // Of the groups of inputs, r4 are taken apart and r5 come further on.
        "push {{r4-r11, lr}}",
        "mov lr, r3",
        "mov r4, r2",
        "cmp r4, #{APART}",
        "it hi",
        "movhi r4, #{APART}",
        "sub r5, r2, r4",
        "mov r11, sp",
        "sub sp, sp, r4, lsl #3",
        "mov r3, sp",
        "2:",
        "ldr r2, [r1], #4",
        "sxtb16 r6, r2",
        "sxtb16 r2, r2, ror #8",
        "strd r6, r2, [r3], #8",
        "cmp r3, r11",
        "bne 2b",
        // What four outputs begin with: sums, the end of what is apart, and the way into the loop over groups.
        "rsb r4, r4, #0",
        "and r4, r4, #{APART_TURN} - 1",
        "mov r2, #{APART_BYTES}",
        "mul r4, r4, r2",
        "adr.w r12, 5f + 1", // loads of pc keep to Thumb by the lowest bit
        "add r12, r12, r4",
        "mov r7, #0",
        "mov r8, #0",
        "mov r9, #0",
        "mov r10, #0",
        "push {{r7-r12}}",
        // The way out of the loop to what comes next.
        "add r2, r1, r5, lsl #2",
        "adr.w r11, 6f + 1",
        "cmp r5, #0",
        "it ne",
        "adrne.w r11, 11f + 1",
        "ldm lr, {{r5-r10, lr}}",
        // From sp on: further inputs and their end, 8: sums of high rows, 16: outputs and their end, 24: start, bias step,
        // 32: is wide, shift, 40: way out, 44: four zeros, 60: end of what is apart, way in, 68: what is apart.
        "push {{r1-r11}}",
        // Four outputs.
        "4:",
        "add r7, sp, #44",
        "ldm r7!, {{r8-r12, pc}}",
        "5:",
        ".rept {APART_TURN}",
        "ldm r0!, {{r1-r4}}",
        "ldm r7!, {{r5, r6}}",
        products!(),
        ".endr",
        "cmp r7, r12",
        "bne 5b",
        "ldr pc, [sp, #40]",
        // Sums to codes.
        "6:",
        "sub r8, r8, r9",
        "asr r8, r8, #8",
        "sub r10, r10, r11",
        "asr r10, r10, #8",
        "7:",
        "ldm lr!, {{r1-r4}}", // a channel for each row
        "ldrd r5, r12, [sp, #24]",
        "ldrd r7, r6, [sp, #32]",
        "smlabb r8, r1, r12, r8",
        "smlabb r9, r2, r12, r9",
        "smlabb r10, r3, r12, r10",
        "smlabb r11, r4, r12, r11",
        "cbz r6, 8f",
        "lsl r8, r8, r6",
        "lsl r9, r9, r6",
        "lsl r10, r10, r6",
        "lsl r11, r11, r6",
        "8:",
        "smlawt r8, r8, r1, r5",
        "smlawt r9, r9, r2, r5",
        "smlawt r10, r10, r3, r5",
        "smlawt r11, r11, r4, r5",
        "ldrd r1, r2, [sp, #16]",
        "cbz r7, 9f",
        "ssat r8, #16, r8, asr #1",
        "ssat r9, #16, r9, asr #1",
        "ssat r10, #16, r10, asr #1",
        "ssat r11, #16, r11, asr #1",
        "pkhbt r8, r8, r9, lsl #16",
        "pkhbt r10, r10, r11, lsl #16",
        // -32768 becomes -32767.
        "mov r3, #0x00010001",
        "qsub16 r8, r8, r3",
        "qsub16 r10, r10, r3",
        "sadd16 r8, r8, r3",
        "sadd16 r10, r10, r3",
        "str r8, [r1], #4",
        "str r10, [r1], #4",
        "b 10f",
        "9:",
        "ssat r8, #8, r8, asr #5",
        "ssat r9, #8, r9, asr #5",
        "ssat r10, #8, r10, asr #5",
        "ssat r11, #8, r11, asr #5",
        "strb r8, [r1], #1",
        "strb r9, [r1], #1",
        "strb r10, [r1], #1",
        "strb r11, [r1], #1",
        "10:",
        "str r1, [sp, #16]",
        "cmp r1, r2",
        "bne 4b",
        "ldr r12, [sp, #60]",
        "mov sp, r12",
        "pop {{r4-r11, pc}}",
        // Further groups, at most LONGEST in a row. Before each of those, the sums of pairs give what the high rows have so far.
        "11:",
        "ldr r7, [sp]",
        "movs r1, #0",
        "movs r2, #0",
        "12:",
        "sub r8, r8, r9",
        "add r1, r1, r8, asr #8",
        "sub r10, r10, r11",
        "add r2, r2, r10, asr #8",
        "strd r1, r2, [sp, #8]",
        "mov r8, r9",
        "mov r10, r11",
        "ldr r1, [sp, #4]",
        "sub r1, r1, r7",
        "cmp r1, #4 * {LONGEST}",
        "it hi",
        "movhi r1, #4 * {LONGEST}",
        "add r12, r7, r1",
        "lsrs r1, r1, #2",
        "rsbs r1, r1, #0",
        "and r1, r1, #{FURTHER_TURN} - 1",
        "mov r2, #{FURTHER_BYTES}",
        "mul r1, r1, r2",
        "adr.w r2, 13f",
        "add r1, r1, r2",
        "mov pc, r1",
        "13:",
        ".rept {FURTHER_TURN}",
        "ldm r0!, {{r1-r4}}",
        "ldr r6, [r7], #4",
        "sxtb16 r5, r6",
        "sxtb16 r6, r6, ror #8",
        products!(),
        ".endr",
        "cmp r7, r12",
        "bne 13b",
        "ldrd r1, r2, [sp, #8]",
        "ldr r3, [sp, #4]",
        "cmp r7, r3",
        "bne 12b",
        "sub r8, r8, r9",
        "add r8, r1, r8, asr #8",
        "sub r10, r10, r11",
        "add r10, r2, r10, asr #8",
        "b 7b",
        APART = const APART,
        APART_TURN = const APART_TURN,
        APART_BYTES = const APART_BYTES,
        FURTHER_TURN = const FURTHER_TURN,
        FURTHER_BYTES = const FURTHER_BYTES,
        LONGEST = const LONGEST,
        IS_ARMV8M = const cfg!(armv8m) as u8,
    )
}

//! A dense layer on cores with DSP instructions, Cortex-M4, M7 and such M33 as have them, in assembly: one function for layers of up
//! to 100 inputs and outputs, and one for any other.
//!
//! The compiler spent 105 instructions on each four outputs around the sums, most of them on values that found no register; here it is
//! 27 to 36. What a function takes lies in a table of constants, and the table tells which function it is, so that an image carries the
//! one that its layers need.

use super::layer_dsp::Table;
use super::pairs::LONGEST;
use crate::kernel::TILE;
use core::arch::naked_asm;

/// Most groups of inputs, and of outputs, of a small layer. Wider ones spend their time in the loop over groups.
pub(super) const SMALL: usize = 25;
/// Groups of four inputs that are taken apart once a layer, not once for every four outputs. Each takes 8 bytes of stack.
const APART: usize = 32;
/// Such groups to a turn of their loop, in a small layer and in any other; a first turn enters behind those that it lacks.
pub(super) const SMALL_TURN: usize = 4;
const TURN: usize = 8;
/// Bytes of the instructions for one.
pub(super) const APART_BYTES: usize = 52;
/// Bytes of those that end a small layer's turn.
pub(super) const SMALL_TURN_END: usize = 4;
/// Further groups to a turn.
const FURTHER_TURN: usize = 4;
/// Bytes of the instructions for one.
const FURTHER_BYTES: usize = 62;
/// Where sums are shifted, and where narrow and wide codes are made of them: bytes from the end of the loop over groups.
pub(super) const SHIFTED: usize = 48;
pub(super) const NARROW: usize = 66;
pub(super) const WIDE: usize = 130;

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

/// Defines a function that computes a layer whose codes are cut to [`Code::LIMITS`].
///
/// # Source
/// ARMv7-M Architecture Reference Manual, `SXTB16`, `SMLAD`, `SMLABT`, `SMLAWT`, `SSAT`, `QADD16`, and `TEQ` with a shift; weights
/// lie as `pairs` arranges them.
///
/// A pair of rows has two sums, of lanes and of their low bytes, which begin at zero. A channel is a word whose lower half is a factor
/// of `SMLABT`, which adds the bias, and whose upper half one of `SMLAWT`. Wide codes are made one too small and then increased with
/// saturation, which leaves -32,767 as the smallest.
///
/// On the stack, from what is taken apart on, lie the rule and the outputs (16 bytes), what four outputs begin with (28 bytes) and the
/// way from sums to codes.
macro_rules! layer {
    ($(#[$attribute:meta])* $name:ident, groups to a turn: $turn:expr, is large: $is_large:expr) => {
        $(#[$attribute])*
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name(
            table: *const Table,
            input: *const [i8; TILE],
            out: *mut u8,
        ) {
            naked_asm!(
                // Where flags tell of the instructions and the target's name does not, see `build.rs`.
                ".if {IS_ARMV8M}",
                ".cpu cortex-m33",
                ".endif",
                "push {{r4-r11, lr}}",
                "mov r6, r2",
                "ldm r0, {{r0, r2-r5, r7}}",
                "add r3, r3, r2, lsr #1", // half the address of the last channels, and whether codes are wide
                // The way into the first turn to lr, the end of what is apart to r12, its beginning to r7, and whether groups are even.
                ".if {IS_LARGE}",
                "mov r8, r7",
                "cmp r8, #{APART}",
                "it hi",
                "movhi r8, #{APART}",
                "sub r12, r7, r8", // groups that come further on
                "rsb r10, r8, #0",
                "and r10, r10, #{TURN} - 1",
                "mov r11, #{APART_BYTES}",
                "adr.w r9, 5f + 1", // loads of pc keep to Thumb by the lowest bit
                "mla lr, r10, r11, r9",
                "adr.w r11, 6f + 1",
                "uxtab r10, r11, r5, ror #8",
                "cmp r12, #0",
                "it ne",
                "adrne.w r11, 11f + 1",
                "push {{r10-r12}}", // the way from sums to codes, the way out of the loop, further groups
                "sub r12, sp, #44",
                "sub r7, r12, r8, lsl #3",
                "tst r8, #1",
                ".else",
                "adr.w r12, 6f + 1",
                "sxtah lr, r12, r7",
                "uxtab r12, r12, r5, ror #8",
                "push {{r12}}",
                "sub r12, sp, #44",
                "tst r7, #1 << 19",
                "sub r7, r12, r7, lsr #16",
                ".endif",
                "adr.w r8, 14f",
                "ldm r8, {{r8-r11}}",
                "push {{r3-r12, lr}}",
                "mov lr, r2",
                "mov sp, r7",
                // Inputs are taken apart, two groups a turn.
                "beq.n 2f",
                "ldr r3, [r1], #4",
                "sxtb16 r4, r3, ror #8",
                "sxtb16 r3, r3",
                "stm r7!, {{r3, r4}}",
                "b.n 3f",
                "2:",
                "ldr r3, [r1], #4",
                "ldr r5, [r1], #4",
                "sxtb16 r4, r3, ror #8",
                "sxtb16 r3, r3",
                "sxtb16 r6, r5, ror #8",
                "sxtb16 r5, r5",
                "stm r7!, {{r3-r6}}",
                "3:",
                "cmp r7, r12",
                "bne.n 2b",
                ".if {IS_LARGE}",
                // From sp on: further inputs and their end, 8: sums of high rows, 16: end of what is apart, 20: what is apart.
                "ldr r9, [r12, #52]",
                "add r9, r1, r9, lsl #2",
                "push {{r1, r9-r12}}",
                ".endif",
                "adds r7, #16",
                // Four outputs: inputs, four zeros, the end of what is apart, the way in.
                "4:",
                "ldm r7, {{r7-r12, pc}}",
                "5:",
                ".rept {TURN}",
                "ldm r0!, {{r1-r4}}",
                "ldm r7!, {{r5, r6}}",
                products!(),
                ".endr",
                "cmp r7, r12",
                ".if {IS_LARGE}",
                "bne.w 5b",
                "ldr pc, [r7, #48]",
                ".else",
                "bne.n 5b",
                ".endif",
                // Sums to codes.
                "6:",
                "sub r8, r8, r9",
                "asr r8, r8, #8",
                "sub r10, r10, r11",
                "asr r10, r10, #8",
                "7:",
                "ldm r7!, {{r4-r6, r12}}",
                "teq lr, r4, lsl #1", // eq: the last ones, cs: wide codes; what follows leaves the flags alone
                "ldm lr!, {{r1-r4}}", // a channel for each row
                "smlabt r8, r1, r6, r8",
                "smlabt r9, r2, r6, r9",
                "smlabt r10, r3, r6, r10",
                "smlabt r11, r4, r6, r11",
                "ldr.w pc, [r7, #28]",
                // Shifted.
                "lsl r8, r8, r6",
                "lsl r9, r9, r6",
                "lsl r10, r10, r6",
                "lsl r11, r11, r6",
                "bcs.n 9f",
                // Narrow codes.
                "smlawt r8, r8, r1, r5",
                "smlawt r9, r9, r2, r5",
                "smlawt r10, r10, r3, r5",
                "smlawt r11, r11, r4, r5",
                "ssat r8, #8, r8, asr #5",
                "ssat r9, #8, r9, asr #5",
                "ssat r10, #8, r10, asr #5",
                "ssat r11, #8, r11, asr #5",
                "strb r8, [r12], #1",
                "strb r9, [r12], #1",
                "strb r10, [r12], #1",
                "strb r11, [r12], #1",
                "str r12, [r7, #-4]",
                "bne.w 4b",
                "adds r7, #{LEFT}",
                "mov sp, r7",
                "pop {{r4-r11, pc}}",
                // Wide codes.
                "9:",
                "smlawt r8, r8, r1, r5",
                "smlawt r9, r9, r2, r5",
                "smlawt r10, r10, r3, r5",
                "smlawt r11, r11, r4, r5",
                "ssat r8, #16, r8, asr #1",
                "ssat r9, #16, r9, asr #1",
                "ssat r10, #16, r10, asr #1",
                "ssat r11, #16, r11, asr #1",
                "pkhbt r8, r8, r9, lsl #16",
                "pkhbt r10, r10, r11, lsl #16",
                "mov r3, #0x00010001",
                "qadd16 r8, r8, r3",
                "qadd16 r10, r10, r3",
                "str r8, [r12], #4",
                "str r10, [r12], #4",
                "str r12, [r7, #-4]",
                "bne.w 4b",
                "adds r7, #{LEFT}",
                "mov sp, r7",
                "pop {{r4-r11, pc}}",
                ".if {IS_LARGE}",
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
                "ldr r7, [sp, #16]",
                "b 7b",
                ".endif",
                ".balign 4",
                "14:",
                ".word 0, 0, 0, 0",
                APART = const APART,
                APART_BYTES = const APART_BYTES,
                FURTHER_TURN = const FURTHER_TURN,
                FURTHER_BYTES = const FURTHER_BYTES,
                LONGEST = const LONGEST,
                TURN = const $turn,
                IS_LARGE = const $is_large as usize,
                IS_ARMV8M = const cfg!(armv8m) as u8,
                LEFT = const if $is_large { 40 } else { 32 }, // behind the rule and the outputs, up to the registers of the caller
            )
        }
    };
}

layer! {
    /// A layer of up to 100 inputs and outputs.
    ///
    /// # Safety
    /// There are inputs and outputs, at most [`SMALL`] groups of each, and what the pointers say is there.
    small_layer, groups to a turn: SMALL_TURN, is large: false
}

layer! {
    /// A layer of any width.
    ///
    /// # Safety
    /// There are inputs and outputs, and what the pointers say is there.
    large_layer, groups to a turn: TURN, is large: true
}

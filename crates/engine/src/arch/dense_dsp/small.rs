//! A dense layer of up to 100 inputs and outputs.

use super::super::layer_dsp::Table;
use super::{NARROW, NARROW_BYTES, TILE_BYTES};
use crate::kernel::TILE;
use core::arch::naked_asm;

/// Most groups of inputs, and of outputs. Wider layers spend their time in the loop over groups.
pub(in crate::arch) const MOST: usize = 25;
/// Groups of inputs to a turn of their loop; the first turn enters behind those that it lacks.
const TURN: usize = 4;
/// Bytes of the instructions that end a turn.
const TURN_END: usize = 4;
/// Where wide codes are made of sums: bytes from where those are shifted.
pub(in crate::arch) const WIDE: usize = NARROW + NARROW_BYTES + 16;

/// What a table says of groups of inputs: the way into the first turn, back from the end of the loop, 16 bits; bytes that they take
/// apart.
///
/// # Bounds
/// 1 to [`MOST`] groups.
pub(in crate::arch) const fn groups(groups: usize) -> u32 {
    let back = TILE_BYTES * (1 + (groups - 1) % TURN) + TURN_END;
    ((8 * groups as u32) << 16) | (back.wrapping_neg() as u32 & 0xffff)
}

/// Computes a layer whose codes are cut to [`crate::kernel::Code::LIMITS`].
///
/// On the stack, from what is taken apart on, lie the rule and the outputs (16 bytes), what four outputs begin with (28 bytes) and the
/// way from sums to codes.
///
/// # Safety
/// There are inputs and outputs, at most [`MOST`] groups of each, and what the table says is there.
#[unsafe(naked)]
pub(in crate::arch) unsafe extern "C" fn layer(table: *const Table, input: *const [i8; TILE], out: *mut u8) {
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
        "adr.w r12, 6f + 1", // loads of pc keep to Thumb by the lowest bit
        "sxtah lr, r12, r7",
        "adr.w r12, 7f + 1",
        "uxtab r12, r12, r5, ror #8",
        "push {{r12}}",
        "sub r12, sp, #44",
        "tst r7, #1 << 19",
        "sub r7, r12, r7, lsr #16",
        "adr.w r8, 14f",
        "ldm r8, {{r8-r11}}",
        "push {{r3-r12, lr}}",
        "mov lr, r2",
        "mov sp, r7",
        // Inputs are taken apart, two groups a turn.
        "beq.n 2f",
        "ldr r3, [r1], #4",
        apart!("r3", "r3", "r4"),
        "stm r7!, {{r3, r4}}",
        "b.n 3f",
        "2:",
        "ldr r3, [r1], #4",
        "ldr r5, [r1], #4",
        apart!("r3", "r3", "r4"),
        apart!("r5", "r5", "r6"),
        "stm r7!, {{r3-r6}}",
        "3:",
        "cmp r7, r12",
        "bne.n 2b",
        "adds r7, #16",
        // Four outputs: inputs, four zeros, the end of what is apart, the way in.
        "4:",
        "ldm r7, {{r7-r12, pc}}",
        "5:",
        ".rept {TURN}",
        "ldm r0!, {{r1-r4}}",
        "ldm r7!, {{r5, r6}}",
        products!("r5", "r6"),
        ".endr",
        "cmp r7, r12",
        "bne.n 5b",
        "6:",
        high_rows!(),
        "ldm r7!, {{r4-r6, r12}}",
        biases!(),
        "ldr.w pc, [r7, #28]",
        "7:",
        shifts!(),
        "bcs.n 8f",
        narrow_codes!(),
        "str r12, [r7, #-4]",
        "bne.w 4b",
        "adds r7, #32", // behind what four outputs begin with and the way
        "mov sp, r7",
        "pop {{r4-r11, pc}}",
        "8:",
        wide_codes!(),
        "str r12, [r7, #-4]",
        "bne.w 4b",
        "adds r7, #32",
        "mov sp, r7",
        "pop {{r4-r11, pc}}",
        ".balign 4",
        "14:",
        ".word 0, 0, 0, 0",
        TURN = const TURN,
        IS_ARMV8M = const cfg!(armv8m) as u8,
    )
}

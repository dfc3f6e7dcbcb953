//! A dense layer of any width.

use super::super::layer_dsp::Table;
use super::super::pairs::LONGEST;
use super::{NARROW, NARROW_BYTES, TILE_BYTES};
use crate::kernel::TILE;
use core::arch::naked_asm;

/// Groups of inputs that are taken apart once a layer, not once for every four outputs. Each takes 8 bytes of stack.
const APART: usize = 32;
/// Such groups to a turn of their loop, and further ones to a turn of theirs; a first turn enters behind those that it lacks. The
/// longer ones save 1.4 % of the cycles of 640-128x4-8-128x4-640, as modelled, and take 656 bytes more.
const TURN: usize = if cfg!(long_turns) { 16 } else { 8 };
const FURTHER_TURN: usize = TURN / 2;
/// Bytes of the instructions for two groups, and for the first of them.
const PAIR_BYTES: usize = 2 * TILE_BYTES;
const HALF_BYTES: usize = TILE_BYTES + 2;
/// The same for further groups.
const FURTHER_PAIR_BYTES: usize = 120;
const FURTHER_HALF_BYTES: usize = 62;
/// Where wide codes are made of sums: bytes from where those are shifted.
pub(in crate::arch) const WIDE: usize = NARROW + NARROW_BYTES + 18;

// Where things lie on the stack, in bytes from its end. Inputs that are taken apart come first, the first group highest.

/// What makes codes of sums, in the order of registers: half the address of the last channels, zero point and rounding, steps, outputs,
/// channels.
const CODES: usize = 8 * APART;
/// What four outputs begin with: where inputs begin, four zeros, the way into the loop.
const BEGIN: usize = CODES + 20;
/// The way from biases to codes.
const WAY: usize = BEGIN + 24;
/// The way into a pair of groups, behind the first of them.
const HALFWAY: usize = WAY + 4;
/// What two high rows have before a run of further groups.
const HIGH: usize = HALFWAY + 4;
/// Further inputs, and their end.
const FURTHER: usize = HIGH + 8;
const FURTHER_END: usize = FURTHER + 4;
/// What the function takes, besides the registers of its caller.
const FRAME: usize = FURTHER_END + 4;

/// Computes a layer whose codes are cut to [`crate::kernel::Code::LIMITS`].
///
/// Inputs that are taken apart are walked down to the end of the stack, which needs no register of its own. With it and the register
/// of channels, which wait on the stack, two groups of inputs are one load: five cycles instead of six.
///
/// # Safety
/// There are inputs and outputs, and what the table says is there.
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
        // Groups to take apart to r8, and whether others come further on to r12.
        "mov r8, r7",
        "cmp r8, #{APART}",
        "itte hi",
        "movhi r8, #{APART}",
        "movhi r12, #1 << 15",
        "movls r12, #0",
        "add r10, r1, r8, lsl #2",
        "add r11, r1, r7, lsl #2",
        "push {{r10, r11}}",
        "sub sp, #{FURTHER} - {HIGH}",
        // The way into the first turn to lr: for an odd number of groups by the load of one group.
        "rsb r9, r8, #0",
        "and r9, r9, #{TURN} - 1",
        "lsrs r9, r9, #1", // cs: odd
        "adr.w r10, 6f + 1", // loads of pc keep to Thumb by the lowest bit
        "mov r11, #{PAIR_BYTES}",
        "mla lr, r9, r11, r10",
        "add r11, lr, #{HALF_BYTES}",
        "it cs",
        "adrcs.w lr, 5f + 1",
        "adr.w r10, 8f + 1",
        "uxtab r10, r10, r5, ror #8",
        "orr r5, r5, r12",
        "push {{r10, r11}}",
        "add r8, sp, r8, lsl #3",
        "sub r8, r8, #{WAY}",
        "mov r7, r2",
        "mov r9, #0",
        "mov r10, #0",
        "mov r11, #0",
        "mov r12, #0",
        "push {{r3-r12, lr}}",
        "sub sp, #{CODES}",
        // Inputs are taken apart, two groups a turn.
        "bcc.n 2f",
        "ldr r3, [r1], #4",
        apart!("r3", "r3", "r4"),
        "stmdb r8!, {{r3, r4}}",
        "b.n 3f",
        "2:",
        "ldr r5, [r1], #4",
        "ldr r3, [r1], #4",
        apart!("r5", "r5", "r6"),
        apart!("r3", "r3", "r4"),
        "stmdb r8!, {{r3-r6}}",
        "3:",
        "cmp sp, r8",
        "bne.n 2b",
        "add r7, sp, #{BEGIN}",
        // Four outputs: inputs, four zeros, the way in.
        "4:",
        "ldm r7, {{r7-r11, pc}}",
        "5:",
        "ldmdb r7!, {{r5, r6}}",
        "ldr.w pc, [sp, #{HALFWAY}]",
        "6:",
        ".rept {TURN} / 2",
        "ldm r0!, {{r1-r4}}",
        "ldmdb r7!, {{r5, r6, r12, lr}}",
        products!("r12", "lr"),
        "ldm r0!, {{r1-r4}}",
        products!("r5", "r6"),
        ".endr",
        "cmp sp, r7",
        "bne.w 6b",
        "add r7, sp, #{CODES}",
        "ldm r7!, {{r4-r6, r12, lr}}",
        "lsls r3, r6, #17", // cs: further groups
        "bcs.w 10f",
        high_rows!(),
        "7:",
        biases!(),
        "ldr.w pc, [r7, #{WAY} - {BEGIN}]",
        "8:",
        shifts!(),
        "bcs.n 9f",
        narrow_codes!(),
        "str r12, [r7, #-8]",
        "str lr, [r7, #-4]",
        "bne.w 4b",
        "add sp, #{FRAME}",
        "pop {{r4-r11, pc}}",
        "9:",
        wide_codes!(),
        "str r12, [r7, #-8]",
        "str lr, [r7, #-4]",
        "bne.w 4b",
        "add sp, #{FRAME}",
        "pop {{r4-r11, pc}}",
        // Further groups, at most LONGEST in a run. Before each, the sums of pairs give what the high rows have so far.
        "10:",
        "ldr.w r7, [sp, #{FURTHER}]",
        "movs r1, #0",
        "movs r2, #0",
        "11:",
        "sub r8, r8, r9",
        "add r1, r1, r8, asr #8",
        "sub r10, r10, r11",
        "add r2, r2, r10, asr #8",
        "strd r1, r2, [sp, #{HIGH}]",
        "mov r8, r9",
        "mov r10, r11",
        "ldr.w r1, [sp, #{FURTHER_END}]",
        "sub r1, r1, r7",
        "cmp r1, #4 * {LONGEST}",
        "it hi",
        "movhi r1, #4 * {LONGEST}",
        "add lr, r7, r1",
        "lsrs r1, r1, #2",
        "rsbs r1, r1, #0",
        "and r1, r1, #{FURTHER_TURN} - 1",
        "lsrs r1, r1, #1", // cs: odd
        "mov r2, #{FURTHER_PAIR_BYTES}",
        "adr.w r3, 12f",
        "mla r1, r1, r2, r3",
        "itt cs",
        "addcs r1, #{FURTHER_HALF_BYTES}",
        "ldrcs r12, [r7], #4",
        "mov pc, r1",
        "12:",
        ".rept {FURTHER_TURN} / 2",
        "ldm r0!, {{r1-r4}}",
        "ldm r7!, {{r5, r12}}",
        apart!("r5", "r5", "r6"),
        products!("r5", "r6"),
        "ldm r0!, {{r1-r4}}",
        apart!("r12", "r5", "r6"),
        products!("r5", "r6"),
        ".endr",
        "cmp r7, lr",
        "bne.w 12b",
        "ldrd r1, r2, [sp, #{HIGH}]",
        "ldr.w r3, [sp, #{FURTHER_END}]",
        "cmp r7, r3",
        "bne.w 11b",
        "sub r8, r8, r9",
        "add r8, r1, r8, asr #8",
        "sub r10, r10, r11",
        "add r10, r2, r10, asr #8",
        "add r7, sp, #{CODES}",
        "ldm r7!, {{r4-r6, r12, lr}}",
        "b.w 7b",
        ".balign 4", // ADR counts from a word
        APART = const APART,
        BEGIN = const BEGIN,
        CODES = const CODES,
        FRAME = const FRAME,
        FURTHER = const FURTHER,
        FURTHER_END = const FURTHER_END,
        FURTHER_HALF_BYTES = const FURTHER_HALF_BYTES,
        FURTHER_PAIR_BYTES = const FURTHER_PAIR_BYTES,
        FURTHER_TURN = const FURTHER_TURN,
        HALFWAY = const HALFWAY,
        HALF_BYTES = const HALF_BYTES,
        HIGH = const HIGH,
        IS_ARMV8M = const cfg!(armv8m) as u8,
        LONGEST = const LONGEST,
        PAIR_BYTES = const PAIR_BYTES,
        TURN = const TURN,
        WAY = const WAY,
    )
}

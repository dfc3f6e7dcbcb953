//! A dense layer on 32-bit RISC-V with multiplication, as one function in assembly.
//!
//! Eight outputs at a time, so that each input is loaded half as often; rustc keeps some of the twenty values of that loop in
//! memory, and makes code of the layer twice, for narrow and for wide outputs.

use super::layer::Layer;
use crate::fixed::Channel;
use crate::kernel::{Code, TILE, Tile};
use core::arch::naked_asm;

/// The extensions of the target, which functions in assembly are not given.
#[cfg(target_feature = "c")]
macro_rules! extensions {
    () => {
        ".option arch, +m, +c"
    };
}
#[cfg(not(target_feature = "c"))]
macro_rules! extensions {
    () => {
        ".option arch, +m"
    };
}

/// Loads a group of inputs.
#[rustfmt::skip]
macro_rules! inputs {
    ($at:literal) => {
        concat!(
            "lb t0, ", $at, "(a5)
            lb t1, ", $at, " + 1(a5)
            lb t2, ", $at, " + 2(a5)
            lb t3, ", $at, " + 3(a5)"
        )
    };
}

/// Adds the products of a tile and the inputs in t0 to t3 to the sums of four rows.
#[rustfmt::skip]
macro_rules! products {
    ($tile:literal, $at:literal, $sums:literal) => {
        concat!(
            ".set weight, ", $at, "
            .irp sum, ", $sums, "
            .irp input, t0, t1, t2, t3
            lb t4, weight(", $tile, ")
            mul t4, t4, \\input
            add \\sum, \\sum, t4
            .set weight, weight + 1
            .endr
            .endr"
        )
    };
}

/// Loads the biases of four rows, whose shift is in t0, as their sums.
#[rustfmt::skip]
macro_rules! starts {
    ($channels:literal, $sums:literal) => {
        concat!(
            ".set at, 0
            .irp sum, ", $sums, "
            lh \\sum, at(", $channels, ")
            sll \\sum, \\sum, t0
            .set at, at + 4
            .endr"
        )
    };
}

/// Makes codes of the sums of four rows, by the channels at a pointer, the rule in t0 to t3 and the shift of multipliers in a4. What
/// half a code more carries over is the highest bit of the lower half of the product.
#[rustfmt::skip]
macro_rules! codes {
    ($channels:literal, $sums:literal) => {
        concat!(
            ".set at, 2
            .irp sum, ", $sums, "
            lh t4, at(", $channels, ")
            sll t4, t4, a4
            sll \\sum, \\sum, t3
            mul a5, \\sum, t4
            mulh \\sum, \\sum, t4
            srli a5, a5, 31
            add \\sum, \\sum, t0
            add \\sum, \\sum, a5
            bge \\sum, t1, 6f
            mv \\sum, t1
            6:
            ble \\sum, t2, 6f
            mv \\sum, t2
            6:
            .set at, at + 4
            .endr"
        )
    };
}

/// Stores four codes.
#[rustfmt::skip]
macro_rules! stores {
    ($store:literal, $size:literal, $out:literal, $sums:literal) => {
        concat!(
            ".set at, 0
            .irp code, ", $sums, "
            ", $store, " \\code, at(", $out, ")
            .set at, at + ", $size, "
            .endr"
        )
    };
}

/// What the assembly needs besides weights and inputs, in the order in which it loads it.
#[repr(C)]
struct Rest<C> {
    channels: *const [Channel; TILE],
    out: *mut [C; TILE],
    end: *mut [C; TILE],
    group_bytes: usize,
    zero_point: i32,
    out_min: i32,
    out_max: i32,
    shift: u32,
    multiplier_shift: u32,
    bias_shift: u32,
}

/// As the portable twin, in 3.2 instructions for a multiply-accumulate.
///
/// # Bounds
/// Sums that fit an i32, as everywhere.
/// # Cost
/// 48 bytes of stack. An odd number of groups of outputs takes as long as the next even one.
#[inline]
pub(crate) fn dense<C: Code>(layer: &Layer<'_, C>, input: &[[i8; TILE]], out: &mut [[C; TILE]]) {
    let blocks = layer.blocks(input, out);
    if blocks == 0 {
        return;
    }
    let Layer { tiles, channels, scale, .. } = layer;
    let rule = scale.rule();
    let rest = Rest {
        channels: channels.as_ptr(),
        out: out.as_mut_ptr(),
        end: out.as_mut_ptr().wrapping_add(blocks),
        group_bytes: size_of::<[C; TILE]>(),
        zero_point: rule.zero_point,
        out_min: rule.out_min,
        out_max: rule.out_max,
        shift: rule.shift,
        multiplier_shift: C::MULTIPLIER_SHIFT,
        bias_shift: rule.bias_shift,
    };
    // SAFETY: there are at least one group of inputs and one of outputs, tiles for each pair of those and channels for the
    // outputs. Codes take one byte or two.
    unsafe { compute(tiles.as_ptr(), input.as_ptr(), layer.groups(), (&raw const rest).cast()) }
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
    rest: *const Rest<()>,
) {
    naked_asm!(
        ".option push",
        extensions!(),
        "addi sp, sp, -48",
        ".set at, 0",
        ".irp saved, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11",
        "sw \\saved, at(sp)",
        ".set at, at + 4",
        ".endr",
        "lw s8, 0(a3)",   // channels
        "lw s9, 4(a3)",   // outputs
        "lw s10, 8(a3)",  // and their end
        "lw s11, 12(a3)", // bytes of four of them
        // The end of the inputs, and bytes of the weights of four outputs.
        "slli t0, a2, 2",
        "add a6, a1, t0",
        "slli a7, t0, 2",
        // An odd number of groups begins with the second half of a turn, as if one group earlier.
        "andi a2, a2, 1",
        "slli t1, a2, 2",
        "sub a1, a1, t1",
        // Eight outputs; where four are left, these twice.
        "2:",
        "add a4, a0, a7",
        "addi t5, s8, 16",
        "add t6, s9, s11",
        "bne t6, s10, 3f",
        "mv a4, a0",
        "mv t5, s8",
        "mv t6, s9",
        "3:",
        "mv a5, a1",
        "lw t0, 36(a3)", // shift of biases
        starts!("s8", "s0, s1, s2, s3"),
        starts!("t5", "s4, s5, s6, s7"),
        "beqz a2, 4f",
        "addi a0, a0, -16",
        "addi a4, a4, -16",
        "j 5f",
        "4:",
        inputs!("0"),
        products!("a0", "0", "s0, s1, s2, s3"),
        products!("a4", "0", "s4, s5, s6, s7"),
        "5:",
        inputs!("4"),
        products!("a0", "16", "s0, s1, s2, s3"),
        products!("a4", "16", "s4, s5, s6, s7"),
        "addi a5, a5, 8",
        "addi a0, a0, 32",
        "addi a4, a4, 32",
        "bne a5, a6, 4b",
        "mv a0, a4",
        "lw t0, 16(a3)", // zero point
        "lw t1, 20(a3)", // smallest
        "lw t2, 24(a3)", // largest
        "lw t3, 28(a3)", // shift
        "lw a4, 32(a3)", // of multipliers
        codes!("s8", "s0, s1, s2, s3"),
        codes!("t5", "s4, s5, s6, s7"),
        "andi t0, s11, 8",
        "bnez t0, 7f",
        stores!("sb", "1", "s9", "s0, s1, s2, s3"),
        stores!("sb", "1", "t6", "s4, s5, s6, s7"),
        "j 8f",
        "7:",
        stores!("sh", "2", "s9", "s0, s1, s2, s3"),
        stores!("sh", "2", "t6", "s4, s5, s6, s7"),
        "8:",
        "addi s8, t5, 16",
        "add s9, t6, s11",
        "bne s9, s10, 2b",
        ".set at, 0",
        ".irp saved, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11",
        "lw \\saved, at(sp)",
        ".set at, at + 4",
        ".endr",
        "addi sp, sp, 48",
        "ret",
        ".option pop",
    )
}

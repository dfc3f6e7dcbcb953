//! The sums of a convolution on cores with 16-bit Thumb instructions: Cortex-M0, M0+ and M23.
//!
//! Products and shifts reach the lower eight registers alone, additions all of them: sums lie in the upper ones. The compiler leaves
//! these empty and keeps sums in memory.

use super::Taps;
use super::quads::{add_rows, too_great_by};
use crate::kernel::Tile;

/// As the portable twin, in 3.6 instructions per multiply-accumulate.
///
/// # Bounds
/// Any: sums are taken modulo 2^32.
/// # Source
/// ARMv6-M Architecture Reference Manual; the arrangement is that of `quads`.
#[inline]
pub(crate) fn tile_sums(tiles: &[Tile], taps: &Taps<'_>, sums: [i32; 4]) -> [i32; 4] {
    if tiles.len() < taps.len() {
        return sums;
    }
    let (mut tiles, mut row, mut sums) = (tiles.as_ptr(), taps.codes().as_ptr(), sums);
    for _ in 0..taps.rows() {
        // SAFETY: a row has at least one group; there are as many tiles as asked above, and the taps reach as far as `Taps::new`
        // asked.
        let (words, codes) = unsafe { word_and_code_sums(tiles, row, taps.groups()) };
        sums = add_rows(sums.map(|sum| sum.wrapping_sub(too_great_by(codes))), words);
        tiles = tiles.wrapping_add(taps.groups());
        row = row.wrapping_add(taps.pitch());
    }
    sums
}

/// Adds the products of one input, in `r6`, and the word in a register, which is lost as `r7` is.
macro_rules! four_products {
    ($word:literal) => {
        concat!(
            "lsrs r7, ",
            $word,
            ", #24\n muls r7, r6, r7\n add r11, r7\n",
            "lsrs r7, ",
            $word,
            ", #16\n muls r7, r6, r7\n add r10, r7\n",
            "lsrs r7, ",
            $word,
            ", #8\n muls r7, r6, r7\n add r9, r7\n",
            "muls ",
            $word,
            ", r6, ",
            $word,
            "\n add r8, ",
            $word,
        )
    };
}

pub(super) use four_products;

/// Sums of codes times the words of tiles without their lowest 0 to 3 digits, and the sum of the codes.
///
/// # Safety
/// `groups` is at least 1, and there are as many tiles and groups of four inputs to read.
#[inline]
unsafe fn word_and_code_sums(tiles: *const Tile, input: *const i8, groups: usize) -> ([i32; 4], i32) {
    let (s0, s1, s2, s3, codes);
    // Inputs lie at a distance from their end that grows to 0, which counts the turns as well.
    let distance = (4 * groups).wrapping_neg();
    // SAFETY: reads what the caller promises and writes no memory but the stack. `r6` and `r7`, which the compiler does not lend,
    // come back from there. Tiles are aligned as `LDM` wants them.
    unsafe {
        core::arch::asm!(
            "push {{r6, r7}}",
            "movs r7, #0",
            "mov r8, r7",
            "mov r9, r7",
            "mov r10, r7",
            "mov r11, r7",
            "mov r12, r7",
            "adds r4, r1, #1",
            "2:",
            "ldmia r0!, {{r2, r3}}",
            "ldrsb r6, [r1, r5]",
            "add r12, r6",
            four_products!("r2"),
            "ldrsb r6, [r4, r5]",
            "add r12, r6",
            four_products!("r3"),
            "adds r5, #2",
            "ldmia r0!, {{r2, r3}}",
            "ldrsb r6, [r1, r5]",
            "add r12, r6",
            four_products!("r2"),
            "ldrsb r6, [r4, r5]",
            "add r12, r6",
            four_products!("r3"),
            "adds r5, #2",
            "bne 2b",
            "mov r0, r12",
            "mov r2, r8",
            "mov r3, r9",
            "mov r4, r10",
            "mov r5, r11",
            "pop {{r6, r7}}",
            inout("r0") tiles => codes,
            in("r1") input.wrapping_add(4 * groups),
            out("r2") s0,
            out("r3") s1,
            out("r4") s2,
            inout("r5") distance => s3,
            out("r8") _,
            out("r9") _,
            out("r10") _,
            out("r11") _,
            out("r12") _,
            options(readonly),
        );
    }
    ([s0, s1, s2, s3], codes)
}

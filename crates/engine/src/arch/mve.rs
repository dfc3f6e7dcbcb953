//! The sums of a layer on cores with vectors (MVE, also called Helium): Cortex-M52, M55 and M85.
//!
//! Tiles lie row by row. Four of them are sixteen words, of which `VLD4` puts every fourth into one register: sixteen weights of
//! each of four rows, for the sixteen inputs that one more load brings.
//!
//! These are functions in assembly and not assembly within functions, since sums take registers that the compiler does not lend. Each
//! names a processor: a linker that optimises reads their text without what rustc was told.

use super::Taps;
use crate::kernel::Tile;
use core::arch::naked_asm;

/// Adds the products of a row of codes, from the one in r12 on, and its tiles, from r0 on, to sums in r4, r6, r8 and r10: so many
/// fours of groups as r5 says, and so many groups more as r7 says. Moves r0 behind them; r12, lr and q0 to q4 are lost.
///
/// What four groups do not fill is gathered: each lane reads the word of its tile where there is one, and is zero otherwise. Codes
/// are loaded as bytes, which may lie at any address.
macro_rules! products {
    () => {
        "wls lr, r5, 4f
        3:
        vldrb.u8 q4, [r12], #16
        vld40.32 {{q0, q1, q2, q3}}, [r0]
        vld41.32 {{q0, q1, q2, q3}}, [r0]
        vld42.32 {{q0, q1, q2, q3}}, [r0]
        vld43.32 {{q0, q1, q2, q3}}, [r0]!
        vmladava.s8 r4, q0, q4
        vmladava.s8 r6, q1, q4
        vmladava.s8 r8, q2, q4
        vmladava.s8 r10, q3, q4
        le lr, 3b
        4:
        cbz r7, 5f
        lsr lr, r0, #1
        vidup.u32 q3, lr, #8
        vshl.i32 q3, q3, #1 // the addresses of four tiles
        vctp.32 r7
        vpsttt
        vldrbt.u8 q4, [r12]
        vldrwt.u32 q0, [q3]
        vldrwt.u32 q1, [q3, #4]
        vmladava.s8 r4, q0, q4
        vmladava.s8 r6, q1, q4
        vpstt
        vldrwt.u32 q0, [q3, #8]
        vldrwt.u32 q1, [q3, #12]
        vmladava.s8 r8, q0, q4
        vmladava.s8 r10, q1, q4
        add r0, r0, r7, lsl #4
        5:"
    };
}

/// As the portable twin: 64 products in 10 instructions.
///
/// # Bounds
/// Sums that fit an i32, as everywhere: `VMLADAVA` wraps.
/// # Source
/// ARMv8-M Architecture Reference Manual, `VLD40` to `VLD43` and `VMLADAVA`.
#[inline]
pub(crate) fn tile_sums(tiles: &[Tile], taps: &Taps<'_>, sums: [i32; 4]) -> [i32; 4] {
    if tiles.len() < taps.len() {
        return sums;
    }
    let (rows, groups, pitch) = as_few_rows(taps);
    let mut sums = sums;
    // SAFETY: there are as many tiles as asked above, and the taps reach as far as `Taps::new` asked.
    unsafe { vector_sums(tiles.as_ptr(), taps.codes().as_ptr(), groups, rows, pitch, &raw mut sums) };
    sums
}

/// As the portable twin: 16 products in 4 instructions.
///
/// # Bounds
/// As [`tile_sums`].
#[inline]
pub(crate) fn row_sum(weights: &[[i8; 4]], taps: &Taps<'_>, [sum]: [i32; 1]) -> [i32; 1] {
    if weights.len() < taps.len() {
        return [sum];
    }
    let (rows, groups, pitch) = as_few_rows(taps);
    // SAFETY: there are as many weights as asked above, and the taps reach as far as `Taps::new` asked.
    [unsafe { vector_sum(weights.as_ptr(), taps.codes().as_ptr(), 4 * groups, rows, pitch, sum) }]
}

/// Rows, groups of a row and codes from one row to the next. Rows that lie one behind the other are one.
#[inline]
const fn as_few_rows(taps: &Taps<'_>) -> (usize, usize, usize) {
    if taps.pitch() == 4 * taps.groups() {
        (1, taps.len(), 0)
    } else {
        (taps.rows(), taps.groups(), taps.pitch())
    }
}

/// Adds the products of tiles and rows of codes to four sums.
///
/// # Safety
/// `rows` is at least 1, and what the pointers say is there.
#[unsafe(naked)]
unsafe extern "C" fn vector_sums(
    tiles: *const Tile,
    codes: *const i8,
    groups: usize,
    rows: usize,
    pitch: usize,
    sums: *mut [i32; 4],
) {
    naked_asm!(
        ".cpu cortex-m55",
        "push {{r4-r11, lr}}",
        "vpush {{d8, d9}}",
        "ldrd r11, r9, [sp, #52]",
        "ldrd r4, r6, [r9]",
        "ldrd r8, r10, [r9, #8]",
        "lsr r5, r2, #2",
        "and r7, r2, #3",
        "2:",
        "mov r12, r1",
        products!(),
        "add r1, r1, r11",
        "subs r3, r3, #1",
        "bne 2b",
        "strd r4, r6, [r9]",
        "strd r8, r10, [r9, #8]",
        "vpop {{d8, d9}}",
        "pop {{r4-r11, pc}}",
    )
}

/// Adds the products of weights and rows of codes to a sum, which it gives.
///
/// # Safety
/// `rows` is at least 1, and what the pointers say is there.
#[unsafe(naked)]
unsafe extern "C" fn vector_sum(
    weights: *const [i8; 4],
    codes: *const i8,
    row_len: usize,
    rows: usize,
    pitch: usize,
    sum: i32,
) -> i32 {
    naked_asm!(
        ".cpu cortex-m55",
        "push {{r4, r5, r6, lr}}",
        "ldrd r5, r4, [sp, #16]",
        "2:",
        "mov r12, r0",
        "mov r6, r1",
        "wlstp.8 lr, r2, 4f",
        "3:",
        "vldrb.u8 q0, [r12], #16",
        "vldrb.u8 q1, [r6], #16",
        "vmladava.s8 r4, q0, q1",
        "letp lr, 3b",
        "4:",
        "add r0, r0, r2",
        "add r1, r1, r5",
        "subs r3, r3, #1",
        "bne 2b",
        "mov r0, r4",
        "pop {{r4, r5, r6, pc}}",
    )
}

pub(super) use products;

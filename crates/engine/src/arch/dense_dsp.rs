//! A dense layer on cores with DSP instructions, Cortex-M4, M7 and such M33 as have them, in assembly: one function for layers of up
//! to 100 inputs and outputs, and one for any other.
//!
//! The compiler spent 105 instructions on each four outputs around the sums, most of them on values that found no register; here it is
//! 27 to 38. What a function takes lies in a table of constants, and the table tells which function it is, so that an image carries the
//! one that its layers need.
//!
//! A pair of rows has two sums, of lanes and of their low bytes, which begin at zero. A channel is a word whose lower half is a factor
//! of `SMLABT`, which adds the bias, and whose upper half one of `SMLAWT`. Wide codes are made one too small and then increased with
//! saturation, which leaves -32,767 as the smallest.
//!
//! # Source
//! ARMv7-M Architecture Reference Manual, `SXTB16`, `SMLAD`, `SMLABT`, `SMLAWT`, `SSAT`, `QADD16`, and `TEQ` with a shift; weights
//! lie as `pairs` arranges them.

/// Takes the input codes in a register apart, into `even` ones and `odd` ones.
macro_rules! apart {
    ($codes:literal, $even:literal, $odd:literal) => {
        concat!("sxtb16 ", $odd, ", ", $codes, ", ror #8\n sxtb16 ", $even, ", ", $codes)
    };
}

/// Adds the products of a tile in r1 to r4 and of its inputs: the sums of two pairs of rows in r8 and r10, then of their low rows in r9
/// and r11.
///
/// Products and extensions take turns, for Cortex-M7: by LLVM's model it issues one of each in a cycle, and never two of a kind. Others
/// do not mind.
macro_rules! products {
    ($even:literal, $odd:literal) => {
        concat!(
            "smlad r8, r2, ",
            $odd,
            ", r8\n",
            "sxtb16 r2, r2\n",
            "smlad r10, r4, ",
            $odd,
            ", r10\n",
            "sxtb16 r4, r4\n",
            "smlad r8, r1, ",
            $even,
            ", r8\n",
            "sxtb16 r1, r1\n",
            "smlad r10, r3, ",
            $even,
            ", r10\n",
            "sxtb16 r3, r3\n",
            "smlad r9, r2, ",
            $odd,
            ", r9\n",
            "smlad r11, r4, ",
            $odd,
            ", r11\n",
            "smlad r9, r1, ",
            $even,
            ", r9\n",
            "smlad r11, r3, ",
            $even,
            ", r11"
        )
    };
}

/// Turns the sums of pairs of rows into those of their high rows.
macro_rules! high_rows {
    () => {
        "sub r8, r8, r9
        asr r8, r8, #8
        sub r10, r10, r11
        asr r10, r10, #8"
    };
}

/// Takes a channel for each row from lr on into r1 to r4 and adds biases; r6 holds what a step of theirs is worth.
///
/// With half the address of the last channels in r4, flags tell of what comes next: eq: these are the last, cs: codes are wide.
macro_rules! biases {
    () => {
        "teq lr, r4, lsl #1
        ldm lr!, {{r1-r4}}
        smlabt r8, r1, r6, r8
        smlabt r9, r2, r6, r9
        smlabt r10, r3, r6, r10
        smlabt r11, r4, r6, r11"
    };
}

/// Shifts sums by what r6 says.
macro_rules! shifts {
    () => {
        "lsl r8, r8, r6
        lsl r9, r9, r6
        lsl r10, r10, r6
        lsl r11, r11, r6"
    };
}

/// Scales sums; r5 holds zero point and rounding.
macro_rules! scales {
    () => {
        "smlawt r8, r8, r1, r5
        smlawt r9, r9, r2, r5
        smlawt r10, r10, r3, r5
        smlawt r11, r11, r4, r5"
    };
}

/// Makes narrow codes of sums, at r12.
macro_rules! narrow_codes {
    () => {
        concat!(
            scales!(),
            "\nssat r8, #8, r8, asr #5
            ssat r9, #8, r9, asr #5
            ssat r10, #8, r10, asr #5
            ssat r11, #8, r11, asr #5
            strb r8, [r12], #1
            strb r9, [r12], #1
            strb r10, [r12], #1
            strb r11, [r12], #1"
        )
    };
}

/// Makes wide codes of sums, at r12.
macro_rules! wide_codes {
    () => {
        concat!(
            scales!(),
            "\nssat r8, #16, r8, asr #1
            ssat r9, #16, r9, asr #1
            ssat r10, #16, r10, asr #1
            ssat r11, #16, r11, asr #1
            pkhbt r8, r8, r9, lsl #16
            pkhbt r10, r10, r11, lsl #16
            mov r3, #0x00010001
            qadd16 r8, r8, r3
            qadd16 r10, r10, r3
            str r8, [r12], #4
            str r10, [r12], #4"
        )
    };
}

pub(super) mod large;
pub(super) mod small;

/// Bytes of the instructions for a tile and its inputs.
const TILE_BYTES: usize = 52;
/// Where sums are shifted, and where codes are made of them if narrow: bytes from the former.
pub(super) const SHIFTED: usize = 0;
pub(super) const NARROW: usize = 18;
/// Bytes of the instructions that make four narrow codes.
const NARROW_BYTES: usize = 48;

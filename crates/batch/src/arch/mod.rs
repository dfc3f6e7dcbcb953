//! The kernels of this processor: the one folder with `unsafe`, for its instructions and for what they load and store.
//!
//! Every kernel gives the sums that the loader gives, since integers that do not overflow may be added in any order.
#![allow(
    unsafe_code,
    clippy::inline_always,
    reason = "instructions of a processor; each `impl` says once why all its blocks are sound; what is not inlined into a \
              function that has the instructions switched on becomes a call"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
mod tile;

pub(crate) use lanes::Codes;

use crate::packed::{Dense, Input, OUTPUTS};

/// A set of instructions that this processor was found to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instructions {
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
}

impl Instructions {
    /// All that this processor has, the quickest first.
    pub(crate) fn detected() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let found = [avx512::Avx512::detect().map(Self::Avx512), avx2::Avx2::detect().map(Self::Avx2)];
        #[cfg(target_arch = "aarch64")]
        let found = [neon::Neon::detect().map(Self::Neon)];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let found: [Option<Self>; 0] = [];
        found.into_iter().flatten()
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "AVX-512 VNNI",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "AVX2",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "NEON dot product",
        }
    }

    /// What is added to every 8-bit code in memory, so that products that take unsigned bytes can have them.
    pub(crate) const fn raised(self) -> u8 {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => 128,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => 0,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => 0,
        }
    }

    /// Clips wide codes, `[rows, columns]`, to the network's input, `[rows, blocks of columns]`.
    pub(crate) fn narrow(self, input: &Input, rows: usize, wide: &[i16], out: &mut [[u8; OUTPUTS]]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => lanes.narrow(input, rows, wide, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(lanes) => lanes.narrow(input, rows, wide, out),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(lanes) => lanes.narrow(input, rows, wide, out),
        }
    }

    /// Runs a layer: `input` is `[rows, blocks of inputs]`, `out` `[rows, blocks of outputs]`.
    pub(crate) fn dense<C: Codes>(self, layer: &Dense, rows: usize, input: &[[u8; OUTPUTS]], out: &mut [C]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => lanes.dense(layer, rows, input, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(lanes) => lanes.dense(layer, rows, input, out),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(lanes) => lanes.dense(layer, rows, input, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_engine::fixed::{Channel, Requantise};
    use tillwatch_engine::kernel::dense_rows;
    use tillwatch_engine::seeded::SeededWords;
    use tillwatch_model::{Activation, channels};

    /// Runs one seeded layer in every way of this processor, and row by row in the engine.
    fn check([rows, in_len, out_len]: [usize; 3], rule: Requantise) {
        let mut words = SeededWords::new((rows * 1000 + in_len * 7 + out_len) as u32);
        // Of every magnitude, since sums and multipliers meet in two halves.
        let channel = |words: &mut SeededWords| {
            let [bias, multiplier] = [words.next_word(), words.next_word()];
            let short = |word: u32| (word >> 16) as i16 >> (word & 15);
            Channel { bias: short(bias), multiplier: short(multiplier) & i16::MAX }
        };
        let pairs: Vec<u8> = (0..out_len)
            .map(|_| channel(&mut words))
            .flat_map(|channel| [channel.bias.to_le_bytes(), channel.multiplier.to_le_bytes()].concat())
            .collect();
        let mut byte = || (words.next_word() >> 24) as u8;
        let weights: Vec<u8> = (0..in_len * out_len).map(|_| byte().max(0x81)).collect();
        let input: Vec<u8> = (0..rows * in_len).map(|_| byte()).collect();
        let signed = |bytes: &[u8]| -> Vec<i8> { bytes.iter().map(|&byte| byte.cast_signed()).collect() };
        let mut wanted = vec![0_i16; rows * out_len];
        for (row, wanted) in input.chunks(in_len).zip(wanted.chunks_mut(out_len)) {
            dense_rows(&signed(&weights), channels(&pairs), rule, &signed(row), wanted);
        }
        let dense = tillwatch_model::Dense {
            in_len: in_len as u16,
            out_len: out_len as u16,
            weights: &weights,
            channels: &pairs,
            rule,
            activation: Activation::Clamp,
        };
        for instructions in Instructions::detected() {
            let raised = instructions.raised();
            let packed = Dense::new::<i16>(&dense, raised, 0);
            // What stands in the padding meets weights of 0.
            let mut codes = vec![[77; OUTPUTS]; rows * packed.input_blocks()];
            for (row, codes) in input.chunks(in_len).zip(codes.chunks_mut(packed.input_blocks())) {
                let codes = codes.as_flattened_mut().iter_mut();
                codes.zip(row).for_each(|(code, byte)| *code = byte.wrapping_add(raised));
            }
            let mut out = vec![[0_i16; OUTPUTS]; rows * packed.blocks()];
            instructions.dense(&packed, rows, &codes, &mut out);
            let found: Vec<i16> =
                out.chunks(packed.blocks()).flat_map(|row| &row.as_flattened()[..out_len]).copied().collect();
            assert_eq!(found, wanted, "{}: {rows} rows, {in_len} to {out_len}", instructions.name());
        }
    }

    /// Who emulates a processor tells what it has (`cargo xtask aarch64`), since the tests pass where there is nothing to run.
    #[test]
    fn instructions_are_those_that_are_told() {
        if let Ok(told) = std::env::var("TILLWATCH_INSTRUCTIONS") {
            let found: Vec<_> = Instructions::detected().map(Instructions::name).collect();
            assert_eq!(found.join(", "), told);
        }
    }

    #[test]
    fn every_kernel_equals_the_engine_on_layers_of_all_widths() {
        let rule =
            Requantise { zero_point: -300, out_min: -30_000, out_max: 32_000, shift: 0, bias_shift: 0 };
        for rows in [1, 2, 4, 5, 9] {
            for in_len in [1, 3, 4, 15, 16, 17, 30, 64, 130] {
                for out_len in [1, 8, 16, 17, 30, 33, 64, 65, 112, 120] {
                    check([rows, in_len, out_len], rule);
                }
            }
        }
        check([7, 640, 128], rule);
        check([3, 20, 20], Requantise { shift: 5, bias_shift: 2, ..rule });
        // Sums up to 2^29 + 2^15, doubled.
        check([5, 2, 400], Requantise { shift: 1, bias_shift: 14, ..rule });
    }
}

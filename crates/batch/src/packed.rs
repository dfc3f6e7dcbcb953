//! Weights and rules in the order that the kernels read them.

use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::Code;
use tillwatch_model::{InputRule, channels};

/// Outputs that a kernel computes side by side, and codes of a block of activations.
pub(crate) const OUTPUTS: usize = 16;
/// Inputs that one instruction takes for each output.
pub(crate) const GROUP: usize = 4;

/// Weights of sixteen outputs for four inputs, `[OUTPUTS, GROUP]`, on a cache line of its own.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Block(pub(crate) [i8; OUTPUTS * GROUP]);

/// What sums of sixteen outputs begin with and are scaled by.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Start {
    pub(crate) biases: [i32; OUTPUTS],
    pub(crate) multipliers: [i32; OUTPUTS],
}

/// Least and greatest code, as they lie in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) min: i32,
    pub(crate) max: i32,
}

impl Range {
    fn new(rule: Requantise, raised: u8) -> Self {
        Self { min: rule.out_min + i32::from(raised), max: rule.out_max + i32::from(raised) }
    }
}

/// [`Requantise`] of a layer in the terms of the kernels: `(((sum * 2^shift * m) >> 16) + round) >> fraction`, clamped, `m`
/// being a channel's multiplier.
///
/// What the product drops meets zeros of the rounding constant, so this is the sum of both, shifted once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) shift: i32,
    /// The zero point and one half, above the binary point.
    pub(crate) round: i32,
    /// Bits below the binary point, at least 1.
    pub(crate) fraction: i32,
    pub(crate) range: Range,
}

impl Rule {
    /// The rule of a layer that ends in codes of the type `C`; `raised`: what is added to each.
    fn new<C: Code>(rule: Requantise, raised: u8) -> Self {
        let fraction = 16 - C::MULTIPLIER_SHIFT.cast_signed();
        Self {
            shift: rule.shift.cast_signed(),
            // Below 2^22 in magnitude; the product is below 2^30, so their sum does not overflow.
            round: ((rule.zero_point + i32::from(raised)) << fraction) + (1 << (fraction - 1)),
            fraction,
            range: Range::new(rule, raised),
        }
    }
}

/// The network's input: `(code * 2^shift * multiplier + round) >> 32`, clamped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input {
    pub(crate) columns: usize,
    pub(crate) multiplier: i32,
    pub(crate) shift: i32,
    /// The zero point and one half, above the binary point.
    pub(crate) round: i64,
    pub(crate) range: Range,
}

impl Input {
    pub(crate) fn new(InputRule { multiplier, rule }: InputRule, columns: usize, raised: u8) -> Self {
        Self {
            columns,
            multiplier,
            shift: rule.shift.cast_signed(),
            // Below 2^49 in magnitude; the product is below 2^62, so their sum does not overflow.
            round: (i64::from(rule.zero_point + i32::from(raised)) << 32) + (1 << 31),
            range: Range::new(rule, raised),
        }
    }
}

/// A dense layer.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    /// Groups of four inputs, the last one filled up with weights of 0.
    pub(crate) groups: usize,
    /// `[blocks of outputs, groups]`
    pub(crate) weights: Vec<Block>,
    /// One for each block of outputs.
    pub(crate) starts: Vec<Start>,
    pub(crate) rule: Rule,
}

impl Dense {
    /// A layer that ends in codes of the type `C`.
    ///
    /// `raised`: what is added to each code of its input; `raised_out`: to each of its output.
    pub(crate) fn new<C: Code>(dense: &tillwatch_model::Dense<'_>, raised: u8, raised_out: u8) -> Self {
        let (in_len, out_len) = (usize::from(dense.in_len), usize::from(dense.out_len));
        let (groups, blocks) = (in_len.div_ceil(GROUP), out_len.div_ceil(OUTPUTS));
        let mut weights = vec![Block([0; OUTPUTS * GROUP]); blocks * groups];
        let mut starts = vec![Start { biases: [0; OUTPUTS], multipliers: [0; OUTPUTS] }; blocks];
        let rows = dense.weights.chunks_exact(in_len).zip(channels(dense.channels));
        for (output, (row, channel)) in rows.enumerate() {
            let (block, lane) = (output / OUTPUTS, output % OUTPUTS);
            for (input, &weight) in row.iter().enumerate() {
                let at = lane * GROUP + input % GROUP;
                weights[block * groups + input / GROUP].0[at] = weight.cast_signed();
            }
            // What is added to the inputs leaves the sums here. Validation bounds |bias| + 128 * sum of |weight|, both shifted.
            let sum: i32 = row.iter().map(|&weight| i32::from(weight.cast_signed())).sum();
            starts[block].biases[lane] = dense.rule.bias(channel) - i32::from(raised) * sum;
            starts[block].multipliers[lane] = i32::from(channel.multiplier);
        }
        Self { groups, weights, starts, rule: Rule::new::<C>(dense.rule, raised_out) }
    }

    /// Blocks of sixteen outputs.
    pub(crate) fn blocks(&self) -> usize {
        self.starts.len()
    }

    /// Blocks of sixteen inputs.
    pub(crate) fn input_blocks(&self) -> usize {
        self.groups.div_ceil(OUTPUTS / GROUP)
    }
}

//! Layers of the integer network.

use serde::{Deserialize, Serialize};
use tillwatch_engine::fixed::Requantise;

/// How wide codes become the network's 8-bit input.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct InputRule {
    /// Scale of the rim over scale of the input, as a fraction of 2^32.
    pub multiplier: i32,
    /// Zero point and range.
    #[serde(with = "RequantiseFields")]
    pub rule: Requantise,
}

/// One layer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Layer<'a> {
    /// Fully connected.
    #[serde(borrow)]
    Dense(Dense<'a>),
}

/// A fully connected layer. The last layer's outputs are wide codes, the others' 8-bit activations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Dense<'a> {
    /// Number of inputs.
    pub in_len: u16,
    /// Number of outputs.
    pub out_len: u16,
    /// Weights as i8, `[out_len, in_len]` row-major.
    pub weights: &'a [u8],
    /// Bias and multiplier of each output, little-endian i32 pairs.
    pub channels: &'a [u8],
    /// What the outputs share.
    #[serde(with = "RequantiseFields")]
    pub rule: Requantise,
    /// What follows the requantisation.
    #[serde(borrow)]
    pub activation: Activation<'a>,
}

/// What follows the requantisation.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Activation<'a> {
    /// Nothing: the rule's clamp is the activation.
    Clamp,
    /// A table of 256 i8, for 8-bit outputs.
    Table(&'a [u8]),
    /// A table of 513 little-endian i16, interpolated, for wide outputs.
    RimTable(&'a [u8]),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Requantise")]
struct RequantiseFields {
    zero_point: i32,
    out_min: i32,
    out_max: i32,
    shift: u32,
}

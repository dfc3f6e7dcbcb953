//! The float model that the integer one was made from, kept for comparison on the workstation.
//!
//! A device never reads it: bake leaves it out, and a file may come without it.

use crate::Sequence;
use serde::{Deserialize, Serialize};

/// The float network and its scoring heads, in units of standard deviations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Reference<'a> {
    /// The layers.
    #[serde(borrow)]
    pub layers: Sequence<'a, ReferenceLayer<'a>>,
    /// Weight of each column's squared residual, little-endian f32.
    pub column_weights: &'a [u8],
    /// Calibration mean of the weighted squared residual.
    pub residual_mean: f32,
    /// Prototype rows, little-endian f32.
    pub prototypes: &'a [u8],
    /// Calibration mean of the squared prototype distance.
    pub prototype_mean: f32,
}

/// One float layer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ReferenceLayer<'a> {
    /// Number of inputs.
    pub in_len: u16,
    /// Number of outputs.
    pub out_len: u16,
    /// Weights, `[out_len, in_len]` row-major, little-endian f32.
    pub weights: &'a [u8],
    /// Biases, little-endian f32.
    pub bias: &'a [u8],
    /// The activation.
    pub activation: FloatActivation,
}

/// Activations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variants are the functions' usual names")]
pub enum FloatActivation {
    Linear,
    Relu,
    Relu6,
    LeakyRelu,
    Elu,
    Selu,
    Gelu,
    Softplus,
    Swish,
    Tanh,
    Sigmoid,
}

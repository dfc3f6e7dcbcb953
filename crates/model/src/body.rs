//! The main block of a model file.

use crate::{Feature, Field, InputRule, Layer, Sequence};
use serde::{Deserialize, Serialize};

/// Everything but the thresholds and the float reference.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Body<'a> {
    /// Name of the numeric contract.
    pub contract: &'a str,
    /// Name of the model.
    pub name: &'a str,
    /// Version of the model, counted by its owner.
    pub model_version: u32,
    /// SHA-256 of the training files' contents.
    pub data_digest: [u8; 32],
    /// SHA-256 of the training configuration.
    pub config_digest: [u8; 32],
    /// The schema, as the TOML text that reads a CSV into these fields.
    pub schema: &'a str,
    /// Fraction bits of a wide code: a step is `2^-rim_fraction_bits` standard deviations.
    pub rim_fraction_bits: u8,
    /// What samples make a record.
    pub samples: Samples,
    /// The fields of a sample.
    #[serde(borrow)]
    pub fields: Sequence<'a, Field<'a>>,
    /// What becomes of them.
    #[serde(borrow)]
    pub features: Sequence<'a, Feature<'a>>,
    /// Number of columns of each feature, in one sample.
    pub columns: &'a [u8],
    /// Wide codes to network input.
    pub input: InputRule,
    /// The network.
    #[serde(borrow)]
    pub layers: Sequence<'a, Layer<'a>>,
    /// Where the latent vector is; `None` for a network of one layer.
    pub latent: Option<Latent>,
    /// The scoring heads.
    #[serde(borrow)]
    pub heads: Heads<'a>,
    /// Known answers.
    #[serde(borrow)]
    pub self_test: Sequence<'a, SelfTestVector<'a>>,
    /// The model card.
    #[serde(borrow)]
    pub card: Sequence<'a, CardEntry<'a>>,
}

/// What samples make a record. The raw values of a record are those of its samples, one sample after another, and its
/// columns likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Samples {
    /// One: a row of a table.
    Row,
    /// Neighbours in time.
    Window {
        /// Samples of a window.
        length: u16,
        /// Samples from the begin of a window to that of the next.
        hop: u16,
    },
    /// Pixels, row after row.
    Image {
        /// Rows.
        height: u16,
        /// Pixels of a row.
        width: u16,
    },
}

impl Samples {
    /// Number of samples of a record.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Self::Row => 1,
            Self::Window { length, .. } => length as usize,
            Self::Image { height, width } => height as usize * width as usize,
        }
    }
}

/// The latent vector: the output of one of the layers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latent {
    /// Index of the layer.
    pub layer: u16,
    /// Code of real zero.
    pub zero_code: i8,
    /// What one step of a code is worth.
    pub scale: f32,
}

/// Most prototypes of a model.
pub const MAX_PROTOTYPES: usize = 64;

/// The scoring heads; the meaning of the numbers is that of `tillwatch_engine::score::Heads`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Heads<'a> {
    /// Residual gain of each column, little-endian u32.
    pub gains: &'a [u8],
    /// Factor on contributions by number of missing features, from none to all that can be missing; little-endian u32.
    pub rescale: &'a [u8],
    /// Prototype rows as i8, one entry per column; empty where there are none.
    pub prototypes: &'a [u8],
    /// Left shift from a prototype entry to a wide code.
    pub prototype_shift: u8,
    /// Gain of the prototype distance.
    pub prototype_gain: u32,
    /// Gain of the squared latent codes; 0 where they do not count.
    pub latent_gain: u32,
}

/// A record and the score it must give, starting from empty memories.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SelfTestVector<'a> {
    /// Raw values, one little-endian i32 per field of each sample.
    pub raw: &'a [u8],
    /// The score.
    pub score: u64,
}

/// One line of the model card.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CardEntry<'a> {
    /// What it is.
    pub key: &'a str,
    /// Its value, with unit.
    pub value: &'a str,
}

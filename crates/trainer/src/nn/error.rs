//! What can go wrong when a network is built or trained.

use std::error::Error;
use std::fmt;

/// Why a network could not be built or trained.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NetworkError {
    /// A slice or a layer has another size than its neighbour needs.
    Shape {
        /// What was measured.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The size that fits.
        wanted: usize,
    },
    /// A layer does not fit the one before it, or has no inputs or outputs.
    Layer {
        /// The layer, counted from 0 at the input.
        place: usize,
        /// Values it takes.
        in_len: usize,
        /// Values it gives.
        out_len: usize,
        /// Values the layer before it gives.
        wanted: usize,
    },
    /// A setting of a layer means nothing.
    LayerSetting {
        /// The layer, counted from 0 at the input.
        place: usize,
        /// What is wrong.
        setting: LayerSetting,
    },
    /// Too few rows for a layer that takes statistics of its batch, such as batch normalisation.
    FewRows {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are needed.
        wanted: usize,
    },
    /// An element of a matrix cannot be used.
    Value {
        /// `value` or `weight`.
        what: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
        /// What stands there.
        found: f64,
    },
    /// A target lies outside what the loss is defined for.
    Target {
        /// The row, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
        /// What stands there.
        found: f64,
        /// The loss.
        loss: &'static str,
    },
    /// A setting lies outside its range.
    Setting {
        /// The setting's name.
        name: &'static str,
        /// Its value.
        found: f64,
        /// What would be accepted.
        wanted: &'static str,
    },
    /// A loss or a parameter became infinite or NaN.
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The learning rate in it.
        learning_rate: f64,
    },
}

/// A setting of a layer outside its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerSetting {
    /// The setting's name.
    pub name: &'static str,
    /// Its value.
    pub found: f64,
    /// What would be accepted.
    pub wanted: &'static str,
}

impl LayerSetting {
    /// Refuses a setting that is not good.
    ///
    /// # Errors
    /// The setting itself.
    pub fn check(name: &'static str, found: f64, good: bool, wanted: &'static str) -> Result<(), Self> {
        if good { Ok(()) } else { Err(LayerSetting { name, found, wanted }) }
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetworkError::Shape { what, found, wanted } => {
                write!(f, "{what} is {found}, but {wanted} is needed")
            }
            NetworkError::Layer { place, in_len, out_len, wanted } => write!(
                f,
                "layer {place} takes {in_len} values and gives {out_len}, but must take {wanted} and give at least 1"
            ),
            NetworkError::LayerSetting { place, setting: LayerSetting { name, found, wanted } } => {
                write!(f, "{name} of layer {place} is {found}, but must be {wanted}")
            }
            NetworkError::FewRows { what, found, wanted } => write!(
                f,
                "{what} is {found}, but batch normalisation needs at least {wanted} values per channel in a batch; \
                 give more rows or leave it out"
            ),
            NetworkError::Target { row, column, found, loss } => write!(
                f,
                "value in row {row}, column {column} is {found}, but loss {loss} needs targets from 0 to 1; \
                 scale the column or choose loss mse"
            ),
            NetworkError::Value { what, row, column, found } => write!(
                f,
                "{what} in row {row}, column {column} is {found}, but must be finite, and a weight not below 0"
            ),
            NetworkError::Setting { name, found, wanted } => {
                write!(f, "setting {name} is {found}, but must be {wanted}")
            }
            NetworkError::Diverged { epoch, learning_rate } => write!(
                f,
                "training diverged in epoch {epoch} at learning rate {learning_rate}: the loss is no longer finite; \
                 lower the learning rate or look for extreme values in the training rows"
            ),
        }
    }
}

impl Error for NetworkError {}

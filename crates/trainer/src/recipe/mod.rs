//! Kinds of autoencoders: what layers are trained, with what noise, and why.
//!
//! A recipe is a list of layers and an optional corruption of the input; training, quantisation and everything behind
//! it know layers only. All recipes take their widths from the data where the user names none.

mod convolutional;
mod denoising;
mod dense;
mod sparse;
mod stack;
mod variational;

pub use convolutional::{Convolutional, Down, Up};
pub use denoising::{Denoising, NoiseKind};
pub use sparse::{Sparse, Sparsity};
pub use variational::Variational;

use crate::nn::{Activation, LayerKind, Noise, Shape};

/// A kind of autoencoder with its hyperparameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Recipe {
    /// Dense for rows of a table, convolutional for windows and images.
    #[default]
    Auto,
    /// Undercomplete: fully connected layers around a narrow one.
    Dense,
    /// The same, trained to take noise out of its input.
    Denoising(Denoising),
    /// A wide hidden layer of which few units are active at a time.
    Sparse(Sparse),
    /// A narrow layer of normal distributions.
    Variational(Variational),
    /// Convolutions along a window of a series.
    Conv1d(Convolutional),
    /// Convolutions over an image.
    Conv2d(Convolutional),
}

/// What every recipe may be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request<'a> {
    /// Shape of a row: samples by columns of a sample.
    pub shape: Shape,
    /// Hidden widths; chosen from the data where there are none.
    pub hidden: Option<&'a [usize]>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Normalises every hidden layer over the batch.
    pub batch_norm: bool,
    /// Share of hidden values that training drops.
    pub dropout: f64,
    /// Training rows, row-major, in standard deviations.
    pub rows: &'a [f32],
}

/// What is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The layers, from input to output.
    pub layers: Vec<LayerKind>,
    /// What the input is damaged with in training.
    pub noise: Option<Noise>,
    /// Why these sizes, in one sentence.
    pub reason: String,
}

/// A request that a recipe cannot meet: what was asked for, and what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeFault {
    /// The option.
    pub option: &'static str,
    /// Its value.
    pub found: String,
    /// What would be accepted.
    pub wanted: String,
}

impl Recipe {
    /// The name users write.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dense => "dense",
            Self::Denoising(_) => "denoising",
            Self::Sparse(_) => "sparse",
            Self::Variational(_) => "variational",
            Self::Conv1d(_) => "conv1d",
            Self::Conv2d(_) => "conv2d",
        }
    }

    /// The recipe that [`Recipe::Auto`] stands for with rows of a shape; others stand for themselves.
    #[must_use]
    pub fn resolved(&self, shape: Shape) -> Self {
        match self {
            Self::Auto if shape.height > 1 => Self::Conv2d(Convolutional::default()),
            Self::Auto if shape.width > 1 => Self::Conv1d(Convolutional::default()),
            Self::Auto => Self::Dense,
            other => other.clone(),
        }
    }

    /// The layers to train.
    ///
    /// # Errors
    /// [`RecipeFault`] where the request and the recipe do not go together.
    pub fn plan(&self, request: &Request<'_>) -> Result<Plan, RecipeFault> {
        if !(0.0..1.0).contains(&request.dropout) {
            return Err(fault("--dropout", &request.dropout, "at least 0 and below 1"));
        }
        match self.resolved(request.shape) {
            Self::Auto | Self::Dense => Ok(dense::plan(request)),
            Self::Denoising(recipe) => recipe.plan(request),
            Self::Sparse(recipe) => recipe.plan(request),
            Self::Variational(recipe) => recipe.plan(request),
            Self::Conv1d(recipe) | Self::Conv2d(recipe) => recipe.plan(request, self.name()),
        }
    }
}

fn fault(option: &'static str, found: &dyn ToString, wanted: impl Into<String>) -> RecipeFault {
    RecipeFault { option, found: found.to_string(), wanted: wanted.into() }
}

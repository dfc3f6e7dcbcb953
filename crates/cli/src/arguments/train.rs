//! The options of `tillwatch train`.

use super::Images;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Train {
    /// CSV files with one header, plain or gzip; or images: IDX, NPY, PNG, folders of PNG, CSV of pixels with --shape
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) data: Vec<PathBuf>,
    /// What the columns mean; guessed without it
    #[arg(long)]
    pub(crate) schema: Option<PathBuf>,
    /// Column that is 0 for normal rows; other rows only test
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Rows of a window: records are windows of a series
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=32768))]
    pub(crate) window: Option<u32>,
    /// Rows from one window to the next; as many as a window has without it
    #[arg(long, requires = "window", value_parser = clap::value_parser!(u32).range(1..=65535))]
    pub(crate) hop: Option<u32>,
    /// Images: height, width and channels as HxWxC, where the files do not say them
    #[arg(long)]
    pub(crate) shape: Option<String>,
    /// Images: what one step of a value is worth, such as 0.01; floats need it
    #[arg(long)]
    pub(crate) resolution: Option<String>,
    #[command(flatten)]
    pub(crate) images: Images,
    /// Kind of autoencoder
    #[arg(long, value_enum, default_value_t = RecipeName::Auto)]
    pub(crate) recipe: RecipeName,
    /// What training makes small
    #[arg(long, value_enum, default_value_t = LossName::Mse)]
    pub(crate) loss: LossName,
    /// Widths of the hidden layers, such as 24,8,24; of a convolutional recipe the channels, then the width of the
    /// narrow layer; chosen from the data without it
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) layers: Option<Vec<u16>>,
    /// Activation of the hidden layers
    #[arg(long, default_value = "relu")]
    pub(crate) activation: String,
    /// Normalise every hidden layer over the batch
    #[arg(long)]
    pub(crate) batch_norm: bool,
    /// Share of hidden values that training drops
    #[arg(long, default_value_t = 0.0)]
    pub(crate) dropout: f64,
    /// Networks to train from different seeds on different features; the answer is the mean of theirs
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) members: u8,
    /// Typical rows that the model keeps, 0 to 64: the score counts the distance to the nearest; chosen from the data
    /// without it
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=64))]
    pub(crate) prototypes: Option<u8>,
    #[command(flatten)]
    pub(crate) recipes: Recipes,
    /// Share of the training rows, those furthest from the others, that are not learned from because anomalies may be among
    /// them, such as 0.02; trimmed.csv lists them
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) trim: f64,
    /// Alarms per normal event, at most: a decimal such as 0.002, or alarms per events such as 2/1000
    #[arg(long, default_value_t = 0.01, value_parser = super::rate)]
    pub(crate) alarm_rate: f64,
    /// Records that you score in a day: report.html counts alarms per day
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) events_per_day: Option<u32>,
    /// Training algorithm
    #[arg(long, value_enum, default_value_t = Optimiser::Adam)]
    pub(crate) optimiser: Optimiser,
    /// Course of the learning rate
    #[arg(long, value_enum, default_value_t = ScheduleName::Plateau)]
    pub(crate) schedule: ScheduleName,
    /// Share by which weights shrink per step, times the learning rate
    #[arg(long, default_value_t = 0.0)]
    pub(crate) weight_decay: f64,
    /// Weight of the sum of absolute weights in the loss
    #[arg(long, default_value_t = 0.0)]
    pub(crate) l1: f64,
    /// Passes over the training rows, at most
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) epochs: u32,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Threads; the result does not depend on it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: u16,
    /// Name of the model; the folder's without it
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Folder for model.tw, metrics.json, schema.toml and report.html
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// Hyperparameters of single recipes.
#[derive(Debug, Args)]
pub(crate) struct Recipes {
    /// Denoising: what the input is damaged with
    #[arg(long, value_enum)]
    pub(crate) noise: Option<NoiseName>,
    /// Denoising: how much when training begins; a deviation for gaussian, else a share
    #[arg(long)]
    pub(crate) noise_level: Option<f64>,
    /// Denoising: how much when training ends; as much as at the begin without it
    #[arg(long, requires = "noise_level")]
    pub(crate) noise_end: Option<f64>,
    /// Sparse: what keeps units silent
    #[arg(long, value_enum)]
    pub(crate) sparsity: Option<SparsityName>,
    /// Sparse: weight of l1 or kl in the loss
    #[arg(long, requires = "sparsity", allow_negative_numbers = true)]
    pub(crate) sparsity_weight: Option<f64>,
    /// Sparse: mean activation that kl aims at
    #[arg(long, requires = "sparsity", allow_negative_numbers = true)]
    pub(crate) sparsity_target: Option<f64>,
    /// Sparse: units that top-k keeps
    #[arg(long, requires = "sparsity")]
    pub(crate) keep: Option<usize>,
    /// Variational: weight of the divergence beside the mean loss of a value; chosen from the data without it
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) beta: Option<f64>,
    /// Variational: share of training in which that weight rises
    #[arg(long)]
    pub(crate) warm_up: Option<f64>,
    /// Variational: the length of the latent vector is part of the score
    #[arg(long)]
    pub(crate) score_latent: bool,
    /// Convolutional: how the encoder halves
    #[arg(long, value_enum)]
    pub(crate) pooling: Option<PoolingName>,
    /// Convolutional: how the decoder doubles
    #[arg(long, value_enum)]
    pub(crate) upsampling: Option<UpsamplingName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecipeName {
    /// Variational for rows of a table, convolutional for windows and images
    Auto,
    /// Undercomplete layers of full connections
    Dense,
    /// The same, trained to take noise out
    Denoising,
    /// Many hidden units, few of them active
    Sparse,
    /// Normal distributions in the narrow layer
    Variational,
    /// Convolutions along windows of a series
    Conv1d,
    /// Convolutions over images
    Conv2d,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LossName {
    /// Mean squared error
    Mse,
    /// Mean absolute error
    Mae,
    /// Squared near, absolute far
    Huber,
    /// Binary cross-entropy; values are scaled to 0 to 1
    Bce,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum NoiseName {
    /// Normal noise is added
    Gaussian,
    /// Values become the mean of their column
    Masking,
    /// Values are those of other rows
    Swap,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SparsityName {
    /// The sum of activations is part of the loss
    L1,
    /// Mean activations are pulled to a target
    Kl,
    /// The largest units stay, on the device too
    TopK,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PoolingName {
    /// Convolutions with a stride of two
    Stride,
    /// The larger of two
    Max,
    /// The mean of two
    Average,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum UpsamplingName {
    /// Transposed convolutions
    Transposed,
    /// Nearest neighbours, then a convolution
    Nearest,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Optimiser {
    /// Adam with decoupled weight decay
    Adam,
    /// Gradient descent with momentum 0.9
    Sgd,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ScheduleName {
    /// The same rate throughout
    Constant,
    /// Warm-up, then half a cosine
    Cosine,
    /// Halved whenever improvement stops
    Plateau,
}

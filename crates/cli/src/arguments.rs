//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Trains autoencoders for anomaly detection and bakes them into integer-only Rust for devices.
#[derive(Debug, Parser)]
#[command(name = "tillwatch", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Guess a schema from data, with the reason for each guess
    Init(Init),
    /// Train, quantise and calibrate a model
    Train(Train),
    /// Compare scores with labels: integer and float
    Evaluate(Evaluate),
    /// Score every row of a file of any size
    Score(Score),
    /// Write a crate that scores without allocator, panic or float
    Bake(Bake),
    /// Show what is in a model file
    Inspect(Inspect),
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// CSV files with one header, plain or gzip
    #[arg(required = true)]
    pub(crate) data: Vec<PathBuf>,
    /// Column that is 0 for normal rows
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Where the schema goes; standard output without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Train {
    /// CSV files with one header, plain or gzip
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) data: Vec<PathBuf>,
    /// What the columns mean; guessed without it
    #[arg(long)]
    pub(crate) schema: Option<PathBuf>,
    /// Column that is 0 for normal rows; other rows only test
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Kind of autoencoder
    #[arg(long, value_enum, default_value_t = Recipe::Auto)]
    pub(crate) recipe: Recipe,
    /// Widths of the hidden layers, such as 24,8,24; chosen from the data without it
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) layers: Option<Vec<u16>>,
    /// Activation of the hidden layers
    #[arg(long, default_value = "relu")]
    pub(crate) activation: String,
    /// Alarms per normal record, at most
    #[arg(long, default_value_t = 0.01)]
    pub(crate) alarm_rate: f64,
    /// Training algorithm
    #[arg(long, value_enum, default_value_t = Optimiser::Adam)]
    pub(crate) optimiser: Optimiser,
    /// Course of the learning rate
    #[arg(long, value_enum, default_value_t = ScheduleName::Plateau)]
    pub(crate) schedule: ScheduleName,
    /// Share by which weights shrink per step, times the learning rate
    #[arg(long, default_value_t = 0.0)]
    pub(crate) weight_decay: f64,
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
    /// Folder for model.tw, metrics.json and schema.toml
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Recipe {
    /// Chosen from the data
    Auto,
    /// Undercomplete layers of full connections
    Dense,
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

#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// Model file
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// CSV files with one header, plain or gzip
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) data: Vec<PathBuf>,
    /// Column that is 0 for normal rows
    #[arg(long)]
    pub(crate) label: String,
    /// Column that names the kind of anomaly: recall for each
    #[arg(long)]
    pub(crate) by: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Score {
    /// Model file
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// CSV files with one header, plain or gzip
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) data: Vec<PathBuf>,
    /// Where the scores go; standard output without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Bake {
    /// Model file
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Folder of the crate; it must not exist, or be a crate baked before
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Name of the crate; the model's without it
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Folder of the engine crate, for use before it is on a registry
    #[arg(long)]
    pub(crate) engine: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Model file
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Print JSON, weights too
    #[arg(long)]
    pub(crate) json: bool,
}

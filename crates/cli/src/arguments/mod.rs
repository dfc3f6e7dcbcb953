//! The command line.

mod train;

pub(crate) use train::{
    LossName, NoiseName, Optimiser, PoolingName, RecipeName, ScheduleName, SparsityName, Train,
    UpsamplingName,
};

use clap::{Args, Parser, Subcommand};
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
    Train(Box<Train>),
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
    /// Bake the encoder alone: latent vectors, no scores
    #[arg(long)]
    pub(crate) encoder: bool,
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

//! The command line.

mod records;
mod train;

pub(crate) use records::{Drift, Encode, Evaluate, Generate, Recommend, Reconstruct, Score};
pub(crate) use train::{
    LossName, NoiseName, Optimiser, PoolingName, RecipeName, ScheduleName, SparsityName, Train,
    UpsamplingName,
};

use crate::Failure;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use tillwatch_trainer::budget::parse_rate;

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
    /// Score every record of files of any size
    Score(Score),
    /// Set another alarm rate, without training again
    Threshold(Threshold),
    /// Add up what devices have counted, and name what has changed since training
    Drift(Drift),
    /// Write the latent vector of every record
    Encode(Encode),
    /// Write what the model makes of every record, in the units of the schema
    Reconstruct(Reconstruct),
    /// Make up records with a variational model
    Generate(Generate),
    /// Name the items that each user has not rated and would like best
    Recommend(Recommend),
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
pub(crate) struct Threshold {
    /// Model file
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Alarms per normal event, at most: a decimal such as 0.002, or alarms per events such as 2/1000
    #[arg(long, value_parser = rate)]
    pub(crate) alarm_rate: f64,
    /// Records to calibrate on, as trained on; rows whose label is not 0 are left out
    #[arg(long, num_args = 1.., conflicts_with = "from_scores")]
    pub(crate) data: Vec<PathBuf>,
    /// With --data: column that is 0 for normal rows; that of training without it
    #[arg(long, requires = "data")]
    pub(crate) label: Option<String>,
    /// Scores of normal records, as `tillwatch score` writes them; without it and --data the percentiles that the model file
    /// keeps
    #[arg(long, num_args = 1..)]
    pub(crate) from_scores: Vec<PathBuf>,
    /// Keep the rate with 95 % confidence, not only on average
    #[arg(long, conflicts_with = "extrapolate")]
    pub(crate) confident: bool,
    /// Where the rows do not carry the rate, guess the threshold from the shape of their tail; marked as extrapolated wherever
    /// it shows
    #[arg(long)]
    pub(crate) extrapolate: bool,
    /// Where the model file goes; in the place of the old one without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

/// An alarm rate as people write it.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    parse_rate(text)
        .ok_or_else(|| "wanted a decimal such as 0.002, or alarms per events such as 2/1000".to_owned())
}

/// What images are, where the files do not say it.
#[derive(Debug, Args)]
pub(crate) struct Images {
    /// Images: IDX or NPY file of integers, one for each image
    #[arg(long)]
    pub(crate) labels: Option<PathBuf>,
    /// Images: the label that is normal, all others being anomalous; 0 without it
    #[arg(long)]
    pub(crate) normal: Option<String>,
}

impl Images {
    /// An error where the records are none.
    pub(crate) fn refuse(&self) -> Result<(), Failure> {
        let given = [("--labels", self.labels.is_some()), ("--normal", self.normal.is_some())];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Failure::usage(format!(
                "{option}: found with rows of a table, wanted images; name the column of labels with --label"
            ))),
            None => Ok(()),
        }
    }
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

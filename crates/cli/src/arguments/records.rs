//! The options of the commands that run records through a model.

use super::Images;
use clap::Args;
use std::path::PathBuf;

/// A model and records to run through it.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Model file
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// CSV files with one header, plain or gzip; of a model of images what it was trained on
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) data: Vec<PathBuf>,
}

impl Input {
    /// All files of it.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.model).chain(&self.data)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Score {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Where the scores go; standard output without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Images: folder for a picture of each, 00001.png and so on: the image, its reconstruction, and where they differ
    #[arg(long)]
    pub(crate) maps: Option<PathBuf>,
    /// Threads, as many as the machine has cores without it; the result does not depend on them
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Where the frame goes that a device would send after these records, for `tillwatch drift`
    #[arg(long)]
    pub(crate) frame: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// Model file
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Frames of devices, added up
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) frames: Vec<PathBuf>,
    /// Frames of a time that was normal, to compare with instead of what the model file knows of its training
    #[arg(long, num_args = 1..)]
    pub(crate) reference: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Column that is 0 for normal rows; that of training without it
    #[arg(long)]
    pub(crate) label: Option<String>,
    #[command(flatten)]
    pub(crate) images: Images,
    /// Records that the model was trained on: simpler detectors, fitted to their normal rows, stand beside it
    #[arg(long, num_args = 1..)]
    pub(crate) train: Vec<PathBuf>,
    /// Column that names the kind of anomaly: recall for each
    #[arg(long)]
    pub(crate) by: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Encode {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Where the vectors go, a line for each record: row, then the values z0, z1 and so on; standard output without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Take the float network instead of the integer one that a device has
    #[arg(long)]
    pub(crate) float: bool,
    /// Add the rows of that many most similar records to each line: n1, the most similar one, then n2 and so on
    #[arg(long, default_value_t = 0)]
    pub(crate) neighbours: usize,
    /// Draw the vectors, as SVG, in the plane that shows most of their variance; alarms in red
    #[arg(long)]
    pub(crate) plot: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Reconstruct {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Where the reconstructions go, in the units of the schema; standard output without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// The same records without noise: tells how much of it the model takes out
    #[arg(long, num_args = 1..)]
    pub(crate) clean: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Model file, of recipe variational
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// How many records
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rows: u32,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the records go, with the columns of the schema; standard output without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Recommend {
    /// Model file, of users and items
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// CSV files with a row per user and item, plain or gzip
    #[arg(long, required = true, num_args = 1..)]
    pub(crate) data: Vec<PathBuf>,
    /// Items for each user
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) top: u16,
    /// Where the items go, a line for each: row, user, rank, item; standard output without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

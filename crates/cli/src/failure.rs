//! Why a command failed: one line and an exit status.

use std::fmt;
use std::path::Path;
use tillwatch_trainer::{Error, TrainError};

/// One line for standard error and the status to exit with.
#[derive(Debug)]
pub struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    /// The command line or the schema has to change: status 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 2 }
    }

    /// The data, or the place they are written to, have to change: status 1.
    pub(crate) fn data(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1 }
    }

    /// Nothing to tell: status 0.
    pub(crate) fn silent() -> Self {
        Self { message: String::new(), status: 0 }
    }

    /// Writing went wrong.
    pub(crate) fn write(path: &Path, cause: &std::io::Error) -> Self {
        Self::data(format!("{}: cannot be written: {cause}; nothing was left behind", path.display()))
    }

    /// The status to exit with.
    #[must_use]
    pub fn status(&self) -> u8 {
        self.status
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.is_usage() { Self::usage(error.to_string()) } else { Self::data(error.to_string()) }
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        if error.is_usage() { Self::usage(error.to_string()) } else { Self::data(error.to_string()) }
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        let message = error.to_string().trim_end().to_owned();
        // Help and version come as errors too, with status 0.
        if error.exit_code() == 0 {
            return Self { message, status: 0 };
        }
        let told = message.lines().take_while(|line| !line.starts_with("Usage:")).map(str::trim);
        let line = told.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        Self::usage(format!("{}; see tillwatch --help", line.trim_start_matches("error: ")))
    }
}

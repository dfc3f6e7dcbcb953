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

    /// The answer is on standard output, and it is drift: status 3.
    pub(crate) fn drift() -> Self {
        Self { message: String::new(), status: 3 }
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
        let message = error.to_string();
        // Help and version come as errors too, with status 0; mistakes get one line, as all others do.
        let message = if error.exit_code() == 0 { message.trim_end().to_owned() } else { one_line(&message) };
        Self { message, status: error.exit_code() as u8 }
    }
}

/// The first paragraph of a message in one line.
fn one_line(message: &str) -> String {
    let paragraph = message.trim().split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let text = words.join(" ");
    format!("{}; --help tells more", text.strip_prefix("error: ").unwrap_or(&text))
}

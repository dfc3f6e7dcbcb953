//! The library behind the `tillwatch` command, and the only crate that prints.
//!
//! Results go to standard output or to the file named, progress and remarks to standard error. Exit status 0 is success,
//! 1 means that the data have to change, 2 that the command line or the schema has to, 3 that `drift` found what it looks
//! for. Files appear whole or not at all.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod bake;
mod chunk;
mod drift;
mod encode;
mod evaluate;
mod failure;
mod figures;
mod generate;
mod init;
mod inspect;
mod maps;
mod model_file;
mod output;
mod progress;
mod promise;
mod recommend;
mod reconstruct;
mod records;
mod report;
mod scatter;
mod score;
mod threshold;
mod train;
mod words;

pub use failure::Failure;

use arguments::{Arguments, Command};
use clap::Parser;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Runs a command line, the program's name first, and prints what there is to print.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let message = failure.to_string();
            if failure.status() == 0 && !message.is_empty() {
                // Help was asked for, so it is a result.
                let _ = writeln!(std::io::stdout(), "{message}");
            } else if !message.is_empty() {
                // Where standard error is closed there is nobody left to tell.
                let _ = writeln!(std::io::stderr(), "{message}");
            }
            ExitCode::from(failure.status())
        }
    }
}

/// Runs a command line, the program's name first.
///
/// # Errors
/// [`Failure`] with its exit status.
pub fn execute(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Failure> {
    match Arguments::try_parse_from(arguments)?.command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Threshold(arguments) => threshold::run(&arguments),
        Command::Drift(arguments) => drift::run(&arguments),
        Command::Encode(arguments) => encode::run(&arguments),
        Command::Reconstruct(arguments) => reconstruct::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Recommend(arguments) => recommend::run(&arguments),
        Command::Bake(arguments) => bake::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
    }
}

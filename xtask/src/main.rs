//! The checks and the demo.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod audit;
mod bench;
mod command;
mod emulate;
mod targets;
mod witness;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command::dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

//! The tillwatch command.
use std::process::ExitCode;

fn main() -> ExitCode {
    tillwatch_cli::run(std::env::args_os())
}

//! `cargo xtask bench host`: what a record costs on this machine, by every kernel that its processor has.

use super::call;

/// Runs the example that measures, which is in the crate of the kernels; the number of rounds goes through to it.
pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let command = ["run", "--quiet", "--release", "-p", "tillwatch-batch", "--example", "host_speed", "--"];
    let rounds = arguments.iter().map(String::as_str);
    call("cargo", &command.into_iter().chain(rounds).collect::<Vec<_>>())
}

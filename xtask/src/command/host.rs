//! `cargo xtask bench host`: what a record costs on this machine, by every kernel that its processor has.

use crate::bench::host;

/// Rounds without a number.
const ROUNDS: usize = 101;

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let rounds = match arguments.first() {
        Some(text) => {
            text.parse().map_err(|_| format!("bench host: found `{text}`, wanted a number of rounds"))?
        }
        None => ROUNDS,
    };
    host(rounds)
}

//! `cargo xtask miri`: tests of the device crates in Miri, which finds undefined behaviour; nightly, outside the gate.

use crate::emulate::firmware::root;
use std::process::Command;

/// What is run of the crates that a device runs, or might. The loader has no tests of its own: those of the model file hand
/// it all that validation accepts.
const RUNS: [&[&str]; 3] = [
    &["--package", "tillwatch-engine", "--lib"],
    &["--package", "tillwatch-model", "--lib"],
    &["--package", "tillwatch-model", "--test", "model_file"],
];
/// Left out: simulations of some hundred thousand events, sums of as many groups, and tests that take as many files as a file has bytes.
const SKIPPED: [&str; 5] = [
    "the_promised_rate_is_kept_where",
    "a_tripled_rate_is_heard_soon",
    "sums_of_words_hold_all_rows",
    "damage::",
    "mutation::",
];
/// Cases of each random test: Miri is some hundred times slower than the machine.
const CASES: &str = "4";
/// The line that provides it.
pub(super) const INSTALL: &str = "rustup toolchain install nightly --component miri,rust-src";

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    if !is_found() {
        return Err(format!("Miri not found, so nothing was run; {INSTALL}"));
    }
    for run in RUNS {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["+nightly", "miri", "test"])
            .args(arguments)
            .args(run)
            .arg("--")
            .args(SKIPPED.iter().flat_map(|name| ["--skip", name]))
            .current_dir(root())
            .env("CARGO_TARGET_DIR", root().join("target").join("miri"))
            // Random tests look for the folder of their past failures; models made for a test stay until its end.
            .env("MIRIFLAGS", "-Zmiri-disable-isolation -Zmiri-ignore-leaks")
            .env("PROPTEST_CASES", CASES);
        let status = cargo.status().map_err(|error| format!("cargo did not start: {error}"))?;
        if !status.success() {
            return Err(format!("{} in Miri: {status}; what it found stands above", run.join(" ")));
        }
    }
    Ok(())
}

/// True where nightly and its Miri are installed.
pub(super) fn is_found() -> bool {
    let asked = Command::new("cargo").args(["+nightly", "miri", "--version"]).output();
    asked.is_ok_and(|output| output.status.success())
}

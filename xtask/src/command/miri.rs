//! `cargo xtask miri`: the unit tests of the device crates in Miri, which finds undefined behaviour; nightly, outside the
//! gate.

use crate::emulate::firmware::root;
use std::process::Command;

/// The crates that a device runs, or might.
const CRATES: [&str; 3] = ["tillwatch-engine", "tillwatch-model", "tillwatch-loader"];
/// Cases of each random test: Miri is some hundred times slower than the machine.
const CASES: &str = "4";
/// The line that provides it.
pub(super) const INSTALL: &str = "rustup toolchain install nightly --component miri,rust-src";

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    if !is_found() {
        return Err(format!("Miri not found, so nothing was run; {INSTALL}"));
    }
    for name in CRATES {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["+nightly", "miri", "test", "--lib", "--package", name])
            .args(arguments)
            .current_dir(root())
            .env("CARGO_TARGET_DIR", root().join("target").join("miri"))
            // Random tests look for the folder of their past failures.
            .env("MIRIFLAGS", "-Zmiri-disable-isolation")
            .env("PROPTEST_CASES", CASES);
        let status = cargo.status().map_err(|error| format!("cargo did not start: {error}"))?;
        if !status.success() {
            return Err(format!("{name} in Miri: {status}; what it found stands above"));
        }
    }
    Ok(())
}

/// True where nightly and its Miri are installed.
pub(super) fn is_found() -> bool {
    let asked = Command::new("cargo").args(["+nightly", "miri", "--version"]).output();
    asked.is_ok_and(|output| output.status.success())
}

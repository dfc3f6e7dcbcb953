//! `cargo xtask aarch64`: tests of the kernels for many records on AArch64, for which QEMU runs programs on any Linux.

use crate::emulate::firmware::root;
use crate::targets;
use std::process::Command;

/// What runs a program of that processor.
pub(super) const PROGRAM: &str = "qemu-aarch64";
/// The command that installs it on Debian and Ubuntu.
pub(super) const INSTALL: &str = "apt-get install qemu-user";
/// The target whose standard library brings everything but a linker.
pub(super) const TARGET: &str = "aarch64-unknown-linux-musl";
/// The variable that names its linker to cargo, and the one that comes with rustc.
pub(super) const LINKER: (&str, &str) = ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER", "rust-lld");

/// The variable that names to cargo what runs its tests.
const RUNNER: &str = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER";
/// The variable that tells a test which instructions there are to be found.
const INSTRUCTIONS: &str = "TILLWATCH_INSTRUCTIONS";
/// QEMU's names of processors, and the instructions for which they have kernels.
const PROCESSORS: [(&str, &str); 2] = [("max", "NEON dot product"), ("cortex-a53", "")];

pub(super) fn run(_: &[String]) -> Result<(), String> {
    if !is_found() {
        return Err(format!("{PROGRAM} not found, so nothing was run; {INSTALL}"));
    }
    targets::ensure(TARGET)?;
    for (processor, instructions) in PROCESSORS {
        println!("kernels for many records on {processor} in {PROGRAM}");
        let mut cargo = Command::new("cargo");
        cargo
            .args(["test", "--quiet", "--package", "tillwatch-batch", "--lib"])
            .args(["--profile", "release-checked", "--target", TARGET])
            .current_dir(root())
            .env(LINKER.0, LINKER.1)
            .env(RUNNER, format!("{PROGRAM} -cpu {processor}"))
            .env(INSTRUCTIONS, instructions);
        let status = cargo.status().map_err(|error| format!("cargo did not start: {error}"))?;
        if !status.success() {
            return Err(format!("{processor} in {PROGRAM}: {status}; what it found stands above"));
        }
    }
    Ok(())
}

/// True where it is installed.
pub(super) fn is_found() -> bool {
    Command::new(PROGRAM).arg("--version").output().is_ok_and(|output| output.status.success())
}

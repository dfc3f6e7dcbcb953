//! `cargo xtask test`: every check that this machine can run.

use super::{
    aarch64, audit, bake, bits, call, crosscheck, device, firmware, fixtures, kinds, page, rates, tidy,
};
use crate::emulate::qemu;

pub(super) fn run(_: &[String]) -> Result<(), String> {
    all(false)
}

/// Runs everything; with `strict`, a check that cannot run is a failure.
pub(super) fn all(strict: bool) -> Result<(), String> {
    let mut missing: Vec<String> = Vec::new();
    for machine in [qemu::Machine::An385, qemu::Machine::Virt] {
        if std::process::Command::new(machine.program()).arg("--version").output().is_err() {
            missing.push(format!("{} as a second emulator: {}", machine.program(), machine.install()));
        }
    }
    let has_aarch64 = aarch64::is_found();
    if !has_aarch64 {
        missing.push(format!("{}, for kernels on AArch64: {}", aarch64::PROGRAM, aarch64::INSTALL));
    }
    let has_browser = page::program().is_some();
    if !has_browser {
        missing.push(format!("chromium, to open report.html: {}", page::INSTALL));
    }
    if strict && !missing.is_empty() {
        return Err(format!("not on this machine: {}", missing.join("; ")));
    }
    call("cargo", &["fmt", "--all", "--check"])?;
    call("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    tidy::run(&[])?;
    bake::run(&["--check".to_owned()])?;
    call("cargo", &["test", "--workspace", "--profile", "release-checked"])?;
    build_script_example()?;
    fixtures::run(&["--check".to_owned()])?;
    crosscheck::run(&[])?;
    kinds::run(&[])?;
    if has_browser {
        page::run(&[])?;
    }
    if has_aarch64 {
        aarch64::run(&[])?;
    }
    bits::gate()?;
    rates::run(&[])?;
    audit::run(&[])?;
    firmware::run(&[])?;
    device::run(&["--check".to_owned()])?;
    println!("\nall checks passed");
    for line in &missing {
        println!("not run, {line}");
    }
    Ok(())
}

/// The firmware that bakes in its own build script builds for the host and for a device.
fn build_script_example() -> Result<(), String> {
    const MANIFEST: &str = "crates/bake/examples/firmware-build-script/Cargo.toml";
    const TARGET: &str = "thumbv7m-none-eabi";
    crate::targets::ensure(TARGET)?;
    call("cargo", &["test", "--quiet", "--manifest-path", MANIFEST])?;
    call("cargo", &["build", "--quiet", "--manifest-path", MANIFEST, "--target", TARGET])
}

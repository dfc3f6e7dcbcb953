//! Tells the engine which instructions the target has, so that no feature has to be chosen by the user.
//!
//! ARMv6-M and ARMv8-M baseline have `MULS` (32 x 32 -> 32 bits) only; a 64-bit product there is a library call
//! of about 50 instructions. RISC-V without the M extension has no multiplier at all and takes the same path.

use std::env::var;

/// Processors that rustc takes to have vectors of integers (MVE, also called Helium).
const VECTOR_CPUS: [&str; 3] = ["cortex-m52", "cortex-m55", "cortex-m85"];

fn main() {
    println!("cargo::rustc-check-cfg=cfg(short_multiply)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let target = var("TARGET").unwrap_or_default();
    let short = ["thumbv6m", "thumbv8m.base", "riscv32i-", "riscv32e-", "riscv32ic-", "riscv32ec-"];
    if short.iter().any(|prefix| target.starts_with(prefix)) {
        println!("cargo::rustc-cfg=short_multiply");
    }
    let loops = ["mve", "dsp", "thumb2", "thumb1", "riscv", "portable"];
    println!("cargo::rustc-check-cfg=cfg(tile_sums, values(\"{}\"))", loops.join("\", \""));
    // An M33 may have the DSP instructions; rustc knows by `-C target-feature=+dsp` or `target-cpu`.
    let features = var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let has_dsp = target.starts_with("thumb") && features.split(',').any(|feature| feature == "dsp");
    let [mve, dsp, thumb2, thumb1, riscv, portable] = loops;
    let chosen = if target.starts_with("thumbv8m.main") && has_vectors() {
        mve
    } else if target.starts_with("thumbv7em") || has_dsp {
        dsp
    } else if target.starts_with("thumbv7m") || target.starts_with("thumbv8m.main") {
        thumb2
    } else if target.starts_with("thumbv6m") || target.starts_with("thumbv8m.base") {
        thumb1
    } else if target.starts_with("riscv32im") {
        riscv
    } else {
        portable
    };
    println!("cargo::rustc-cfg=tile_sums=\"{chosen}\"");
    println!("cargo::rustc-check-cfg=cfg(dense_in_assembly)");
    if [mve, dsp, riscv].contains(&chosen) {
        println!("cargo::rustc-cfg=dense_in_assembly");
    }
}

/// True where rustc is told of a processor that has vectors, or of the vectors themselves. Stable rustc names no such feature to a
/// build script, but cargo passes on what it calls rustc with.
fn has_vectors() -> bool {
    let flags = var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let mut has_vectors = false;
    for flag in flags.split('\x1f') {
        if let Some((_, cpu)) = flag.split_once("target-cpu=") {
            has_vectors = VECTOR_CPUS.contains(&cpu);
        }
        for feature in flag.split_once("target-feature=").map_or("", |(_, list)| list).split(',') {
            has_vectors = (has_vectors || ["+mve", "+mve.fp"].contains(&feature)) && feature != "-mve";
        }
    }
    has_vectors
}

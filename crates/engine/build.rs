//! Tells the engine which instructions the target has, so that no feature has to be chosen by the user.
//!
//! ARMv6-M and ARMv8-M baseline have `MULS` (32 x 32 -> 32 bits) only; a 64-bit product there is a library call
//! of about 50 instructions. RISC-V without the M extension has no multiplier at all and takes the same path.
//!
//! The name of ARMv8-M mainline does not tell whether a core has the DSP instructions or vectors, and stable rustc names no such
//! feature to a build script. But cargo passes on what it calls rustc with.

use std::env::var;

/// The loops that there are.
const LOOPS: [&str; 6] = ["mve", "dsp", "thumb2", "thumb1", "riscv", "portable"];

/// What a core of ARMv8-M mainline may have, each with what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extension {
    None,
    Dsp,
    /// MVE, also called Helium.
    Vectors,
}

fn main() {
    println!("cargo::rustc-check-cfg=cfg(short_multiply)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let target = var("TARGET").unwrap_or_default();
    let short = ["thumbv6m", "thumbv8m.base", "riscv32i-", "riscv32e-", "riscv32ic-", "riscv32ec-"];
    if short.iter().any(|prefix| target.starts_with(prefix)) {
        println!("cargo::rustc-cfg=short_multiply");
    }
    let chosen = loops(&target, &var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default());
    println!("cargo::rustc-check-cfg=cfg(tile_sums, values(\"{}\"))", LOOPS.join("\", \""));
    println!("cargo::rustc-cfg=tile_sums=\"{chosen}\"");
    println!("cargo::rustc-check-cfg=cfg(dense_in_assembly)");
    if ["mve", "dsp", "thumb1", "riscv"].contains(&chosen) {
        println!("cargo::rustc-cfg=dense_in_assembly");
    }
    println!("cargo::rustc-check-cfg=cfg(long_turns)");
    // From this level on the compiler unrolls its own loops too.
    if matches!(var("OPT_LEVEL").as_deref(), Ok("2" | "3")) {
        println!("cargo::rustc-cfg=long_turns");
    }
    println!("cargo::rustc-check-cfg=cfg(armv8m)");
    if target.starts_with("thumbv8m") {
        println!("cargo::rustc-cfg=armv8m");
    }
}

/// The loops for a target and for what rustc is called with, flags apart by a unit separator.
fn loops(target: &str, flags: &str) -> &'static str {
    let is = |names: &[&str]| names.iter().any(|name| target.starts_with(name));
    let [mve, dsp, thumb2, thumb1, riscv, portable] = LOOPS;
    if is(&["thumbv8m.main"]) {
        match extension(flags) {
            Extension::Vectors => mve,
            Extension::Dsp => dsp,
            Extension::None => thumb2,
        }
    } else if is(&["thumbv7em"]) {
        dsp
    } else if is(&["thumbv7m"]) {
        thumb2
    } else if is(&["thumbv6m", "thumbv8m.base"]) {
        thumb1
    } else if is(&["riscv32im"]) {
        riscv
    } else {
        portable
    }
}

/// What rustc takes a core of ARMv8-M mainline to have: what the last processor has that it is told of, and behind that, wherever
/// they stand, what single features add and take away.
fn extension(flags: &str) -> Extension {
    let values = |name| flags.split('\x1f').filter_map(move |flag| Some(flag.split_once(name)?.1));
    let of_cpu = match values("target-cpu=").next_back() {
        Some("cortex-m33" | "cortex-m35p" | "star-mc1") => Extension::Dsp,
        Some("cortex-m52" | "cortex-m55" | "cortex-m85" | "star-mc3") => Extension::Vectors,
        _ => Extension::None,
    };
    let features = values("target-feature=").flat_map(|list| list.split(','));
    features.fold(of_cpu, |has, feature| match feature {
        "+dsp" => has.max(Extension::Dsp),
        "-dsp" => Extension::None,
        "+mve" | "+mve.fp" => Extension::Vectors,
        "-mve" | "-fpregs" => has.min(Extension::Dsp),
        _ => has,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_target_chooses_its_loops() {
        for (target, chosen) in [
            ("thumbv6m-none-eabi", "thumb1"),
            ("thumbv8m.base-none-eabi", "thumb1"),
            ("thumbv7m-none-eabi", "thumb2"),
            ("thumbv7em-none-eabihf", "dsp"),
            ("thumbv8m.main-none-eabihf", "thumb2"),
            ("riscv32imac-unknown-none-elf", "riscv"),
            ("riscv32i-unknown-none-elf", "portable"),
            ("x86_64-unknown-linux-gnu", "portable"),
        ] {
            assert_eq!(loops(target, ""), chosen, "{target}");
        }
        // Where the name says all, flags do not count.
        assert_eq!(loops("thumbv7m-none-eabi", "-Ctarget-cpu=cortex-m33"), "thumb2");
        assert_eq!(loops("thumbv7em-none-eabi", "-Ctarget-feature=-dsp"), "dsp");
    }

    /// As rustc 1.95 accepts or refuses `SMLAD` and `VMLADAVA` with these flags.
    #[test]
    fn flags_choose_the_loops_of_armv8m_mainline() {
        for (flags, chosen) in [
            ("-C target-cpu=cortex-m33", "dsp"),
            ("-C target-cpu=cortex-m35p", "dsp"),
            ("-Ctarget-cpu=star-mc1", "dsp"),
            ("-Ctarget-cpu=cortex-m55", "mve"),
            ("--codegen=target-cpu=cortex-m85", "mve"),
            ("-Ctarget-cpu=cortex-m52", "mve"),
            ("-Ctarget-cpu=star-mc3", "mve"),
            ("-Ctarget-cpu=cortex-m23", "thumb2"),
            ("-Clto -Copt-level=s", "thumb2"),
            // The last processor counts.
            ("-Ctarget-cpu=cortex-m55 -Ctarget-cpu=cortex-m33", "dsp"),
            ("-Ctarget-cpu=cortex-m33 -Ctarget-cpu=generic", "thumb2"),
            // Features count behind it, in their order.
            ("-Ctarget-feature=+dsp", "dsp"),
            ("-Ctarget-feature=+strict-align,+mve", "mve"),
            ("-Ctarget-feature=+mve.fp", "mve"),
            ("-Ctarget-feature=+dsp -Ctarget-feature=-dsp", "thumb2"),
            ("-Ctarget-feature=-dsp,+dsp", "dsp"),
            ("-Ctarget-cpu=cortex-m33 -Ctarget-feature=-dsp", "thumb2"),
            ("-Ctarget-feature=-dsp -Ctarget-cpu=cortex-m33", "thumb2"),
            ("-Ctarget-feature=+mve -Ctarget-cpu=cortex-m33", "mve"),
            ("-Ctarget-cpu=cortex-m55 -Ctarget-feature=-mve", "dsp"),
            ("-Ctarget-cpu=cortex-m55 -Ctarget-feature=-mve.fp", "mve"),
            ("-Ctarget-cpu=cortex-m55 -Ctarget-feature=-fpregs", "dsp"),
            ("-Ctarget-cpu=cortex-m55 -Ctarget-feature=-dsp", "thumb2"),
            ("-Ctarget-cpu=cortex-m55 -Ctarget-feature=+dsp", "mve"),
            ("-Ctarget-feature=-mve", "thumb2"),
        ] {
            let encoded = flags.replace(' ', "\x1f");
            assert_eq!(loops("thumbv8m.main-none-eabi", &encoded), chosen, "{flags}");
        }
    }
}

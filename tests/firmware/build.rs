//! Chooses the memory map by core and names the model's module.

use std::path::Path;
use std::{env, fs};

const SECTIONS: &str = include_str!("link/sections.x");

/// Memory maps by the beginning of the target's name and what rustc was called with.
const MAPS: [(&str, &str, &str); 4] = [
    ("thumbv8m", "target-cpu=cortex-m55", include_str!("link/mps3_secure.x")),
    ("thumbv8m", "", include_str!("link/mps2_secure.x")),
    ("thumb", "", include_str!("link/mps2.x")),
    ("riscv32", "", include_str!("link/virt.x")),
];

/// The variable that names the module to score, seen from the dependency `model`.
const MODULE: &str = "TILLWATCH_FIRMWARE_MODULE";

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    let out = Path::new(&out);
    let target = env::var("TARGET").expect("cargo sets TARGET for build scripts");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_of = |(prefix, flag, _): &&(&str, &str, &str)| target.starts_with(prefix) && flags.contains(flag);
    let Some((_, _, map)) = MAPS.iter().find(is_of) else {
        panic!("no memory map for {target}: build with --target thumbv7m-none-eabi, or add a map to link/");
    };
    fs::write(out.join("firmware.x"), format!("{map}{SECTIONS}")).expect("the build folder is writable");
    let module = env::var(MODULE).unwrap_or_else(|_| "model::point_of_sale".to_owned());
    fs::write(out.join("chosen.rs"), format!("use {module} as chosen;\n"))
        .expect("the build folder is writable");

    // Where these cores have registers for floats or vectors, they start with them switched off.
    println!("cargo::rustc-check-cfg=cfg(coprocessors)");
    if target.starts_with("thumbv8m.main") {
        println!("cargo::rustc-cfg=coprocessors");
    }

    // Any feature that breaks a promise on purpose.
    if env::vars().any(|(name, _)| name.starts_with("CARGO_FEATURE_BAD_")) {
        println!("cargo::rustc-cfg=broken");
    }
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tfirmware.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-env-changed={MODULE}");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
}

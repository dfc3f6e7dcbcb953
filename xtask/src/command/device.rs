//! `cargo xtask bench device`: counts, modelled cycles and bytes on emulated cores, as a page and as JSON.

use super::option;
use crate::bench::device::{
    NETWORKS, PROFILES, Part, Row, grown, kinds, network_row, networks, page, read, to_json,
};
use crate::bench::{with_part, write};
use crate::emulate::firmware::root;
use crate::emulate::{Failure, qemu};
use crate::witness::CORES;
use std::fs;
use std::path::{Path, PathBuf};

/// Measures everything and writes `BENCHMARKS.md` and the JSON file; with `--check` counts networks and compares only.
pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let committed = root().join("fixtures/sizes/device.json");
    if arguments.iter().any(|argument| argument == "--check") {
        return check(&committed);
    }
    let json = option(arguments, "--json").map_or(committed, PathBuf::from);
    let mut tell = |row: &Row| println!("{row}");
    let mut rows = networks(&mut tell)?;
    rows.extend(kinds(&mut tell)?);
    let path = root().join("BENCHMARKS.md");
    // Not there yet is as good as empty.
    let old = fs::read_to_string(&path).unwrap_or_default();
    write(&path, &with_part(&old, &page(&rows)))?;
    write(&json, &format!("{:#}\n", to_json(&rows)))?;
    println!("wrote {} and {}", path.display(), json.display());
    Ok(())
}

/// Counts the networks again that nothing else counts, at the faster level, on the cores that this machine emulates.
fn check(committed: &Path) -> Result<(), String> {
    let then = read(committed)?;
    let mut now = Vec::new();
    for core in &CORES {
        if let (None, Err(failure @ Failure::NotFound { .. })) = (core.embedded, qemu::version(core.machine))
        {
            println!("not run: {} in QEMU: {failure}", core.name);
            continue;
        }
        for network in NETWORKS.iter().filter(|network| !network.is_committed()) {
            let row = network_row(network, Part::Network, core, PROFILES[0], false)?;
            println!("{row}");
            now.push(row);
        }
    }
    let lines = grown(&now, &then);
    if lines.is_empty() {
        println!("no network takes more instructions than in {}", committed.display());
        return Ok(());
    }
    Err(format!("{}\nif it had to, run cargo xtask bench device", lines.join("\n")))
}

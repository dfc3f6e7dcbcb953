//! `cargo xtask bench alarms` and `cargo xtask bench reasons`: whether promises to users are kept, on data that the project does
//! not hold.

use super::bench::{chosen_sets, seeds};
use super::option;
use crate::bench::reliability::{Injections, Recount, SIZES, inject, is_fit, page, recount};
use crate::bench::{Prepared, Set, find, write as write_file};
use crate::emulate::firmware::root;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Calibrations of each set without `--seeds`.
const CALIBRATIONS: u64 = 20;
/// Trainings of each set without `--seeds`.
const TRAININGS: u64 = 2;

/// Counts alarms among fresh normal rows of every table of a folder.
pub(super) fn alarms(arguments: &[String]) -> Result<(), String> {
    let seeds = seeds(arguments, CALIBRATIONS)?;
    let mut all: Vec<Recount> = Vec::new();
    each("alarms", arguments, |name, normals| {
        let mut inside = [0; 2];
        for seed in 0..seeds {
            let found = recount(name, normals, seed)?;
            [0, 1].into_iter().for_each(|of| inside[of] += usize::from(found.is_inside(of)));
            all.push(found);
        }
        println!(
            "{name:<24} inside on average {} of {seeds}, with confidence {} of {seeds}",
            inside[0], inside[1]
        );
        Ok(())
    })?;
    let json = all.iter().map(Recount::to_json).collect();
    write(arguments, "alarms", json, |old| page(old, Some(&all), None))
}

/// Changes one field of held-out normal rows of every table of a folder, and reads the reasons.
pub(super) fn reasons(arguments: &[String]) -> Result<(), String> {
    let seeds = seeds(arguments, TRAININGS)?;
    let mut all: Vec<Injections> = Vec::new();
    each("reasons", arguments, |name, normals| {
        for seed in 0..seeds {
            let found = inject(name, normals, seed)?;
            let shares = SIZES.iter().enumerate().map(|(at, size)| {
                let [first, top_three] = found.shares(at).map(|share| 100.0 * share);
                format!("{size} sd {first:.1}/{top_three:.1}")
            });
            let shares: Vec<String> = shares.collect();
            println!("{name:<24} seed {seed}: first/top 3 in percent: {}", shares.join(", "));
            all.push(found);
        }
        Ok(())
    })?;
    let json = all.iter().map(Injections::to_json).collect();
    write(arguments, "reasons", json, |old| page(old, None, Some(&all)))
}

/// Calls `measure` with the normal rows of every set that fits, or of those that `--sets` names.
fn each(
    command: &str,
    arguments: &[String],
    mut measure: impl FnMut(&str, &Prepared) -> Result<(), String>,
) -> Result<(), String> {
    let wanted = || format!("bench {command}: wanted --data DIR, a folder of labelled sets");
    let folder = Path::new(option(arguments, "--data").ok_or_else(wanted)?);
    let sets: Vec<Set> = find(folder)?.into_iter().filter(Set::is_plain).collect();
    let chosen = chosen_sets(arguments, &sets)?;
    let mut measured = 0;
    for set in sets.iter().filter(|set| chosen.as_ref().is_none_or(|names| names.contains(&&*set.name))) {
        let normals = set.normals().map_err(|error| format!("{}: {error}", set.name))?;
        if !is_fit(&normals) {
            println!("{:<24} left out: rows with a time, or too few to calibrate", set.name);
            continue;
        }
        measure(&set.name, &normals)?;
        measured += 1;
    }
    if measured == 0 {
        return Err(format!(
            "{}: found no table to measure, wanted CSV files with a column `label` and no time, at least 150 normal rows each",
            folder.display()
        ));
    }
    Ok(())
}

fn write(
    arguments: &[String],
    name: &str,
    json: Vec<Value>,
    page: impl Fn(&str) -> String,
) -> Result<(), String> {
    let default = root().join("target").join(format!("{name}.json"));
    let out = option(arguments, "--out").map_or(default, PathBuf::from);
    write_file(&out, &format!("{:#}\n", Value::Array(json)))?;
    let path = root().join("RELIABILITY.md");
    let old = fs::read_to_string(&path).unwrap_or_default();
    write_file(&path, &page(&old))?;
    println!("wrote {} and {}", path.display(), out.display());
    Ok(())
}

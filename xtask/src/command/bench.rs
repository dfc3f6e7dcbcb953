//! `cargo xtask bench`: what the project measures, by itself what needs no data from elsewhere.

use super::{device, option, reliability, workstation};
use crate::bench::detection::{Baselines, KINDS, Trial, comparison, page, run as train};
use crate::bench::{Set, find, write as write_file};
use crate::emulate::firmware::root;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Seeds without `--seeds`.
const SEEDS: u64 = 3;

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    match arguments.first().map(String::as_str) {
        Some("detection") => detection(&arguments[1..]),
        Some("alarms") => reliability::alarms(&arguments[1..]),
        Some("reasons") => reliability::reasons(&arguments[1..]),
        Some("device") => device::run(&arguments[1..]),
        Some("host") => workstation::scoring(&arguments[1..]),
        Some("training") => workstation::training(&arguments[1..]),
        Some(found) => Err(format!(
            "bench: found `{found}`, wanted device, host, training, detection, alarms, reasons, or nothing for the first three"
        )),
        None => {
            device::run(&[])?;
            workstation::scoring(&[])?;
            workstation::training(&[])
        }
    }
}

/// Trains every kind on every labelled set of a folder and writes `DETECTION.md`, or the page that `--page` names.
///
/// With `--sets` or `--kinds` only what they name is trained again; other trials stay as the JSON file has them.
fn detection(arguments: &[String]) -> Result<(), String> {
    let wanted = "bench detection: wanted --data DIR, a folder of labelled sets";
    let folder = Path::new(option(arguments, "--data").ok_or(wanted)?);
    let seeds = seeds(arguments, SEEDS)?;
    let kinds = names(arguments, "--kinds");
    if let Some(kind) = kinds.iter().flatten().find(|kind| !KINDS.contains(*kind)) {
        return Err(format!("--kinds: found `{kind}`, wanted some of {}", KINDS.join(", ")));
    }
    let sets = find(folder)?;
    let chosen = chosen_sets(arguments, &sets)?;
    if sets.is_empty() {
        return Err(format!(
            "{}: found no labelled set, wanted CSV files with a column `label`",
            folder.display()
        ));
    }
    let default = root().join("target/detection.json");
    let out = option(arguments, "--out").map_or(default, Into::into);
    let is_part = kinds.is_some() || chosen.is_some();
    let mut trials = if is_part { read(&out)? } else { Vec::new() };
    let is_wanted =
        |list: &Option<Vec<&str>>, name: &str| list.as_ref().is_none_or(|list| list.contains(&name));
    let baselines = Baselines::read(folder)?;
    for set in sets.iter().filter(|set| is_wanted(&chosen, &set.name)) {
        for seed in 0..seeds {
            let kinds: Vec<&str> =
                set.kinds().iter().copied().filter(|kind| is_wanted(&kinds, kind)).collect();
            if kinds.is_empty() {
                continue;
            }
            let prepared = set.prepare(seed).map_err(|error| format!("{}: {error}", set.name))?;
            for kind in kinds {
                let trial = train(&set.name, &prepared, kind, seed);
                println!("{}", line(&trial));
                trials.retain(|old| (&old.set, &old.kind, old.seed) != (&trial.set, &trial.kind, trial.seed));
                trials.push(trial);
            }
        }
        // After every set: a run of hours that is cut off has not been in vain.
        sort(&mut trials, &sets);
        write(&out, &trials, &comparison(&sets, &trials, &baselines))?;
    }
    let path = option(arguments, "--page").map_or_else(|| root().join("DETECTION.md"), Into::into);
    write_file(&path, &page(&sets, &trials, &baselines))?;
    println!("wrote {} and {}", path.display(), out.display());
    Ok(())
}

/// The number that `--seeds` gives, or another.
pub(super) fn seeds(arguments: &[String], default: u64) -> Result<u64, String> {
    let Some(text) = option(arguments, "--seeds") else { return Ok(default) };
    let found = text.parse::<u64>().ok().filter(|&seeds| seeds > 0);
    found.ok_or_else(|| format!("--seeds: found `{text}`, wanted a number above 0"))
}

/// The names that `--sets` gives, each of a set that there is; none where it is not given.
pub(super) fn chosen_sets<'a>(arguments: &'a [String], sets: &[Set]) -> Result<Option<Vec<&'a str>>, String> {
    let chosen = names(arguments, "--sets");
    if let Some(name) = chosen.iter().flatten().find(|name| sets.iter().all(|set| set.name != **name)) {
        let known: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
        return Err(format!("--sets: found `{name}`, wanted some of {}", known.join(", ")));
    }
    Ok(chosen)
}

/// The list that an option gives.
fn names<'a>(arguments: &'a [String], name: &str) -> Option<Vec<&'a str>> {
    option(arguments, name).map(|text| text.split(',').collect())
}

/// In the order of sets, kinds and seeds.
fn sort(trials: &mut [Trial], sets: &[Set]) {
    trials.sort_by_key(|trial| {
        let set = sets.iter().position(|set| set.name == trial.set);
        let kind = KINDS.iter().position(|kind| *kind == trial.kind);
        (set, kind, trial.seed)
    });
}

fn line(trial: &Trial) -> String {
    let head = format!("{:<32}{:<12} seed {}", trial.set, trial.kind, trial.seed);
    match &trial.outcome {
        Err(message) => format!("{head}  {message}"),
        Ok(outcome) => {
            let [integer, float] = outcome.figures;
            format!(
                "{head}  AUROC {:.4} (float {:.4})  average precision {:.3} (float {:.3})  rank correlation {:.4}  {:.1} s",
                integer[0], float[0], integer[1], float[1], outcome.rank_correlation, outcome.seconds
            )
        }
    }
}

/// The trials of a JSON file; none where there is no file.
fn read(path: &Path) -> Result<Vec<Trial>, String> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    let json: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let trials: Option<Vec<Trial>> =
        json["trials"].as_array().map(|list| list.iter().map(Trial::from_json).collect()).unwrap_or_default();
    trials.ok_or_else(|| format!("{}: not the trials of this command; remove the file", path.display()))
}

/// Writes the trials, and what follows from them.
fn write(path: &Path, trials: &[Trial], comparison: &Value) -> Result<(), String> {
    let json = json!({
        "trials": trials.iter().map(Trial::to_json).collect::<Vec<_>>(), "comparison": comparison,
    });
    write_file(path, &format!("{json:#}\n"))
}

//! `cargo xtask bench host` and `cargo xtask bench training`: what scoring and training take on this machine, as text, as a part of
//! `BENCHMARKS.md`, and as JSON.

use super::option;
use crate::bench::workstation::{NAMES, Pace, Rate, Trial, score, scoring_part, train, training_part};
use crate::bench::{with_part, write};
use crate::emulate::firmware::root;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;
use tillwatch_trainer::nn::Activation;

/// Rounds of scoring without a number.
const SCORING_ROUNDS: usize = 101;
/// Rounds of training without a number.
const TRAINING_ROUNDS: usize = 5;

/// Measures what a row costs, by every kernel that the processor has.
pub(super) fn scoring(arguments: &[String]) -> Result<(), String> {
    let rounds = rounds("host", arguments, SCORING_ROUNDS)?;
    println!(
        "{:<14}{:>6}  {:<26}{:>10}{:>14}{:>10}",
        "network", "batch", "way", "us a row", "rows a s", "times"
    );
    let paces = score(rounds, &mut |pace: &Pace| println!("{pace}"))?;
    let json = paces.iter().map(Pace::to_json).collect();
    renew(arguments, "host", &scoring_part(&paces, rounds), json)
}

/// Measures how many rows a second training takes.
pub(super) fn training(arguments: &[String]) -> Result<(), String> {
    let networks: Vec<&str> =
        option(arguments, "--networks").map_or(NAMES.to_vec(), |text| text.split(',').collect());
    if let Some(name) = networks.iter().find(|name| !NAMES.contains(name)) {
        return Err(format!("--networks: found `{name}`, wanted some of {}", NAMES.join(", ")));
    }
    let name = option(arguments, "--activation").unwrap_or("relu");
    let activation = Activation::from_name(name).ok_or_else(|| {
        let names = Activation::ALL.map(Activation::name).join(", ");
        format!("--activation: found `{name}`, wanted one of {names}")
    })?;
    let threads = number(arguments, "--threads", 1)?;
    let seconds = number(arguments, "--seconds", 1.0)?;
    let rounds = rounds("training", arguments, TRAINING_ROUNDS)?;
    let trial = Trial { networks, activation, threads, seconds, rounds };
    let rates = train(&trial)?;
    rates.iter().for_each(|rate| println!("{rate}"));
    let json = rates.iter().copied().map(Rate::to_json).collect();
    renew(arguments, "training", &training_part(&rates, &trial), json)
}

/// The number of rounds, which may stand first.
fn rounds(command: &str, arguments: &[String], otherwise: usize) -> Result<usize, String> {
    let Some(text) = arguments.first().filter(|text| !text.starts_with("--")) else { return Ok(otherwise) };
    let found = text.parse().ok().filter(|&rounds| rounds > 0);
    found.ok_or_else(|| format!("bench {command}: found `{text}`, wanted a number of rounds, 1 or more"))
}

/// The number that an option gives, above 0, or another.
fn number<T: FromStr + Default + PartialOrd>(
    arguments: &[String],
    name: &str,
    otherwise: T,
) -> Result<T, String> {
    let Some(text) = option(arguments, name) else { return Ok(otherwise) };
    let found = text.parse().ok().filter(|number| *number > T::default());
    found.ok_or_else(|| format!("{name}: found `{text}`, wanted a number above 0"))
}

/// Writes one part of `BENCHMARKS.md`, or of the page that `--page` names, and the JSON file.
fn renew(arguments: &[String], name: &str, part: &str, json: Vec<Value>) -> Result<(), String> {
    let page = option(arguments, "--page").map_or_else(|| root().join("BENCHMARKS.md"), PathBuf::from);
    let out = root().join("target").join(format!("{name}.json"));
    let out = option(arguments, "--json").map_or(out, PathBuf::from);
    // Not there yet is as good as empty.
    let old = fs::read_to_string(&page).unwrap_or_default();
    write(&page, &with_part(&old, part))?;
    write(&out, &format!("{:#}\n", Value::Array(json)))?;
    println!("wrote {} and {}", page.display(), out.display());
    Ok(())
}

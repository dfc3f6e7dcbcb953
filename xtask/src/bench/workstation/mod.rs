//! What this machine takes: to score many records ([`score`]) and to train ([`train`]).
//!
//! Times, not counts: they are of one machine and one day, so nothing compares them with a file. What is compared is measured in
//! turns, so that what else the machine does meets all alike.

mod page;
mod rivals;
mod scoring;
mod training;

pub(crate) use page::{scoring_part, training_part};
pub(crate) use scoring::{Pace, score};
pub(crate) use training::{NAMES, Rate, Trial, train};

use std::fs;

/// What the processor calls itself; where the system does not say, its architecture.
fn processor() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = known.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    named.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

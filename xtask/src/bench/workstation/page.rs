//! The parts of `BENCHMARKS.md` that times on this machine make.

use super::rivals::{SCORING, TRAINING};
use super::{Pace, Rate, Trial, processor};
use crate::bench::device::grouped;
use std::fmt::Write;

/// The part of scoring, of paces in the order in which they were measured.
pub(crate) fn scoring_part(paces: &[Pace], rounds: usize) -> String {
    let mut text = format!(
        "# What records take on a workstation

Written by `cargo xtask bench host`; never by hand. {}, one thread; every round measured every way once for a third of a
millisecond or more, and the figures are medians over {rounds} rounds. These are times on one machine and one day, where counts above
are neither. *Network* is from wide codes to their reconstruction; *score* goes on to score, percentile, verdict and reasons. A command
takes the quickest way that its processor has.

| network | rows together | what | way | us a row | rows a second | times quicker than portable |
|---|--:|---|---|--:|--:|--:|
",
        processor()
    );
    for pace in paces {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.4} | {} | {:.1} |",
            pace.network,
            pace.together,
            pace.what(),
            pace.way,
            1e6 * pace.seconds,
            grouped((1.0 / pace.seconds) as u64),
            pace.times
        );
    }
    text + "\n" + SCORING
}

/// The part of training.
pub(crate) fn training_part(rates: &[Rate], trial: &Trial<'_>) -> String {
    let Trial { activation, threads, seconds, rounds, .. } = trial;
    let mut text = format!(
        "# What training takes on a workstation

Written by `cargo xtask bench training`; never by hand. {}, {threads} {}; Adam, mean squared error, {}, whole epochs of random rows,
shuffling included, for {seconds} s or more; medians over {rounds} rounds of all networks.

| network | layers | rows a step | rows a second |
|---|---|--:|--:|
",
        processor(),
        if *threads == 1 { "thread" } else { "threads" },
        activation.name()
    );
    for Rate { network, layers, batch_rows, rows_a_second } in rates {
        let _ =
            writeln!(text, "| {network} | {layers} | {batch_rows} | {} |", grouped(*rows_a_second as u64));
    }
    text + "\n" + TRAINING
}

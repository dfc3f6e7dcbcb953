//! The page that the trials make.

use super::baselines::{Baselines, METHODS};
use super::board::{self, Board};
use super::heads;
use super::judged::MEASURES;
use super::summary::Summary;
use super::trial::{KINDS, Trial};
use crate::bench::sets::Set;
use serde_json::Value;
use std::fmt::Write;
use tillwatch_testkit::tolerance;

const HEAD: &str = "# Detection on labelled sets

Written by `cargo xtask bench detection --data DIR`; never by hand. Every kind of autoencoder, all defaults, no option per set.

The sets are not part of this repository and stand under their own terms. They are, by their public sources: `adb_*`, ADBench's classical
tables (Minqi824/ADBench); `ai4i2020`, the AI4I 2020 predictive maintenance set (UCI, synthetic); `cmapss_fd001`, NASA's turbofan
degradation simulation, part FD001; `nab_machine_temperature`, from the Numenta Anomaly Benchmark; `nslkdd`, NSL-KDD's 20 % training
file and its official test file; `fashion/N`, the test images of Zalando's Fashion-MNIST with class N as normal; `pos_transactions`, the
simulated card transactions of the Fraud Detection Handbook.

**Protocol.** Of the normal rows 70 % are for training (56 % train, 14 % calibrate thresholds), the rest and all anomalies test; drawn by
the seed, in order of time where a table has a time column, windows in their order. The other tools' figures are means over three seeds
with the same shares (all 70 % train), where there are figures of records made the same way; simpler detectors that this command fits have
the very rows of the kinds. Columns that identify rows or repeat the label are left out. Recall at 1 % alarms is the share of anomalies
above what at most 1 % of the tested normal rows exceed, a figure of the ranking; recall at the rate promised is that of the calibrated
threshold.
`cmapss_fd001`: healthy rows (more than 125 cycles left) of 70 % of the engines, split in turn; tested on healthy and dying (at most 20
cycles left) rows of the other engines; windows of 16 samples, a start every 4. `nab_machine_temperature windows`: 24 samples, a start every
24. `nslkdd`: normal rows of the training file, tested on the official test file, in which cells above 1 in columns that are 0 or 1 in the
training file are read as 1. The alarm rate promised is the smallest of 0.01, 0.02, 0.05 and 0.1 that the calibration rows carry. Figures
are means over seeds, whose number stands in the last table.
";

/// The page, of trials in the order of sets and kinds.
pub(crate) fn page(sets: &[Set], trials: &[Trial], baselines: &Baselines) -> String {
    let summaries = Summary::of_all(trials);
    let mut text = HEAD.to_owned();
    // Writing to a string cannot fail.
    for (measure, (name, _)) in MEASURES.into_iter().enumerate() {
        let (initial, rest) = name.split_at(1);
        let _ = writeln!(text, "\n## {}{rest}, integer model\n", initial.to_uppercase());
        overview(&mut text, sets, &summaries, &|summary| summary.figure(measure), &|set, method| {
            baselines.figures(set, method)?.get(measure).copied()
        });
    }
    heads::beside(&mut text, &summaries);
    board::section(&mut text, &Board::all(sets, &summaries, baselines));
    heads::section(&mut text, &summaries);
    agreement(&mut text, &summaries);
    details(&mut text, &summaries);
    text
}

/// Mean ranks of all detectors and tests of kinds against the simpler ones, as JSON, for each figure.
pub(crate) fn comparison(sets: &[Set], trials: &[Trial], baselines: &Baselines) -> Value {
    Board::all(sets, &Summary::of_all(trials), baselines).iter().map(Board::to_json).collect()
}

/// One line per set: a figure of every kind, and that of other detectors; then means over the tables of ADBench.
fn overview(
    text: &mut String,
    sets: &[Set],
    summaries: &[Summary<'_>],
    figure: &dyn Fn(&Summary<'_>) -> Option<f64>,
    baseline: &dyn Fn(&str, &str) -> Option<f64>,
) {
    let names: Vec<&str> = KINDS.into_iter().chain(METHODS.map(|(_, shown)| shown)).collect();
    let mut lines: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    for set in sets {
        let of_kind = |kind: &str| {
            summaries.iter().find(|found| found.set == set.name && found.kind == kind).and_then(figure)
        };
        let kinds: Vec<Option<f64>> = KINDS.iter().map(|kind| of_kind(kind)).collect();
        if kinds.iter().any(Option::is_some) {
            let others =
                METHODS.map(|(method, _)| set.baseline.as_ref().and_then(|name| baseline(name, method)));
            lines.push((set.name.clone(), kinds.into_iter().chain(others).collect()));
        }
    }
    let of_adbench = || lines.iter().filter(|(set, _)| set.starts_with("adb_")).map(|(_, line)| line);
    let count = of_adbench().count();
    if count > 1 {
        let mean = |column: usize| {
            let values: Option<Vec<f64>> = of_adbench().map(|line| line[column]).collect();
            values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
        };
        let means = (0..names.len()).map(mean).collect();
        lines.push((format!("mean of {count} `adb_`"), means));
    }
    // A column without a figure says nothing.
    let kept: Vec<usize> =
        (0..names.len()).filter(|&column| lines.iter().any(|(_, line)| line[column].is_some())).collect();
    let shown: Vec<&str> = kept.iter().map(|&column| names[column]).collect();
    let _ = writeln!(text, "| set | {} |\n|---|{}", shown.join(" | "), "--:|".repeat(shown.len()));
    for (name, line) in lines {
        write_line(text, &name, &kept.iter().map(|&column| line[column]).collect::<Vec<_>>());
    }
}

fn write_line(text: &mut String, name: &str, values: &[Option<f64>]) {
    let cell = |value: &Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
    let cells: Vec<String> = values.iter().map(cell).collect();
    let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
}

/// Where integers and floats disagree by more than is tolerated.
fn agreement(text: &mut String, summaries: &[Summary<'_>]) {
    let _ = writeln!(
        text,
        "\n## Integer against float\n\nWanted of every kind on every set: AUROC within {} of the float model's, and in every trial a rank \
         correlation of at least {}.\n",
        tolerance::AUROC,
        tolerance::SCORE_RANK_CORRELATION
    );
    let worse: Vec<String> = summaries
        .iter()
        .filter(|summary| !summary.violations().is_empty())
        .map(|summary| format!("* {}, {}: {}", summary.set, summary.kind, summary.violations().join("; ")))
        .collect();
    let kept = summaries.len() - worse.len();
    let _ = writeln!(text, "Kept by {kept} of {}.", summaries.len());
    if !worse.is_empty() {
        let _ = writeln!(text, "Not kept:\n\n{}", worse.join("\n"));
    }
}

/// Every figure of every kind on every set.
fn details(text: &mut String, summaries: &[Summary<'_>]) {
    let columns = [
        "set",
        "kind",
        "hidden",
        "seeds",
        "AUROC integer",
        "AUROC float",
        "average precision integer",
        "float",
        "rank correlation",
        "alarm rate promised",
        "measured",
        "recall at it",
        "recall at 1 % alarms",
    ];
    let _ = writeln!(
        text,
        "\n## All figures\n\nHidden widths are those of the first seed, the rank correlation is the smallest.\n\n| {} |\n|---|---|---|{}",
        columns.join(" | "),
        "--:|".repeat(columns.len() - 3)
    );
    for summary in summaries {
        let Some(first) = summary.outcomes.first() else { continue };
        let mean =
            |side: usize, index: usize| summary.mean(|outcome| outcome.figures[side][index]).unwrap_or(0.0);
        let hidden: Vec<String> = first.hidden.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.4} | {:.4} | {:.3} | {:.3} | {:.4} | {} | {:.4} | {:.3} | {:.3} |",
            summary.set,
            summary.kind,
            hidden.join("-"),
            summary.outcomes.len(),
            mean(0, 0),
            mean(1, 0),
            mean(0, 1),
            mean(1, 1),
            summary.least_rank_correlation().unwrap_or(0.0),
            first.alarm_rate,
            mean(0, 3),
            mean(0, 2),
            mean(0, 4)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::summary::outcome;
    use super::*;
    use crate::bench::find;

    #[test]
    fn lines_of_sets_with_what_others_reach() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("adb_a.csv", "x,label\n1,0\n");
        write("adb_b.csv", "x,label\n1,0\n");
        write("baselines.csv", "dataset,method,auroc_mean,ap_mean\nadb_a,LOF,0.875,0.25\n");
        let trial = |set: &str, auroc: f64| {
            let outcome = Ok(outcome([auroc, auroc + 0.125], 0.995));
            Trial { set: set.to_owned(), kind: "dense".to_owned(), seed: 0, outcome }
        };
        let sets = find(folder.path()).unwrap();
        let baselines = Baselines::read(folder.path()).unwrap();
        let text = page(&sets, &[trial("adb_a", 0.75), trial("adb_b", 0.5)], &baselines);
        for line in [
            "| set | dense | LOF |",
            "| adb_a | 0.750 | 0.875 |",
            "| mean of 2 `adb_` | 0.625 |  |",
            "| adb_b | 0.500 |  |",
            "| mean of 2 `adb_` | 0.125 |",
            "| LOF | -0.125, 0 : 1, p 1.000 |",
            "Kept by 0 of 2.",
            "* adb_a, dense: AUROC 0.7500, float 0.8750",
            "| adb_a | dense | 8-2-8 | 1 | 0.7500 | 0.8750 | 0.500 | 0.500 | 0.9950 | 0.05 | 0.0100 | 0.250 | 0.125 |",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}

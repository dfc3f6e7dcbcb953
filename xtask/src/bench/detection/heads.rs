//! What the heads of the score do alone, and simpler detectors on the same rows.

use super::judged::{Judged, MEASURES};
use super::summary::Summary;
use std::fmt::Write;

/// Each head of each kind: means over tables, then AUROC of every table.
pub(super) fn section(text: &mut String, summaries: &[Summary<'_>]) {
    let tables: Vec<&Summary<'_>> = summaries.iter().filter(|summary| !summary.heads().is_empty()).collect();
    let mut kinds: Vec<&str> = Vec::new();
    for summary in &tables {
        if !kinds.contains(&summary.kind) {
            kinds.push(summary.kind);
        }
    }
    if kinds.is_empty() {
        return;
    }
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\n## Heads alone and together\n\nThe same trained models, integer scores of some heads only; residual and prototypes is the default \
         score. The latent distance is no part of it; it is shown where the latent vector is drawn from a distribution. Means over the \
         tables on which the kind has every head.\n"
    );
    let measures = MEASURES.map(|(name, _)| name);
    let _ = writeln!(text, "| kind | heads | tables | {} |\n|---|---|--:|--:|--:|--:|", measures.join(" | "));
    for kind in &kinds {
        let of_kind: Vec<Vec<Judged>> =
            tables.iter().filter(|summary| summary.kind == *kind).map(|summary| summary.heads()).collect();
        let most = of_kind.iter().map(Vec::len).max().unwrap_or(0);
        let whole: Vec<&Vec<Judged>> = of_kind.iter().filter(|heads| heads.len() == most).collect();
        for index in 0..most {
            let mean = |measure: usize| {
                whole.iter().map(|heads| heads[index].figures[measure]).sum::<f64>() / whole.len() as f64
            };
            let name = whole.first().map_or("", |heads| heads[index].name.as_str());
            let [auroc, precision, recall] = [mean(0), mean(1), mean(2)];
            let _ = writeln!(
                text,
                "| {kind} | {name} | {} | {auroc:.3} | {precision:.3} | {recall:.3} |",
                whole.len()
            );
        }
    }
    let _ = writeln!(
        text,
        "\nAUROC of each table, heads in the order above.\n\n| set | {} |\n|---|{}",
        kinds.join(" | "),
        "--:|".repeat(kinds.len())
    );
    for set in names_of_sets(&tables) {
        let cells = kinds.iter().map(|kind| {
            let found = tables.iter().find(|summary| summary.set == set && summary.kind == *kind);
            let heads = found.map(|summary| summary.heads()).unwrap_or_default();
            let figures: Vec<String> = heads.iter().map(|head| format!("{:.3}", head.figures[0])).collect();
            figures.join(" / ")
        });
        let _ = writeln!(text, "| {set} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

/// The simpler detectors on every set.
pub(super) fn beside(text: &mut String, summaries: &[Summary<'_>]) {
    let all: Vec<&Summary<'_>> = summaries.iter().collect();
    let sets = names_of_sets(&all);
    let of_set =
        |set: &str| -> Vec<&Summary<'_>> { summaries.iter().filter(|summary| summary.set == set).collect() };
    let names =
        sets.iter().map(|set| Summary::baseline_names(&of_set(set))).max_by_key(Vec::len).unwrap_or_default();
    if names.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n## Simpler detectors on the same rows\n\nFitted to the rows that the kinds train on, prepared as they are: {}. Principal components \
         are as many as the latent vector of the first kind has values.\n\n| set | {} |\n|---|{}",
        MEASURES.map(|(name, _)| name).join(" / "),
        names.join(" | "),
        "--:|".repeat(names.len())
    );
    for set in sets {
        let found = of_set(set);
        let cells = names.iter().map(|name| {
            let figures = (0..MEASURES.len()).map(|measure| Summary::baseline(&found, name, measure));
            let figures: Option<Vec<String>> =
                figures.map(|figure| Some(format!("{:.3}", figure?))).collect();
            figures.unwrap_or_default().join(" / ")
        });
        let _ = writeln!(text, "| {set} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

fn names_of_sets<'a>(summaries: &[&Summary<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = summaries.iter().map(|summary| summary.set).collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::super::summary::outcome;
    use super::super::trial::{Outcome, Trial};
    use super::*;

    fn judged(name: &str, auroc: f64) -> Judged {
        Judged { name: name.to_owned(), figures: [auroc, 0.5, 0.25] }
    }

    fn trial(set: &str, seed: u64, heads: Vec<Judged>) -> Trial {
        let baselines = vec![judged("nearest rows", 0.5)];
        let outcome = Outcome { heads, baselines, ..outcome([0.75, 0.75], 0.995) };
        Trial { set: set.to_owned(), kind: "dense".to_owned(), seed, outcome: Ok(outcome) }
    }

    #[test]
    fn heads_are_averaged_over_seeds_then_over_tables_that_have_all() {
        let heads =
            |residual, both| vec![judged("residual", residual), judged("residual and prototypes", both)];
        let trials = [
            trial("a", 0, heads(0.5, 0.75)),
            trial("a", 1, heads(1.0, 0.75)),
            trial("b", 0, heads(0.25, 0.5)),
            trial("c", 0, vec![judged("residual", 0.0)]),
        ];
        let summaries = Summary::of_all(&trials);
        let mut text = String::new();
        section(&mut text, &summaries);
        beside(&mut text, &summaries);
        for line in [
            "| dense | residual | 2 | 0.500 | 0.500 | 0.250 |",
            "| dense | residual and prototypes | 2 | 0.625 | 0.500 | 0.250 |",
            "| a | 0.750 / 0.750 |",
            "| b | 0.250 / 0.500 |",
            "| c | 0.000 |",
            "| set | nearest rows |",
            "| a | 0.500 / 0.500 / 0.250 |",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}

//! Every detector on every table: mean ranks, and tests of each kind against each simpler detector.

use super::baselines::{Baselines, METHODS};
use super::judged::MEASURES;
use super::signed_rank::{SignedRank, doubled_ranks};
use super::summary::Summary;
use super::trial::KINDS;
use crate::bench::sets::{Form, Set};
use serde_json::{Value, json};
use std::fmt::Write;

/// Figures that differ by less share a rank.
const STEP: f64 = 1e-9;

/// One figure of detectors on tables.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Board {
    /// Index in [`MEASURES`].
    measure: usize,
    /// Names; kinds of autoencoders come first.
    detectors: Vec<String>,
    n_kinds: usize,
    /// Set and figures.
    lines: Vec<(String, Vec<Option<f64>>)>,
}

impl Board {
    /// The boards of all measures.
    pub(super) fn all(sets: &[Set], summaries: &[Summary<'_>], cited: &Baselines) -> Vec<Self> {
        (0..MEASURES.len()).map(|measure| Self::of(measure, sets, summaries, cited)).collect()
    }

    fn of(measure: usize, sets: &[Set], summaries: &[Summary<'_>], cited: &Baselines) -> Self {
        let tables: Vec<&Set> = sets.iter().filter(|set| set.form == Form::Rows).collect();
        let of_set = |set: &Set| -> Vec<&Summary<'_>> {
            summaries.iter().filter(|summary| summary.set == set.name).collect()
        };
        let fitted: Vec<String> = tables
            .iter()
            .map(|set| Summary::baseline_names(&of_set(set)))
            .max_by_key(Vec::len)
            .unwrap_or_default();
        let line = |set: &&Set| {
            let found = of_set(set);
            let kinds = KINDS.iter().map(|kind| {
                found.iter().find(|summary| summary.kind == *kind).and_then(|summary| summary.figure(measure))
            });
            let simpler = fitted.iter().map(|name| Summary::baseline(&found, name, measure));
            let others = METHODS.iter().map(|(method, _)| {
                set.baseline.as_ref().and_then(|name| cited.figures(name, method)?.get(measure).copied())
            });
            (set.name.clone(), kinds.chain(simpler).chain(others).collect::<Vec<_>>())
        };
        let lines: Vec<(String, Vec<Option<f64>>)> = tables
            .iter()
            .filter(|set| summaries.iter().any(|summary| summary.set == set.name))
            .map(line)
            .collect();
        let names =
            KINDS.into_iter().chain(fitted.iter().map(String::as_str)).chain(METHODS.map(|(_, shown)| shown));
        let names: Vec<String> = names.map(str::to_owned).collect();
        let is_known = |column: &usize| lines.iter().any(|(_, line)| line[*column].is_some());
        let kept: Vec<usize> = (0..names.len()).filter(is_known).collect();
        Self {
            measure,
            n_kinds: kept.iter().filter(|&&column| column < KINDS.len()).count(),
            detectors: kept.iter().map(|&column| names[column].clone()).collect(),
            lines: lines
                .into_iter()
                .map(|(set, line)| (set, kept.iter().map(|&column| line[column]).collect()))
                .collect(),
        }
    }

    /// Mean rank of each detector, 1 being the best, and the number of tables it is taken over: those with a figure of every
    /// detector.
    fn mean_ranks(&self) -> (Vec<f64>, usize) {
        let whole: Vec<Vec<i64>> = self
            .lines
            .iter()
            .filter_map(|(_, line)| {
                line.iter().map(|figure| Some((-figure.as_ref()? / STEP).round() as i64)).collect()
            })
            .collect();
        let mut sums = vec![0; self.detectors.len()];
        for line in &whole {
            sums.iter_mut().zip(doubled_ranks(line)).for_each(|(sum, rank)| *sum += rank);
        }
        let mean = |sum: usize| sum as f64 / (2 * whole.len().max(1)) as f64;
        (sums.into_iter().map(mean).collect(), whole.len())
    }

    /// A kind against a detector, over the tables with figures of both.
    fn test(&self, kind: usize, other: usize) -> Option<SignedRank> {
        let differences: Vec<f64> =
            self.lines.iter().filter_map(|(_, line)| Some(line[kind]? - line[other]?)).collect();
        SignedRank::of(&differences)
    }

    /// Ranks and tests as JSON.
    pub(super) fn to_json(&self) -> Value {
        let (ranks, tables) = self.mean_ranks();
        let mut tests = Vec::new();
        for (kind, other) in self.pairs() {
            if let Some(found) = self.test(kind, other) {
                tests.push(json!({
                    "kind": self.detectors[kind], "against": self.detectors[other], "above": found.above,
                    "below": found.below, "mean_difference": found.mean, "p": found.p,
                }));
            }
        }
        let ranks: serde_json::Map<String, Value> =
            self.detectors.iter().cloned().zip(ranks.into_iter().map(Value::from)).collect();
        json!({ "measure": MEASURES[self.measure].1, "tables": tables, "mean_ranks": ranks, "signed_rank_tests": tests })
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let others = self.n_kinds..self.detectors.len();
        (0..self.n_kinds).flat_map(move |kind| others.clone().map(move |other| (kind, other)))
    }
}

/// Mean ranks, then tests, of all boards.
pub(super) fn section(text: &mut String, boards: &[Board]) {
    let Some(first) = boards.first() else { return };
    let ranked: Vec<(Vec<f64>, usize)> = boards.iter().map(Board::mean_ranks).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\n## Mean ranks\n\nOver the tables that have a figure of every detector; 1 is the best, equal figures share a rank. Rows only, no \
         windows or images.\n"
    );
    let columns = boards.iter().zip(&ranked).map(|(board, (_, tables))| {
        format!("{} ({} detectors, {tables} tables)", MEASURES[board.measure].0, board.detectors.len())
    });
    let columns: Vec<String> = columns.collect();
    let _ = writeln!(text, "| detector | {} |\n|---|{}", columns.join(" | "), "--:|".repeat(columns.len()));
    let rank = |name: &str, index: usize| {
        let place = boards[index].detectors.iter().position(|detector| detector == name)?;
        Some(ranked[index].0[place])
    };
    let mut order: Vec<&String> = first.detectors.iter().collect();
    order.sort_by(|a, b| rank(a, 0).partial_cmp(&rank(b, 0)).unwrap_or(std::cmp::Ordering::Equal));
    for name in order {
        let cells = (0..boards.len())
            .map(|index| rank(name, index).map_or_else(String::new, |rank| format!("{rank:.2}")));
        let _ = writeln!(text, "| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    let _ = writeln!(
        text,
        "\n## Kinds against simpler detectors\n\nMean difference over tables, tables on which the kind is above and below, and the two-sided \
         chance p of Wilcoxon's signed-rank test, exact, not corrected for the number of tests."
    );
    for board in boards.iter().filter(|board| board.n_kinds < board.detectors.len()) {
        let kinds = &board.detectors[..board.n_kinds];
        let _ = writeln!(
            text,
            "\n| {}, against | {} |\n|---|{}",
            MEASURES[board.measure].0,
            kinds.join(" | "),
            "--:|".repeat(kinds.len())
        );
        for other in board.n_kinds..board.detectors.len() {
            let cells =
                (0..board.n_kinds).map(|kind| board.test(kind, other).map_or_else(String::new, shown));
            let cells: Vec<String> = cells.collect();
            let _ = writeln!(text, "| {} | {} |", board.detectors[other], cells.join(" | "));
        }
    }
}

fn shown(found: SignedRank) -> String {
    let SignedRank { above, below, mean, p } = found;
    let p = if p < 0.001 { "p < 0.001".to_owned() } else { format!("p {p:.3}") };
    format!("{mean:+.3}, {above} : {below}, {p}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        let line = |set: &str, figures: [f64; 3]| (set.to_owned(), figures.map(Some).to_vec());
        Board {
            measure: 0,
            detectors: ["dense", "nearest rows", "LOF"].map(str::to_owned).to_vec(),
            n_kinds: 1,
            lines: vec![
                line("a", [0.9, 0.8, 0.7]),
                line("b", [0.9, 0.9, 0.7]),
                ("c".to_owned(), vec![Some(0.9), Some(0.95), None]),
            ],
        }
    }

    #[test]
    fn ranks_are_of_whole_lines_and_tests_of_pairs() {
        assert_eq!(board().mean_ranks(), (vec![1.25, 1.75, 3.0], 2));
        let found = board().test(0, 1).unwrap();
        assert_eq!((found.above, found.below), (1, 1));
        let json = board().to_json();
        assert_eq!(json["mean_ranks"]["LOF"], 3.0);
        assert_eq!((&json["signed_rank_tests"][1]["above"], &json["tables"]), (&json!(2), &json!(2)));
    }

    #[test]
    fn the_best_stands_first() {
        let mut text = String::new();
        section(&mut text, &[board()]);
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(lines[0], "| detector | AUROC (3 detectors, 2 tables) |");
        assert_eq!(lines[2..5], ["| dense | 1.25 |", "| nearest rows | 1.75 |", "| LOF | 3.00 |"]);
        assert_eq!(lines[5], "| AUROC, against | dense |");
        assert_eq!(
            lines[7..],
            ["| nearest rows | +0.017, 1 : 1, p 1.000 |", "| LOF | +0.200, 2 : 0, p 0.500 |"]
        );
    }
}

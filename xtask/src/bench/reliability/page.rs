//! The page on promises: alarm rates and reasons. Each command writes its own section and leaves the other as it is.

use super::alarms::Recount;
use super::injections::{Injections, SIZES};
use std::fmt::Write;
use tillwatch_trainer::budget::AlarmBudget;

const HEAD: &str = "# Alarm budgets and reasons, measured

Written by `cargo xtask bench alarms --data DIR` and `cargo xtask bench reasons --data DIR`; never by hand. Each writes its own section
and a JSON file beside it in `target/`. Everything is scored by the integers of a model file. The sets are the tables among those of
[DETECTION.md](DETECTION.md), at most 50,000 normal rows of each, evenly spaced; they are not part of this repository.
";

/// The two sections, by their headings.
const SECTIONS: [&str; 2] = ["\n## Alarm rates\n", "\n## Reasons\n"];

/// The page with one section anew; the other one is that of the old page.
pub(crate) fn page(old: &str, alarms: Option<&[Recount]>, reasons: Option<&[Injections]>) -> String {
    let kept = |section: usize| -> String {
        let Some((_, rest)) = old.split_once(SECTIONS[section]) else { return String::new() };
        let end = rest.find("\n## ").unwrap_or(rest.len());
        format!("{}{}", SECTIONS[section], &rest[..end])
    };
    let alarms = alarms.map_or_else(|| kept(0), alarm_section);
    let reasons = reasons.map_or_else(|| kept(1), reason_section);
    format!("{HEAD}{alarms}{reasons}")
}

/// Neighbours of one set.
fn by_set<T>(all: &[T], set: impl Fn(&T) -> &str) -> Vec<&[T]> {
    all.chunk_by(|a, b| set(a) == set(b)).collect()
}

fn alarm_section(recounts: &[Recount]) -> String {
    let mut text = format!(
        "{}
Without anomalous rows, 60 % of the rows train (default network, 5 epochs: the promise does not lean on a good network), 20 % calibrate and
20 % are fresh, dealt anew by every seed. An alarm is a score above the threshold. *On average*: the threshold in force, the split-conformal
one. *With confidence*: the one that keeps the budget in 95 of 100 calibrations. *Inside*: seeds whose number of alarms among the fresh rows
lies in its central 95 % interval, beta-binomial in the calibration and fresh rows (DESIGN.md, \"Alarm budgets\"); 95 of 100 are expected, a few
more because numbers are whole. Rates are means over seeds. Fewer alarms than promised on average come from equal scores.

| set | calibration, fresh rows | budget | seeds | on average: rate | interval of a seed | inside | with confidence: rate | interval of a seed | inside |
|---|--:|---|--:|--:|--:|--:|--:|--:|--:|
",
        SECTIONS[0]
    );
    let mut least = [usize::MAX; 2];
    for of_set in by_set(recounts, |recount| &recount.set) {
        let first = &of_set[0];
        let budget = AlarmBudget::of_rate(first.rate).map(|budget| budget.to_string()).unwrap_or_default();
        let cells = [0, 1].map(|threshold| {
            let inside = of_set.iter().filter(|recount| recount.is_inside(threshold)).count();
            // A set with fewer seeds than others is judged by those it has.
            least[threshold] = least[threshold].min(inside * 20 / of_set.len());
            let alarms: usize = of_set.iter().map(|recount| recount.alarms[threshold]).sum();
            let fresh: usize = of_set.iter().map(|recount| recount.fresh).sum();
            let share = |alarms: usize| format!("{:.4}", alarms as f64 / first.fresh as f64);
            let [low, high] = first.intervals[threshold].map(share);
            format!("{:.4} | {low} to {high} | {inside} of {}", alarms as f64 / fresh as f64, of_set.len())
        });
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {}, {} | {budget} | {} | {} |",
            first.set,
            first.rows,
            first.fresh,
            of_set.len(),
            cells.join(" | ")
        );
    }
    if !recounts.is_empty() {
        let all = [0, 1].map(|threshold| {
            let inside = recounts.iter().filter(|recount| recount.is_inside(threshold)).count();
            100.0 * inside as f64 / recounts.len() as f64
        });
        let _ = writeln!(
            text,
            "\nOf 20 seeds inside on the worst set: {} on average, {} with confidence. Wanted: at least 18. Of all {} seeds inside: {:.1} % \
             and {:.1} %.",
            least[0],
            least[1],
            recounts.len(),
            all[0],
            all[1]
        );
    }
    text
}

fn reason_section(injections: &[Injections]) -> String {
    let mut text = format!(
        "{}
Without anomalous rows, all defaults. One number field of a held-out row is moved by so many standard deviations of its raw training
values, up and down in turn, every field in up to 60 rows, and the row is scored. *First*: the field is the first reason; *top 3*: one of
the three that come with a score. In percent of the cases.

| set | fields | cases of each size |{} |
|---|--:|--:|{}
",
        SECTIONS[1],
        SIZES.map(|size| format!(" {size} sd: first | top 3")).join(" |"),
        "--:|".repeat(2 * SIZES.len())
    );
    let mut sums = [[0.0; 2]; SIZES.len()];
    let sets = by_set(injections, |injections| &injections.set);
    for of_set in &sets {
        let cases: usize = of_set.iter().map(|one| one.cases).sum();
        let share = |size: usize| {
            let sum =
                |named: fn(&Injections, usize) -> usize| of_set.iter().map(|one| named(one, size)).sum();
            let named: [usize; 2] = [sum(|one, size| one.first[size]), sum(|one, size| one.top_three[size])];
            named.map(|named| named as f64 / cases.max(1) as f64)
        };
        let shares: Vec<[f64; 2]> = (0..SIZES.len()).map(share).collect();
        for (sum, share) in sums.iter_mut().zip(&shares) {
            sum.iter_mut().zip(share).for_each(|(sum, share)| *sum += share / sets.len() as f64);
        }
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "| {} | {} | {cases} | {} |", of_set[0].set, of_set[0].fields, percents(&shares));
    }
    if sets.len() > 1 {
        let _ = writeln!(text, "| mean of {} | | | {} |", sets.len(), percents(&sums));
    }
    if let Some([first, top_three]) = sums.get(3).filter(|_| !sets.is_empty()) {
        let _ = writeln!(
            text,
            "\nAt {} sd first in {:.1} % and in the top 3 in {:.1} %. Wanted: at least 90 % and 95 %.",
            SIZES[3],
            100.0 * first,
            100.0 * top_three
        );
    }
    text
}

fn percents(shares: &[[f64; 2]]) -> String {
    let cells = shares.iter().flatten().map(|share| format!("{:.1}", 100.0 * share));
    cells.collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recount(seed: u64, alarms: usize) -> Recount {
        Recount {
            set: "a".to_owned(),
            seed,
            rate: 0.01,
            rows: 400,
            fresh: 400,
            alarms: [alarms, 1],
            intervals: [[0, 9], [0, 4]],
        }
    }

    fn injections() -> Injections {
        Injections {
            set: "a".to_owned(),
            seed: 0,
            fields: 2,
            cases: 40,
            first: [10, 20, 30, 38, 40],
            top_three: [20, 30, 40, 40, 40],
        }
    }

    #[test]
    fn a_section_is_written_and_the_other_one_stays() {
        let alarms = page("", Some(&[recount(0, 4), recount(1, 12)]), None);
        let line = "| a | 400, 400 | at most 1 alarm per 100 events | 2 | 0.0200 | 0.0000 to 0.0225 | 1 of 2 | 0.0025 | 0.0000 to 0.0100 | 2 of 2 |";
        assert!(alarms.lines().any(|found| found == line), "{alarms}");
        assert!(alarms.contains("worst set: 10 on average, 20 with confidence"), "{alarms}");
        assert!(alarms.contains("Of all 2 seeds inside: 50.0 % and 100.0 %"), "{alarms}");
        let both = page(&alarms, None, Some(&[injections()]));
        let reasons =
            "| a | 2 | 40 | 25.0 | 50.0 | 50.0 | 75.0 | 75.0 | 100.0 | 95.0 | 100.0 | 100.0 | 100.0 |";
        assert!(both.lines().any(|found| found == reasons), "{both}");
        assert!(both.contains("At 8 sd first in 95.0 % and in the top 3 in 100.0 %"), "{both}");
        assert!(both.starts_with(&alarms), "{both}");
        // Anew, each in its place, nothing doubled.
        assert_eq!(page(&both, None, Some(&[injections()])), both);
        assert_eq!(page(&both, Some(&[recount(0, 4), recount(1, 12)]), None), both);
    }
}

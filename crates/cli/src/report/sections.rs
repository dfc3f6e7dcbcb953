//! The parts of the page; one that has nothing to show is empty.

use super::chart::{Axis, Chart};
use super::operating::Operation;
use super::{Story, curves, escaped, table};
use crate::{figures, words};
use std::fmt::Write;
use tillwatch_engine::score::{SCORE_ONE, Scored};
use tillwatch_trainer::baselines::Baseline;
use tillwatch_trainer::calibrate::wilson_interval;
use tillwatch_trainer::evaluate::Figures;
use tillwatch_trainer::principal::plane;

/// Bars of the histogram of scores.
const BARS: usize = 48;
/// Events that the table of thresholds counts alarms in.
const EVENTS: f64 = 10_000.0;
/// Features whose residuals are drawn, at most.
const FEATURES: usize = 24;

/// Integer beside float, and what was promised.
pub(super) fn figures(story: &Story<'_>) -> String {
    let trained = story.trained;
    let evaluation = &trained.evaluation;
    let [train, calibration, test] = trained.rows;
    let own = story.scores.at(trained.calibration.thresholds.alarm);
    let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
    let row = |name: &str, interval: Option<[f64; 2]>, pick: fn(&Figures) -> Option<f64>| {
        let found = pick(&evaluation.integer);
        let ends = interval.filter(|_| found.is_some());
        let ends = ends.map_or_else(|| "–".to_owned(), |[low, high]| format!("{low:.4} to {high:.4}"));
        vec![name.to_owned(), cell(found), ends]
    };
    let rows = [
        row("AUROC", story.auroc_interval(), |figures| figures.auroc),
        row("average precision", story.average_precision_interval(), |figures| figures.average_precision),
        row("recall at the alarm threshold", Some(own.recall_interval(&story.scores)), |figures| {
            figures.recall
        }),
        row("alarms per normal row", Some(own.alarm_rate_interval(&story.scores)), |figures| {
            figures.alarm_rate
        }),
    ];
    let normals = story.scores.normal.len();
    let measured = evaluation.integer.alarm_rate.unwrap_or(0.0);
    let [low, high] = wilson_interval((measured * normals as f64).round() as usize, normals);
    let mut text = format!(
        "<p>Kind: {} autoencoder. {train} rows trained it, {calibration} set its thresholds, {test} others, {} of them \
         anomalies, are judged here.</p>\n<p>Promised: at most {} alarms per normal row. Measured on {normals} normal rows: \
         {measured:.4} (95 % interval {low:.4} to {high:.4}).</p>\n",
        trained.architecture.recipe, evaluation.anomalies, trained.calibration.alarm_rate
    );
    text.push_str(&table(
        "Figures of the integer model",
        &[("figure", false), ("integer model", false), ("95 % interval", false)],
        &rows,
    ));
    text.push_str(
        "<p class=\"soft\">An interval says how far chance in the choice of test rows may have moved a figure, nothing more.</p>\n",
    );
    for note in &trained.notes {
        let _ = writeln!(text, "<p class=\"soft\">Note: {}</p>", escaped(note));
    }
    text
}

/// Simpler detectors on the same rows.
pub(super) fn baselines(story: &Story<'_>) -> String {
    let beside = figures::beside(&story.trained.evaluation, &story.trained.baselines);
    if beside.is_empty() {
        return String::new();
    }
    let row = |baseline: &Baseline| {
        let figures = [baseline.auroc, baseline.average_precision].map(|figure| format!("{figure:.4}"));
        [vec![baseline.name.to_owned()], figures.to_vec()].concat()
    };
    let rows: Vec<Vec<String>> = beside.iter().map(row).collect();
    let table = table(
        "Simpler detectors",
        &[("on the same rows", false), ("AUROC", false), ("average precision", false)],
        &rows,
    );
    let line = figures::ahead(&beside).map_or_else(String::new, |line| format!("<p>{line}</p>\n"));
    table + &line
}

/// Both classes along the scores, with the thresholds.
pub(super) fn scores(story: &Story<'_>) -> String {
    let real = |score: u64| score.max(1) as f64 / SCORE_ONE as f64;
    let classes = [("normal", &story.scores.normal), ("strange", &story.scores.anomalous)];
    let all = classes.iter().flat_map(|(_, scores)| scores.iter().map(|&score| real(score)));
    let x = Axis::log("score, 1 for the mean of a normal record in each head", all);
    let shares = classes.map(|(_, scores)| {
        let mut bars = vec![0.0; BARS];
        for &score in scores {
            let bar = (x.share(real(score)) * BARS as f64) as usize;
            bars[bar.min(BARS - 1)] += 100.0 / scores.len() as f64;
        }
        bars
    });
    let highest = shares.iter().flatten().copied().fold(1.0, f64::max);
    let mut chart = Chart::new(x, Axis::linear("% of the class", 0.0, highest * 1.15));
    for ((class, _), bars) in classes.iter().zip(&shares) {
        chart.bars(class, bars);
    }
    let thresholds = story.trained.calibration.thresholds;
    chart.mark("threshold", real(thresholds.watch), "watch");
    chart.mark("threshold", real(thresholds.alarm), "alarm");
    let words = format!(
        "Histogram of the scores of {} normal rows and {} anomalies; the alarm threshold is at {:.2}.",
        story.scores.normal.len(),
        story.scores.anomalous.len(),
        real(thresholds.alarm)
    );
    figure(chart, &words, &format!("{} Dashed: the thresholds.", legend(["normal rows", "anomalies"])))
}

/// The table of thresholds, and the curves where there are anomalies.
pub(super) fn operating(story: &Story<'_>) -> String {
    let scores = &story.scores;
    let events = story.events_per_day.map_or(EVENTS, f64::from);
    let among = |ends: [f64; 2], unit: f64| {
        let decimals = usize::from(ends[1] * unit < 100.0);
        let [low, high] = ends.map(|end| format!("{:.decimals$}", end * unit));
        format!("{low} to {high}")
    };
    let share = |value: Option<f64>, ends: [f64; 2]| {
        value.map_or_else(
            || "–".to_owned(),
            |value| format!("{:.1} % ({})", 100.0 * value, among(ends, 100.0)),
        )
    };
    let row = |name: String, operation: &Operation| {
        let rate = operation.alarm_rate(scores).unwrap_or(0.0);
        vec![
            name,
            format!("{:.2}", operation.threshold as f64 / SCORE_ONE as f64),
            format!("{:.1} ({})", rate * events, among(operation.alarm_rate_interval(scores), events)),
            share(operation.recall(scores), operation.recall_interval(scores)),
            share(operation.precision(scores), operation.precision_interval()),
        ]
    };
    let own = row("the model's own".to_owned(), &scores.at(story.trained.calibration.thresholds.alarm));
    let others = scores.table();
    let rows: Vec<Vec<String>> = std::iter::once(own)
        .chain(others.iter().map(|(rate, operation)| row(format!("{} % of these", 100.0 * rate), operation)))
        .collect();
    let (alarms, volume) = match story.events_per_day {
        Some(events) => (
            "false alarms per day",
            format!("A day has {events} records, as <code>--events-per-day</code> says."),
        ),
        None => (
            "false alarms in 10,000",
            "With <code>--events-per-day</code> this table counts alarms per day instead of in 10,000 normal records.".to_owned(),
        ),
    };
    let head = [
        ("normal rows that alarm", false),
        ("score above", false),
        (alarms, false),
        ("anomalies found", false),
        ("alarms that are right", false),
    ];
    let mut text = table("Thresholds", &head, &rows);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "<p class=\"soft\">In parentheses: 95 % intervals. {volume} Another rate needs no training: <code>tillwatch \
         threshold</code>. The share of alarms that are right is that of these rows; where anomalies are rarer it is lower.</p>"
    );
    text + &curves::curves(story)
}

/// The rows with the highest scores, and why.
pub(super) fn strangest(story: &Story<'_>) -> String {
    let names: Vec<&str> = story.model.body().features.iter().map(|feature| feature.name).collect();
    let row = |(row, scored): &(usize, Scored)| {
        let label = match story.table.label(*row) {
            Some(true) => "anomaly",
            Some(false) => "normal",
            None => "–",
        };
        let score = format!("{:.2}", scored.score as f64 / SCORE_ONE as f64);
        let place = story.table.place(*row).1.to_string();
        let reasons = escaped(&words::reasons(scored, &names));
        vec![place, score, words::verdict(scored.verdict).to_owned(), label.to_owned(), reasons]
    };
    let rows: Vec<Vec<String>> = story.trained.observed.strangest.iter().map(row).collect();
    let head = [("row", false), ("score", false), ("verdict", false), ("label", false), ("reasons", true)];
    table("The strangest test rows", &head, &rows)
}

/// Root mean squares, the features with the largest first.
pub(super) fn residuals(story: &Story<'_>) -> String {
    let names = story.model.body().features.iter().map(|feature| feature.name);
    let mut features: Vec<_> = names.zip(&story.trained.observed.residuals).collect();
    let most = |residuals: &[Option<f64>; 2]| residuals.iter().flatten().copied().fold(0.0, f64::max);
    features.sort_by(|a, b| most(b.1).total_cmp(&most(a.1)));
    let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    let largest = features.first().map_or(1.0, |(_, residuals)| most(residuals)).max(f64::MIN_POSITIVE);
    let bars = |residuals: &[Option<f64>; 2]| {
        let classes = ["bar", "bar strange"].into_iter().zip(residuals);
        let drawn = classes.filter_map(|(class, value)| Some((class, (*value)?)));
        drawn
            .map(|(class, value)| {
                format!("<span class=\"{class}\" style=\"width:{:.1}%\"></span>", 100.0 * value / largest)
            })
            .collect::<String>()
    };
    let rows: Vec<Vec<String>> = features
        .iter()
        .take(FEATURES)
        .map(|(name, both)| vec![escaped(name), cell(both[0]), cell(both[1]), bars(both)])
        .collect();
    let unit = if story.trained.is_unit_scaled { "units of the range" } else { "standard deviations" };
    let more = features.len().saturating_sub(FEATURES);
    let rest = if more > 0 { format!("; {more} smaller ones are left out") } else { String::new() };
    format!(
        "{}<p class=\"soft\">Root mean square of what the network does not reproduce, in {unit}{rest}. Whole bars: normal rows; \
         double bars: anomalies.</p>\n",
        table(
            "Residuals by feature",
            &[("feature", false), ("normal rows", false), ("anomalies", false), ("drawn", true)],
            &rows
        )
    )
}

/// Latent vectors along their directions of most variance.
pub(super) fn latents(story: &Story<'_>) -> String {
    let observed = &story.trained.observed;
    let width = observed.latents.len().checked_div(observed.latent_rows.len()).unwrap_or(0);
    if width < 2 {
        return String::new();
    }
    let points = plane(&observed.latents, width);
    let end =
        |axis: usize, pick: fn(f64, f64) -> f64, start| points.iter().map(|p| p[axis]).fold(start, pick);
    let axis = |label, axis| {
        let (low, high) = (end(axis, f64::min, f64::INFINITY), end(axis, f64::max, f64::NEG_INFINITY));
        Axis::linear(label, low, high.max(low + f64::MIN_POSITIVE))
    };
    let mut chart = Chart::new(axis("first principal component", 0), axis("second", 1));
    let of = |wanted: bool| {
        let rows = observed.latent_rows.iter().map(move |&row| observed.rows[row].is_anomalous == wanted);
        points.iter().zip(rows).filter(|(_, is)| *is).map(|(point, _)| *point)
    };
    // The rarer class lies on top.
    if 2 * of(true).count() > points.len() {
        chart.crosses("strange", of(true));
        chart.dots("normal", of(false));
    } else {
        chart.dots("normal", of(false));
        chart.crosses("strange", of(true));
    }
    let words = format!(
        "Latent vectors of {} test rows in the plane of their most variance, {} of them anomalies.",
        points.len(),
        of(true).count()
    );
    figure(
        chart,
        &words,
        "Dots: normal rows. Crosses: anomalies. The axes are those along which latent vectors vary most.",
    )
}

/// The course of the loss, and the units that sleep.
pub(super) fn training(story: &Story<'_>) -> String {
    let report = &story.trained.report;
    let valid = || report.epochs.iter().filter_map(|epoch| Some([epoch.epoch as f64, epoch.valid_loss?]));
    let train = || report.epochs.iter().map(|epoch| [epoch.epoch as f64, epoch.train_loss]);
    let losses = train().chain(valid()).map(|[_, loss]| loss);
    let losses: Vec<f64> = losses.collect();
    let x = Axis::linear("epoch", 1.0, (report.epochs.len() as f64).max(2.0));
    let mut chart = Chart::new(x, Axis::log("loss", losses.iter().copied()));
    chart.line("first", train());
    chart.line("second", valid());
    chart.mark("threshold", report.best_epoch as f64, "best");
    let mut words = format!(
        "Loss of {} epochs; the weights of epoch {} are kept, with a loss of {:.4}.",
        report.epochs.len(),
        report.best_epoch,
        report.best_loss
    );
    let members = story.trained.architecture.members;
    if members > 1 {
        // Writing to a string cannot fail.
        let _ = write!(words, " This is the first of {members} members, whose answers are averaged.");
    }
    let mut text = figure(
        chart,
        &words,
        &format!("{words} {}", legend(["training rows", "rows held back to judge epochs"])),
    );
    let asleep: Vec<String> =
        story.trained.sleeping.iter().flatten().map(|share| format!("{:.1} %", 100.0 * share)).collect();
    if !asleep.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "<p>Units that no training row wakes, by layer: {}.</p>", asleep.join(", "));
    }
    text
}

/// What eight bits cost: figures, order, and spikes that only floats hear.
pub(super) fn quantisation(story: &Story<'_>) -> String {
    let evaluation = &story.trained.evaluation;
    let mut text = String::new();
    if let Some(float) = &evaluation.float {
        let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
        let row = |name: &str, pick: fn(&Figures) -> Option<f64>| {
            let (integer, float) = (pick(&evaluation.integer), pick(float));
            let change = integer.zip(float).map(|(integer, float)| integer - float);
            let change = change.map_or_else(|| "–".to_owned(), |change| format!("{change:+.4}"));
            vec![name.to_owned(), cell(integer), cell(float), change]
        };
        let rows = [
            row("AUROC", |figures| figures.auroc),
            row("average precision", |figures| figures.average_precision),
            row("recall at the alarm threshold", |figures| figures.recall),
            row("alarms per normal row", |figures| figures.alarm_rate),
        ];
        let head = [("figure", false), ("integer", false), ("float", false), ("change", false)];
        text.push_str(&table("Integer model beside float model", &head, &rows));
    }
    if let (Some(correlation), Some(flips)) = (evaluation.rank_correlation, evaluation.verdict_flips) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "<p class=\"soft\">Rank correlation of integer and float scores: {correlation:.5}; {flips} of {} verdicts \
             differ. The device gives the integer scores, bit for bit.</p>",
            evaluation.rows
        );
    }
    let unit = if story.trained.is_unit_scaled { "ranges" } else { "standard deviations" };
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let spikes = story.trained.spikes.iter();
    let rows: Vec<Vec<String>> = spikes
        .map(|spikes| vec![spikes.size.to_string(), percent(spikes.integer), percent(spikes.float)])
        .collect();
    let head = format!("spike in one column, {unit}");
    text + &table("Spikes that alarm", &[(&head, false), ("alarms, integer", false), ("float", false)], &rows)
}

/// A chart with what it shows in words, and a caption, which is HTML.
pub(super) fn figure(chart: Chart, words: &str, caption: &str) -> String {
    format!("<figure>\n{}<figcaption>{caption}</figcaption>\n</figure>\n", chart.svg(words))
}

/// What is drawn whole and blue, and what dashed or open and orange.
fn legend(names: [&str; 2]) -> String {
    format!("<span class=\"key\"></span>{} <span class=\"key strange\"></span>{}.", names[0], names[1])
}

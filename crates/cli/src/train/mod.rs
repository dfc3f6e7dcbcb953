//! `tillwatch train`

mod input;
mod settings;
mod trim;

use crate::arguments::Train;
use crate::output::{Folder, write_files};
use crate::progress::Bar;
use crate::{Failure, figures, model_file, output, promise, report};
use input::Input;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use tillwatch_trainer::calibrate::wilson_interval;
use tillwatch_trainer::{Architecture, Progress, Settings, Trained, train};

pub(crate) fn run(arguments: &Train) -> Result<(), Failure> {
    let settings = settings::of(arguments)?;
    let Input { mut table, schema, schema_text } = input::read(arguments)?;
    let trimmed = trim::rows(arguments, &mut table, &schema)?;
    let folder = Folder::create(&arguments.out)?;
    let bar = Bar::epochs(arguments.epochs);
    let trained = train(&table, &schema, &settings, &mut |progress| match progress {
        Progress::Plan { architecture, rows } => eprint!("{}", plan(architecture, *rows)),
        Progress::Epoch(epoch) => bar.show(epoch),
        Progress::Note(note) => eprintln!("note: {note}"),
    });
    bar.clear();
    let trained = trained?;
    let metrics = format!("{:#}\n", metrics(&trained, &settings));
    let model = model_file::validate(&trained.bytes, &arguments.out.join("model.tw"))?;
    let page = report::page(&trained, &settings, &table, &model, arguments.events_per_day);
    let mut files = vec![
        ("metrics.json", metrics.as_bytes()),
        ("report.html", page.as_bytes()),
        ("schema.toml", schema_text.as_bytes()),
    ];
    files.extend(trimmed.as_ref().map(|list| (trim::FILE, list.as_bytes())));
    // Last, so that a model is never beside the figures of another.
    files.push(("model.tw", &trained.bytes));
    write_files(&arguments.out, &files)?;
    folder.keep();
    let mut told = summary(&trained, &arguments.out);
    match trimmed {
        Some(_) => told.push_str(&trim::line(&table, trained.rows[0], &arguments.out)),
        None => trim::forget(&arguments.out)?,
    }
    output::print(&told)
}

fn plan(architecture: &Architecture, rows: [usize; 3]) -> String {
    let mut text = format!("{} rows to train, {} to calibrate, {} to test\n", rows[0], rows[1], rows[2]);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{:<31}{:>8}{:>9}{:>12}  activation",
        architecture.recipe, "inputs", "outputs", "parameters"
    );
    for (index, kind) in architecture.layers.iter().enumerate() {
        let layer = kind.layer::<f32>();
        let activation = kind.activation().map_or("", |activation| activation.name());
        let _ = writeln!(
            text,
            "{index:<7}{:<24}{:>8}{:>9}{:>12}  {activation}",
            kind.name(),
            layer.in_len(),
            layer.out_len(),
            layer.parameter_len()
        );
    }
    let _ = writeln!(text, "reason: {}", architecture.reason);
    if architecture.members > 1 {
        let _ =
            writeln!(text, "members: {}, each as above; their answers are averaged", architecture.members);
    }
    text
}

fn summary(trained: &Trained, out: &Path) -> String {
    let calibration = &trained.calibration;
    let normals = trained.evaluation.rows - trained.evaluation.anomalies;
    let measured = trained.evaluation.integer.alarm_rate.unwrap_or(0.0);
    let alarms = (measured * normals as f64).round() as usize;
    let [low, high] = wilson_interval(alarms, normals);
    let mut text = format!(
        "trained {} epochs, best {}; test rows: {}, {} of them anomalies\n{}{}",
        trained.report.epochs.len(),
        trained.report.best_epoch,
        trained.evaluation.rows,
        trained.evaluation.anomalies,
        figures::table(&trained.evaluation),
        figures::baselines(&figures::beside(&trained.evaluation, &trained.baselines))
    );
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", promise::lines(calibration, "calibration rows"));
    let _ = writeln!(
        text,
        "measured on other normal rows: {} (95 % interval {:.1} to {:.1})",
        promise::measured(alarms, normals),
        low * 10_000.0,
        high * 10_000.0
    );
    let asleep: Vec<f64> = trained.sleeping.iter().flatten().copied().collect();
    if !asleep.is_empty() {
        let shares: Vec<String> = asleep.iter().map(|share| format!("{:.1} %", 100.0 * share)).collect();
        let _ = writeln!(text, "units that no training row wakes, by layer: {}", shares.join(", "));
    }
    let unit = if trained.is_unit_scaled { "ranges" } else { "sd" };
    for spikes in &trained.spikes {
        let _ = writeln!(
            text,
            "spikes of {:>4} {unit} in one column alarmed: integer {:>5.1} %, float {:>5.1} %",
            spikes.size,
            100.0 * spikes.integer,
            100.0 * spikes.float
        );
    }
    let _ = writeln!(text, "wrote {}", out.join("model.tw").display());
    text
}

fn metrics(trained: &Trained, settings: &Settings) -> Value {
    let evaluation = &trained.evaluation;
    json!({
        "name": settings.name,
        "rows": { "train": trained.rows[0], "calibration": trained.rows[1], "test": trained.rows[2] },
        "recipe": trained.architecture.recipe,
        "loss": settings.loss.name(),
        "hidden": trained.architecture.hidden_widths(),
        "members": trained.architecture.members,
        "sleeping": trained.sleeping,
        "architecture_reason": trained.architecture.reason,
        "seed": settings.seed,
        "epochs": trained.report.epochs.iter().map(|epoch| json!({
            "epoch": epoch.epoch,
            "train_loss": epoch.train_loss,
            "valid_loss": epoch.valid_loss,
            "learning_rate": epoch.learning_rate,
        })).collect::<Vec<_>>(),
        "best_epoch": trained.report.best_epoch,
        "alarm_rate": trained.calibration.alarm_rate,
        "watch_rate": trained.calibration.watch_rate,
        "test": {
            "rows": evaluation.rows,
            "anomalies": evaluation.anomalies,
            "integer": evaluation.integer,
            "float": evaluation.float,
            "rank_correlation": evaluation.rank_correlation,
            "verdict_flips": evaluation.verdict_flips,
        },
        "baselines": trained.baselines,
        "spikes": trained.spikes.iter().map(|spikes| json!({
            "standard_deviations": spikes.size,
            "integer": spikes.integer,
            "float": spikes.float,
        })).collect::<Vec<_>>(),
        "notes": trained.notes,
    })
}

//! `tillwatch train`

use crate::arguments::{Optimiser, Recipe, ScheduleName, Train};
use crate::output::write_file;
use crate::progress::Bar;
use crate::{Failure, figures, output};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use tillwatch_trainer::calibrate::wilson_interval;
use tillwatch_trainer::nn::{Activation, OptimiserConfig, Schedule};
use tillwatch_trainer::table::{ColumnUse, Notes, ReadOptions, Schema, Table, infer};
use tillwatch_trainer::{Progress, Settings, Trained, train};

pub(crate) fn run(arguments: &Train) -> Result<(), Failure> {
    let settings = settings(arguments)?;
    let (schema, schema_text) = schema(arguments)?;
    let label = if schema.label.is_some() { ColumnUse::Required } else { ColumnUse::Unread };
    let options = ReadOptions { label, time: ColumnUse::Required, text: None };
    let table = Table::read(&arguments.data, &schema, &options)?;
    create_folder(&arguments.out)?;
    let bar = Bar::epochs(arguments.epochs);
    let trained = train(&table, &schema, &settings, &mut |progress| match progress {
        Progress::Plan { columns, architecture, rows } => {
            eprint!("{}", plan(*columns, &architecture.hidden, &architecture.reason, *rows, &settings));
        }
        Progress::Epoch(epoch) => bar.show(epoch),
        Progress::Note(note) => eprintln!("note: {note}"),
    });
    bar.clear();
    let trained = trained?;
    write_file(&arguments.out.join("model.tw"), &trained.bytes)?;
    write_file(
        &arguments.out.join("metrics.json"),
        format!("{:#}\n", metrics(&trained, &settings)).as_bytes(),
    )?;
    write_file(&arguments.out.join("schema.toml"), schema_text.as_bytes())?;
    output::print(&summary(&trained, &arguments.out))
}

fn settings(arguments: &Train) -> Result<Settings, Failure> {
    // Every recipe of this version is the dense one; the match makes a further recipe decide here.
    match arguments.recipe {
        Recipe::Auto | Recipe::Dense => {}
    }
    let activation = Activation::from_name(&arguments.activation).ok_or_else(|| {
        let names: Vec<&str> = Activation::ALL.iter().map(|activation| activation.name()).collect();
        Failure::usage(format!(
            "--activation: found `{}`, wanted one of {}",
            arguments.activation,
            names.join(", ")
        ))
    })?;
    let weight_decay = arguments.weight_decay;
    let folder = arguments.out.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Settings {
        name: arguments.name.clone().or(folder).unwrap_or_else(|| "model".to_owned()),
        hidden: arguments.layers.as_ref().map(|widths| widths.iter().map(|&width| width.into()).collect()),
        activation,
        alarm_rate: arguments.alarm_rate,
        epochs: arguments.epochs as usize,
        optimiser: match (arguments.optimiser, OptimiserConfig::ADAM) {
            (Optimiser::Adam, OptimiserConfig::Adam { beta1, beta2, epsilon, .. }) => {
                OptimiserConfig::Adam { beta1, beta2, epsilon, weight_decay, l1: 0.0 }
            }
            _ => OptimiserConfig::Sgd { momentum: 0.9, weight_decay, l1: 0.0 },
        },
        schedule: match arguments.schedule {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Cosine => Schedule::Cosine { warm_up: 0.05, floor: 0.01 },
            ScheduleName::Plateau => Settings::default().schedule,
        },
        seed: arguments.seed,
        threads: arguments.threads.into(),
    })
}

/// The schema given, or one guessed from the data; with the text that `DIR/schema.toml` gets.
fn schema(arguments: &Train) -> Result<(Schema, String), Failure> {
    let Some(path) = &arguments.schema else {
        let inferred = infer(&arguments.data, arguments.label.as_deref())?;
        let text = inferred.to_text();
        return Ok((inferred.schema, text));
    };
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Failure::usage(format!("{file}: cannot be read: {cause}")))?;
    let mut schema = Schema::parse(&text, &file)?;
    if arguments.label.is_none() || arguments.label == schema.label {
        return Ok((schema, text));
    }
    schema.label.clone_from(&arguments.label);
    let text = schema.to_text(&Notes::default());
    Ok((schema, text))
}

fn create_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|cause| Failure::write(path, &cause))?;
    // Training may take long: a folder that cannot be written to is found out before it.
    tempfile::NamedTempFile::new_in(path).map_err(|cause| Failure::write(path, &cause))?;
    Ok(())
}

fn plan(columns: usize, hidden: &[usize], reason: &str, rows: [usize; 3], settings: &Settings) -> String {
    let mut text = format!("{} rows to train, {} to calibrate, {} to test\n", rows[0], rows[1], rows[2]);
    let mut widths = vec![columns];
    widths.extend(hidden);
    widths.push(columns);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:<7}{:>8}{:>9}{:>12}  activation", "layer", "inputs", "outputs", "parameters");
    for (index, pair) in widths.windows(2).enumerate() {
        let is_last = index + 2 == widths.len();
        let activation = if is_last { "linear" } else { settings.activation.name() };
        let _ = writeln!(
            text,
            "{index:<7}{:>8}{:>9}{:>12}  {activation}",
            pair[0],
            pair[1],
            (pair[0] + 1) * pair[1]
        );
    }
    let _ = writeln!(text, "reason: {reason}");
    text
}

fn summary(trained: &Trained, out: &Path) -> String {
    let calibration = &trained.calibration;
    let normals = trained.evaluation.rows - trained.evaluation.anomalies;
    let measured = trained.evaluation.integer.alarm_rate.unwrap_or(0.0);
    let [low, high] = wilson_interval((measured * normals as f64).round() as usize, normals);
    let mut text = format!(
        "trained {} epochs, best {}; test rows: {}, {} of them anomalies\n{}",
        trained.report.epochs.len(),
        trained.report.best_epoch,
        trained.evaluation.rows,
        trained.evaluation.anomalies,
        figures::table(&trained.evaluation)
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "alarm rate promised: at most {:.4}, from {} calibration rows; measured on {normals} other normal rows: {measured:.4} \
         (95 % interval {low:.4} to {high:.4})",
        calibration.alarm_rate, calibration.rows
    );
    for spikes in &trained.spikes {
        let _ = writeln!(
            text,
            "spikes of {:>4} sd in one column alarmed: integer {:>5.1} %, float {:>5.1} %",
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
        "hidden": trained.architecture.hidden,
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
        "spikes": trained.spikes.iter().map(|spikes| json!({
            "standard_deviations": spikes.size,
            "integer": spikes.integer,
            "float": spikes.float,
        })).collect::<Vec<_>>(),
        "notes": trained.notes,
    })
}

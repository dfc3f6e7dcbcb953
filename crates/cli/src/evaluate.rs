//! `tillwatch evaluate`

use crate::arguments::Evaluate;
use crate::{Failure, figures, model_file, output, promise};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use tillwatch_model::Model;
use tillwatch_trainer::baselines::{Baseline, baselines_of_model};
use tillwatch_trainer::evaluate::{evaluate, kinds};
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Schema, Table, read_images_as};

/// Said where no rows to fit simpler detectors to were named.
const NOT_COMPARED: &str = "note: not compared with simpler detectors, since a model file holds no training rows; --train FILE fits them\n";

pub(crate) fn run(arguments: &Evaluate) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.input.model)?;
    let model = model_file::validate(&bytes, &arguments.input.model)?;
    let mut schema = model_file::schema(&model, &arguments.input.model)?;
    if arguments.label.is_some() {
        schema.label.clone_from(&arguments.label);
    }
    let table = table(arguments, &schema)?;
    let evaluation = evaluate(&model, &table);
    let baselines = baselines(arguments, &model, &schema, &table)?;
    let by_kind: BTreeMap<String, (usize, f64)> =
        if arguments.by.is_some() { kinds(&model, &table) } else { BTreeMap::new() };
    if arguments.json {
        let mut json = json!({
            "rows": evaluation.rows,
            "anomalies": evaluation.anomalies,
            "auroc": evaluation.integer.auroc,
            "average_precision": evaluation.integer.average_precision,
            "recall": evaluation.integer.recall,
            "alarm_rate": evaluation.integer.alarm_rate,
            "integer": evaluation.integer,
            "float": evaluation.float,
            "rank_correlation": evaluation.rank_correlation,
            "verdict_flips": evaluation.verdict_flips,
            "extrapolated": model.thresholds().is_extrapolated(),
        });
        if let Some(baselines) = &baselines {
            json["baselines"] = json!(baselines);
        }
        if arguments.by.is_some() {
            json["by"] = json!(
                by_kind
                    .iter()
                    .map(|(kind, (rows, share))| (kind, json!({"rows": rows, "alarmed": share})))
                    .collect::<BTreeMap<_, _>>()
            );
        }
        return output::print(&format!("{json:#}\n"));
    }
    let mut text = format!(
        "{} rows, {} of them anomalies\n{}",
        evaluation.rows,
        evaluation.anomalies,
        figures::table(&evaluation)
    );
    if let Some(note) = promise::note(model.thresholds()) {
        text.push_str(&note);
        text.push('\n');
    }
    text.push_str(&match &baselines {
        Some(baselines) => figures::baselines(&figures::beside(&evaluation, baselines)),
        None => NOT_COMPARED.to_owned(),
    });
    for (kind, (rows, share)) in &by_kind {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{kind:<28}{share:>9.4} of {rows} rows alarmed");
    }
    output::print(&text)
}

/// Simpler detectors, fitted to the normal rows of the files named for it and judged on the rows evaluated; `None` where no
/// file was named.
fn baselines(
    arguments: &Evaluate,
    model: &Model<'_>,
    schema: &Schema,
    test: &Table,
) -> Result<Option<Vec<Baseline>>, Failure> {
    let Some(first) = arguments.train.first() else { return Ok(None) };
    let options = ReadOptions::default();
    let train = if schema.image_shape().is_none() {
        Table::read(&arguments.train, schema, &options)?
    } else {
        read_images_as(&arguments.train, None, arguments.images.normal.as_deref(), schema, &options)?
    };
    if (0..train.n_rows()).all(|row| train.label(row) == Some(true)) {
        return Err(Failure::data(format!(
            "{}: found no normal row among {}, wanted the rows that the model was trained on",
            first.display(),
            train.n_rows()
        )));
    }
    let is_evaluated = |digest: &String| test.files().iter().any(|(_, evaluated)| evaluated == digest);
    if let Some((file, _)) = train.files().iter().find(|(_, digest)| is_evaluated(digest)) {
        eprintln!(
            "note: {file} is also evaluated, so detectors that remember rows look better than they are"
        );
    }
    Ok(Some(baselines_of_model(model, &train, test)))
}

/// The records with their labels.
fn table(arguments: &Evaluate, schema: &Schema) -> Result<Table, Failure> {
    let options =
        ReadOptions { label: ColumnUse::Required, text: arguments.by.clone(), ..ReadOptions::default() };
    if schema.image_shape().is_none() {
        arguments.images.refuse()?;
        if schema.label.is_none() {
            return Err(Failure::usage("--label: found none, wanted the column that is 0 for normal rows"));
        }
        return Ok(Table::read(&arguments.input.data, schema, &options)?);
    }
    let (labels, normal) = (arguments.images.labels.as_deref(), arguments.images.normal.as_deref());
    let table = read_images_as(&arguments.input.data, labels, normal, schema, &options)?;
    if table.label(0).is_none() {
        return Err(Failure::usage(format!(
            "{}: found images without labels, wanted labels to compare scores with; say --labels FILE, for CSV --label \
             COLUMN, or put pictures into folders `normal` and `anomaly`",
            arguments.input.data[0].display()
        )));
    }
    Ok(table)
}

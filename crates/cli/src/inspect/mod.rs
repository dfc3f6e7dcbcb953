//! `tillwatch inspect`

mod layers;

use crate::arguments::Inspect;
use crate::{Failure, model_file, output};
use serde_json::{Value, json};
use std::fmt::Write;
use tillwatch_engine::feature::Affine;
use tillwatch_model::{FieldKind, Model, Preparation, i16s, i32s, one_hot_levels, u32s, u64s};
use tillwatch_trainer::budget::AlarmBudget;

pub(crate) fn run(arguments: &Inspect) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    if arguments.json {
        return output::print(&format!("{:#}\n", json(&model)));
    }
    output::print(&text(&model, bytes.len()))
}

fn text(model: &Model<'_>, len: usize) -> String {
    let body = model.body();
    let thresholds = model.thresholds();
    let mut text = format!(
        "{} version {}, contract {}, {len} bytes\ndata {}\nconfiguration {}\n",
        body.name,
        body.model_version,
        body.contract,
        hexadecimal(&body.data_digest),
        hexadecimal(&body.config_digest)
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "rim Q{}.{}, {} columns, {}",
        15 - body.rim_fraction_bits,
        body.rim_fraction_bits,
        model.n_columns(),
        layers::samples(body.samples)
    );
    for field in body.fields.iter() {
        let (kind, missing) = (kind(&field.kind), if field.nullable { ", may be missing" } else { "" });
        let _ = writeln!(
            text,
            "field {}: {kind}, step {} {}, {} to {}{missing}",
            field.name, field.resolution, field.unit, field.low, field.high
        );
    }
    for feature in body.features.iter() {
        let _ = writeln!(
            text,
            "feature {}: {}, {} columns",
            feature.name,
            preparation(&feature.preparation),
            feature.preparation.n_columns()
        );
    }
    for (index, layer) in body.layers.iter().enumerate() {
        let _ = writeln!(text, "layer {index}: {}", layers::line(&layer));
    }
    let _ = writeln!(
        text,
        "{} multiply-accumulates, {} prototypes",
        model.network_macs(),
        body.heads.prototypes.len() / model.n_columns()
    );
    let budget = |ppm: u32| AlarmBudget::of_rate(f64::from(ppm) / 1e6).map(|budget| budget.to_string());
    let promised = |ppm: u32| budget(ppm).unwrap_or_else(|| "nothing promised".to_owned());
    let _ = writeln!(
        text,
        "alarm above {} ({}{}), watch above {} ({} with these), from {} rows",
        thresholds.alarm,
        promised(thresholds.alarm_rate_ppm),
        if thresholds.is_extrapolated() { ", EXTRAPOLATED beyond the rows, not promised" } else { "" },
        thresholds.watch,
        promised(thresholds.watch_rate_ppm),
        thresholds.calibration_rows
    );
    let _ = writeln!(
        text,
        "{} self-test vectors; float reference {}",
        body.self_test.len(),
        if model.reference().is_some() { "present" } else { "absent" }
    );
    for entry in body.card.iter() {
        let _ = writeln!(text, "{}: {}", entry.key, entry.value);
    }
    text
}

fn json(model: &Model<'_>) -> Value {
    let body = model.body();
    let thresholds = model.thresholds();
    json!({
        "name": body.name,
        "model_version": body.model_version,
        "contract": body.contract,
        "data_digest": hexadecimal(&body.data_digest),
        "config_digest": hexadecimal(&body.config_digest),
        "schema": body.schema,
        "rim_fraction_bits": body.rim_fraction_bits,
        "fields": body.fields.iter().map(|field| json!({
            "name": field.name, "kind": kind(&field.kind), "unit": field.unit, "resolution": field.resolution,
            "missing_allowed": field.nullable, "low": field.low, "high": field.high,
            "vocabulary": match &field.kind {
                FieldKind::Category { vocabulary } => json!(vocabulary.iter().collect::<Vec<_>>()),
                _ => Value::Null,
            },
        })).collect::<Vec<_>>(),
        "features": body.features.iter().map(|feature| json!({
            "name": feature.name, "field": feature.field, "kind": preparation(&feature.preparation),
            "numbers": numbers(&feature.preparation),
        })).collect::<Vec<_>>(),
        "input": { "multiplier": body.input.multiplier, "zero_point": body.input.rule.zero_point },
        "samples": layers::samples(body.samples),
        "layers": body.layers.iter().map(|layer| layers::json(&layer)).collect::<Vec<_>>(),
        "latent": body.latent.map(|latent| json!({
            "layer": latent.layer, "zero_code": latent.zero_code, "scale": latent.scale,
        })),
        "heads": {
            "gains": u32s(body.heads.gains).collect::<Vec<_>>(),
            "rescale": u32s(body.heads.rescale).collect::<Vec<_>>(),
            "prototypes": body.heads.prototypes.chunks(model.n_columns()).map(|row| row.iter().map(|&p| p as i8).collect::<Vec<_>>()).collect::<Vec<_>>(),
            "prototype_shift": body.heads.prototype_shift,
            "prototype_gain": body.heads.prototype_gain,
            "latent_gain": body.heads.latent_gain,
        },
        "thresholds": {
            "alarm": thresholds.alarm, "watch": thresholds.watch, "alarm_rate_ppm": thresholds.alarm_rate_ppm,
            "watch_rate_ppm": thresholds.watch_rate_ppm, "calibration_rows": thresholds.calibration_rows,
            "extrapolated": thresholds.is_extrapolated(),
            "anchors": u64s(thresholds.anchors).collect::<Vec<_>>(),
        },
        "self_test": body.self_test.iter().map(|vector| json!({
            "raw": i32s(vector.raw).collect::<Vec<_>>(), "score": vector.score,
        })).collect::<Vec<_>>(),
        "card": body.card.iter().map(|entry| (entry.key.to_owned(), json!(entry.value))).collect::<serde_json::Map<_, _>>(),
    })
}

/// Bytes as people compare them.
pub(crate) fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

const fn kind(kind: &FieldKind<'_>) -> &'static str {
    match kind {
        FieldKind::Number => "number",
        FieldKind::Category { .. } => "category",
        FieldKind::Flag => "flag",
        FieldKind::Hour => "hour",
        FieldKind::Weekday => "weekday",
        FieldKind::Minute => "minute",
        FieldKind::Seconds => "seconds",
    }
}

const fn preparation(preparation: &Preparation<'_>) -> &'static str {
    match preparation {
        Preparation::Numeric(_) => "numeric",
        Preparation::Logarithm(_) => "log",
        Preparation::Symlog(_) => "symlog",
        Preparation::OneHot(_) => "one_hot",
        Preparation::Surprisal(_) => "surprisal",
        Preparation::Flag(_) => "flag",
        Preparation::Cyclic(_) => "cyclic",
        Preparation::Delta(_) => "delta",
        Preparation::RatioToMean { .. } => "ratio_to_mean",
    }
}

fn numbers(preparation: &Preparation<'_>) -> Value {
    let standardised = |affine: &Affine| {
        let Affine { center, multiplier, shift, fill } = affine;
        json!({ "center": center, "multiplier": multiplier, "shift": shift, "fill": fill })
    };
    match preparation {
        Preparation::Numeric(affine)
        | Preparation::Logarithm(affine)
        | Preparation::Delta(affine)
        | Preparation::RatioToMean { affine, .. } => standardised(affine),
        Preparation::Symlog(rule) => json!({
            "origin": rule.origin, "width_log2": rule.width_log2, "affine": standardised(&rule.affine),
        }),
        Preparation::OneHot(levels) => {
            json!(one_hot_levels(levels).map(|level| [level.off, level.on]).collect::<Vec<_>>())
        }
        Preparation::Surprisal(table) => json!(i16s(table).collect::<Vec<_>>()),
        Preparation::Flag(codes) => json!([codes.off, codes.on]),
        Preparation::Cyclic(rule) => {
            json!({ "turn_per_step": rule.turn_per_step, "amplitude": rule.amplitude })
        }
    }
}

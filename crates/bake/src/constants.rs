//! The public constants of the generated code.

use crate::plan::Plan;
use crate::source::{constant, lines, plain, table};
use tillwatch_model::{Samples, i32s, model_id};

/// Names, sizes, seeded fields and self-test vectors.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let body = plan.model.body();
    let block = plan.model.thresholds();
    let field_names = plan.fields.iter().map(|field| format!("\"{}\"", field.name));
    let feature_names =
        plan.features.iter().map(|feature| format!("\"{}\"", plain(feature.name).replace('"', "'")));
    let vectors: Vec<(Vec<i32>, u64)> =
        body.self_test.iter().map(|vector| (i32s(vector.raw).collect(), vector.score)).collect();
    let seeded = plan.fields.iter().map(|field| {
        let seeded = field.seeded();
        format!("SeededField {{ low: {}, span: {}, nullable: {} }}", seeded.low, seeded.span, seeded.nullable)
    });
    let mut out = String::new();
    let mut one = |doc: &str, name: &str, kind: &str, value: &str| {
        out.push('\n');
        out.push_str(&constant(doc, "pub ", name, kind, value));
    };
    one("Name of the model.", "NAME", "&str", &format!("\"{}\"", plan.name));
    one(
        "Numeric contract that the scores obey.",
        "CONTRACT",
        "&str",
        &format!("\"{}\"", plain(body.contract)),
    );
    if plan.is_row() {
        one("Fields of a record.", "FIELDS", "usize", &plan.fields.len().to_string());
    } else {
        one("Samples of a record.", "SAMPLES", "usize", &plan.n_samples().to_string());
        one("Fields of a sample.", "FIELDS", "usize", &plan.fields.len().to_string());
        let columns = plan.model.sample_columns().to_string();
        one("Columns of wide codes that the features make of a sample.", "SAMPLE_COLUMNS", "usize", &columns);
    }
    if let Samples::Window { hop, .. } = plan.samples() {
        one("Samples from one window to the next.", "HOP", "usize", &hop.to_string());
    }
    if let Samples::Image { height, width } = plan.samples() {
        let channels = plan.model.sample_columns();
        let shape = format!("Shape {{ height: {height}, width: {width}, channels: {channels} }}");
        one("Height, width and columns of a pixel.", "SHAPE", "Shape", &shape);
    }
    one("Raw values of a record.", "RAW_VALUES", "usize", &plan.n_raw().to_string());
    one("Features made of the fields.", "FEATURES", "usize", &plan.features.len().to_string());
    one("Columns of wide codes of a record.", "COLUMNS", "usize", &plan.n_columns.to_string());
    if let Some(latent) = plan.latent {
        let len = plan.layers[latent.layer].out_len.to_string();
        one("Codes of the latent vector.", "LATENT", "usize", &len);
        one("Latent code of real zero.", "LATENT_ZERO_CODE", "i8", &latent.zero_code.to_string());
        one(
            "What one step of a latent code is worth, in millionths.",
            "LATENT_SCALE",
            "u32",
            &(f64::from(latent.scale) * 1e6).round().to_string(),
        );
    }
    one(
        if plan.is_encoder() {
            "Multiply-accumulates of a latent vector."
        } else {
            "Multiply-accumulates of a score: network and prototypes."
        },
        "MACS",
        "usize",
        &plan.macs().to_string(),
    );
    one("Bytes of constants; code comes on top.", "FLASH_BYTES", "usize", &plan.constant_bytes.to_string());
    one("Bytes of working memory.", "SCRATCH_BYTES", "usize", "size_of::<Scratch>()");
    one(
        "Bytes of memory in all for one stream of records.",
        "RAM_BYTES",
        "usize",
        "size_of::<Scratch>() + size_of::<Memories>()",
    );
    if !plan.is_encoder() {
        one(
            if block.is_extrapolated() {
                "Alarms per million normal records, EXTRAPOLATED beyond the calibration rows: a guess and no promise."
            } else {
                "Promised alarms per million normal records, at most."
            },
            "ALARM_RATE_PPM",
            "u32",
            &block.alarm_rate_ppm.to_string(),
        );
        one(
            "What frames of this model are known by: a digest of its known answers and thresholds.",
            "MODEL_ID",
            "u64",
            &format!("0x{:016x}", model_id(&plan.model)),
        );
        one("Bytes of what watches the stream.", "MONITOR_BYTES", "usize", "size_of::<Monitor>()");
    }
    let mut tables = vec![
        table("Names of the raw values, in order.", "FIELD_NAMES", "[&str; FIELDS]", lines(field_names)),
        table(
            "Names of the features, in the order of [`tillwatch_engine::score::Reason::feature`].",
            "FEATURE_NAMES",
            "[&str; FEATURES]",
            lines(feature_names),
        ),
        table("What seeded records hold, for [`digest`].", "SEEDED_FIELDS", "[SeededField; FIELDS]", seeded),
    ];
    if !plan.is_encoder() {
        let rows = vectors.iter().map(|(raw, score)| format!("([{}], {score})", lines(raw).join(",\n    ")));
        tables.push(table(
            "Records and the scores they must give, each from empty memories.",
            "SELF_TEST",
            &format!("[([i32; RAW_VALUES], u64); {}]", vectors.len()),
            rows,
        ));
    }
    for table in tables {
        out.push('\n');
        out.push_str(&table.replace("pub(super) const", "pub const"));
    }
    out
}

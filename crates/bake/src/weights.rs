//! The constants of a model: features, layers, heads, thresholds.

mod layers;

pub(crate) use layers::bytes;

use crate::plan::Plan;
use crate::source::{constant, import, inner_docs, lines, list, plain, structure, table};
use tillwatch_engine::feature::{Affine, OneHot, Symlog};
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::monitor::code_limit;
use tillwatch_engine::score::ANCHORS;
use tillwatch_model::{Preparation, i16s, one_hot_levels, u32s, u64s};

/// The source of `weights.rs`.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let mut out = inner_docs(
        "The numbers of the model. Layer weights are `[output, input]` in tiles of four rows of four, zero-padded.",
    );
    out.push('\n');
    let mut items: Vec<String> = Vec::new();
    for (feature, name) in plan.features.iter().zip(&plan.feature_names) {
        items.push(preparation(&upper(name), &plain(feature.name), &feature.preparation));
    }
    let input = plan.model.body().input;
    items.push(constant(
        "Scale from wide code to input code, as a fraction of 2^32.",
        "pub(super) ",
        "INPUT_MULTIPLIER",
        "i32",
        &input.multiplier.to_string(),
    ));
    items.push(rule("INPUT_RULE", "Zero point and range of the network's input.", input.rule));
    items.extend(layers::emit(plan));
    if !plan.is_encoder() {
        items.extend(heads(plan));
    }
    out.push_str(&uses(plan));
    for item in items {
        out.push('\n');
        out.push_str(&item);
    }
    out
}

/// The constants of the scoring heads and the thresholds.
fn heads(plan: &Plan<'_>) -> Vec<String> {
    let mut items = Vec::new();
    let heads = &plan.model.body().heads;
    items.push(table(
        "Score per squared residual of each column, in steps of 2^-24.",
        "GAINS",
        &format!("[u32; {}]", plan.n_columns),
        lines(u32s(heads.gains)),
    ));
    items.push(table(
        "Factor on the score by number of missing features, in steps of 2^-16.",
        "RESCALE",
        &format!("[u32; {}]", heads.rescale.len() / 4),
        lines(u32s(heads.rescale)),
    ));
    let prototypes: Vec<i8> = heads.prototypes.iter().map(|&p| p as i8).collect();
    items.push(table(
        &format!(
            "{} prototypes of {} columns, wide codes divided by 2^PROTOTYPE_SHIFT.",
            prototypes.len() / plan.n_columns,
            plan.n_columns
        ),
        "PROTOTYPES",
        &format!("[i8; {}]", prototypes.len()),
        prototypes.chunks(plan.n_columns).flat_map(lines),
    ));
    items.push(constant(
        "Sum of the squares of each prototype.",
        "pub(super) ",
        "PROTOTYPE_NORMS",
        &format!("[u32; {}]", prototypes.len() / plan.n_columns),
        "square_norms(&PROTOTYPES)",
    ));
    items.push(constant(
        "Left shift from a prototype entry to a wide code.",
        "pub(super) ",
        "PROTOTYPE_SHIFT",
        "u32",
        &heads.prototype_shift.to_string(),
    ));
    items.push(constant(
        "Score per squared prototype distance, in steps of 2^-24.",
        "pub(super) ",
        "PROTOTYPE_GAIN",
        "u32",
        &heads.prototype_gain.to_string(),
    ));
    if heads.latent_gain > 0 {
        items.push(constant(
            "Score per squared latent code, in steps of 2^-24.",
            "pub(super) ",
            "LATENT_GAIN",
            "u32",
            &heads.latent_gain.to_string(),
        ));
    }
    let columns = plan.model.body().columns;
    items.push(table(
        "Columns of each feature.",
        "COLUMNS_OF_FEATURES",
        &format!("[u8; {}]", columns.len()),
        lines(columns),
    ));
    items.push(thresholds(plan));
    items.push(baseline(plan));
    items
}

/// `entry_mode` to `ENTRY_MODE`.
pub(crate) fn upper(name: &str) -> String {
    format!("FEATURE_{}", name.to_ascii_uppercase())
}

fn uses(plan: &Plan<'_>) -> String {
    let mut features: Vec<&str> = Vec::new();
    for feature in &plan.features {
        match feature.preparation {
            Preparation::OneHot(_) | Preparation::Flag(_) => features.push("OneHot"),
            Preparation::Cyclic(_) => features.push("Cyclic"),
            Preparation::Symlog(_) => features.extend(["Affine", "Symlog"]),
            Preparation::Surprisal(_) => {}
            _ => features.push("Affine"),
        }
    }
    features.sort_unstable();
    features.dedup();
    let mut out = String::new();
    if !features.is_empty() {
        out.push_str(&import("tillwatch_engine::feature", &features));
    }
    out.push_str("use tillwatch_engine::fixed::{Channel, Requantise};\n");
    let kernel = layers::uses(plan);
    if !kernel.is_empty() {
        out.push_str(&import("tillwatch_engine::kernel", &kernel));
    }
    if !plan.is_encoder() {
        out.push_str("use tillwatch_engine::monitor::Baseline;\n");
        out.push_str("use tillwatch_engine::score::{Thresholds, square_norms};\n");
    }
    out
}

fn preparation(name: &str, feature: &str, preparation: &Preparation<'_>) -> String {
    let value = |affine: &Affine| {
        let Affine { center, multiplier, shift, fill } = affine;
        format!("Affine {{ center: {center}, multiplier: {multiplier}, shift: {shift}, fill: {fill} }}")
    };
    let affine = |doc: &str, affine: &Affine| {
        constant(&format!("`{feature}`: {doc}"), "pub(super) ", name, "Affine", &value(affine))
    };
    let level = |OneHot { off, on }: OneHot| format!("OneHot {{ off: {off}, on: {on} }}");
    match preparation {
        Preparation::Numeric(numbers) => affine("a number, standardised.", numbers),
        Preparation::Logarithm(numbers) => affine("the logarithm of a number, standardised.", numbers),
        Preparation::Delta(numbers) => affine("the logarithm of a change, standardised.", numbers),
        Preparation::RatioToMean { affine: numbers, .. } => {
            affine("the logarithm of a ratio to the running mean, standardised.", numbers)
        }
        Preparation::Symlog(Symlog { origin, width_log2, affine }) => structure(
            &format!("`{feature}`: distance from a number on a logarithmic scale, standardised."),
            name,
            "Symlog",
            &[
                format!("origin: {origin}"),
                format!("width_log2: {width_log2}"),
                format!("affine: {}", value(affine)),
            ],
        ),
        Preparation::OneHot(levels) => table(
            &format!("`{feature}`: codes of each level's column, unknown first."),
            name,
            &format!("[OneHot; {}]", levels.len() / 4),
            one_hot_levels(levels).map(level),
        ),
        Preparation::Surprisal(entries) => table(
            &format!("`{feature}`: code of each level, unknown first."),
            name,
            &format!("[i16; {}]", entries.len() / 2),
            lines(i16s(entries)),
        ),
        Preparation::Flag(codes) => constant(
            &format!("`{feature}`: codes of no and yes."),
            "pub(super) ",
            name,
            "OneHot",
            &level(*codes),
        ),
        Preparation::Cyclic(rule) => {
            let value =
                format!("Cyclic {{ turn_per_step: {}, amplitude: {} }}", rule.turn_per_step, rule.amplitude);
            constant(&format!("`{feature}`: sine and cosine."), "pub(super) ", name, "Cyclic", &value)
        }
    }
}

fn rule(name: &str, doc: &str, rule: Requantise) -> String {
    let Requantise { zero_point, out_min, out_max, shift, bias_shift } = rule;
    structure(
        doc,
        name,
        "Requantise",
        &[
            format!("zero_point: {zero_point}"),
            format!("out_min: {out_min}"),
            format!("out_max: {out_max}"),
            format!("shift: {shift}"),
            format!("bias_shift: {bias_shift}"),
        ],
    )
}

fn thresholds(plan: &Plan<'_>) -> String {
    let block = plan.model.thresholds();
    let anchors = list(u64s(block.anchors).take(ANCHORS));
    format!(
        "/// What calibration on {} normal records found.\n#[rustfmt::skip]\npub(super) static THRESHOLDS: Thresholds = Thresholds {{\n    watch: {},\n    alarm: {},\n    anchors: {anchors},\n}};\n",
        block.calibration_rows, block.watch, block.alarm
    )
}

fn baseline(plan: &Plan<'_>) -> String {
    let (bits, promised) = (plan.model.body().rim_fraction_bits, plan.model.thresholds().alarm_rate_ppm);
    let value = format!(
        "Baseline {{ columns: &COLUMNS_OF_FEATURES, limit: {}, alarm_rate_ppm: {promised}, thresholds: &THRESHOLDS }}",
        code_limit(bits)
    );
    constant(
        "What the stream of scores is compared with.",
        "pub(super) ",
        "BASELINE",
        "Baseline<'static>",
        &value,
    )
}

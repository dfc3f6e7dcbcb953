//! The function of the generated code that turns raw values into wide codes.

use crate::plan::Plan;
use crate::source::{WIDTH, assignment};
use crate::weights::upper;
use tillwatch_model::Preparation;

/// The function.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let memories = if has_memory(plan) { "memories" } else { "_" };
    let columns = if plan.is_row() { "COLUMNS" } else { "SAMPLE_COLUMNS" };
    let mut parameters = vec!["raw: &[i32; FIELDS]".to_owned()];
    if plan.is_row() {
        parameters.push(format!("{memories}: &mut Memories"));
    }
    parameters.push(format!("codes: &mut [i16; {columns}]"));
    parameters.push("marks: &mut [Mark; FEATURES]".to_owned());
    let one = format!("fn prepare({}) {{", parameters.join(", "));
    let head = if one.len() <= WIDTH {
        one
    } else {
        format!("fn prepare(\n    {},\n) {{", parameters.join(",\n    "))
    };
    let doc = if plan.is_row() {
        "Raw values to wide codes."
    } else {
        "Raw values of a sample to wide codes; marks add up."
    };
    let mut out = format!("\n/// {doc}\n{head}\n");
    let marks = if plan.is_row() {
        "marks"
    } else {
        out.push_str("    let mut own = [Mark::NONE; FEATURES];\n");
        "own"
    };
    let mut column = 0;
    for (index, (feature, name)) in plan.features.iter().zip(&plan.feature_names).enumerate() {
        let n = feature.preparation.n_columns();
        let numbers = upper(name);
        let mark = format!("{marks}[{index}]");
        let single = format!("(codes[{column}], {mark})");
        let mut arguments = vec![format!("raw[{}]", feature.field), format!("&weights::{numbers}")];
        let target = match feature.preparation {
            Preparation::OneHot(_) => {
                arguments.push(format!("&mut codes[{column}..{}]", column + n));
                mark
            }
            Preparation::Cyclic(_) => format!("([codes[{column}], codes[{}]], {mark})", column + 1),
            Preparation::Flag(_) => {
                arguments[1] = format!("weights::{numbers}");
                single
            }
            Preparation::Delta(_) => {
                arguments.push(format!("&mut memories.{name}"));
                single
            }
            Preparation::RatioToMean { window_log2, .. } => {
                arguments.extend([window_log2.to_string(), format!("&mut memories.{name}")]);
                single
            }
            _ => single,
        };
        out.push_str(&assignment(&target, function(&feature.preparation), &arguments));
        column += n;
    }
    if !plan.is_row() {
        out.push_str(
            "    for (mark, own) in marks.iter_mut().zip(own) {\n        *mark = mark.with(own);\n    }\n",
        );
    }
    out.push_str("}\n");
    out
}

/// True where a feature looks back.
pub(crate) fn has_memory(plan: &Plan<'_>) -> bool {
    plan.features.iter().any(|feature| feature.preparation.has_memory())
}

/// The engine's function for a feature.
pub(crate) const fn function(preparation: &Preparation<'_>) -> &'static str {
    match preparation {
        Preparation::Numeric(_) => "numeric",
        Preparation::Logarithm(_) => "logarithm",
        Preparation::Symlog(_) => "symlog",
        Preparation::OneHot(_) => "one_hot",
        Preparation::Surprisal(_) => "surprisal",
        Preparation::Flag(_) => "flag",
        Preparation::Cyclic(_) => "cyclic",
        Preparation::Delta(_) => "delta",
        Preparation::RatioToMean { .. } => "ratio_to_mean",
    }
}

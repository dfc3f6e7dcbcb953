//! Assertions that rustc checks in generated code: the contract, and the bounds of accumulators, rules, tables, buffers and
//! sums.

use crate::network::convolution_tiles;
use crate::plan::{Kernel, LayerPlan, Plan, Sums};
use crate::source::assertion;
use tillwatch_model::Preparation;

/// The assertions, one statement each.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let mut out = "\nconst _: () = assert!(same_contract(CONTRACT, tillwatch_engine::CONTRACT), \"the engine has another contract\");\n".to_owned();
    for (index, layer) in plan.layers.iter().enumerate() {
        let is_last = index + 1 == plan.layers.len() && !plan.is_encoder();
        if let Some(sums) = layer.sums() {
            out.push_str(&of_sums(index, layer, sums, is_last));
        }
        out.push_str(&room(index, plan.arena.alive[index]));
    }
    for (feature, name) in plan.features.iter().zip(&plan.feature_names) {
        out.push_str(&of_feature(&feature.preparation, &crate::weights::upper(name)));
    }
    let input = ["weights::INPUT_MULTIPLIER".to_owned(), "weights::INPUT_RULE".to_owned()];
    out.push_str(&assertion("assert_input", &input));
    if !plan.is_encoder() {
        out.push_str(&of_score(plan));
    }
    out
}

/// The functions that the assertions call.
pub(crate) fn uses(plan: &Plan<'_>) -> Vec<&'static str> {
    let of_layer = |layer: &LayerPlan| match layer.kernel {
        Kernel::Dense(_) => Some("assert_dense"),
        Kernel::Convolution(..) => Some("assert_convolution"),
        Kernel::Transposed(..) => Some("assert_transposed"),
        _ => None,
    };
    let of_features = plan.features.iter().filter_map(|feature| assertion_of(&feature.preparation));
    let mut names: Vec<&str> = plan.layers.iter().filter_map(of_layer).chain(of_features).collect();
    names.extend(["assert_input", "assert_room"]);
    if !plan.is_encoder() {
        names.extend(["assert_entries", "assert_score"]);
    }
    names
}

/// Weights, channels and rule of a layer.
fn of_sums(index: usize, layer: &LayerPlan, sums: &Sums, is_last: bool) -> String {
    let name = format!("\"layer {index}\"");
    let constant = |part: &str| format!("&weights::LAYER_{index}_{part}");
    let rule = format!("weights::LAYER_{index}_RULE");
    let codes = if is_last { "[-32767, 32767]" } else { "[-128, 127]" }.to_owned();
    let tiles = || convolution_tiles(index, sums.tiles.is_empty(), sums.rest.is_empty());
    let function = match layer.kernel {
        Kernel::Transposed(..) => "assert_transposed",
        Kernel::Convolution(..) => "assert_convolution",
        _ => {
            let groups = format!("[{}, {}]", layer.in_groups(), layer.out_groups());
            let arguments = [name, constant("TILES"), constant("CHANNELS"), groups, rule, codes];
            return assertion("assert_dense", &arguments);
        }
    };
    assertion(function, &[name, constant("GEOMETRY"), tiles(), constant("CHANNELS"), rule, codes])
}

/// The engine's assertion about a feature's numbers, where they have bounds.
const fn assertion_of(preparation: &Preparation<'_>) -> Option<&'static str> {
    match preparation {
        Preparation::Numeric(_)
        | Preparation::Logarithm(_)
        | Preparation::Delta(_)
        | Preparation::RatioToMean { .. } => Some("assert_affine"),
        Preparation::Symlog(_) => Some("assert_symlog"),
        Preparation::OneHot(_) | Preparation::Surprisal(_) => Some("assert_entries"),
        Preparation::Flag(_) | Preparation::Cyclic(_) => None,
    }
}

/// The numbers of a feature are within their bounds, or as many as its levels.
fn of_feature(preparation: &Preparation<'_>, name: &str) -> String {
    match preparation {
        Preparation::OneHot(levels) => entries(name, levels.len() / 4),
        Preparation::Surprisal(levels) => entries(name, levels.len() / 2),
        _ => assertion_of(preparation).map_or_else(String::new, |function| {
            assertion(function, &[format!("\"{name}\""), format!("weights::{name}")])
        }),
    }
}

/// What a layer reads and writes has room in the arena at once: the two ends do not meet.
fn room(index: usize, groups: usize) -> String {
    let found = "Scratch::new().arena.groups()".to_owned();
    assertion("assert_room", &[format!("\"layer {index}\""), found, groups.to_string()])
}

/// A table has the entries that the code which reads it expects.
fn entries(name: &str, len: usize) -> String {
    assertion("assert_entries", &[format!("\"{name}\""), format!("weights::{name}.len()"), len.to_string()])
}

/// The sums behind a score.
fn of_score(plan: &Plan<'_>) -> String {
    let heads = &plan.model.body().heads;
    let tables = [
        ("GAINS", plan.n_columns),
        ("RESCALE", heads.rescale.len() / 4),
        ("PROTOTYPES", heads.prototypes.len()),
    ];
    let arguments = [
        "&weights::COLUMNS_OF_FEATURES".to_owned(),
        plan.n_samples().to_string(),
        "COLUMNS".to_owned(),
        "&weights::RESCALE".to_owned(),
        "weights::PROTOTYPE_SHIFT".to_owned(),
    ];
    let tables: String = tables.iter().map(|&(name, len)| entries(name, len)).collect();
    tables + &assertion("assert_score", &arguments)
}

//! The constants of the layers: weights in the layout of their kernel, channels, rules, tables, geometries.

use super::rule;
use crate::plan::{Kernel, LayerPlan, Plan, Sums};
use crate::source::{constant, docs, lines, table};
use tillwatch_engine::kernel::activation::RIM_TABLE_LEN;
use tillwatch_engine::kernel::{Shape, TILE};

/// The constants of every layer, in order.
pub(super) fn emit(plan: &Plan<'_>) -> Vec<String> {
    let mut items = Vec::new();
    let mut offset = 0;
    for (index, layer) in plan.layers.iter().enumerate() {
        items.extend(geometry(index, &layer.kernel));
        if let Some(sums) = layer.sums() {
            weights(&mut items, index, layer, sums, plan.includes_bytes, &mut offset);
            channels(&mut items, index, sums);
            items.extend(dense(index, layer, index + 1 == plan.layers.len() && !plan.is_encoder()));
        }
    }
    items
}

/// What the constants need of the engine's kernels.
pub(super) fn uses(plan: &Plan<'_>) -> Vec<&'static str> {
    let any = |wanted: fn(&Kernel) -> bool| plan.layers.iter().any(|layer| wanted(&layer.kernel));
    let mut names = Vec::new();
    let is_convolution = |kernel: &Kernel| matches!(kernel, Kernel::Convolution(..));
    let is_transposed = |kernel: &Kernel| matches!(kernel, Kernel::Transposed(..));
    let is_dense = |kernel: &Kernel| matches!(kernel, Kernel::Dense(_));
    let is_pool = |kernel: &Kernel| matches!(kernel, Kernel::MaxPool(_) | Kernel::AveragePool(_));
    let is_upsample = |kernel: &Kernel| matches!(kernel, Kernel::Upsample(_));
    names.extend(any(is_convolution).then_some("Convolution"));
    names.extend(any(is_dense).then_some("Dense"));
    names.extend(any(is_pool).then_some("Pool"));
    let has_shape = any(is_convolution) || any(is_transposed) || any(is_pool) || any(is_upsample);
    names.extend(has_shape.then_some("Shape"));
    names.extend(any(is_transposed).then_some("Transposed"));
    let has_tiles = plan.layers.iter().filter_map(LayerPlan::sums).any(|sums| !sums.tiles.is_empty());
    names.extend(has_tiles.then_some("Tile"));
    names.extend((has_tiles && !plan.includes_bytes).then_some("tiles"));
    if plan.includes_bytes {
        let sums = || plan.layers.iter().filter_map(LayerPlan::sums);
        names.extend(sums().any(|sums| !sums.rest.is_empty()).then_some("rest_from_bytes"));
        names.extend(has_tiles.then_some("tiles_from_bytes"));
    }
    // rustfmt sorts capitals first.
    names.sort_by_key(|name| (name.starts_with(|c: char| c.is_ascii_lowercase()), *name));
    names
}

/// A dense layer as one constant.
fn dense(index: usize, layer: &LayerPlan, is_last: bool) -> Option<String> {
    let Kernel::Dense(_) = layer.kernel else { return None };
    let kind = format!("Dense<'static, {}>", if is_last { "i16" } else { "i8" });
    let value = format!("Dense::new(&LAYER_{index}_TILES, &LAYER_{index}_CHANNELS, LAYER_{index}_RULE)");
    Some(constant(
        &format!("Layer {index}, as the network computes it."),
        "pub(super) ",
        &format!("LAYER_{index}"),
        &kind,
        &value,
    ))
}

/// The weights as bytes: of each layer its tiles, then its rest.
pub(crate) fn bytes(plan: &Plan<'_>) -> Vec<u8> {
    let of = |sums: &Sums| -> Vec<u8> {
        let tiles = sums.tiles.iter().flatten();
        tiles.chain(sums.rest.iter().flatten()).map(|&weight| weight as u8).collect()
    };
    plan.layers.iter().filter_map(LayerPlan::sums).flat_map(of).collect()
}

fn geometry(index: usize, kernel: &Kernel) -> Option<String> {
    let (doc, kind, fields) = match kernel {
        Kernel::Convolution(geometry, _) | Kernel::Transposed(geometry, _) => {
            let kind = if matches!(kernel, Kernel::Transposed(..)) { "Transposed" } else { "Convolution" };
            let fields = vec![
                ("input", shape(geometry.input)),
                ("output", shape(geometry.output)),
                ("kernel", format!("{:?}", geometry.kernel)),
                ("stride", format!("{:?}", geometry.stride)),
                ("padding", format!("{:?}", geometry.padding)),
                ("pad_code", geometry.pad_code.to_string()),
            ];
            ("how its kernel moves.", kind, fields)
        }
        Kernel::MaxPool(pool) | Kernel::AveragePool(pool) => {
            let fields = vec![
                ("input", shape(pool.input)),
                ("kernel", format!("{:?}", pool.kernel)),
                ("stride", format!("{:?}", pool.stride)),
            ];
            ("how its window moves.", "Pool", fields)
        }
        Kernel::Upsample(upsample) => {
            let doc = docs(&format!("Layer {index}, what it enlarges."), "");
            let value = shape(upsample.input);
            return Some(format!("{doc}pub(super) const LAYER_{index}_GEOMETRY: Shape = {value};\n"));
        }
        Kernel::Dense(_) | Kernel::TopK(_) => return None,
    };
    let fields: String = fields.iter().map(|(name, value)| format!("    {name}: {value},\n")).collect();
    let doc = docs(&format!("Layer {index}, {doc}"), "");
    Some(format!(
        "{doc}#[rustfmt::skip]\npub(super) static LAYER_{index}_GEOMETRY: {kind} = {kind} {{\n{fields}}};\n"
    ))
}

fn shape(shape: Shape) -> String {
    let Shape { height, width, channels } = shape;
    format!("Shape {{ height: {height}, width: {width}, channels: {channels} }}")
}

fn weights(
    items: &mut Vec<String>,
    index: usize,
    layer: &LayerPlan,
    sums: &Sums,
    includes_bytes: bool,
    offset: &mut usize,
) {
    let parts = [
        ("TILES", tiles_doc(index, layer), sums.tiles.len(), TILE * TILE, "tiles_from_bytes"),
        ("REST", rest_doc(index), sums.rest.len(), TILE, "rest_from_bytes"),
    ];
    for (part, doc, len, size, from_bytes) in parts {
        if len == 0 {
            continue;
        }
        let element = if part == "TILES" { "Tile".to_owned() } else { format!("[i8; {size}]") };
        let (name, kind) = (format!("LAYER_{index}_{part}"), format!("[{element}; {len}]"));
        if includes_bytes {
            let end = *offset + len * size;
            let value = format!(
                "{from_bytes}(include_bytes!(\"weights.bin\").split_at({end}).0.split_at({offset}).1)"
            );
            items.push(format!("{}pub(super) static {name}: {kind} =\n    {value};\n", docs(&doc, "")));
            *offset = end;
        } else {
            let rows: Vec<String> = match part {
                "TILES" => sums.tiles.iter().map(tile_source).collect(),
                _ => sums.rest.iter().map(|four| format!("{four:?}")).collect(),
            };
            let source = table(&doc, &name, &kind, rows).replace("pub(super) const", "pub(super) static");
            items.push(if part == "TILES" { arranged(&source) } else { source });
        }
    }
}

/// The table, its rows arranged for the core by the engine.
fn arranged(table: &str) -> String {
    table.replacen(" = [\n", " = tiles([\n", 1).replace("\n];\n", "\n]);\n")
}

fn tiles_doc(index: usize, layer: &LayerPlan) -> String {
    match &layer.kernel {
        Kernel::Convolution(geometry, _) => format!(
            "Layer {index}, weights [{}, {}, {}, {}]: groups of 4 output channels, each {} tiles long; a tile is 4 \
             outputs of 4 inputs.",
            geometry.output.channels,
            geometry.kernel[0],
            geometry.kernel[1],
            geometry.input.channels,
            geometry.patch_groups()
        ),
        Kernel::Transposed(geometry, _) => format!(
            "Layer {index}, weights [{}, {}, {}, {}], phase after phase: groups of 4 output channels; a tile is 4 \
             outputs of 4 inputs.",
            geometry.output.channels, geometry.kernel[0], geometry.kernel[1], geometry.input.channels
        ),
        _ => format!(
            "Layer {index}, weights [{}, {}]: {} groups of 4 outputs, each {} tiles long; a tile is 4 outputs of 4 \
             inputs.",
            layer.out_len,
            layer.in_len,
            layer.out_groups(),
            layer.in_groups()
        ),
    }
}

fn rest_doc(index: usize) -> String {
    format!("Layer {index}, weights of the output channels that fill no group of 4, row after row.")
}

fn tile_source(tile: &[i8; TILE * TILE]) -> String {
    let rows: Vec<String> = tile
        .chunks(TILE)
        .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        .collect();
    format!("[{}]", rows.join(",  "))
}

fn channels(items: &mut Vec<String>, index: usize, sums: &Sums) {
    let groups = sums.channels.iter().flat_map(|group| {
        let lines = group.iter().map(|channel| {
            format!("    Channel {{ bias: {}, multiplier: {} }},\n    ", channel.bias, channel.multiplier)
        });
        core::iter::once(format!("[\n    {}]", lines.collect::<String>()))
    });
    items.push(
        table(
            &format!("Layer {index}, bias and multiplier of each output."),
            &format!("LAYER_{index}_CHANNELS"),
            &format!("[[Channel; 4]; {}]", sums.channels.len()),
            groups,
        )
        .replace("pub(super) const", "pub(super) static"),
    );
    items.push(rule(
        &format!("LAYER_{index}_RULE"),
        &format!("Layer {index}, what the outputs share."),
        sums.rule,
    ));
    if !sums.table.is_empty() {
        let element = if sums.table.len() == RIM_TABLE_LEN { "i16" } else { "i8" };
        let kind = format!("[{element}; {}]", sums.table.len());
        items.push(
            table(
                &format!("Layer {index}, the activation."),
                &format!("LAYER_{index}_TABLE"),
                &kind,
                lines(&sums.table),
            )
            .replace("pub(super) const", "pub(super) static"),
        );
    }
}

//! The functions of the generated code that run the network.

use crate::plan::{Kernel, LayerPlan, Place, Plan};
use crate::source::call;
use std::fmt::Write;
use std::ops::Range;
use tillwatch_engine::kernel::TILE;

/// The functions, from wide codes to the network's answer.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let mut out = String::new();
    let all = plan.layers_at_once().len();
    let end = if all == plan.layers.len() { "the network's answer" } else { "the input of the last layer" };
    if let Some(latent) = plan.latent {
        let first = latent.layer + 1;
        out.push_str(&function(plan, "Wide codes to the latent vector.", "encode_codes", 0..first));
        out.push_str(&latent_codes(plan, first));
        if plan.is_encoder() {
            return out;
        }
        if first < all {
            out.push_str(&function(plan, &format!("The latent vector to {end}."), "decode", first..all));
        }
        out.push_str(&reconstruct(plan, first < all, end));
    } else {
        out.push_str(&function(plan, &format!("Wide codes to {end}."), plan.network_function(), 0..all));
    }
    if let Some(groups) = plan.arena.piece {
        out.push_str(&last_layer(plan, groups));
    }
    out
}

/// The encoder and what follows it.
fn reconstruct(plan: &Plan<'_>, has_decoder: bool, end: &str) -> String {
    let name = plan.network_function();
    let decode = if has_decoder { "    decode(scratch);\n" } else { "" };
    if plan.counts_latent() {
        format!(
            "\n/// Wide codes to {end}; gives the latent part of the score.\nfn {name}(scratch: &mut Scratch) -> u64 {{\n    \
             encode_codes(scratch);\n    let latent = latent_distance(latent_codes(scratch), LATENT_ZERO_CODE, \
             weights::LATENT_GAIN);\n{decode}    latent\n}}\n"
        )
    } else {
        format!(
            "\n/// Wide codes to {end}.\nfn {name}(scratch: &mut Scratch) {{\n    encode_codes(scratch);\n{decode}}}\n"
        )
    }
}

/// The layer that is computed as its outputs are read.
fn last_layer(plan: &Plan<'_>, piece: usize) -> String {
    let index = plan.layers.len() - 1;
    let layer = &plan.layers[index];
    let (ins, outs) = (layer.in_groups(), layer.out_groups());
    let table = match layer.sums() {
        Some(sums) if !sums.table.is_empty() => {
            format!("        rim_table(out.as_flattened_mut(), &weights::LAYER_{index}_TABLE);\n")
        }
        _ => String::new(),
    };
    format!(
        "
/// The last layer, which is computed as its outputs are read, {} of {} at a time.
fn last_layer(arena: &mut Arena<{}>) -> Pieces<'_, impl FnMut(usize, &mut [[i16; {TILE}]])> {{
    let (piece, high) = arena.split_mut({piece}, {ins});
    // An array, so that no length is looked up.
    let input: &[[i8; {TILE}]; {ins}] = high.last_chunk().unwrap_or(&[[0; {TILE}]; {ins}]);
    let compute = |first: usize, out: &mut [[i16; {TILE}]]| {{
        weights::LAYER_{index}.compute_from(first, input, out);
{table}    }};
    Pieces {{ groups: {outs}, piece, compute }}
}}
",
        TILE * piece,
        layer.out_len,
        plan.arena.groups,
    )
}

/// What the functions need of the engine.
pub(crate) fn kernels(plan: &Plan<'_>) -> Vec<&'static str> {
    let name = |layer: &LayerPlan| match layer.kernel {
        Kernel::Dense(_) => None,
        Kernel::Convolution(..) => Some("convolve_tiles"),
        Kernel::Transposed(..) => Some("transpose_tiles"),
        Kernel::MaxPool(_) => Some("max_pool"),
        Kernel::AveragePool(_) => Some("average_pool"),
        Kernel::Upsample(_) => Some("upsample"),
        Kernel::TopK(_) => Some("top_k"),
    };
    let pieces = plan.arena.piece.map(|_| "Pieces");
    plan.layers.iter().filter_map(name).chain(["Arena", "narrow_input"]).chain(pieces).collect()
}

fn function(plan: &Plan<'_>, doc: &str, name: &str, range: Range<usize>) -> String {
    let reads_codes = range.start == 0;
    let gathers = plan.layers[range.clone()]
        .iter()
        .any(|layer| matches!(layer.kernel, Kernel::Convolution(..) | Kernel::Transposed(..)));
    let mut parts = vec!["arena"];
    if reads_codes {
        parts.insert(0, "codes");
    }
    if gathers {
        parts.push("patch");
    }
    let mut out = format!(
        "\n/// {doc}\nfn {name}(scratch: &mut Scratch) {{\n    let Scratch {{ {}, .. }} = scratch;\n",
        parts.join(", ")
    );
    if reads_codes {
        let first = &plan.layers[0];
        let start = first_code(plan, plan.arena.input(0), first.in_groups());
        let arguments = [
            "codes".to_owned(),
            "weights::INPUT_MULTIPLIER".to_owned(),
            "weights::INPUT_RULE".to_owned(),
            format!("arena.narrow_mut({start}, {})", first.in_len),
        ];
        out.push_str(&call("narrow_input", &arguments));
    }
    for index in range {
        out.push_str(&layer(plan, index));
    }
    out.push_str("}\n");
    out
}

/// The code of the arena at which an activation of so many groups begins.
fn first_code(plan: &Plan<'_>, place: Place, groups: usize) -> usize {
    match place {
        Place::Low => 0,
        Place::High => TILE * (plan.arena.groups - groups),
    }
}

fn latent_codes(plan: &Plan<'_>, first: usize) -> String {
    let layer = &plan.layers[first - 1];
    let start = first_code(plan, plan.arena.output(first - 1), layer.out_groups());
    format!(
        "\n/// Where [`encode_codes`] leaves the latent vector.\nfn latent_codes(scratch: &mut Scratch) -> &[i8] {{\n    \
         scratch.arena.narrow_mut({start}, {})\n}}\n",
        layer.out_len
    )
}

fn layer(plan: &Plan<'_>, index: usize) -> String {
    let layer = &plan.layers[index];
    let is_last = index + 1 == plan.layers.len() && !plan.is_encoder();
    let place = plan.arena.input(index);
    let (ins, outs) = (layer.in_groups(), layer.out_groups());
    if let Kernel::TopK(top) = &layer.kernel {
        let codes = format!("arena.narrow_mut({}, {})", first_code(plan, place, ins), layer.in_len);
        return call("top_k", &[codes, top.keep.to_string(), top.zero_code.to_string()]);
    }
    let (split, input, output) = if is_last {
        (format!("let (reconstruction, high) = arena.split_mut({outs}, {ins});"), "high", "reconstruction")
    } else {
        match place {
            Place::Low => (format!("let (low, high) = arena.ends_mut({ins}, {outs});"), "low", "high"),
            Place::High => (format!("let (low, high) = arena.ends_mut({outs}, {ins});"), "high", "low"),
        }
    };
    let mut out = format!("    {split}\n{}", kernel_call(index, layer, input, output));
    if let Some(sums) = layer.sums()
        && !sums.table.is_empty()
    {
        let name = if is_last { "rim_table" } else { "narrow_table" };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    {name}({output}.as_flattened_mut(), &weights::LAYER_{index}_TABLE);");
    }
    out
}

fn kernel_call(index: usize, layer: &LayerPlan, input: &str, output: &str) -> String {
    let constant = |part: &str| format!("&weights::LAYER_{index}_{part}");
    let rule = format!("weights::LAYER_{index}_RULE");
    let flat = format!("{input}.as_flattened()");
    let out_flat = format!("{output}.as_flattened_mut()");
    match &layer.kernel {
        Kernel::Dense(_) => {
            call(&format!("weights::LAYER_{index}.compute"), &[input.to_owned(), output.to_owned()])
        }
        Kernel::Convolution(_, sums) | Kernel::Transposed(_, sums) => {
            let name = if matches!(layer.kernel, Kernel::Transposed(..)) {
                "transpose_tiles"
            } else {
                "convolve_tiles"
            };
            call(
                name,
                &[
                    constant("GEOMETRY"),
                    convolution_tiles(index, sums.tiles.is_empty(), sums.rest.is_empty()),
                    constant("CHANNELS"),
                    rule,
                    flat,
                    "patch".to_owned(),
                    out_flat,
                ],
            )
        }
        Kernel::MaxPool(_) => call("max_pool", &[constant("GEOMETRY"), flat, out_flat]),
        Kernel::AveragePool(_) => call("average_pool", &[constant("GEOMETRY"), flat, out_flat]),
        Kernel::Upsample(upsample) => call(
            "upsample",
            &[format!("weights::LAYER_{index}_GEOMETRY"), format!("{:?}", upsample.factor), flat, out_flat],
        ),
        Kernel::TopK(_) => String::new(),
    }
}

/// The weights of a convolution as its kernel takes them.
pub(crate) fn convolution_tiles(index: usize, no_tiles: bool, no_rest: bool) -> String {
    let part = |part: &str, is_none: bool| {
        if is_none { "&[]".to_owned() } else { format!("&weights::LAYER_{index}_{part}") }
    };
    format!("ConvolutionTiles {{ tiles: {}, rest: {} }}", part("TILES", no_tiles), part("REST", no_rest))
}

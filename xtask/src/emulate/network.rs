//! A baked crate cut down to its layers, for counting what other libraries count: no preparation, no score.

/// Generated source whose `encode_raw` runs the network alone, on whatever codes lie in its working memory.
///
/// # Errors
/// Generated code does not look as this expects any more.
pub(super) fn layers_alone(source: &str) -> Result<String, String> {
    const NARROWING: &str = "\n    narrow_input(";
    let has = |name: &str| source.matches(&format!("\nfn {name}(")).count() == 1;
    let layers = match (has("reconstruct"), has("run_hidden") && has("last_layer")) {
        (true, false) => AT_ONCE,
        (false, true) => IN_PIECES,
        _ => "",
    };
    if source.matches(NARROWING).count() != 1 || layers.is_empty() {
        return Err("generated code narrows its input elsewhere, or names its network otherwise: \
                    xtask/src/emulate/network.rs wants one narrow_input, and one reconstruct or both \
                    run_hidden and last_layer"
            .to_owned());
    }
    let source = source.replace(NARROWING, "\n    narrowed(").replace("encode_raw", "latent_raw");
    Ok(source + NARROWED + layers)
}

const NARROWED: &str = "
/// Stands where input was narrowed: it has been.
fn narrowed<Codes, Rule>(_: Codes, _: i32, _: Rule, _: &mut [i8]) {}
";

const AT_ONCE: &str = "
/// The layers alone.
pub fn encode_raw(_: &[i32; RAW_VALUES], _: &mut Memories, scratch: &mut Scratch) {
    let _ = reconstruct(scratch);
}
";

const IN_PIECES: &str = "
/// The layers alone.
pub fn encode_raw(_: &[i32; RAW_VALUES], _: &mut Memories, scratch: &mut Scratch) {
    let _ = run_hidden(scratch);
    let mut layer = last_layer(&mut scratch.arena);
    let mut first = 0;
    loop {
        let groups = core::hint::black_box(layer.outputs(first, COLUMNS)).len() / 4;
        if groups == 0 {
            break;
        }
        first += groups;
    }
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_model_is_cut_down_and_other_code_refused() {
        let path =
            crate::emulate::firmware::root().join("crates/inference/src/generated/point_of_sale/mod.rs");
        let source = std::fs::read_to_string(path).unwrap();
        let cut = layers_alone(&source).unwrap();
        assert!(!cut.contains("    narrow_input(") && cut.matches("fn encode_raw").count() == 1);
        assert!(layers_alone(&source.replace("fn reconstruct(", "fn rebuild(")).is_err());
    }
}

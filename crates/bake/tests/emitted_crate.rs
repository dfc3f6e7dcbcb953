//! What comes out of baking, handed to cargo: it builds, its own tests pass, and it scores as the loader does.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{Toy, loader_digest};
use tillwatch_bake::{Options, bake, write};
use tillwatch_model::Model;

const RECORDS: u32 = 5000;

fn engine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("engine")
}

/// Bakes a toy into a fresh folder, with a test that holds it to the loader's digest.
fn baked(toy: &Toy) -> tempfile::TempDir {
    let file = toy.file();
    let model = Model::validate(&file).unwrap();
    let baked = bake(&model, &Options { name: None, engine: Some(engine()) }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    write(&baked, &out).unwrap();
    fs::create_dir(out.join("tests")).unwrap();
    let [one, other] = [1, 2].map(|seed| loader_digest(&model, RECORDS, seed));
    assert_ne!(one, other);
    let parity = format!(
        "use {name}::{{Scratch, digest}};\n\n#[test]\nfn scores_are_the_loaders() {{\n    let mut scratch = Scratch::new();\n    \
         assert_eq!(digest({RECORDS}, 1, &mut scratch), {one});\n    assert_eq!(digest({RECORDS}, 2, &mut scratch), {other});\n}}\n",
        name = baked.name.replace('-', "_")
    );
    fs::write(out.join("tests/parity.rs"), parity).unwrap();
    folder
}

fn cargo(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder.path().join("out"))
        // The engine is built once for all of these tests.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("baked"))
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .unwrap()
}

#[track_caller]
fn assert_passes(output: &Output) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&text));
}

#[test]
fn every_kind_of_field_feature_and_activation_scores_as_the_loader_does() {
    let folder = baked(&Toy::PLAIN);
    assert_passes(&cargo(&folder, &["test", "--offline"]));
    assert_passes(&cargo(&folder, &["fmt", "--", "--check"]));
}

#[test]
fn a_model_without_prototypes_scores_too() {
    let folder = baked(&Toy { name: "toy-bare", prototypes: 0, ..Toy::PLAIN });
    assert_passes(&cargo(&folder, &["test", "--offline"]));
}

#[test]
fn heavy_weights_are_a_file_and_score_the_same() {
    // 17 columns by 3000, by 5: 66,000 weights and more once padded.
    let folder = baked(&Toy { name: "toy_heavy", hidden: 3000, ..Toy::PLAIN });
    assert!(folder.path().join("out/src/weights.bin").metadata().unwrap().len() > 64 * 1024);
    assert_passes(&cargo(&folder, &["test", "--offline"]));
}

#[test]
fn hostile_texts_stay_texts() {
    let folder = baked(&Toy {
        name: "toy_hostile",
        vocabulary: &["chip", "Chip", "\"); }\n#[x]", "", "é", "self", "\u{202e}txet", "*/ */"],
        unit: "```\ncompile_error!(\"unit\");\n```",
        card: "```rust\npanic!();\n``` \u{202e} \\",
        ..Toy::PLAIN
    });
    assert_passes(&cargo(&folder, &["test", "--offline"]));
}

#[test]
fn a_tampered_bias_or_weight_does_not_compile() {
    for (from, to) in [
        ("Channel { bias: ", "Channel { bias: 2147480000 - "),
        (
            "Requantise { zero_point: 3",
            "Requantise { shift: 15, ..RULE }; const RULE: Requantise = Requantise { zero_point: 3",
        ),
    ] {
        let folder = baked(&Toy { name: "toy_tampered", ..Toy::PLAIN });
        let path = folder.path().join("out/src/weights.rs");
        let source = fs::read_to_string(&path).unwrap();
        fs::write(&path, source.replacen(from, to, 1)).unwrap();
        let output = cargo(&folder, &["check", "--offline"]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && text.contains("layer 0: an accumulator could overflow"),
            "{from}: {text}"
        );
    }
}

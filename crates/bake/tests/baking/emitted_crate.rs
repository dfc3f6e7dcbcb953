//! What comes out of baking, handed to cargo: it builds, its own tests pass, and it scores as the loader does.

use crate::picture::Picture;
use crate::toy::{Toy, loader_digest, loader_latent_digest};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tillwatch_bake::{Options, bake, write};
use tillwatch_model::Model;

/// Seeded records of a usual model, and of one so heavy that unoptimised code takes its time.
const RECORDS: u32 = 5000;
const HEAVY_RECORDS: u32 = 50;

fn engine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("engine")
}

/// Bakes a toy into a fresh folder, with a test that holds it to the loader's digest.
pub(crate) fn baked(toy: &Toy<'_>) -> tempfile::TempDir {
    let records = if toy.hidden > 1000 { HEAVY_RECORDS } else { RECORDS };
    baked_file(&toy.file(), records, false)
}

/// The same of a model file, or of its encoder alone.
pub(crate) fn baked_file(file: &[u8], records: u32, encoder_only: bool) -> tempfile::TempDir {
    let model = Model::validate(file).unwrap();
    let options = Options { name: None, engine: Some(engine()), encoder_only };
    let baked = bake(&model, &options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    write(&baked, &out).unwrap();
    fs::create_dir(out.join("tests")).unwrap();
    let digest = if encoder_only { loader_latent_digest } else { loader_digest };
    let [one, other] = [1, 2].map(|seed| digest(&model, records, seed));
    assert_ne!(one, other);
    let parity = format!(
        "use {name}::{{Scratch, digest}};\n\n#[test]\nfn scores_are_the_loaders() {{\n    let mut scratch = Scratch::new();\n    \
         assert_eq!(digest({records}, 1, &mut scratch), {one});\n    assert_eq!(digest({records}, 2, &mut scratch), {other});\n}}\n",
        name = baked.name.replace('-', "_")
    );
    fs::write(out.join("tests/parity.rs"), parity).unwrap();
    folder
}

pub(crate) fn cargo(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
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

/// A test of a baked window model: a stream gives the scores of the whole windows, and gives them on time.
const STREAM: &str = "use tillwatch_engine::seeded::{SeededWords, draw_record};
use NAME::{FIELDS, HOP, Memories, SAMPLES, SEEDED_FIELDS, Scratch, Stream, score_raw};

const LEN: usize = SAMPLES + 20 * HOP + 3;

#[test]
fn a_stream_scores_as_whole_windows_do() {
    let mut samples = [0; FIELDS * LEN];
    draw_record(&SEEDED_FIELDS, &mut SeededWords::new(5), &mut samples);
    let (mut stream, mut scratch) = (Stream::new(), Scratch::new());
    let mut scored = 0;
    for (index, sample) in samples.as_chunks::<FIELDS>().0.iter().enumerate() {
        let got = stream.push_raw(sample, &mut scratch);
        let end = index + 1;
        let is_due = end >= SAMPLES && (end - SAMPLES) % HOP == 0;
        assert_eq!(got.is_some(), is_due, \"after {end} samples\");
        if let Some(got) = got {
            let window = samples[(end - SAMPLES) * FIELDS..end * FIELDS].try_into().unwrap();
            assert_eq!(got, score_raw(window, &mut Memories::EMPTY.clone(), &mut scratch));
            scored += 1;
        }
    }
    assert_eq!(scored, (LEN - SAMPLES) / HOP + 1);
}
";

#[test]
fn images_score_as_the_loader_does() {
    let folder = baked_file(&Picture::IMAGE.file(), HEAVY_RECORDS, false);
    assert_passes(&cargo(&folder, &["test", "--offline"]));
    assert_passes(&cargo(&folder, &["fmt", "--", "--check"]));
}

#[test]
fn windows_score_as_the_loader_does() {
    for (picture, has_pieces) in [(Picture::WINDOW, false), (Picture::WAVE, true)] {
        let folder = baked_file(&picture.file(), HEAVY_RECORDS, false);
        let source = fs::read_to_string(folder.path().join("out/src/lib.rs")).unwrap();
        assert_eq!(source.contains("Pieces {"), has_pieces);
        let stream = STREAM.replace("NAME", picture.name);
        fs::write(folder.path().join("out/tests/stream.rs"), stream).unwrap();
        assert_passes(&cargo(&folder, &["test", "--offline"]));
        assert_passes(&cargo(&folder, &["fmt", "--", "--check"]));
    }
}

#[test]
fn wide_rows_score_as_the_loader_does() {
    let names: Vec<String> = (0..250).map(|level| format!("level {level}")).collect();
    let vocabulary: Vec<&str> = names.iter().map(String::as_str).collect();
    for (name, has_rim_table) in [("toy_pieces", false), ("toy_pieces_table", true)] {
        let folder = baked(&Toy { name, vocabulary: &vocabulary, has_rim_table, ..Toy::PLAIN });
        let source = fs::read_to_string(folder.path().join("out/src/lib.rs")).unwrap();
        assert!(source.contains("Pieces {"), "{source}");
        assert_passes(&cargo(&folder, &["test", "--offline"]));
        assert_passes(&cargo(&folder, &["fmt", "--", "--check"]));
    }
}

#[test]
fn convolutions_whose_weights_are_a_file_score_the_same() {
    let picture = Picture { name: "picture_heavy", channels: 1200, ..Picture::IMAGE };
    let folder = baked_file(&picture.file(), 3, false);
    assert!(folder.path().join("out/src/weights.bin").metadata().unwrap().len() > 64 * 1024);
    assert_passes(&cargo(&folder, &["test", "--offline"]));
}

#[test]
fn an_encoder_alone_gives_the_latent_vectors_of_the_whole() {
    for (file, records) in [
        (Picture { name: "encoder_picture", ..Picture::IMAGE }.file(), HEAVY_RECORDS),
        (Toy { name: "encoder_toy", ..Toy::PLAIN }.file(), RECORDS),
    ] {
        let folder = baked_file(&file, records, true);
        assert_passes(&cargo(&folder, &["test", "--offline"]));
        assert_passes(&cargo(&folder, &["fmt", "--", "--check"]));
        let weights = fs::read_to_string(folder.path().join("out/src/weights.rs")).unwrap();
        assert!(!weights.contains("GAINS") && !weights.contains("PROTOTYPES"), "{weights}");
    }
}

#[test]
fn a_model_without_prototypes_scores_too() {
    let folder = baked(&Toy { name: "toy-bare", prototypes: 0, ..Toy::PLAIN });
    assert_passes(&cargo(&folder, &["test", "--offline"]));
}

#[test]
fn heavy_weights_are_a_file_and_score_the_same() {
    // 288,000 weights and more: as heavy as the largest network that has a budget.
    let folder = baked(&Toy { name: "toy_heavy", hidden: 12_000, ..Toy::PLAIN });
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
fn hostile_names_become_others() {
    let names: Vec<String> = (0..250).map(|level| format!("level {level}")).collect();
    let wide: Vec<&str> = names.iter().map(String::as_str).collect();
    for (name, categories, vocabulary) in [
        ("toy_names", ["option", "record"], Toy::PLAIN.vocabulary),
        ("toy_results", ["result", "default"], Toy::PLAIN.vocabulary),
        ("toy_selves", ["self_", "iterator"], Toy::PLAIN.vocabulary),
        // In pieces, of which the others have none.
        ("toy_wide_names", ["pieces", "fn_mut"], &wide),
    ] {
        let (field, feature) = ("scratch", "1: Affine = BAD; //\n\"");
        let folder = baked(&Toy { name, field, feature, categories, vocabulary, ..Toy::PLAIN });
        assert_passes(&cargo(&folder, &["test", "--offline"]));
        assert_passes(&cargo(&folder, &["fmt", "--", "--check"]));
    }
}

#[test]
fn a_firmware_bakes_in_its_own_build_script() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/firmware-build-script");
    let files = tempfile::tempdir().unwrap();
    let (good, bad) = (files.path().join("good.tw"), files.path().join("bad.tw"));
    fs::write(&good, Toy::PLAIN.file()).unwrap();
    fs::write(&bad, &Toy::PLAIN.file()[..200]).unwrap();
    let test = |model: &Path| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["test", "--offline"]).current_dir(&folder).env("TILLWATCH_MODEL", model);
        command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("firmware"));
        command.output().unwrap()
    };
    assert_passes(&test(&good));
    let refused = test(&bad);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && text.contains("shorter or longer than its header says"), "{text}");
}

//! `cargo xtask crosscheck`: one model as float, loaded and baked, on drawn records.

use super::option;
use crate::emulate::firmware::root;
use crate::witness::read;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tillwatch_bake::{Options, bake, write};
use tillwatch_engine::feature::{MISSING, Memory};
use tillwatch_engine::score::SCORE_ONE;
use tillwatch_loader::{Loader, prepare_samples};
use tillwatch_model::{Field, Model};
use tillwatch_trainer::features::FittedFeature;
use tillwatch_trainer::float_model::FloatModel;
use tillwatch_trainer::metrics::rank_correlation;
use tillwatch_trainer::quantise::rim_step;
use tillwatch_trainer::scoring::Bench;

/// Records drawn at most: half within the ranges of training, half anywhere.
const RECORDS: usize = 4096;
/// Multiply-accumulates that all of them may take.
const WORK: usize = 1 << 30;

/// Scores records from standard input, 32-bit words, each from empty memories.
const RUNNER: &str = "//! Scores records from standard input.
use model::{Memories, RAW_VALUES, Scratch, score_raw};
use std::io::Read;

fn main() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let words: Vec<i32> = bytes.as_chunks().0.iter().map(|&word| i32::from_le_bytes(word)).collect();
    let mut scratch = Scratch::new();
    for record in words.as_chunks::<RAW_VALUES>().0 {
        println!(\"{}\", score_raw(record, &mut Memories::EMPTY.clone(), &mut scratch).score);
    }
    Ok(())
}
";

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let committed = root().join("fixtures/models/point_of_sale.tw");
    let path = option(arguments, "--model").map_or(committed, Into::into);
    let bytes = read(&path)?;
    let model = Model::validate(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    let records = draw(&model)?;
    let loader = Loader::new(model);
    let mut bench = Bench::new(&loader);
    let loaded: Vec<u64> = records.iter().map(|raw| bench.score_fresh(&loader, raw).score).collect();
    let baked = baked_scores(&model, &records)?;
    if let Some(at) = (0..records.len()).find(|&at| baked.get(at) != loaded.get(at)) {
        return Err(format!("record {:?}: baked {:?}, loaded {}", records[at], baked.get(at), loaded[at]));
    }
    println!("{}: {} records, loaded and baked scores equal", path.display(), records.len());
    let half = records.len() / 2;
    compare_with_float(&model, &records[..half], &loaded[..half]);
    Ok(())
}

/// Records from strategies over each field: first those within the ranges, then those anywhere.
fn draw(model: &Model<'_>) -> Result<Vec<Vec<i32>>, String> {
    let mut runner = TestRunner::deterministic();
    let fields: Vec<Field<'_>> = model.body().fields.iter().collect();
    let usual: Vec<BoxedStrategy<i32>> =
        fields.iter().map(|field| (field.low..=field.high).boxed()).collect();
    let wild: Vec<BoxedStrategy<i32>> = fields
        .iter()
        .map(|field| {
            let missing = u32::from(field.nullable);
            prop_oneof![
                4 => field.low..=field.high,
                2 => MISSING + 1..=i32::MAX,
                1 => Just(i32::MAX),
                1 => Just(MISSING + 1),
                missing => Just(MISSING),
            ]
            .boxed()
        })
        .collect();
    let n_records = (WORK / model.network_macs()).clamp(2, RECORDS);
    let n_samples = model.body().samples.count();
    let mut records = Vec::with_capacity(n_records);
    for index in 0..n_records {
        let strategies = if index < n_records / 2 { &usual } else { &wild };
        let mut record = Vec::with_capacity(model.n_raw());
        for _ in 0..n_samples {
            let tree = strategies.new_tree(&mut runner).map_err(|error| error.to_string())?;
            record.extend(tree.current());
        }
        records.push(record);
    }
    Ok(records)
}

fn baked_scores(model: &Model<'_>, records: &[Vec<i32>]) -> Result<Vec<u64>, String> {
    let folder = root().join("target/crosscheck");
    let io = |error: std::io::Error| format!("{}: {error}", folder.display());
    let options = Options {
        name: Some("crosschecked".to_owned()),
        engine: Some(root().join("crates/engine")),
        ..Options::default()
    };
    let baked = bake(model, &options).map_err(|error| error.to_string())?;
    fs::create_dir_all(folder.join("runner/src")).map_err(io)?;
    write(&baked, &folder.join("model")).map_err(|error| error.to_string())?;
    let manifest = "[package]\nname = \"runner\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                    model = { package = \"crosschecked\", path = \"../model\" }\n\n[workspace]\n";
    fs::write(folder.join("runner/Cargo.toml"), manifest).map_err(io)?;
    fs::write(folder.join("runner/src/main.rs"), RUNNER).map_err(io)?;
    run_runner(&folder.join("runner"), records)
}

fn run_runner(folder: &Path, records: &[Vec<i32>]) -> Result<Vec<u64>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut child = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", root().join("target/crosscheck/target"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    let bytes: Vec<u8> = records.iter().flatten().flat_map(|raw| raw.to_le_bytes()).collect();
    let mut input = child.stdin.take().ok_or("the runner takes no input")?;
    input.write_all(&bytes).map_err(|error| format!("the baked crate did not build or run: {error}"))?;
    drop(input);
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err("the baked crate did not build or run".to_owned());
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| line.parse().map_err(|_| line.to_owned()))
        .collect()
}

/// Prints how far integer and float are apart; they share the codes, so this is the network's rounding alone.
fn compare_with_float(model: &Model<'_>, records: &[Vec<i32>], integer: &[u64]) {
    let Some(float) = FloatModel::from_file(model.body(), model.reference()) else {
        println!("the file carries no float model: nothing to compare with");
        return;
    };
    let features: Vec<FittedFeature> = tillwatch_trainer::evaluate::features(model);
    let step = rim_step(model.body().rim_fraction_bits.into()) as f32;
    let mut codes = vec![0; model.n_columns()];
    let mut marks = vec![tillwatch_engine::feature::Mark::NONE; features.len()];
    let mut scores = Vec::with_capacity(records.len());
    for raw in records {
        let list = || features.iter().map(|feature| (feature.field, feature.preparation.borrow()));
        let mut memories = vec![Memory::EMPTY; model.n_memories()];
        prepare_samples(list, model.body().fields.len(), raw, &mut memories, &mut codes, &mut marks);
        let values: Vec<f32> = codes.iter().map(|&code| f32::from(code) * step).collect();
        scores.extend(float.scores(&values, &marks));
    }
    let relative =
        |(&integer, &float): (&u64, &f64)| (integer as f64 / SCORE_ONE as f64 / float.max(1e-9) - 1.0).abs();
    let mut differences: Vec<f64> = integer.iter().zip(&scores).map(relative).collect();
    differences.sort_by(f64::total_cmp);
    let at = |share: f64| 100.0 * differences[((differences.len() - 1) as f64 * share) as usize];
    println!(
        "float against integer score, relative: median {:.3} %, 99 % of records within {:.2} %, largest {:.2} %",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    if let Some(correlation) = rank_correlation(integer, &scores) {
        println!("rank correlation {correlation:.6}");
    }
}

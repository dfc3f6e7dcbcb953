//! `cargo xtask demo`: from a CSV file to a verdict on an emulated Cortex-M.

use super::{option, tillwatch};
use crate::audit::table;
use crate::emulate::firmware::{Model, root};
use crate::witness::{Testimony, examine, read};
use std::fs;
use std::io::BufWriter;
use std::path::Path;
use tillwatch_model::Model as ModelFile;
use tillwatch_simulator::{Config, Simulator, write_csv};

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let folder = root().join("target/demo");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    if let Some(data) = option(arguments, "--data") {
        return path(&folder, "model", data, arguments);
    }
    let data = folder.join("transactions.csv");
    simulate(&data)?;
    let schema = root().join("fixtures/models/point_of_sale.toml");
    let choices =
        ["--schema", text(&schema)?, "--label", "label", "--alarm-rate", "0.002", "--by", "scenario"];
    path(&folder, "point_of_sale", text(&data)?, &choices.map(str::to_owned))?;
    println!("\n== Real data: breast cancer Wisconsin, benign is normal\n");
    let data = root().join("fixtures/data/breast_cancer.csv");
    path(
        &folder,
        "breast_cancer",
        text(&data)?,
        &["--label", "label", "--alarm-rate", "0.05"].map(str::to_owned),
    )
}

fn simulate(data: &Path) -> Result<(), String> {
    let io = |error: std::io::Error| format!("{}: {error}", data.display());
    let mut file = BufWriter::new(fs::File::create(data).map_err(io)?);
    let rows = write_csv(&mut file, Simulator::new(Config::default())).map_err(io)?;
    println!("simulated {rows} transactions of payment terminals: {}", data.display());
    Ok(())
}

/// The whole way of one file: train, evaluate, bake, run on every core.
fn path(folder: &Path, name: &str, data: &str, arguments: &[String]) -> Result<(), String> {
    let out = folder.join(name);
    let out_text = text(&out)?;
    let mut train = vec!["train", "--data", data, "--out", out_text, "--name", name];
    for key in ["--schema", "--label", "--alarm-rate"] {
        if let Some(value) = option(arguments, key) {
            train.extend([key, value]);
        }
    }
    tillwatch(&train)?;
    let model_path = out.join("model.tw");
    let model_text = text(&model_path)?;
    if let Some(label) = option(arguments, "--label") {
        let mut evaluate = vec!["evaluate", "--model", model_text, "--data", data, "--label", label];
        if let Some(by) = option(arguments, "--by") {
            evaluate.extend(["--by", by]);
        }
        tillwatch(&evaluate)?;
    }
    let bytes = read(&model_path)?;
    let model = ModelFile::validate(&bytes).map_err(|error| error.to_string())?;
    let crate_folder = folder.join(format!("{name}_baked"));
    let (firmware, report) = Model::bake(&model, crate_folder.clone())?;
    println!("$ tillwatch bake --model {model_text} --out {}", crate_folder.display());
    print!("{report}");
    let mut testimony = Testimony::of(&model);
    examine(&firmware, &model, &mut testimony)?;
    println!("\non each emulated core (instructions counted, not cycles; bytes of flash, then of RAM):");
    print!("{}", table(&testimony.rows));
    let (digest, runtimes) = testimony.agreed()?;
    println!("digest equal on {runtimes} runtimes: {digest:016x} over {} records", testimony.records);
    for line in &testimony.not_run {
        println!("not run: {line}");
    }
    Ok(())
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{}: the path is not UTF-8", path.display()))
}

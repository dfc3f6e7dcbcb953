//! `cargo xtask fixtures`: what the project can derive itself, derived again.

use super::tillwatch;
use crate::emulate::firmware::root;
use crate::witness::read;
use std::fs;
use std::io::BufWriter;
use tillwatch_simulator::{Config, Simulator, write_csv};

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let check = arguments.iter().any(|argument| argument == "--check");
    let folder = root().join("target/fixtures");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let data = folder.join("transactions.csv");
    let io = |error: std::io::Error| format!("{}: {error}", data.display());
    let mut file = BufWriter::new(fs::File::create(&data).map_err(io)?);
    write_csv(&mut file, Simulator::new(Config::default())).map_err(io)?;
    drop(file);
    let schema = root().join("fixtures/models/point_of_sale.toml");
    let trained = folder.join("point_of_sale");
    let paths = [&data, &schema, &trained].map(|path| path.to_string_lossy().into_owned());
    let [data, schema, out] = paths.each_ref().map(String::as_str);
    tillwatch(&[
        "train",
        "--data",
        data,
        "--schema",
        schema,
        // The smallest network and half the default's prototypes: what a device with little room takes.
        "--recipe",
        "dense",
        "--prototypes",
        "16",
        "--alarm-rate",
        "0.002",
        "--name",
        "point_of_sale",
        "--out",
        out,
    ])?;
    let fresh = read(&trained.join("model.tw"))?;
    let committed = root().join("fixtures/models/point_of_sale.tw");
    if !check {
        return fs::write(&committed, fresh).map_err(|error| format!("{}: {error}", committed.display()));
    }
    if read(&committed)? == fresh {
        println!("training again gives the committed model, byte for byte");
        return Ok(());
    }
    // The trainer's float kernels follow the processor; the committed model was trained with AVX2 and FMA.
    if has_vector_units() {
        return Err(format!(
            "{}: training again gives another model; run cargo xtask fixtures",
            committed.display()
        ));
    }
    println!("not compared: this processor lacks AVX2 and FMA, with which the committed model was trained");
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn has_vector_units() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
const fn has_vector_units() -> bool {
    false
}

//! `cargo xtask firmware`: a model on every emulated core.

use super::option;
use crate::audit::table;
use crate::emulate::firmware::{Model, root};
use crate::witness::{SEED, Testimony, examine, read};
use std::path::Path;
use tillwatch_inference::point_of_sale;
use tillwatch_model::Model as ModelFile;

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let testimony = match option(arguments, "--model") {
        Some(path) => testify_of(Path::new(path))?,
        None => testify()?,
    };
    print!("{}", table(&testimony.rows));
    println!("code, support and constants are bytes of flash; scratch, memories and stack bytes of RAM;");
    println!("instructions are counted in emulation, they are not cycles");
    let (digest, runtimes) = testimony.agreed()?;
    println!("digest {digest:016x} over {} records equal on {runtimes} runtimes", testimony.records);
    for line in &testimony.not_run {
        println!("not run: {line}");
    }
    Ok(())
}

/// The committed model on the host, by the loader and on every core.
pub(super) fn testify() -> Result<Testimony, String> {
    let bytes = read(&root().join("fixtures/models/point_of_sale.tw"))?;
    let file = ModelFile::validate(&bytes).map_err(|error| error.to_string())?;
    let mut testimony = Testimony::of(&file);
    let host = point_of_sale::digest(testimony.records, SEED, &mut point_of_sale::Scratch::new());
    testimony.digests.push(("host, baked".to_owned(), host));
    examine(&Model::Committed("point_of_sale".to_owned()), &file, &mut testimony)?;
    Ok(testimony)
}

/// A model file on every core, baked on the way.
fn testify_of(path: &Path) -> Result<Testimony, String> {
    let bytes = read(path)?;
    let file = ModelFile::validate(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    let (firmware, report) = Model::bake(&file, root().join("target/firmware-model"))?;
    print!("{report}");
    let mut testimony = Testimony::of(&file);
    examine(&firmware, &file, &mut testimony)?;
    Ok(testimony)
}

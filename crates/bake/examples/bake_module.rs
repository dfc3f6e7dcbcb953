//! Bakes a model file as a module: `bake_module MODEL FOLDER`.

use std::error::Error;
use std::path::PathBuf;
use tillwatch_bake::{bake_module, read_model, write};
use tillwatch_model::Model;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(model), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bake_module MODEL FOLDER".into());
    };
    let bytes = read_model(&model)?;
    let baked = bake_module(&Model::validate(&bytes)?, None)?;
    write(&baked, &folder)?;
    print!("{}", baked.report);
    Ok(())
}

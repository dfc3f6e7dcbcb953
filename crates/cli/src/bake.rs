//! `tillwatch bake`

use crate::arguments::Bake;
use crate::{Failure, model_file, output};
use std::path::{Path, PathBuf, absolute};
use tillwatch_bake::{BakeError, Options, bake, write};

pub(crate) fn run(arguments: &Bake) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    let options = Options {
        name: arguments.name.clone(),
        engine: arguments.engine.as_deref().map(|engine| seen_from(&arguments.out, engine)).transpose()?,
        encoder_only: arguments.encoder,
    };
    let baked = bake(&model, &options).map_err(|error| failure(&error))?;
    write(&baked, &arguments.out).map_err(|error| failure(&error))?;
    output::print(&format!("{}wrote crate {} to {}\n", baked.report, baked.name, arguments.out.display()))
}

/// The engine's folder as a manifest in `out` has to name it: what was typed starts at the working folder. Relative where
/// it can be, so that both may move together.
fn seen_from(out: &Path, engine: &Path) -> Result<PathBuf, Failure> {
    if !engine.join("Cargo.toml").is_file() {
        return Err(Failure::usage(format!(
            "--engine: found no Cargo.toml in {}, wanted the folder of the engine crate",
            engine.display()
        )));
    }
    let fail = |cause| Failure::data(format!("{}: cannot be read: {cause}", engine.display()));
    let (engine, out) = (engine.canonicalize().map_err(fail)?, absolute(out).map_err(fail)?);
    // The folder need not be there yet, those above it are.
    let there = out.ancestors().find_map(|folder| Some((folder, folder.canonicalize().ok()?)));
    let real = there.and_then(|(folder, real)| Some(real.join(out.strip_prefix(folder).ok()?)));
    Ok(real.and_then(|out| pathdiff::diff_paths(&engine, out)).unwrap_or(engine))
}

fn failure(error: &BakeError) -> Failure {
    match error {
        BakeError::Name { .. } | BakeError::Occupied { .. } => Failure::usage(error.to_string()),
        _ => Failure::data(error.to_string()),
    }
}

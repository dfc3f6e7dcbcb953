//! Baking inside a firmware's own build script.

use crate::{BakeError, bake_module, write};
use std::path::{Path, PathBuf};
use tillwatch_model::Model;

/// Reads a model file and checks it; the bytes are those that [`Model::validate`] takes.
///
/// # Errors
/// [`BakeError::Io`] where it cannot be read, [`BakeError::Model`] where it is no model.
pub fn read_model(path: &Path) -> Result<Vec<u8>, BakeError> {
    let bytes = std::fs::read(path).map_err(|cause| BakeError::Io { path: path.to_owned(), cause })?;
    Model::validate(&bytes).map_err(|error| BakeError::Model { path: path.to_owned(), error })?;
    Ok(bytes)
}

/// Bakes a model file into `$OUT_DIR` and asks cargo to run again when the file changes.
///
/// The crate takes it in as the module `model`, and depends on `tillwatch-engine`:
///
/// ```text
/// include!(concat!(env!("OUT_DIR"), "/model.rs"));
/// ```
///
/// # Errors
/// [`BakeError`]; [`BakeError::NoOutDir`] outside a build script.
pub fn bake_to_out_dir(path: &Path) -> Result<(), BakeError> {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or(BakeError::NoOutDir)?;
    println!("cargo::rerun-if-changed={}", path.display());
    let bytes = read_model(path)?;
    let model = Model::validate(&bytes).map_err(|error| BakeError::Model { path: path.to_owned(), error })?;
    let folder = out.join("model");
    write(&bake_module(&model, None)?, &folder)?;
    let root = folder.join("mod.rs");
    let line = format!("#[path = {:?}]\npub mod model;\n", root.display().to_string());
    let target = out.join("model.rs");
    std::fs::write(&target, line).map_err(|cause| BakeError::Io { path: target, cause })
}

//! Reading a model file and the schema inside.

use crate::Failure;
use std::path::Path;
use tillwatch_model::Model;
use tillwatch_trainer::table::Schema;

/// The bytes of a model file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::usage(format!("{}: no such file; check the path", path.display()))
        }
        _ => Failure::data(format!("{}: cannot be read: {cause}", path.display())),
    })
}

/// The model in the bytes.
pub(crate) fn validate<'a>(bytes: &'a [u8], path: &Path) -> Result<Model<'a>, Failure> {
    Model::validate(bytes).map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}

/// The schema that a model was trained with.
pub(crate) fn schema(model: &Model<'_>, path: &Path) -> Result<Schema, Failure> {
    Ok(Schema::parse(model.body().schema, &format!("{} (schema)", path.display()))?)
}

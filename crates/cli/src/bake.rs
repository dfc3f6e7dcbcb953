//! `tillwatch bake`

use crate::arguments::Bake;
use crate::{Failure, model_file, output};
use tillwatch_bake::{BakeError, Options, bake, write};

pub(crate) fn run(arguments: &Bake) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    let options = Options {
        name: arguments.name.clone(),
        engine: arguments.engine.clone(),
        encoder_only: arguments.encoder,
    };
    let baked = bake(&model, &options).map_err(|error| failure(&error))?;
    write(&baked, &arguments.out).map_err(|error| failure(&error))?;
    output::print(&format!("{}wrote crate {} to {}\n", baked.report, baked.name, arguments.out.display()))
}

fn failure(error: &BakeError) -> Failure {
    match error {
        BakeError::Name { .. } | BakeError::Occupied { .. } => Failure::usage(error.to_string()),
        _ => Failure::data(error.to_string()),
    }
}

//! `tillwatch bake`

use crate::arguments::Bake;
use crate::{Failure, model_file, output};

pub(crate) fn run(arguments: &Bake) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    let _ = (&model, &arguments.out, &arguments.name, &arguments.engine);
    output::print("")
}

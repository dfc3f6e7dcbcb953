//! `tillwatch init`

use crate::Failure;
use crate::arguments::Init;
use crate::output::Output;
use tillwatch_trainer::table::infer;

pub(crate) fn run(arguments: &Init) -> Result<(), Failure> {
    let inferred = infer(&arguments.data, arguments.label.as_deref())?;
    let mut output = Output::open(arguments.out.as_deref(), &arguments.data)?;
    output.write(inferred.to_text().as_bytes())?;
    output.finish()
}

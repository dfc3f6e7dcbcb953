//! `tillwatch encode`

use crate::arguments::Encode;
use crate::output::Output;
use crate::records::{Source, with_schema};
use crate::{Failure, model_file};
use std::fmt::Write;
use tillwatch_loader::Loader;
use tillwatch_trainer::float_model::FloatModel;
use tillwatch_trainer::quantise::rim_step;
use tillwatch_trainer::scoring::Bench;

pub(crate) fn run(arguments: &Encode) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let (model, schema) = with_schema(&bytes, &arguments.model)?;
    let file = arguments.model.display();
    let Some(latent) = model.body().latent else {
        return Err(Failure::usage(format!(
            "{file}: found a network of one layer, wanted one with a latent vector; train with --layers"
        )));
    };
    let float = FloatModel::from_file(model.body(), model.reference());
    if arguments.float && float.is_none() {
        return Err(Failure::usage(format!(
            "{file}: found no float network in the file, wanted one for --float; leave it out"
        )));
    }
    let float = float.filter(|_| arguments.float);
    let step = rim_step(model.body().rim_fraction_bits.into()) as f32;
    let mut source = Source::open(&arguments.data, &schema)?;
    let loader = Loader::new(model);
    let mut bench = Bench::new(&loader);
    let mut output = Output::open(arguments.out.as_deref())?;
    let mut line = String::from("row");
    for index in 0..model.latent_len() {
        // Writing to a string cannot fail.
        let _ = write!(line, ",z{index}");
    }
    line.push('\n');
    output.write(line.as_bytes())?;
    source.each(&loader, |record| {
        let codes = bench.encode_raw(&loader, record.raw, record.memories);
        let values: Vec<f32> = match &float {
            Some(float) => {
                let row: Vec<f32> = bench.codes().iter().map(|&code| f32::from(code) * step).collect();
                float.encode(&row)
            }
            None => codes
                .iter()
                .map(|&code| (i16::from(code) - i16::from(latent.zero_code)) as f32 * latent.scale)
                .collect(),
        };
        line.clear();
        let _ = write!(line, "{}", record.row);
        for value in values {
            // A zero has no sign here.
            let _ = write!(line, ",{}", value + 0.0);
        }
        line.push('\n');
        output.write(line.as_bytes())
    })?;
    output.finish()
}

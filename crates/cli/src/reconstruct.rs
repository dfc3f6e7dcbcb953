//! `tillwatch reconstruct`

use crate::arguments::Reconstruct;
use crate::output::Output;
use crate::records::{Source, with_schema};
use crate::{Failure, model_file};
use std::fmt::Write;
use tillwatch_engine::feature::Mark;
use tillwatch_loader::Loader;
use tillwatch_model::Model;
use tillwatch_trainer::cells::{cell, quoted};
use tillwatch_trainer::reconstruct::Inverse;
use tillwatch_trainer::scoring::Bench;
use tillwatch_trainer::table::{Samples, Schema};

pub(crate) fn run(arguments: &Reconstruct) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.input.model)?;
    let (model, schema) = with_schema(&bytes, &arguments.input.model)?;
    let loader = Loader::new(model);
    let clean = match arguments.clean.as_slice() {
        [] => None,
        files => Some(prepared(&loader, &mut Source::open(files, &schema)?)?),
    };
    let mut source = Source::open(&arguments.input.data, &schema)?;
    let inverse = Inverse::of(&model);
    let mut bench = Bench::new(&loader);
    let mut output = Output::open(arguments.out.as_deref(), arguments.input.files().chain(&arguments.clean))?;
    output.write(header(&schema).as_bytes())?;
    let (mut text, mut noise, mut count) = (String::new(), Noise::default(), 0);
    source.each(&loader, |record| {
        bench.score(&loader, record.raw, record.memories);
        let codes: Vec<f64> = bench.reconstruction().iter().map(|&code| code.into()).collect();
        text.clear();
        put(&mut text, record.row, &inverse.raw(&codes), &schema);
        if let Some(clean) = clean.as_ref().and_then(|clean| clean.get(count)) {
            noise.add(&model, clean, &bench);
        }
        count += 1;
        output.write(text.as_bytes())
    })?;
    if let Some(clean) = &clean {
        let file = arguments.clean[0].display();
        if clean.len() != count {
            let found = clean.len();
            return Err(Failure::data(format!(
                "{file}: found {found} records, wanted {count}, those of --data without noise; give the same records"
            )));
        }
        let Some(summary) = noise.summary() else {
            return Err(Failure::data(format!(
                "{file}: found the records of --data as they are, wanted them without noise; give the clean ones"
            )));
        };
        // Standard output may be what the reconstructions go to.
        eprintln!("{summary}");
    }
    output.finish()
}

/// Codes and marks of a record.
type Prepared = (Vec<i16>, Vec<Mark>);

fn prepared(loader: &Loader<'_>, source: &mut Source) -> Result<Vec<Prepared>, Failure> {
    let (mut bench, mut all) = (Bench::new(loader), Vec::new());
    source.each(loader, |record| {
        bench.encode_raw(loader, record.raw, record.memories);
        all.push((bench.codes().to_vec(), bench.marks().to_vec()));
        Ok(())
    })?;
    Ok(all)
}

/// Rows and windows: a column per field. Images: a column per value.
fn header(schema: &Schema) -> String {
    let names: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    match schema.samples {
        Samples::Row => format!("row,{}\n", names.join(",")),
        Samples::Window { .. } => format!("row,sample,{}\n", names.join(",")),
        Samples::Image { height, width } => {
            format!("row,{}\n", value_names(&names, height, width).join(","))
        }
    }
}

/// A name for each value of an image: channel, row, column.
pub(crate) fn value_names(channels: &[&str], height: usize, width: usize) -> Vec<String> {
    let pixels = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
    pixels
        .flat_map(|(row, column)| channels.iter().map(move |name| format!("{name}_{row}_{column}")))
        .collect()
}

fn put(text: &mut String, row: u64, raw: &[i32], schema: &Schema) {
    let cells = |raw: &[i32]| -> String {
        let cells = raw.iter().zip(schema.fields.iter().cycle());
        cells.map(|(&raw, field)| quoted(&cell(field, raw))).collect::<Vec<_>>().join(",")
    };
    // Writing to a string cannot fail.
    let _ = match schema.samples {
        Samples::Row | Samples::Image { .. } => writeln!(text, "{row},{}", cells(raw)),
        Samples::Window { .. } => raw
            .chunks(schema.fields.len())
            .enumerate()
            .try_for_each(|(sample, raw)| writeln!(text, "{row},{sample},{}", cells(raw))),
    };
}

/// Energies over all columns, in squared steps of the rim: a standard deviation of any column counts alike.
#[derive(Default)]
struct Noise {
    signal: u64,
    before: u64,
    after: u64,
}

impl Noise {
    /// Adds a record; features that are missing on either side do not count.
    fn add(&mut self, model: &Model<'_>, clean: &Prepared, bench: &Bench) {
        let square = |a: i16, b: i16| u64::from((i32::from(a) - i32::from(b)).unsigned_abs()).pow(2);
        let mut column = 0;
        let features = model.body().columns.iter().zip(clean.1.iter().zip(bench.marks())).cycle();
        for (&n_columns, (clean_mark, mark)) in features {
            if column >= clean.0.len() {
                return;
            }
            let range = column..column + usize::from(n_columns);
            column = range.end;
            if clean_mark.has(Mark::MISSING) || mark.has(Mark::MISSING) {
                continue;
            }
            for at in range {
                let truth = clean.0[at];
                self.signal += square(truth, 0);
                self.before += square(bench.codes()[at], truth);
                self.after += square(bench.reconstruction()[at], truth);
            }
        }
    }

    /// Signal-to-noise ratios in decibels; none where the data had no noise.
    fn summary(&self) -> Option<String> {
        if self.before == 0 {
            return None;
        }
        let decibels = |noise: u64| 10.0 * (self.signal as f64 / noise.max(1) as f64).log10();
        let (before, after) = (decibels(self.before), decibels(self.after));
        Some(format!(
            "signal to noise: {before:.2} dB as given, {after:.2} dB reconstructed, gain {:.2} dB",
            after - before
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_less_noise_is_ten_decibels() {
        let noise = Noise { signal: 4000, before: 400, after: 40 };
        let wanted = "signal to noise: 10.00 dB as given, 20.00 dB reconstructed, gain 10.00 dB";
        assert_eq!(noise.summary().unwrap(), wanted);
        assert!(Noise { before: 0, ..noise }.summary().is_none());
    }

    #[test]
    fn values_of_images_are_named_in_the_order_of_memory() {
        assert_eq!(value_names(&["r", "g"], 1, 2), ["r_0_0", "g_0_0", "r_0_1", "g_0_1"]);
    }
}

//! `tillwatch score`

use crate::arguments::Score;
use crate::maps::{self, Maps};
use crate::output::Output;
use crate::records::{Source, with_schema};
use crate::{Failure, model_file, promise, words};
use std::fmt::Write;
use tillwatch_engine::monitor::{EventMonitor, Rules};
use tillwatch_engine::score::{Scored, anomaly_peak};
use tillwatch_loader::Loader;
use tillwatch_trainer::cells::quoted;
use tillwatch_trainer::drift::Monitored;
use tillwatch_trainer::explain::Explanations;
use tillwatch_trainer::scoring::Bench;

pub(crate) fn run(arguments: &Score) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.input.model)?;
    let (model, schema) = with_schema(&bytes, &arguments.input.model)?;
    let loader = Loader::new(model);
    let shape = maps::shape(&loader, &schema);
    if arguments.maps.is_some() && shape.is_none() {
        return Err(Failure::usage(format!(
            "--maps: found records that are no images in {}, wanted a model of images; leave it out",
            arguments.input.model.display()
        )));
    }
    if let Some(note) = promise::note(model.thresholds()) {
        eprintln!("{note}");
    }
    let mut source = Source::open(&arguments.input.data, &schema)?;
    let names: Vec<&str> = model.body().features.iter().map(|feature| feature.name).collect();
    let explanations = Explanations::of(&model);
    let mut stream = Monitored::new(&loader, EventMonitor::new(Rules::EACH));
    let mut output = Output::open(arguments.out.as_deref(), arguments.input.files())?;
    let reads = || arguments.input.files();
    let frame = arguments.frame.as_deref().map(|path| Output::open(Some(path), reads())).transpose()?;
    let peak_names = if shape.is_some() { ",peak_row,peak_column" } else { "" };
    let header = format!("row,score,percentile,verdict,missing,saturated,unknown,reasons{peak_names}\n");
    output.write(header.as_bytes())?;
    let (mut line, mut largest) = (String::new(), 0);
    source.each(&loader, |record| {
        let (scored, _) = stream.score(&loader, record.raw, record.memories);
        line.clear();
        let reasons = words::explained(&scored, &names, |reason| {
            explanations.explain(
                reason,
                &schema,
                record.raw,
                stream.bench().codes(),
                stream.bench().reconstruction(),
            )
        });
        put(&mut line, record.row, &scored, &quoted(&reasons));
        if let Some(shape) = shape {
            let peak = anomaly_peak(shape, stream.bench().codes(), stream.bench().reconstruction());
            largest = largest.max(peak.sum);
            // Writing to a string cannot fail.
            let _ = write!(line, ",{},{}", peak.row, peak.column);
        }
        line.push('\n');
        output.write(line.as_bytes())
    })?;
    if let (Some(folder), Some(shape)) = (&arguments.maps, shape) {
        let mut maps = Maps::new(folder, &loader, shape, largest)?;
        let mut bench = Bench::new(&loader);
        source.each(&loader, |record| {
            bench.score(&loader, record.raw, record.memories);
            maps.write(record.raw, &bench)
        })?;
    }
    if let Some(mut frame) = frame {
        frame.write(&stream.frame(&loader))?;
        frame.finish()?;
    }
    output.finish()
}

fn put(line: &mut String, row: u64, scored: &Scored, reasons: &str) {
    let tally = scored.tally;
    // Writing to a string cannot fail.
    let _ = write!(
        line,
        "{row},{},{},{},{},{},{},{reasons}",
        scored.score,
        scored.percentile,
        words::verdict(scored.verdict),
        tally.missing,
        tally.saturated,
        tally.unknown
    );
}

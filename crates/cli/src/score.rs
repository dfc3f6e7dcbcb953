//! `tillwatch score`

use crate::arguments::Score;
use crate::chunk::{Chunk, Seen};
use crate::maps::{self, Maps};
use crate::output::Output;
use crate::records::{Source, with_schema};
use crate::{Failure, model_file, promise, words};
use std::fmt::Write;
use tillwatch_engine::monitor::{Event, EventMonitor, Rules};
use tillwatch_engine::score::{Scored, anomaly_peak};
use tillwatch_loader::Loader;
use tillwatch_trainer::cells::quoted;
use tillwatch_trainer::drift::Monitored;
use tillwatch_trainer::explain::Explanations;
use tillwatch_trainer::scoring::{Batch, Bench, all_cores};

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
    let batch = Batch::new(&loader);
    let threads = arguments.threads.map_or_else(all_cores, usize::from);
    let mut output = Output::open(arguments.out.as_deref(), arguments.input.files())?;
    let reads = || arguments.input.files();
    let frame = arguments.frame.as_deref().map(|path| Output::open(Some(path), reads())).transpose()?;
    let mut frame = frame.map(|output| (output, Monitored::new(&loader, EventMonitor::new(Rules::EACH))));
    let peak_names = if shape.is_some() { ",peak_row,peak_column" } else { "" };
    let header = format!("row,score,percentile,verdict,missing,saturated,unknown,reasons{peak_names}\n");
    output.write(header.as_bytes())?;
    let mut largest = 0;
    let line = |seen: Seen<'_>| {
        let reasons = words::explained(&seen.scored, &names, |reason| {
            explanations.explain(reason, &schema, seen.raw, seen.codes, seen.reconstruction)
        });
        let mut line = String::new();
        put(&mut line, seen.row, &seen.scored, &quoted(&reasons));
        let peak = shape.map(|shape| anomaly_peak(shape, seen.codes, seen.reconstruction));
        if let Some(peak) = peak {
            // Writing to a string cannot fail.
            let _ = write!(line, ",{},{}", peak.row, peak.column);
        }
        line.push('\n');
        (line, seen.scored, peak.map_or(0, |peak| peak.sum))
    };
    let mut finish = |chunk: &mut Chunk| -> Result<(), Failure> {
        let lines = chunk.scored(&batch, threads, line);
        for ((line, scored, peak), (codes, marks)) in lines.iter().zip(chunk.prepared(&loader)) {
            if let Some((_, stream)) = &mut frame {
                stream.observe(&loader, &Event { scored, codes, marks });
            }
            largest = largest.max(*peak);
            output.write(line.as_bytes())?;
        }
        chunk.clear();
        Ok(())
    };
    let mut chunk = Chunk::new(&loader);
    let read = source.each(&loader, |mut record| {
        chunk.push(&loader, &mut record);
        if chunk.is_full() { finish(&mut chunk) } else { Ok(()) }
    });
    // What comes before an error is scored.
    finish(&mut chunk)?;
    read?;
    if let (Some(folder), Some(shape)) = (&arguments.maps, shape) {
        let mut maps = Maps::new(folder, &loader, shape, largest)?;
        let mut bench = Bench::new(&loader);
        source.each(&loader, |record| {
            bench.score(&loader, record.raw, record.memories);
            maps.write(record.raw, &bench)
        })?;
    }
    if let Some((mut output, stream)) = frame {
        output.write(&stream.frame(&loader))?;
        output.finish()?;
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

//! `tillwatch encode`

use crate::arguments::Encode;
use crate::output::Output;
use crate::records::{Source, with_schema};
use crate::{Failure, model_file, scatter};
use tillwatch_engine::score::Verdict;
use tillwatch_loader::Loader;
use tillwatch_trainer::float_model::FloatModel;
use tillwatch_trainer::principal::{neighbours, plane};
use tillwatch_trainer::quantise::rim_step;
use tillwatch_trainer::scoring::Bench;

pub(crate) fn run(arguments: &Encode) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.input.model)?;
    let (model, schema) = with_schema(&bytes, &arguments.input.model)?;
    let file = arguments.input.model.display();
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
    let mut source = Source::open(&arguments.input.data, &schema)?;
    let loader = Loader::new(model);
    let mut bench = Bench::new(&loader);
    // In integers a unit may stand several times.
    let width = float.as_ref().map_or(loader.model().latent_len(), FloatModel::latent_len);
    let mut vectors = Vectors { values: Vec::new(), rows: Vec::new(), alarms: Vec::new() };
    let plot = arguments.plot.as_deref();
    let plot = plot.map(|path| Output::open(Some(path), arguments.input.files())).transpose()?;
    // Vectors that nobody compares need not be held.
    let held = arguments.neighbours > 0 || plot.is_some();
    let mut output = Output::open(arguments.out.as_deref(), arguments.input.files())?;
    output.write(header(width, arguments.neighbours).as_bytes())?;
    source.each(&loader, |record| {
        if held {
            let mut memories = record.memories.to_vec();
            vectors.alarms.push(bench.score(&loader, record.raw, &mut memories).verdict == Verdict::Alarm);
            vectors.rows.push(record.row);
        }
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
        if arguments.neighbours == 0 {
            output.write(line(record.row, &values, &[]).as_bytes())?;
        }
        if held {
            vectors.values.extend_from_slice(&values);
        }
        Ok(())
    })?;
    if arguments.neighbours > 0 {
        let near = neighbours(&vectors.values, width, arguments.neighbours);
        for ((values, &row), near) in vectors.values.chunks_exact(width).zip(&vectors.rows).zip(&near) {
            let rows: Vec<u64> = near.iter().map(|&other| vectors.rows[other]).collect();
            output.write(line(row, values, &rows).as_bytes())?;
        }
    }
    output.finish()?;
    if let Some(mut plot) = plot {
        let points = plane(&vectors.values, width);
        plot.write(scatter::svg(&points, &vectors.alarms).as_bytes())?;
        plot.finish()?;
    }
    Ok(())
}

/// The vectors of all records, for what compares them.
struct Vectors {
    /// Row-major, as wide as the latent vector.
    values: Vec<f32>,
    rows: Vec<u64>,
    alarms: Vec<bool>,
}

fn header(width: usize, neighbours: usize) -> String {
    let values = (0..width).map(|index| format!(",z{index}"));
    let header: String = values.chain((1..=neighbours).map(|rank| format!(",n{rank}"))).collect();
    format!("row{header}\n")
}

fn line(row: u64, values: &[f32], neighbours: &[u64]) -> String {
    // A zero has no sign here.
    let values = values.iter().map(|value| format!(",{}", value + 0.0));
    let cells: String = values.chain(neighbours.iter().map(|other| format!(",{other}"))).collect();
    format!("{row}{cells}\n")
}

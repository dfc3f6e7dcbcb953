//! `tillwatch threshold`

use crate::arguments::Threshold;
use crate::output::{Output, print};
use crate::{Failure, model_file, promise};
use tillwatch_loader::Loader;
use tillwatch_model::Model;
use tillwatch_trainer::calibrate::{calibrate, extrapolate, recalibrate};
use tillwatch_trainer::evaluate::features;
use tillwatch_trainer::features::Codes;
use tillwatch_trainer::scoring::{all_cores, scores};
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Table, read_scores};
use tillwatch_trainer::threshold::with_thresholds;

pub(crate) fn run(arguments: &Threshold) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    let (scores, from) = if !arguments.data.is_empty() {
        (Some(of_normals(arguments, &model)?), "normal records of --data")
    } else if !arguments.from_scores.is_empty() {
        (Some(read_scores(&arguments.from_scores)?), "scores")
    } else {
        (None, "normal records, by their percentiles in the model file")
    };
    let calibration = match scores {
        Some(scores) if arguments.extrapolate => extrapolate(scores, arguments.alarm_rate)?,
        Some(scores) => calibrate(scores, arguments.alarm_rate)?,
        None if arguments.extrapolate => {
            return Err(Failure::usage(
                "--extrapolate: found no scores, wanted --data or --from-scores: percentiles have no tail"
                    .to_owned(),
            ));
        }
        None => recalibrate(model.thresholds(), arguments.alarm_rate)?,
    };
    let calibration = if arguments.confident { calibration.with_confidence()? } else { calibration };
    let bytes = with_thresholds(&model, &calibration)?;
    let path = arguments.out.as_ref().unwrap_or(&arguments.model);
    let mut output = Output::open(Some(path), arguments.from_scores.iter().chain(&arguments.data))?;
    output.write(&bytes)?;
    output.finish()?;
    print(&format!("{}wrote {}\n", promise::lines(&calibration, from), path.display()))
}

/// Integer scores of the records that are not labelled anomalous.
fn of_normals(arguments: &Threshold, model: &Model<'_>) -> Result<Vec<u64>, Failure> {
    let mut schema = model_file::schema(model, &arguments.model)?;
    let label = if arguments.label.is_some() { ColumnUse::Required } else { ColumnUse::IfPresent };
    if arguments.label.is_some() {
        schema.label.clone_from(&arguments.label);
    }
    let options = ReadOptions { label, ..ReadOptions::default() };
    let table = Table::read(&arguments.data, &schema, &options)?;
    let normal: Vec<usize> = (0..table.n_rows()).filter(|&row| table.label(row) != Some(true)).collect();
    if normal.is_empty() {
        return Err(Failure::data(format!(
            "{}: found {} records, all of them anomalous, wanted normal ones to calibrate on",
            arguments.data[0].display(),
            table.n_rows()
        )));
    }
    let codes = Codes::prepare(&features(model), &table);
    Ok(scores(&Loader::new(*model), &codes, &normal, all_cores()))
}

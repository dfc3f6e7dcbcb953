//! `tillwatch threshold`

use crate::arguments::Threshold;
use crate::output::{Output, print};
use crate::{Failure, model_file};
use tillwatch_trainer::calibrate::{calibrate, recalibrate};
use tillwatch_trainer::table::read_scores;
use tillwatch_trainer::threshold::with_thresholds;

pub(crate) fn run(arguments: &Threshold) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    let (calibration, from) = if arguments.from_scores.is_empty() {
        (recalibrate(model.thresholds(), arguments.alarm_rate)?, "the percentiles in the model file, of")
    } else {
        (calibrate(read_scores(&arguments.from_scores)?, arguments.alarm_rate)?, "the scores of")
    };
    let bytes = with_thresholds(&model, &calibration)?;
    let path = arguments.out.as_ref().unwrap_or(&arguments.model);
    let mut output = Output::open(Some(path), &arguments.from_scores)?;
    output.write(&bytes)?;
    output.finish()?;
    print(&format!(
        "alarm above {}, at most {} of normal records; watch above {}, at most {}; from {from} {} normal records\n\
         wrote {}\n",
        calibration.thresholds.alarm,
        calibration.alarm_rate,
        calibration.thresholds.watch,
        calibration.watch_rate,
        calibration.rows,
        path.display()
    ))
}

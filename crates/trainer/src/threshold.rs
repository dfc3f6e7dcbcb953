//! Other thresholds for a model whose weights stay.

use crate::TrainError;
use crate::calibrate::{Calibration, Guarantee};
use tillwatch_engine::score::SCORE_ONE;
use tillwatch_model::{Body, CardEntry, Model, Reference, SequenceBuffer, write};

/// Lines of the model card that an alarm rate decides.
pub(crate) const ALARM_RATE: &str = "alarm rate";
/// What the test rows said of the old rate.
pub(crate) const MEASURED: [&str; 2] = ["measured alarm rate", "recall at the alarm rate"];

/// The line of the model card on the promised rate.
pub(crate) fn promise(calibration: &Calibration) -> String {
    let Some(budget) = calibration.budget() else { return "nothing is promised".to_owned() };
    match calibration.guarantee {
        Guarantee::Marginal => format!("at most {} of normal records", budget.rate()),
        Guarantee::Confident => format!("{budget}, with 95 % confidence"),
        Guarantee::Extrapolated => {
            format!("{budget}, extrapolated beyond {} calibration rows, not promised", calibration.rows)
        }
    }
}

/// A model file with the thresholds of another calibration.
///
/// Scores, and with them the known answers, stay. What the model card says of the old alarm rate leaves it; the float
/// model, which has scores of its own in the same unit, takes the same alarm threshold.
///
/// # Errors
/// [`TrainError::TooLarge`] where the card does not fit, [`TrainError::Model`] where the file does not validate.
pub fn with_thresholds(model: &Model<'_>, calibration: &Calibration) -> Result<Vec<u8>, TrainError> {
    let promised = promise(calibration);
    let kept = model.body().card.iter().filter(|entry| !MEASURED.contains(&entry.key));
    let card: Vec<CardEntry<'_>> = kept
        .map(|entry| if entry.key == ALARM_RATE { CardEntry { value: &promised, ..entry } } else { entry })
        .collect();
    let card = SequenceBuffer::encode(&card)
        .ok_or(TrainError::TooLarge { what: "the model card", limit: u16::MAX.into() })?;
    let body = Body { card: card.borrow(), ..*model.body() };
    let alarm = (calibration.thresholds.alarm as f64 / SCORE_ONE as f64) as f32;
    let reference = model.reference().map(|reference| Reference { alarm, ..*reference });
    let bytes = write(&body, &calibration.block(&calibration.anchors()), reference.as_ref())?;
    Model::validate(&bytes)?;
    Ok(bytes)
}

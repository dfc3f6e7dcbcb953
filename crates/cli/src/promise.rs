//! What a calibration promises, in the unit that people set it in.

use std::fmt::Write;
use tillwatch_model::ThresholdBlock;
use tillwatch_trainer::budget::{AlarmBudget, grouped};
use tillwatch_trainer::calibrate::{Calibration, Guarantee};
use tillwatch_trainer::conformal::{confident_rows, marginal_rows};

/// The thresholds that a calibration found, each with what it promises and the rows that it needs.
///
/// # Shapes
/// `from`: where the calibration rows come from, such as `calibration rows`.
pub(crate) fn lines(calibration: &Calibration, from: &str) -> String {
    let Some(budget) = calibration.budget() else { return String::new() };
    let rows = calibration.rows;
    let mut text = format!("alarm budget: {budget}; from {} {from}\n", grouped(rows as u64));
    let kinds = [
        (Guarantee::Marginal, "kept on average", calibration.marginal, marginal_rows(budget)),
        (Guarantee::Confident, "kept with 95 % confidence", calibration.confident, confident_rows(budget)),
    ];
    for (guarantee, promise, threshold, needed) in kinds {
        let mark = if guarantee == calibration.guarantee { ", in force" } else { "" };
        // Writing to a string cannot fail.
        let _ = match threshold {
            Some(threshold) => {
                writeln!(
                    text,
                    "  {promise:<27}alarm above {threshold}; needs {} rows{mark}",
                    grouped(needed as u64)
                )
            }
            None => writeln!(
                text,
                "  {promise:<27}none; needs {} rows, {} are missing",
                grouped(needed as u64),
                grouped(needed.saturating_sub(rows) as u64)
            ),
        };
    }
    if calibration.guarantee == Guarantee::Extrapolated {
        let _ = writeln!(
            text,
            "  {:<27}alarm above {}, in force; beyond all {} rows by the shape of their tail: a guess, not a promise",
            "EXTRAPOLATED",
            calibration.thresholds.alarm,
            grouped(rows as u64)
        );
    }
    if let Some(watched) = AlarmBudget::of_rate(calibration.watch_rate) {
        let _ = writeln!(
            text,
            "  {:<27}watch above {}; {watched} with these",
            "worth a look", calibration.thresholds.watch
        );
    }
    text
}

/// What to say wherever a threshold shows that lies beyond its calibration rows; none for any other.
pub(crate) fn note(thresholds: &ThresholdBlock<'_>) -> Option<String> {
    thresholds.is_extrapolated().then(|| {
        format!(
            "note: the alarm threshold is EXTRAPOLATED beyond its {} calibration rows: a guess, not a promise",
            grouped(thresholds.calibration_rows)
        )
    })
}

/// A measured number of alarms in the same unit.
pub(crate) fn measured(alarms: usize, events: usize) -> String {
    let per = if events == 0 { 0.0 } else { alarms as f64 / events as f64 * 10_000.0 };
    format!("{} alarms in {} events, {per:.1} per 10,000", grouped(alarms as u64), grouped(events as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_trainer::calibrate::{calibrate, extrapolate};

    #[test]
    fn both_thresholds_stand_with_the_rows_they_need() {
        let text = lines(&calibrate((1..=473).collect(), 0.01).unwrap(), "calibration rows");
        let wanted = "alarm budget: at most 1 alarm per 100 events; from 473 calibration rows\n\
            \x20 kept on average            alarm above 470; needs 99 rows, in force\n\
            \x20 kept with 95 % confidence  alarm above 472; needs 299 rows\n\
            \x20 worth a look               watch above 451; at most 5 alarms per 100 events with these\n";
        assert_eq!(text, wanted);
        let text = lines(&calibrate((1..=120).collect(), 0.01).unwrap(), "scores");
        assert!(text.contains("confidence  none; needs 299 rows, 179 are missing"), "{text}");
    }

    #[test]
    fn a_guess_is_called_one() {
        let scores = (1..=1000_u64).map(|rank| 1_000_000 / (1001 - rank)).collect();
        let text = lines(&extrapolate(scores, 0.0001).unwrap(), "scores");
        assert!(text.contains("EXTRAPOLATED") && text.contains("a guess, not a promise"), "{text}");
        assert!(
            text.contains("kept on average            none; needs 9,999 rows, 8,999 are missing"),
            "{text}"
        );
    }

    #[test]
    fn counts_in_events() {
        assert_eq!(measured(20, 13_449), "20 alarms in 13,449 events, 14.9 per 10,000");
        assert_eq!(measured(0, 0), "0 alarms in 0 events, 0.0 per 10,000");
    }
}

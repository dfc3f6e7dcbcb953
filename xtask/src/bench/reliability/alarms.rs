//! Whether the alarm rate of fresh normal rows is the promised one.
//!
//! A model is trained, quantised and calibrated as a user would, but for few epochs: the promise does not lean on how good the
//! network is. Then the normal rows that neither training nor calibration has seen are scored by the integers of its file.

use crate::bench::sets::Prepared;
use serde_json::{Value, json};
use tillwatch_model::Model;
use tillwatch_trainer::budget::AlarmBudget;
use tillwatch_trainer::calibrate::Calibration;
use tillwatch_trainer::conformal::{alarm_interval, confident_rank, marginal_rank};
use tillwatch_trainer::{Settings, train};

/// Passes over the training rows.
const EPOCHS: usize = 5;
/// Alarm rates, of which the smallest is promised that the calibration rows carry with 95 % confidence.
const RATES: [f64; 4] = [0.01, 0.02, 0.05, 0.1];

/// One calibration and its fresh rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recount {
    /// Name of the set.
    pub(crate) set: String,
    /// Seed of the split, the weights and all else that is drawn.
    pub(crate) seed: u64,
    /// Alarms per normal row that were promised.
    pub(crate) rate: f64,
    /// Calibration rows.
    pub(crate) rows: usize,
    /// Fresh normal rows.
    pub(crate) fresh: usize,
    /// Alarms among them: above the threshold that keeps the rate on average, and above that of 95 % confidence.
    pub(crate) alarms: [usize; 2],
    /// The 95 % intervals of those numbers.
    pub(crate) intervals: [[usize; 2]; 2],
}

/// The rate that a set of so many calibration rows is measured at; none where there are too few.
fn rate(rows: usize) -> Option<f64> {
    let carries = |&rate: &f64| AlarmBudget::of_rate(rate).and_then(|budget| confident_rank(rows, budget));
    RATES.into_iter().find(|rate| carries(rate).is_some())
}

/// Whether a set can be measured: its rows are drawn, not taken in order of time, and enough of them calibrate.
pub(crate) fn is_fit(prepared: &Prepared) -> bool {
    let split = prepared.table.split(0);
    prepared.table.time(0).is_none() && split.is_ok_and(|split| rate(split.calibration.len()).is_some())
}

/// Trains on normal rows, calibrates, and counts alarms.
///
/// # Errors
/// What training refuses.
pub(crate) fn recount(set: &str, normals: &Prepared, seed: u64) -> Result<Recount, String> {
    let split = normals.table.split(seed).map_err(|error| error.to_string())?;
    let rows = split.calibration.len();
    let rate = rate(rows).ok_or_else(|| format!("{set}: found {rows} calibration rows, wanted 29"))?;
    let settings = Settings { seed, alarm_rate: rate, epochs: EPOCHS, ..Settings::default() };
    let trained = train(&normals.table, &normals.schema, &settings, &mut |_| ())
        .map_err(|error| format!("{set}, seed {seed}: {error}"))?;
    let model = Model::validate(&trained.bytes).map_err(|error| error.to_string())?;
    let confident = trained.calibration.with_confidence().map_err(|error| error.to_string())?;
    let above = |threshold: u64| trained.observed.rows.iter().filter(|row| row.score > threshold).count();
    let fresh = trained.observed.rows.len();
    Ok(Recount {
        set: set.to_owned(),
        seed,
        rate,
        rows,
        fresh,
        alarms: [model.thresholds().alarm, confident.thresholds.alarm].map(above),
        intervals: intervals(&confident, fresh).ok_or("no rate was promised")?,
    })
}

fn intervals(calibration: &Calibration, fresh: usize) -> Option<[[usize; 2]; 2]> {
    let (rows, budget) = (calibration.rows, calibration.budget()?);
    let ranks = [marginal_rank(rows, budget)?, confident_rank(rows, budget)?];
    Some(ranks.map(|rank| alarm_interval(rows, rank, fresh)))
}

impl Recount {
    /// Whether the number of alarms lies in its interval; of the threshold on average, then of that with confidence.
    pub(crate) fn is_inside(&self, threshold: usize) -> bool {
        let [low, high] = self.intervals[threshold];
        (low..=high).contains(&self.alarms[threshold])
    }

    /// The count as JSON.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "set": self.set, "seed": self.seed, "rate": self.rate, "calibration_rows": self.rows, "fresh_rows": self.fresh,
            "marginal": { "alarms": self.alarms[0], "interval": self.intervals[0] },
            "confident": { "alarms": self.alarms[1], "interval": self.intervals[1] },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::find;
    use std::fmt::Write;

    #[test]
    fn fresh_rows_are_counted_against_the_interval_of_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "x,y,label\n".to_owned();
        for row in 0..400_u32 {
            let drawn = row.wrapping_mul(2_654_435_761) >> 20;
            writeln!(text, "{drawn},{},{}", drawn / 3 + row % 7, u32::from(row % 40 == 0)).unwrap();
        }
        std::fs::write(folder.path().join("a.csv"), text).unwrap();
        let set = find(folder.path()).unwrap().remove(0);
        let normals = set.normals().unwrap();
        assert_eq!(normals.table.n_rows(), 390);
        assert!(is_fit(&normals));
        let found = recount("a", &normals, 3).unwrap();
        // 78 rows calibrate and as many test; one in twenty is the first rate that they carry with confidence.
        assert_eq!((found.rows, found.fresh, found.rate), (78, 78, 0.05));
        let ranks = [76, 78];
        assert_eq!(found.intervals, ranks.map(|rank| alarm_interval(78, rank, 78)));
        assert!(found.alarms[1] <= found.alarms[0]);
        let outside = Recount { alarms: [0, found.intervals[1][1] + 1], ..found };
        assert!(!outside.is_inside(1) && outside.is_inside(0) == (outside.intervals[0][0] == 0));
    }
}

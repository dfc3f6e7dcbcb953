//! Thresholds from the integer scores of normal rows that training never saw.

use crate::TrainError;
use crate::metrics::wilson;
use tillwatch_engine::score::{ANCHORS, LEVELS, Thresholds};
use tillwatch_model::ThresholdBlock;

/// Watches per alarm, at most: the second level is for a look when there is time.
const WATCH_FACTOR: f64 = 10.0;
/// Most of all normal records that are ever watched.
const WATCH_LIMIT: f64 = 0.05;

/// Thresholds, and what they promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// For the engine.
    pub thresholds: Thresholds,
    /// Promised alarms per normal record, at most.
    pub alarm_rate: f64,
    /// Promised watches (alarms included) per normal record, at most.
    pub watch_rate: f64,
    /// Calibration rows.
    pub rows: usize,
}

impl Calibration {
    /// Nothing alarms, nothing is promised.
    pub(crate) const NEVER: Self = Self {
        thresholds: Thresholds { watch: u64::MAX, alarm: u64::MAX, anchors: [u64::MAX; ANCHORS] },
        alarm_rate: 0.0,
        watch_rate: 0.0,
        rows: 0,
    };

    /// The anchors as bytes, for [`Calibration::block`].
    pub(crate) fn anchors(&self) -> Vec<u8> {
        self.thresholds.anchors.iter().flat_map(|anchor| anchor.to_le_bytes()).collect()
    }

    /// The block of the model file.
    pub(crate) fn block<'a>(&self, anchors: &'a [u8]) -> ThresholdBlock<'a> {
        let ppm = |rate: f64| (rate * 1e6).round() as u32;
        ThresholdBlock {
            watch: self.thresholds.watch,
            alarm: self.thresholds.alarm,
            watch_rate_ppm: ppm(self.watch_rate),
            alarm_rate_ppm: ppm(self.alarm_rate),
            calibration_rows: self.rows as u32,
            anchors,
        }
    }
}

/// Finds the thresholds that keep a rate of alarms among normal records.
///
/// The alarm threshold is the `ceil((n + 1) (1 - rate))`-th smallest score: a further normal record from the same source
/// exceeds it with a chance of at most `rate`, whatever the distribution of scores.
///
/// # Errors
/// [`TrainError::TooFewCalibrationRows`] with the number needed; [`TrainError::AlarmRate`] for a rate outside 0 to 1/2.
/// # Source
/// Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World" (2005), split conformal prediction.
pub fn calibrate(mut scores: Vec<u64>, alarm_rate: f64) -> Result<Calibration, TrainError> {
    scores.sort_unstable();
    let watch_rate = watch_rate(alarm_rate)?;
    let alarm = upper_quantile(&scores, alarm_rate);
    let (Some(alarm), Some(watch)) = (alarm, upper_quantile(&scores, watch_rate)) else {
        return Err(too_few(scores.len(), alarm_rate));
    };
    let mut anchors = [0; ANCHORS];
    for (anchor, &level) in anchors.iter_mut().zip(&LEVELS) {
        *anchor = scores[anchor_rank(scores.len(), level) - 1];
    }
    let thresholds = Thresholds { watch, alarm, anchors };
    Ok(Calibration { thresholds, alarm_rate, watch_rate, rows: scores.len() })
}

/// Finds thresholds for another rate among the percentiles that a model file keeps.
///
/// Of those that keep the rate the lowest is taken, so there may be fewer alarms than asked for: percentiles are coarse
/// beside scores.
///
/// # Errors
/// As [`calibrate`]: the rate is none, or even the highest calibration score does not keep it.
pub fn recalibrate(block: &ThresholdBlock<'_>, alarm_rate: f64) -> Result<Calibration, TrainError> {
    let watch_rate = watch_rate(alarm_rate)?;
    let (thresholds, rows) = (block.thresholds(), block.calibration_rows as usize);
    let lowest = |rate: f64| {
        let at = LEVELS.iter().position(|&level| anchor_rank(rows, level) >= rank_of(rows, rate))?;
        thresholds.anchors.get(at).copied()
    };
    match (lowest(alarm_rate), lowest(watch_rate)) {
        (Some(alarm), Some(watch)) => Ok(Calibration {
            thresholds: Thresholds { watch, alarm, ..thresholds },
            alarm_rate,
            watch_rate,
            rows,
        }),
        _ => Err(too_few(rows, alarm_rate)),
    }
}

/// The rate of watches beside a rate of alarms.
fn watch_rate(alarm_rate: f64) -> Result<f64, TrainError> {
    if !(alarm_rate > 0.0 && alarm_rate <= 0.5) {
        return Err(TrainError::AlarmRate { found: alarm_rate });
    }
    Ok((alarm_rate * WATCH_FACTOR).min(WATCH_LIMIT).max(alarm_rate))
}

fn too_few(found: usize, alarm_rate: f64) -> TrainError {
    let needed = (1.0 / alarm_rate - 1.0 - 1e-9).ceil() as usize;
    TrainError::TooFewCalibrationRows { found, needed, alarm_rate }
}

/// The smallest score that at most a share `rate` of further scores exceeds; `None` where there are too few.
fn upper_quantile(sorted: &[u64], rate: f64) -> Option<u64> {
    sorted.get(rank_of(sorted.len(), rate) - 1).copied()
}

/// Its rank among `n` sorted scores, from 1; above `n` where there are too few.
fn rank_of(n: usize, rate: f64) -> usize {
    // The small slack keeps decimal rates such as 0.01 from rounding up past a whole rank.
    let rank = ((n as f64 + 1.0) * (1.0 - rate) - 1e-9).ceil() as usize;
    rank.max(1)
}

/// The rank of a percentile, in permille, among `n` sorted scores, from 1; 0 where there is no score.
fn anchor_rank(n: usize, level: u16) -> usize {
    (n * usize::from(level)).div_ceil(1000)
}

/// The 95 % interval of a rate after `hits` of `n`, Wilson's.
#[must_use]
pub fn wilson_interval(hits: usize, n: usize) -> [f64; 2] {
    wilson(hits as f64 / (n as f64).max(1.0), n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::PUBLISHED;

    #[test]
    fn the_rank_is_that_of_split_conformal() {
        let calibration = calibrate((1..=99).collect(), 0.01).unwrap();
        assert_eq!(calibration.thresholds.alarm, 99);
        assert_eq!(calibration.thresholds.watch, 95);
        let calibration = calibrate((1..=199).rev().collect(), 0.02).unwrap();
        assert_eq!(calibration.thresholds.alarm, 196);
    }

    #[test]
    fn too_few_rows_are_refused_with_the_number_needed() {
        let error = calibrate((1..=98).collect(), 0.01).unwrap_err().to_string();
        assert!(error.contains("98") && error.contains("99"), "{error}");
        assert!(calibrate(Vec::new(), 0.5).is_err());
    }

    #[test]
    fn absurd_rates_are_refused() {
        for rate in [0.0, -0.1, 0.51, f64::NAN] {
            assert!(matches!(calibrate(vec![1; 100], rate), Err(TrainError::AlarmRate { .. })));
        }
    }

    #[test]
    fn equal_scores_never_alarm() {
        let calibration = calibrate(vec![7; 500], 0.01).unwrap();
        assert_eq!(calibration.thresholds.alarm, 7);
        assert_eq!(calibration.thresholds.anchors, [7; ANCHORS]);
    }

    #[test]
    fn percentiles_keep_a_rate_that_they_carry() {
        let calibration = calibrate((1..=199).collect(), 0.2).unwrap();
        let anchors = calibration.anchors();
        let block = calibration.block(&anchors);
        let other = recalibrate(&block, 0.05).unwrap();
        // Of 200 scores 10 may be above: the 190th. The 95th percentile is that of 190 scores.
        assert_eq!((other.thresholds.alarm, other.rows), (190, 199));
        // 0.03 wants the 194th; the next percentile above is 97.5 %, the 195th.
        assert_eq!(recalibrate(&block, 0.03).unwrap().thresholds.alarm, 195);
        assert_eq!(recalibrate(&block, 0.005).unwrap().thresholds.alarm, 199);
        let error = recalibrate(&block, 0.004).unwrap_err().to_string();
        assert!(error.contains("249") && error.contains("199"), "{error}");
        assert!(recalibrate(&block, 0.0).is_err());
        let anchors = Calibration::NEVER.anchors();
        assert!(recalibrate(&Calibration::NEVER.block(&anchors), 0.5).is_err());
    }

    #[test]
    fn an_interval_by_hand() {
        let [low, high] = wilson_interval(10, 100);
        assert!((low - 0.0552).abs() < PUBLISHED && (high - 0.1744).abs() < PUBLISHED, "{low} {high}");
        assert_eq!(wilson_interval(0, 0), [0.0, 1.0]);
    }
}

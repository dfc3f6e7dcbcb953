//! Thresholds from the integer scores of normal rows that training never saw.

use crate::TrainError;
use crate::budget::AlarmBudget;
use crate::conformal::{confident_rank, confident_rows, marginal_rank, marginal_rows};
use crate::metrics::wilson;
use crate::tail::Tail;
use tillwatch_engine::score::{ANCHORS, LEVELS, Thresholds};
use tillwatch_model::ThresholdBlock;

/// Watches per alarm, at most: the second level is for a look when there is time.
const WATCH_FACTOR: f64 = 10.0;
/// Most of all normal records that are ever watched.
const WATCH_LIMIT: f64 = 0.05;

/// How sure an alarm rate is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guarantee {
    /// Kept on average over calibrations.
    #[default]
    Marginal,
    /// Kept by 95 of 100 calibrations.
    Confident,
    /// Not kept by any theorem: the threshold lies beyond all calibration scores.
    Extrapolated,
}

/// Thresholds, and what they promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// For the engine.
    pub thresholds: Thresholds,
    /// Promised alarms per normal record, at most: whole ones per million.
    pub alarm_rate: f64,
    /// Promised watches (alarms included) per normal record, at most.
    pub watch_rate: f64,
    /// Calibration rows.
    pub rows: usize,
    /// What the alarm threshold in force rests on.
    pub guarantee: Guarantee,
    /// The score that keeps the rate on average; none where there are too few rows.
    pub marginal: Option<u64>,
    /// The score that keeps it in 95 of 100 calibrations; none where there are too few rows.
    pub confident: Option<u64>,
}

impl Calibration {
    /// Nothing alarms, nothing is promised.
    pub(crate) const NEVER: Self = Self {
        thresholds: Thresholds { watch: u64::MAX, alarm: u64::MAX, anchors: [u64::MAX; ANCHORS] },
        alarm_rate: 0.0,
        watch_rate: 0.0,
        rows: 0,
        guarantee: Guarantee::Marginal,
        marginal: None,
        confident: None,
    };

    /// The same rate, kept with 95 % confidence.
    ///
    /// # Errors
    /// [`TrainError::TooFewCalibrationRows`] with the number needed.
    pub fn with_confidence(self) -> Result<Self, TrainError> {
        let Some(alarm) = self.confident else {
            return Err(too_few(self.rows, budget_of(self.alarm_rate)?, Guarantee::Confident));
        };
        let thresholds = Thresholds { alarm, ..self.thresholds };
        Ok(Self { thresholds, guarantee: Guarantee::Confident, ..self })
    }

    /// The alarm rate in the unit that people set it in; none where nothing is promised.
    #[must_use]
    pub fn budget(&self) -> Option<AlarmBudget> {
        AlarmBudget::of_rate(self.alarm_rate)
    }

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
/// exceeds it with a chance of at most `rate`, whatever the distribution of scores. Where there are rows enough, the
/// threshold that does so with 95 % confidence is found as well: [`Calibration::with_confidence`] takes it.
///
/// # Errors
/// [`TrainError::TooFewCalibrationRows`] with the number needed; [`TrainError::AlarmRate`] for a rate outside one in a million
/// to one in two.
/// # Source
/// Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World" (2005), split conformal prediction.
pub fn calibrate(mut scores: Vec<u64>, alarm_rate: f64) -> Result<Calibration, TrainError> {
    scores.sort_unstable();
    let anchors = anchors(&scores);
    found(scores.len(), alarm_rate, anchors, |rank| scores.get(rank - 1).copied())
}

/// As [`calibrate`], and where the rows do not carry the rate, thresholds beyond all of them by the shape of their tail.
///
/// # Errors
/// [`TrainError::AlarmRate`]; [`TrainError::Tail`] where the tail cannot be fitted.
pub fn extrapolate(mut scores: Vec<u64>, alarm_rate: f64) -> Result<Calibration, TrainError> {
    scores.sort_unstable();
    let [alarm_budget, watch_budget] = budgets(alarm_rate)?;
    let at = |rank: Option<usize>| rank.and_then(|rank| scores.get(rank - 1).copied());
    if marginal_rank(scores.len(), alarm_budget).is_some() {
        return calibrate(scores, alarm_rate);
    }
    let tail = Tail::fit(&scores, alarm_budget)?;
    let watch = at(marginal_rank(scores.len(), watch_budget));
    let watch = watch.unwrap_or_else(|| tail.score_at(watch_budget.rate()));
    // A tail that falls off early must not put the threshold below scores that were seen.
    let highest = scores.last().copied().unwrap_or(0);
    let alarm = tail.score_at(alarm_budget.rate()).max(highest).max(watch);
    Ok(Calibration {
        thresholds: Thresholds { watch, alarm, anchors: anchors(&scores) },
        alarm_rate: alarm_budget.rate(),
        watch_rate: watch_budget.rate(),
        rows: scores.len(),
        guarantee: Guarantee::Extrapolated,
        marginal: None,
        confident: None,
    })
}

/// Finds thresholds for another rate among the percentiles that a model file keeps.
///
/// Of those that keep the rate the lowest is taken, so there may be fewer alarms than asked for: percentiles are coarse
/// beside scores.
///
/// # Errors
/// As [`calibrate`]: the rate is none, or even the highest calibration score does not keep it.
pub fn recalibrate(block: &ThresholdBlock<'_>, alarm_rate: f64) -> Result<Calibration, TrainError> {
    let (thresholds, rows) = (block.thresholds(), block.calibration_rows as usize);
    found(rows, alarm_rate, thresholds.anchors, |rank| {
        let at = LEVELS.iter().position(|&level| anchor_rank(rows, level) >= rank)?;
        thresholds.anchors.get(at).copied()
    })
}

/// # Shapes
/// `score`: the score of a rank among `rows`, from 1.
fn found(
    rows: usize,
    alarm_rate: f64,
    anchors: [u64; ANCHORS],
    score: impl Fn(usize) -> Option<u64>,
) -> Result<Calibration, TrainError> {
    let [alarm_budget, watch_budget] = budgets(alarm_rate)?;
    let marginal = |budget| marginal_rank(rows, budget).and_then(&score);
    let (Some(alarm), Some(watch)) = (marginal(alarm_budget), marginal(watch_budget)) else {
        return Err(too_few(rows, alarm_budget, Guarantee::Marginal));
    };
    Ok(Calibration {
        thresholds: Thresholds { watch, alarm, anchors },
        alarm_rate: alarm_budget.rate(),
        watch_rate: watch_budget.rate(),
        rows,
        guarantee: Guarantee::Marginal,
        marginal: Some(alarm),
        confident: confident_rank(rows, alarm_budget).and_then(&score),
    })
}

/// The budgets of alarms and of watches.
fn budgets(alarm_rate: f64) -> Result<[AlarmBudget; 2], TrainError> {
    let alarm = budget_of(alarm_rate)?;
    let watch = (alarm.rate() * WATCH_FACTOR).min(WATCH_LIMIT).max(alarm.rate());
    Ok([alarm, budget_of(watch)?])
}

fn budget_of(rate: f64) -> Result<AlarmBudget, TrainError> {
    AlarmBudget::of_rate(rate).ok_or(TrainError::AlarmRate { found: rate })
}

fn too_few(found: usize, budget: AlarmBudget, guarantee: Guarantee) -> TrainError {
    let is_confident = guarantee == Guarantee::Confident;
    let needed = if is_confident { confident_rows(budget) } else { marginal_rows(budget) };
    TrainError::TooFewCalibrationRows { found, needed, budget, is_confident }
}

/// The scores at [`LEVELS`]; zeros where there is no score.
fn anchors(sorted: &[u64]) -> [u64; ANCHORS] {
    LEVELS.map(|level| {
        let rank = anchor_rank(sorted.len(), level);
        rank.checked_sub(1).and_then(|at| sorted.get(at)).copied().unwrap_or(0)
    })
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
        for rate in [0.0, -0.1, 0.51, f64::NAN, 1e-7] {
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
    fn ties_at_the_threshold_do_not_alarm() {
        // The 99th of 100 is one of twenty equal scores: none of them lies above it.
        let scores = [(1..=80).collect::<Vec<u64>>(), vec![90; 20]].concat();
        let calibration = calibrate(scores.clone(), 0.02).unwrap();
        assert_eq!(calibration.thresholds.alarm, 90);
        assert_eq!(scores.iter().filter(|&&score| score > calibration.thresholds.alarm).count(), 0);
        // At a rate of 0.3 the threshold is below the tie, and the whole tie alarms, which is less than promised.
        let alarm = calibrate(scores.clone(), 0.3).unwrap().thresholds.alarm;
        assert_eq!((alarm, scores.iter().filter(|&&score| score > alarm).count()), (71, 29));
    }

    #[test]
    fn one_row_carries_one_in_two_and_nothing_less() {
        let calibration = calibrate(vec![5], 0.5).unwrap();
        assert_eq!((calibration.thresholds.alarm, calibration.thresholds.watch), (5, 5));
        let error = calibrate(vec![5], 0.1).unwrap_err().to_string();
        assert!(error.contains("needs 9 calibration rows, found 1, 8 are missing"), "{error}");
    }

    #[test]
    fn confidence_takes_a_higher_score_or_is_refused() {
        let calibration = calibrate((1..=473).collect(), 0.01).unwrap();
        assert_eq!((calibration.marginal, calibration.confident), (Some(470), Some(472)));
        let confident = calibration.with_confidence().unwrap();
        assert_eq!((confident.thresholds.alarm, confident.guarantee), (472, Guarantee::Confident));
        assert_eq!(confident.thresholds.watch, calibration.thresholds.watch);
        let error = calibrate((1..=200).collect(), 0.01).unwrap().with_confidence().unwrap_err().to_string();
        assert!(error.contains("95 % confidence needs 299") && error.contains("99 are missing"), "{error}");
    }

    #[test]
    fn extrapolation_only_begins_where_the_rows_end() {
        let scores: Vec<u64> = (1..=1000_u64).map(|rank| 1_000_000 / (1001 - rank)).collect();
        assert_eq!(extrapolate(scores.clone(), 0.01).unwrap(), calibrate(scores.clone(), 0.01).unwrap());
        let beyond = extrapolate(scores.clone(), 0.0001).unwrap();
        assert_eq!((beyond.guarantee, beyond.marginal), (Guarantee::Extrapolated, None));
        assert!(beyond.thresholds.alarm > 1_000_000, "{}", beyond.thresholds.alarm);
        // One watch in a thousand is what the rows carry.
        assert_eq!(beyond.thresholds.watch, calibrate(scores.clone(), 0.001).unwrap().thresholds.alarm);
        let anchors = beyond.anchors();
        assert!(beyond.block(&anchors).is_extrapolated());
        let within = calibrate(scores, 0.001).unwrap();
        assert!(!within.block(&anchors).is_extrapolated());
    }

    #[test]
    fn a_fraction_of_an_alarm_in_a_million_is_given_away() {
        let calibration = calibrate((1..=5000).collect(), 1.0 / 3000.0).unwrap();
        assert_eq!((calibration.alarm_rate, calibration.thresholds.alarm), (0.000_333, 5000));
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

//! Where a threshold may stand, and what it costs and finds there.

use tillwatch_trainer::calibrate::wilson_interval;
use tillwatch_trainer::observed::ObservedRow;

/// False-alarm rates of the table.
const RATES: [f64; 8] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
/// Points of a curve that are drawn, at most.
const POINTS: usize = 400;

/// What happens above one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operation {
    /// Scores above it alarm.
    pub(super) threshold: u64,
    /// Normal rows that alarm.
    pub(super) false_alarms: usize,
    /// Anomalies that alarm.
    pub(super) found: usize,
}

/// Scores of both classes, sorted.
pub(super) struct Scores {
    /// Of normal rows.
    pub(super) normal: Vec<u64>,
    /// Of anomalies.
    pub(super) anomalous: Vec<u64>,
}

impl Scores {
    pub(super) fn of(rows: &[ObservedRow]) -> Self {
        let of = |wanted: bool| {
            let class = rows.iter().filter(|row| row.is_anomalous == wanted);
            let mut scores: Vec<u64> = class.map(|row| row.score).collect();
            scores.sort_unstable();
            scores
        };
        Self { normal: of(false), anomalous: of(true) }
    }

    /// What happens above a threshold.
    pub(super) fn at(&self, threshold: u64) -> Operation {
        let above = |scores: &[u64]| scores.len() - scores.partition_point(|&score| score <= threshold);
        Operation { threshold, false_alarms: above(&self.normal), found: above(&self.anomalous) }
    }

    /// For rates that the normal rows can show, the lowest threshold that keeps them here.
    pub(super) fn table(&self) -> Vec<(f64, Operation)> {
        let n = self.normal.len();
        let shown = RATES.into_iter().filter(|rate| rate * n as f64 >= 1.0);
        let threshold = |rate: f64| {
            let allowed = (rate * n as f64) as usize;
            self.normal.get(n.saturating_sub(allowed + 1)).copied().unwrap_or(0)
        };
        shown.map(|rate| (rate, self.at(threshold(rate)))).collect()
    }

    /// Every threshold that changes something, from the highest down, thinned to what can be seen.
    pub(super) fn operations(&self) -> Vec<Operation> {
        let mut thresholds: Vec<u64> = self.normal.iter().chain(&self.anomalous).copied().collect();
        thresholds.sort_unstable();
        thresholds.dedup();
        thresholds.reverse();
        let stride = thresholds.len().div_ceil(POINTS).max(1);
        let mut operations: Vec<Operation> =
            thresholds.iter().step_by(stride).map(|&at| self.at(at)).collect();
        operations.push(Operation {
            threshold: 0,
            false_alarms: self.normal.len(),
            found: self.anomalous.len(),
        });
        operations
    }
}

impl Operation {
    /// Share of anomalies that alarm; none without anomalies.
    pub(super) fn recall(&self, scores: &Scores) -> Option<f64> {
        share(self.found, scores.anomalous.len())
    }

    /// Share of normal rows that alarm; none without normal rows.
    pub(super) fn alarm_rate(&self, scores: &Scores) -> Option<f64> {
        share(self.false_alarms, scores.normal.len())
    }

    /// Share of alarms that are right; none where nothing alarms or nothing is known.
    pub(super) fn precision(&self, scores: &Scores) -> Option<f64> {
        if scores.anomalous.is_empty() { None } else { share(self.found, self.alarms()) }
    }

    /// Rows that alarm.
    pub(super) const fn alarms(&self) -> usize {
        self.found + self.false_alarms
    }

    /// The 95 % interval of [`Operation::recall`].
    pub(super) fn recall_interval(&self, scores: &Scores) -> [f64; 2] {
        wilson_interval(self.found, scores.anomalous.len())
    }

    /// The 95 % interval of [`Operation::alarm_rate`].
    pub(super) fn alarm_rate_interval(&self, scores: &Scores) -> [f64; 2] {
        wilson_interval(self.false_alarms, scores.normal.len())
    }

    /// The 95 % interval of [`Operation::precision`].
    pub(super) fn precision_interval(&self) -> [f64; 2] {
        wilson_interval(self.found, self.alarms())
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores() -> Scores {
        let row = |score, is_anomalous| ObservedRow { score, is_anomalous };
        let normal = (1..=100).map(|score| row(score, false));
        Scores::of(
            &normal.chain([row(50, true), row(99, true), row(500, true), row(600, true)]).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_threshold_divides_both_classes() {
        let scores = scores();
        let operation = scores.at(98);
        assert_eq!(operation, Operation { threshold: 98, false_alarms: 2, found: 3 });
        assert_eq!(operation.recall(&scores), Some(0.75));
        assert_eq!(operation.precision(&scores), Some(0.6));
        assert_eq!(operation.alarm_rate(&scores), Some(0.02));
    }

    #[test]
    fn the_table_has_the_rates_that_so_many_rows_can_show() {
        let table = scores().table();
        let rates: Vec<f64> = table.iter().map(|(rate, _)| *rate).collect();
        assert_eq!(rates, [0.01, 0.02, 0.05, 0.1]);
        assert_eq!(table[0].1, Operation { threshold: 99, false_alarms: 1, found: 2 });
    }

    #[test]
    fn the_curve_ends_where_everything_alarms() {
        let operations = scores().operations();
        assert_eq!((operations[0].false_alarms, operations[0].found), (0, 0));
        assert_eq!(operations.last().unwrap(), &Operation { threshold: 0, false_alarms: 100, found: 4 });
    }

    #[test]
    fn without_anomalies_there_is_no_recall() {
        let row = ObservedRow { score: 3, is_anomalous: false };
        let scores = Scores::of(&[row; 5]);
        let operation = scores.at(3);
        assert_eq!((operation.recall(&scores), operation.precision(&scores)), (None, None));
        assert!(scores.table().is_empty());
    }
}

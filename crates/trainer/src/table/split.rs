//! Which rows are learned from, which calibrate, which test.

use crate::nn::{Generator, shuffle};
use rand_chacha::rand_core::SeedableRng;

/// Percent of the normal rows that are learned from.
const TRAIN_PERCENT: usize = 60;
/// Percent of the normal rows that calibrate.
const CALIBRATION_PERCENT: usize = 20;
/// The stream of the seed that deals the rows; training draws from others.
const STREAM: u64 = u64::from_be_bytes(*b"splitter");

/// Three sets of row indices, each in the table's order, together every row once.
///
/// Rows labelled anomalous are in the test set only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Rows that are learned from.
    pub train: Vec<usize>,
    /// Rows that thresholds are calibrated on.
    pub calibration: Vec<usize>,
    /// Rows that neither learning nor calibration has seen.
    pub test: Vec<usize>,
}

impl Split {
    /// Deals the normal rows 60 : 20 : 20, in the order of `times` where there are any, else shuffled by `seed`.
    ///
    /// # Shapes
    /// `labels`: empty, or one per row; `times`: one per row.
    pub(super) fn new(n_rows: usize, labels: &[bool], times: Option<&[i64]>, seed: u64) -> Self {
        let is_anomalous = |row: usize| labels.get(row).copied().unwrap_or(false);
        let mut normal: Vec<usize> = (0..n_rows).filter(|&row| !is_anomalous(row)).collect();
        if let Some(times) = times {
            normal.sort_by_key(|&row| times[row]); // stable: rows of one second stay in order
        } else {
            let mut generator = Generator::seed_from_u64(seed);
            generator.set_stream(STREAM);
            shuffle(&mut normal, &mut generator);
        }
        let n_train = percent_of(normal.len(), TRAIN_PERCENT);
        let n_calibration = percent_of(normal.len(), CALIBRATION_PERCENT);
        let mut test = normal.split_off(n_train + n_calibration);
        let mut calibration = normal.split_off(n_train);
        test.extend((0..n_rows).filter(|&row| is_anomalous(row)));
        for set in [&mut normal, &mut calibration, &mut test] {
            set.sort_unstable();
        }
        Self { train: normal, calibration, test }
    }
}

fn percent_of(whole: usize, percent: usize) -> usize {
    (whole as u128 * percent as u128 / 100) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_order_deals_the_past_to_training() {
        let labels = [false, true, false, false, false, false];
        let split = Split::new(6, &labels, Some(&[50, 0, 40, 30, 20, 10]), 1);
        assert_eq!(split, Split { train: vec![3, 4, 5], calibration: vec![2], test: vec![0, 1] });
        let ties = Split::new(5, &[], Some(&[7; 5]), 1);
        assert_eq!(ties, Split { train: vec![0, 1, 2], calibration: vec![3], test: vec![4] });
    }

    #[test]
    fn shuffling_follows_the_seed_and_keeps_anomalies_out() {
        let labels: Vec<bool> = (0..1000).map(|row| row % 7 == 0).collect();
        let split = Split::new(1000, &labels, None, 1);
        assert_eq!([split.train.len(), split.calibration.len(), split.test.len()], [514, 171, 315]);
        assert!(split.train.iter().chain(&split.calibration).all(|&row| !labels[row]));
        let mut all = [split.train.clone(), split.calibration.clone(), split.test.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        assert_eq!(split, Split::new(1000, &labels, None, 1));
        assert_ne!(split, Split::new(1000, &labels, None, 2));
        assert!(split.train.is_sorted() && split.test.is_sorted());
    }
}

//! Which rows are learned from, which calibrate, which test.

use super::windows::Windows;
use crate::nn::{Generator, shuffle};
use rand_chacha::rand_core::SeedableRng;

/// Percent of the normal rows that are learned from, and that calibrate; the rest tests.
pub(super) const PERCENTS: [usize; 2] = [60, 20];
/// The part after training, 0, and calibration, 1.
const TEST: usize = 2;
/// The stream of the seed that deals the rows; training draws from others.
const STREAM: u64 = u64::from_be_bytes(*b"splitter");

/// Sets of row indices, each in the table's order, together every row once but for those trimmed from training.
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
    /// Windows that share samples with one of a later set; in no other table is a row dropped.
    pub dropped: Vec<usize>,
}

impl Split {
    /// Deals the normal rows, in the order of `times` where there are any, else shuffled by `seed`.
    ///
    /// # Shapes
    /// `labels`: empty, or one per row; `times`: one per row.
    /// # Units
    /// `percents`: of the normal rows, those that are learned from and those that calibrate.
    pub(super) fn new(
        n_rows: usize,
        labels: &[bool],
        times: Option<&[i64]>,
        seed: u64,
        percents: [usize; 2],
    ) -> Self {
        let is_anomalous = |row: usize| labels.get(row).copied().unwrap_or(false);
        let mut normal: Vec<usize> = (0..n_rows).filter(|&row| !is_anomalous(row)).collect();
        if let Some(times) = times {
            normal.sort_by_key(|&row| times[row]); // stable: rows of one second stay in order
        } else {
            let mut generator = Generator::seed_from_u64(seed);
            generator.set_stream(STREAM);
            shuffle(&mut normal, &mut generator);
        }
        let [n_train, n_calibration] = percents.map(|percent| percent_of(normal.len(), percent));
        let mut test = normal.split_off(n_train + n_calibration);
        let mut calibration = normal.split_off(n_train);
        test.extend((0..n_rows).filter(|&row| is_anomalous(row)));
        for set in [&mut normal, &mut calibration, &mut test] {
            set.sort_unstable();
        }
        Self { train: normal, calibration, test, dropped: Vec::new() }
    }

    /// Deals windows, in the order of `times` where there are any, else each series in its order, and drops
    /// those that share samples with one of a later set.
    ///
    /// # Shapes
    /// As [`Split::new`]; `length`: samples of a window.
    /// # Units
    /// As [`Split::new`].
    pub(super) fn of_windows(
        windows: &Windows,
        length: usize,
        labels: &[bool],
        times: Option<&[i64]>,
        percents: [usize; 2],
    ) -> Self {
        let starts = &windows.starts;
        let is_anomalous = |row: usize| labels.get(row).copied().unwrap_or(false);
        let mut normal: Vec<usize> = (0..starts.len()).filter(|&row| !is_anomalous(row)).collect();
        let mut parts = vec![TEST; starts.len()];
        let mut deal = |from: usize, rows: &[usize]| {
            // Shares are kept over all series, so that those of a few windows are not all rounded the same way.
            let ends = |percent| percent_of(from + rows.len(), percent) - percent_of(from, percent);
            let n_train = ends(percents[0]);
            let n_known = ends(percents[0] + percents[1]);
            for (index, &row) in rows.iter().enumerate() {
                parts[row] = usize::from(index >= n_train) + usize::from(index >= n_known);
            }
        };
        if let Some(times) = times {
            normal.sort_by_key(|&row| times[row]); // stable: windows of one second stay in order
            deal(0, &normal);
        } else {
            let mut from = 0;
            for rows in normal.chunk_by(|&a, &b| windows.series[a] == windows.series[b]) {
                deal(from, rows);
                from += rows.len();
            }
        }
        let mut split =
            Self { train: Vec::new(), calibration: Vec::new(), test: Vec::new(), dropped: Vec::new() };
        let of_part_from = |part: usize| -> Vec<usize> {
            (0..starts.len()).filter(|&row| parts[row] >= part).map(|row| starts[row]).collect()
        };
        let later = [of_part_from(1), of_part_from(2), Vec::new()];
        for row in 0..starts.len() {
            // Series do not share samples, so starts that are a window apart or more tell windows apart in any case.
            let later = &later[parts[row]];
            let next = later.partition_point(|&start| start < starts[row]);
            let shares =
                |index: usize| later.get(index).is_some_and(|start| start.abs_diff(starts[row]) < length);
            let set = if shares(next) || next.checked_sub(1).is_some_and(shares) {
                &mut split.dropped
            } else {
                match parts[row] {
                    0 => &mut split.train,
                    1 => &mut split.calibration,
                    _ => &mut split.test,
                }
            };
            set.push(row);
        }
        split
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
        let split = Split::new(6, &labels, Some(&[50, 0, 40, 30, 20, 10]), 1, PERCENTS);
        assert_eq!(
            split,
            Split { train: vec![3, 4, 5], calibration: vec![2], test: vec![0, 1], dropped: vec![] }
        );
        let ties = Split::new(5, &[], Some(&[7; 5]), 1, PERCENTS);
        assert_eq!(
            ties,
            Split { train: vec![0, 1, 2], calibration: vec![3], test: vec![4], dropped: vec![] }
        );
    }

    #[test]
    fn shuffling_follows_the_seed_and_keeps_anomalies_out() {
        let labels: Vec<bool> = (0..1000).map(|row| row % 7 == 0).collect();
        let split = Split::new(1000, &labels, None, 1, PERCENTS);
        assert_eq!([split.train.len(), split.calibration.len(), split.test.len()], [514, 171, 315]);
        assert!(split.train.iter().chain(&split.calibration).all(|&row| !labels[row]));
        let mut all = [split.train.clone(), split.calibration.clone(), split.test.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        assert_eq!(split, Split::new(1000, &labels, None, 1, PERCENTS));
        assert_ne!(split, Split::new(1000, &labels, None, 2, PERCENTS));
        assert!(split.train.is_sorted() && split.test.is_sorted());
    }

    /// Windows of two series of samples, `0..a` and `a..a + b`.
    fn windows(length: usize, hop: usize, ends: [usize; 2]) -> Windows {
        let mut windows = Windows::default();
        for (series, [begin, end]) in (0..).zip([[0, ends[0]], [ends[0], ends[0] + ends[1]]]) {
            for start in (begin..end).step_by(hop).filter(|start| start + length <= end) {
                windows.starts.push(start);
                windows.series.push(series);
            }
        }
        windows
    }

    fn samples(windows: &Windows, length: usize, rows: &[usize]) -> Vec<usize> {
        rows.iter().flat_map(|&row| windows.starts[row]..windows.starts[row] + length).collect()
    }

    #[test]
    fn windows_of_a_series_keep_their_order_and_share_nothing() {
        let whole = windows(3, 3, [60, 0]);
        let split = Split::of_windows(&whole, 3, &[], None, PERCENTS);
        let expected = [(0..12).collect(), (12..16).collect(), (16..20).collect(), vec![]];
        assert_eq!([split.train, split.calibration, split.test, split.dropped], expected);

        let overlapping = windows(3, 1, [22, 0]);
        let split = Split::of_windows(&overlapping, 3, &[], None, PERCENTS);
        let expected = [(0..10).collect(), vec![12, 13], (16..20).collect(), vec![10, 11, 14, 15]];
        assert_eq!([split.train, split.calibration, split.test, split.dropped], expected);
    }

    #[test]
    fn every_series_has_its_past_in_training() {
        let two = windows(2, 2, [20, 40]);
        let split = Split::of_windows(&two, 2, &[], None, PERCENTS);
        assert_eq!(split.train, [(0..6).collect::<Vec<_>>(), (10..22).collect()].concat());
        assert_eq!(split.test, [8, 9, 26, 27, 28, 29]);
        // Many series of one window each are not all rounded into the test set.
        let lone = Windows { starts: (0..100).map(|row| row * 9).collect(), series: (0..100).collect() };
        let split = Split::of_windows(&lone, 9, &[], None, PERCENTS);
        assert_eq!([split.train.len(), split.calibration.len(), split.test.len()], [60, 20, 20]);
    }

    #[test]
    fn times_order_windows_of_all_series() {
        let two = windows(2, 2, [20, 20]);
        let times: Vec<i64> = (0..10).chain(0..10).collect();
        let split = Split::of_windows(&two, 2, &[], Some(&times), PERCENTS);
        assert_eq!(split.train, [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]);
        assert_eq!(split.calibration, [6, 7, 16, 17]);
    }

    #[test]
    fn no_sample_of_a_later_set_is_learned_from() {
        let overlapping = windows(5, 2, [201, 150]);
        let n = overlapping.starts.len();
        let labels: Vec<bool> = (0..n).map(|row| row % 40 == 9).collect();
        let times: Vec<i64> = (0..n as i64).map(|row| row / 15 * 7 % 12).collect();
        for times in [None, Some(times.as_slice())] {
            let split = Split::of_windows(&overlapping, 5, &labels, times, PERCENTS);
            let [train, calibration, test] =
                [&split.train, &split.calibration, &split.test].map(|rows| samples(&overlapping, 5, rows));
            assert!(!train.is_empty() && !calibration.is_empty() && !test.is_empty());
            assert!(train.iter().all(|sample| !calibration.contains(sample) && !test.contains(sample)));
            assert!(calibration.iter().all(|sample| !test.contains(sample)));
            assert!(split.dropped.iter().all(|&row| !labels[row]), "anomalies are kept");
            let mut all = [split.train, split.calibration, split.test, split.dropped].concat();
            all.sort_unstable();
            assert_eq!(all, (0..n).collect::<Vec<_>>());
        }
    }
}

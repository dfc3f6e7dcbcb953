//! Windows of series: which samples make a row.

use super::whole::Table;
use crate::Error;

/// The rows of a table of windows.
///
/// Samples lie series after series, a series being what one file has of one group; rows ascend by their first sample.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    /// First sample of each row.
    pub(super) starts: Vec<usize>,
    /// Number of each row's series.
    pub(super) series: Vec<u32>,
}

impl Table {
    /// Makes windows of a table whose rows are samples.
    ///
    /// # Shapes
    /// `length`, `hop`: samples, at least 1; `gap`: seconds.
    /// # Errors
    /// [`Error::WindowTooLong`], [`Error::EveryGap`].
    pub(super) fn into_windows(mut self, length: usize, hop: usize, gap: Option<u32>) -> Result<Self, Error> {
        let series = self.sort_into_series();
        let limit = self.largest_step(&series, gap);
        // Samples that a window cannot begin at or reach over: those before which time jumps.
        let jumps: Vec<usize> = match limit {
            Some(limit) => {
                let inside = series.windows(2).flat_map(|ends| ends[0] + 1..ends[1]);
                inside.filter(|&at| !(0..=limit).contains(&(self.times[at] - self.times[at - 1]))).collect()
            }
            None => Vec::new(),
        };
        let (mut windows, mut n_dropped) = (Windows::default(), 0);
        for (number, ends) in (0..).zip(series.windows(2)) {
            for start in (ends[0]..ends[1]).step_by(hop).take_while(|start| start + length <= ends[1]) {
                let next_jump = jumps.get(jumps.partition_point(|&at| at <= start));
                if next_jump.is_some_and(|&at| at < start + length) {
                    n_dropped += 1;
                } else {
                    windows.starts.push(start);
                    windows.series.push(number);
                }
            }
        }
        let longest = series.windows(2).map(|ends| ends[1] - ends[0]).max().unwrap_or(0);
        let file = || self.files.first().map_or_else(String::new, |(file, _)| file.clone());
        if longest < length {
            return Err(Error::WindowTooLong { file: file(), found: longest, wanted: length });
        }
        let limit = limit.unwrap_or(0);
        if windows.starts.is_empty() {
            return Err(Error::EveryGap { file: file(), length, n_windows: n_dropped, limit });
        }
        if n_dropped > 0 {
            let n_windows = n_dropped + windows.starts.len();
            self.warnings.push(format!(
                "{}: {n_dropped} of {n_windows} windows are dropped, since time jumps inside them by more than {limit} \
                 seconds or back; if they are whole, raise `gap` in the schema",
                file()
            ));
        }
        let n_short = series.windows(2).filter(|ends| ends[1] - ends[0] < length).count();
        if n_short > 0 {
            self.warnings.push(format!(
                "{}: {n_short} of {} series are shorter than a window of {length} samples and give none",
                file(),
                series.len() - 1
            ));
        }
        self.describe_windows(&windows.starts, length);
        self.windows = Some(windows);
        self.samples_per_row = length;
        Ok(self)
    }

    /// Brings the samples of each series together, in their order, and gives where the series begin and end.
    fn sort_into_series(&mut self) -> Vec<usize> {
        let file = |row: usize| self.starts.partition_point(|&start| start <= row);
        let mut keys: Vec<(usize, u32, usize)> =
            (0..self.places.len()).map(|row| (file(row), self.group(row), row)).collect();
        keys.sort_unstable();
        let mut ends: Vec<usize> = (0..keys.len())
            .filter(|&at| at == 0 || keys[at - 1].0 != keys[at].0 || keys[at - 1].1 != keys[at].1)
            .collect();
        ends.push(keys.len());
        if !keys.is_sorted_by_key(|key| key.2) {
            let order: Vec<usize> = keys.into_iter().map(|key| key.2).collect();
            self.raws = order.iter().flat_map(|&row| self.sample(row)).copied().collect();
            reorder(&mut self.places, &order);
            reorder(&mut self.labels, &order);
            reorder(&mut self.groups, &order);
            reorder(&mut self.times, &order);
            reorder(&mut self.texts, &order);
        }
        ends
    }

    /// The largest step in seconds that is no gap; none without times.
    fn largest_step(&self, series: &[usize], gap: Option<u32>) -> Option<i64> {
        if self.times.is_empty() || gap.is_some() {
            return gap.filter(|_| !self.times.is_empty()).map(i64::from);
        }
        let inside = series.windows(2).flat_map(|ends| ends[0] + 1..ends[1]);
        let mut steps: Vec<i64> =
            inside.map(|at| self.times[at] - self.times[at - 1]).filter(|&step| step >= 0).collect();
        if steps.is_empty() {
            return Some(0);
        }
        let middle = (steps.len() - 1) / 2;
        let median = *steps.select_nth_unstable(middle).1;
        // Stamps are whole seconds: several samples a second step by 0 or by 1.
        Some((median + median / 2).max(1))
    }

    /// Labels, groups, times and texts of windows in place of those of samples.
    fn describe_windows(&mut self, starts: &[usize], length: usize) {
        let labels = &self.labels;
        let first_anomalous =
            |start: usize| (start..start + length).find(|&at| labels.get(at).copied().unwrap_or(false));
        let texts = starts.iter().map(|&start| first_anomalous(start).unwrap_or(start + length - 1));
        let texts = if self.texts.is_empty() { Vec::new() } else { texts.map(|at| self.texts[at]).collect() };
        let windows = starts.iter().map(|&start| first_anomalous(start).is_some());
        self.labels = if labels.is_empty() { Vec::new() } else { windows.collect() };
        self.texts = texts;
        reorder(&mut self.groups, starts);
        let lasts: Vec<usize> = starts.iter().map(|&start| start + length - 1).collect();
        reorder(&mut self.times, &lasts);
    }
}

/// The entries at some indices; a list that is empty stays so.
fn reorder<T: Copy>(list: &mut Vec<T>, order: &[usize]) {
    if !list.is_empty() {
        *list = order.iter().map(|&index| list[index]).collect();
    }
}

#[cfg(test)]
mod tests;

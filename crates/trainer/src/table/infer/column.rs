//! What is learned of one column in passing.

use super::super::cell;
use super::super::decimal::{Decimal, NotDecimal};
use super::super::instant::Instant;
use super::sample::{Distinct, Sample};
use crate::{CellFault, Error};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most distinct values that are kept by name.
pub(super) const MOST_VALUES: usize = 256;

/// Share of the rows from which a column is nearly constant.
const NEARLY_ALL: f64 = 0.99;

/// Share of texts up to which a column is one of numbers with errors in it, not one of texts.
const MOST_STRAYS: f64 = 0.02;

/// Counters of one column; see [`Column::add`].
pub(super) struct Column {
    pub(super) header: String,
    /// Cells with a value.
    pub(super) n_present: u64,
    pub(super) n_missing: u64,
    pub(super) n_flags: u64,
    pub(super) numbers: Numbers,
    pub(super) times: Times,
    /// First cell that is no number: row and text.
    pub(super) first_text: Option<(u64, String)>,
    first_not_finite: Option<(u64, String, CellFault)>,
    n_not_finite: u64,
    /// Rows per value, normal and anomalous; none where there are more than [`MOST_VALUES`].
    pub(super) values: Option<HashMap<String, [u64; 2]>>,
    pub(super) distinct: Distinct,
    /// Of every cell in order, missing ones too.
    cells: DefaultHasher,
}

/// Of cells that are numbers.
pub(super) struct Numbers {
    pub(super) count: u64,
    /// Of normal and of anomalous rows.
    pub(super) ranges: [Range; 2],
    pub(super) most_places: u32,
    /// True while each number is a whole one, one more than the one before.
    pub(super) counts_up: bool,
    /// True while every number, whole, could be a Unix time of this century.
    pub(super) look_like_unix_seconds: bool,
    mean: f64,
    squares: f64,
    /// Of normal rows.
    pub(super) sample: Sample,
}

/// Ends of the numbers of one kind of rows, and how many there are.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub(super) count: u64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Of cells that are dates, with or without a time of day, and of Unix seconds.
#[derive(Default)]
pub(super) struct Times {
    /// Cells written as dates.
    pub(super) n_written: u64,
    pub(super) first: Option<Instant>,
    pub(super) latest: Option<Instant>,
    pub(super) is_out_of_order: bool,
    /// One bit per hour of the day seen.
    pub(super) hours: u32,
    /// One bit per day of the week seen.
    pub(super) weekdays: u8,
}

impl Column {
    pub(super) fn new(header: String, index: u64) -> Self {
        let numbers = Numbers {
            count: 0,
            ranges: [Range { count: 0, low: f64::INFINITY, high: f64::NEG_INFINITY }; 2],
            most_places: 0,
            counts_up: true,
            look_like_unix_seconds: true,
            mean: 0.0,
            squares: 0.0,
            sample: Sample::new(index),
        };
        Self {
            header,
            n_present: 0,
            n_missing: 0,
            n_flags: 0,
            numbers,
            times: Times::default(),
            first_text: None,
            first_not_finite: None,
            n_not_finite: 0,
            values: Some(HashMap::new()),
            distinct: Distinct::default(),
            cells: DefaultHasher::new(),
        }
    }

    /// True where both have the same text in every row.
    pub(super) fn is_twin_of(&self, other: &Self) -> bool {
        self.n_present == other.n_present && self.cells.finish() == other.cells.finish()
    }

    /// Takes a cell in, spaces around it removed.
    pub(super) fn add(&mut self, cell: &str, row: u64, is_anomalous: bool) {
        cell.hash(&mut self.cells);
        if cell::is_missing(cell) {
            self.n_missing += 1;
            return;
        }
        self.n_present += 1;
        self.n_flags += u64::from(cell::flag(cell).is_some());
        self.distinct.add(cell);
        if let Some(values) = &mut self.values {
            if let Some(counts) = values.get_mut(cell) {
                counts[usize::from(is_anomalous)] += 1;
            } else if values.len() < MOST_VALUES {
                values.insert(cell.to_owned(), [u64::from(!is_anomalous), u64::from(is_anomalous)]);
            } else {
                self.values = None;
            }
        }
        match Decimal::parse(cell) {
            Ok(decimal) => self.numbers.add(cell, decimal, is_anomalous),
            Err(fault) => self.note_text(cell, row, fault),
        }
        let written = Instant::parse_date_time(cell);
        self.times.n_written += u64::from(written.is_some());
        let is_unix = self.numbers.look_like_unix_seconds && self.numbers.count > 0;
        if let Some(instant) = written.or_else(|| if is_unix { Instant::parse(cell) } else { None }) {
            self.times.add(instant);
        }
    }

    fn note_text(&mut self, cell: &str, row: u64, fault: NotDecimal) {
        if fault == NotDecimal::Text {
            self.first_text.get_or_insert_with(|| (row, cell.to_owned()));
        } else {
            self.n_not_finite += 1;
            self.first_not_finite.get_or_insert_with(|| (row, cell.to_owned(), fault.into()));
        }
    }

    /// The text in a column that is nearly all numbers: for a typing error a feature would be lost.
    pub(super) fn stray_text(&self, file: &str) -> Option<Error> {
        let (row, found) = self.first_text.as_ref()?;
        let others = (self.n_present - self.numbers.count) as f64;
        let is_stray = self.times.n_written == 0 && others <= MOST_STRAYS * self.n_present as f64;
        is_stray.then(|| Error::Cell {
            file: file.to_owned(),
            row: *row,
            column: self.header.clone(),
            found: found.clone(),
            fault: CellFault::StrayText,
        })
    }

    /// An error where a column of numbers holds NaN or an infinity.
    pub(super) fn refuse_nan(&self, file: &str) -> Result<(), Error> {
        match &self.first_not_finite {
            Some((row, found, fault)) if self.first_text.is_none() && self.numbers.count > 0 => {
                Err(Error::Cell {
                    file: file.to_owned(),
                    row: *row,
                    column: self.header.clone(),
                    found: found.clone(),
                    fault: *fault,
                })
            }
            _ => Ok(()),
        }
    }

    /// True where every value is a number.
    pub(super) fn is_numeric(&self) -> bool {
        self.numbers.count == self.n_present
    }

    /// True where every value is a whole number.
    pub(super) fn is_whole(&self) -> bool {
        self.is_numeric() && self.numbers.most_places == 0
    }

    /// Says so where nearly every row has the same value: any other lies many standard deviations from it, and where
    /// training has none of them the feature is left out. Empty for other columns.
    pub(super) fn nearly_always(&self) -> String {
        let ranked = self.ranked_values().unwrap_or_default();
        match ranked.first().map(|&(value, counts)| (value, counts[0] + counts[1])) {
            Some((value, count)) if count as f64 >= NEARLY_ALL * self.n_present as f64 => {
                format!("; nearly constant, {value} in {count} of {} rows", self.n_present)
            }
            _ => String::new(),
        }
    }

    /// The values with their counts, the most frequent first; none where they are too many.
    pub(super) fn ranked_values(&self) -> Option<Vec<(&str, [u64; 2])>> {
        let mut ranked: Vec<_> =
            self.values.as_ref()?.iter().map(|(value, &counts)| (value.as_str(), counts)).collect();
        ranked.sort_by(|(a, of_a), (b, of_b)| (of_b[0] + of_b[1]).cmp(&(of_a[0] + of_a[1])).then(a.cmp(b)));
        Some(ranked)
    }
}

impl Numbers {
    fn add(&mut self, cell: &str, decimal: Decimal, is_anomalous: bool) {
        let number: f64 = cell.parse().unwrap_or(0.0); // every decimal is a float's text
        self.count += 1;
        self.counts_up &= decimal.places() == 0 && (self.count == 1 || self.previous_is_one_less(number));
        self.look_like_unix_seconds &=
            decimal.places() == 0 && (946_684_800.0..4_102_444_800.0).contains(&number);
        let range = &mut self.ranges[usize::from(is_anomalous)];
        range.count += 1;
        range.low = range.low.min(number);
        range.high = range.high.max(number);
        self.most_places = self.most_places.max(decimal.places());
        if !is_anomalous {
            let difference = number - self.mean;
            self.mean += difference / self.ranges[0].count as f64;
            self.squares += difference * (number - self.mean);
            self.sample.add(number);
        }
    }

    /// While numbers count up, the largest is the one before.
    fn previous_is_one_less(&self, number: f64) -> bool {
        (number - self.high()).to_bits() == 1.0_f64.to_bits()
    }

    pub(super) fn low(&self) -> f64 {
        self.ranges[0].low.min(self.ranges[1].low)
    }

    pub(super) fn high(&self) -> f64 {
        self.ranges[0].high.max(self.ranges[1].high)
    }

    /// Standard deviation of the normal rows.
    pub(super) fn deviation(&self) -> f64 {
        (self.squares / self.ranges[0].count.max(1) as f64).sqrt()
    }

    /// Largest distance of a normal row from their mean, in standard deviations; 0 where they are equal.
    pub(super) fn furthest_in_deviations(&self) -> f64 {
        let [Range { low, high, .. }, _] = self.ranges;
        let (distance, deviation) = ((high - self.mean).max(self.mean - low), self.deviation());
        if deviation > 0.0 { distance / deviation } else { 0.0 }
    }
}

impl Times {
    fn add(&mut self, instant: Instant) {
        self.first.get_or_insert(instant);
        self.is_out_of_order |= self.latest.is_some_and(|latest| instant < latest);
        self.latest = self.latest.max(Some(instant));
        self.hours |= 1 << instant.hour();
        self.weekdays |= 1 << instant.weekday();
    }
}

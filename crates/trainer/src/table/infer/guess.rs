//! From what was learned of the columns to a schema with reasons.

use super::super::name;
use super::super::schema::{FeatureKind, Field, FieldKind, Notes, Part, Schema};
use super::Inferred;
use super::column::{Column, MOST_VALUES};
use super::naming::{group_column, is_identifier_name, is_time_name};
use super::scale::{log_reason, resolution};
use crate::Error;
use std::collections::BTreeSet;
use std::path::Path;

/// Up to so many categories each get a column; more share one.
const MOST_ONE_HOT: usize = 16;
/// A text of which there are fewer rows per value than this is taken for an identifier.
const FEWEST_ROWS_PER_CATEGORY: u64 = 2;
/// Rows per value from which it is no accident that every value goes with one label only.
const FEWEST_ROWS_PER_TELLING_VALUE: u64 = 10;
/// Days of data from which the day of the week can be told from the date.
const FEWEST_DAYS_FOR_WEEKDAY: i64 = 14;
/// What a column is taken for.
enum Guess {
    Ignore(String),
    Fields(Vec<(Field, String)>),
}

/// The label column, and what is known of it.
pub(super) struct Label {
    pub(super) index: Option<usize>,
    pub(super) is_given: bool,
    pub(super) n_anomalous: u64,
}

struct Context {
    /// True where there are both normal and anomalous rows.
    labels_differ: bool,
    has_group: bool,
    names: BTreeSet<String>,
}

pub(super) fn schema(columns: &[Column], label: Label, n_rows: u64, file: &Path) -> Result<Inferred, Error> {
    let Label { index: label, is_given, n_anomalous } = label;
    let group = group_column(columns).filter(|&index| Some(index) != label);
    let time = columns.iter().enumerate().position(|(index, column)| {
        Some(index) != label && is_time(column) && !column.times.is_out_of_order && column.n_missing == 0
    });
    let labels_differ = label.is_some() && n_anomalous > 0 && n_anomalous < n_rows;
    let mut context = Context { labels_differ, has_group: group.is_some(), names: BTreeSet::new() };
    let mut schema = Schema {
        label: label.map(|index| columns[index].header.clone()),
        group: group.map(|index| columns[index].header.clone()),
        time: time.map(|index| columns[index].header.clone()),
        ignore: Vec::new(),
        fields: Vec::new(),
    };
    let mut notes = Notes {
        head: vec![format!(
            "Guessed from {}, {n_rows} rows. Read every reason, and correct what is wrong.",
            file.display()
        )],
        label: match label {
            Some(_) if is_given => format!("as told; {n_anomalous} rows are anomalous"),
            Some(_) => format!("by its name and its zeros and ones; {n_anomalous} rows are anomalous"),
            None => String::new(),
        },
        group: group.map_or_else(String::new, |index| {
            format!(
                "by its name; about {} streams, each with its own history",
                columns[index].distinct.count()
            )
        }),
        time: time.map_or_else(String::new, |_| {
            "rows are in its order: the past is learned from, the latest rows test".to_owned()
        }),
        ..Notes::default()
    };
    for (index, column) in columns.iter().enumerate() {
        if Some(index) == label || Some(index) == group {
            continue;
        }
        match context.guess(column, Some(index) == time) {
            Guess::Ignore(reason) => {
                if Some(index) != time {
                    schema.ignore.push(column.header.clone());
                    notes.ignore.push(reason);
                }
            }
            Guess::Fields(fields) => {
                for (field, reason) in fields {
                    schema.fields.push(field);
                    notes.fields.push(reason);
                }
            }
        }
    }
    if schema.fields.is_empty() {
        return Err(Error::NoFields { file: file.display().to_string() });
    }
    Ok(Inferred { schema, notes, n_rows })
}

impl Context {
    fn guess(&mut self, column: &Column, orders_rows: bool) -> Guess {
        if column.n_present == 0 {
            return Guess::Ignore("it has no value".to_owned());
        }
        if let Some([(value, _)]) = column.ranked_values().as_deref() {
            return Guess::Ignore(format!("it is always {value}"));
        }
        if self.gives_label_away(column) {
            return Guess::Ignore(
                "each of its values goes with one label only: it gives the answer away".to_owned(),
            );
        }
        if is_time(column) {
            return self.times(column, orders_rows);
        }
        if column.n_flags == column.n_present {
            let reason = "two values, no and yes".to_owned();
            return Guess::Fields(vec![self.field(column, "", FieldKind::Flag, FeatureKind::Flag, reason)]);
        }
        if is_identifier_name(&column.header) {
            return Guess::Ignore("by its name it identifies things instead of measuring them".to_owned());
        }
        if column.is_numeric() {
            if column.numbers.counts_up && column.n_present > 2 {
                return Guess::Ignore("it counts the rows".to_owned());
            }
            return Guess::Fields(vec![self.number(column)]);
        }
        self.category(column)
    }

    fn number(&mut self, column: &Column) -> (Field, String) {
        let numbers = &column.numbers;
        let (resolution, precision) = resolution(numbers);
        let end = |number: f64| resolution.steps(&number.to_string()).map(|steps| resolution.decimal(steps));
        let [low, high] = [numbers.low, numbers.high].map(|number| end(number).unwrap_or_default());
        let range = format!("{precision}, {low} to {high}");
        let (feature, shape) = match log_reason(numbers, resolution) {
            Some(reason) => (FeatureKind::Log, format!("; {reason}")),
            None => (FeatureKind::Numeric, String::new()),
        };
        let kind = FieldKind::Number { resolution, range: None, period: None };
        self.field(column, "", kind, feature, format!("{range}{shape}"))
    }

    fn category(&mut self, column: &Column) -> Guess {
        if let (Some((row, text)), true) = (&column.first_text, column.numbers.count * 2 > column.n_present) {
            let text: String = text.chars().take(20).collect();
            return Guess::Ignore(format!("mostly numbers, but `{text}` in row {row}; empty such cells"));
        }
        let Some(values) = column.ranked_values() else {
            return Guess::Ignore(format!("more than {MOST_VALUES} different texts"));
        };
        if column.n_present < FEWEST_ROWS_PER_CATEGORY * values.len() as u64 {
            return Guess::Ignore("nearly every row has another text".to_owned());
        }
        let (feature, how) = if values.len() <= MOST_ONE_HOT {
            (FeatureKind::OneHot, "one column for each")
        } else {
            (FeatureKind::Surprisal, "too many for a column each, so how rare they are")
        };
        let reason = format!("{} different texts: {how}", values.len());
        let vocabulary = values.iter().map(|&(value, _)| value.to_owned()).collect();
        Guess::Fields(vec![self.field(column, "", FieldKind::Category { vocabulary }, feature, reason)])
    }

    fn times(&mut self, column: &Column, orders_rows: bool) -> Guess {
        let times = &column.times;
        let n_days = match (times.first, times.latest) {
            (Some(first), Some(latest)) => (latest.0 - first.0) / 86_400,
            _ => 0,
        };
        let has_group = self.has_group;
        let mut fields = Vec::new();
        let mut add = |part: Part, feature, reason: &str| {
            fields.push(self.field(column, part.word(), FieldKind::Time(part), feature, reason.to_owned()));
        };
        if times.hours.count_ones() > 1 {
            add(Part::Hour, FeatureKind::Cyclic, "the time of day comes round again");
        }
        if times.weekdays.count_ones() > 1 && n_days >= FEWEST_DAYS_FOR_WEEKDAY {
            add(Part::Weekday, FeatureKind::Cyclic, "the day of the week comes round again");
        }
        if has_group {
            add(Part::Seconds, FeatureKind::Delta, "time since the record before, within the group");
        } else if orders_rows {
            add(Part::Seconds, FeatureKind::Delta, "time since the record before: rows are in order");
        }
        if fields.is_empty() {
            return Guess::Ignore("dates of too few days to tell anything, in no order".to_owned());
        }
        Guess::Fields(fields)
    }

    fn field(
        &mut self,
        column: &Column,
        suffix: &str,
        kind: FieldKind,
        feature: FeatureKind,
        reason: String,
    ) -> (Field, String) {
        let wanted =
            if suffix.is_empty() { column.header.clone() } else { format!("{} {suffix}", column.header) };
        let name = name::identifier(&wanted, |name| self.names.contains(name));
        self.names.insert(name.clone());
        let nullable = column.n_missing > 0;
        let reason = if nullable { format!("{reason}; {} rows have none", column.n_missing) } else { reason };
        let (column, unit) = (column.header.clone(), String::new());
        (Field { name, column, kind, unit, nullable, features: vec![feature] }, reason)
    }

    /// True where the label can be read off the column.
    fn gives_label_away(&self, column: &Column) -> bool {
        let Some(values) = column.values.as_ref() else { return false };
        self.labels_differ
            && column.n_present >= FEWEST_ROWS_PER_TELLING_VALUE * values.len() as u64
            && column.n_missing == 0
            && values.values().all(|counts| counts.contains(&0))
    }
}

/// True for dates, and for Unix seconds where the name says so.
fn is_time(column: &Column) -> bool {
    let is_unix = column.is_whole() && column.numbers.look_like_unix_seconds && is_time_name(&column.header);
    column.n_present > 0 && (column.times.n_written == column.n_present || is_unix)
}

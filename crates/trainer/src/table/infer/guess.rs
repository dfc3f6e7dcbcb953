//! From what was learned of the columns to a schema with reasons.

use super::super::FEWEST_ROWS;
use super::super::name;
use super::super::schema::{FeatureKind, Field, FieldKind, Notes, Part, Schema};
use super::Inferred;
use super::column::{Column, MOST_VALUES};
use super::naming::{group_column, is_identifier_name, is_time_name};
use super::scale::{resolution, symlog_reason};
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

pub(super) fn schema(columns: &[Column], label: &Label, n_rows: u64, file: &Path) -> Result<Inferred, Error> {
    let &Label { index: label, is_given, n_anomalous } = label;
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
        ..Schema::default()
    };
    // The name without its folder: the text does not depend on where the file lies.
    let shown = file.file_name().unwrap_or_default().to_string_lossy();
    let mut notes = Notes {
        head: vec![format!(
            "Guessed from {shown}, {n_rows} rows. Read every reason, and correct what is wrong."
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
        time: match (time, columns.iter().find(|column| is_time(column))) {
            (Some(_), _) => {
                "rows are in its order: the past is learned from, the latest rows test".to_owned()
            }
            (None, Some(column)) => format!("no time: rows are not in the order of `{}`", column.header),
            (None, None) => String::new(),
        },
        ..Notes::default()
    };
    for (index, column) in columns.iter().enumerate() {
        if Some(index) == label || Some(index) == group {
            continue;
        }
        match context.guess(column, super::twin::twin(columns, index, &schema), Some(index) == time) {
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
    if schema.fields.is_empty() && n_rows < FEWEST_ROWS as u64 {
        // Too few to tell a constant from a column that varies.
        let (file, found) = (file.display().to_string(), n_rows as usize);
        return Err(Error::TooFewRows { file, found, wanted: FEWEST_ROWS });
    }
    if schema.fields.is_empty() {
        return Err(Error::NoFields { file: file.display().to_string() });
    }
    Ok(Inferred { schema, notes, n_rows, stray: None })
}

impl Context {
    fn guess(&mut self, column: &Column, twin: Option<&str>, orders_rows: bool) -> Guess {
        if let Some(twin) = twin {
            return Guess::Ignore(format!("it is the same as `{twin}` in every row and would count twice"));
        }
        if column.n_present == 0 {
            return Guess::Ignore("it has no value".to_owned());
        }
        if let Some([(value, _)]) = column.ranked_values().as_deref() {
            return Guess::Ignore(format!("it is always {value}"));
        }
        if self.gives_label_away(column) {
            return Guess::Ignore("its values go with one label only: it gives the answer away".to_owned());
        }
        if let Some(value) = self.only_normal_value(column) {
            return Guess::Ignore(format!("it is {value} in every normal row: there is nothing to learn"));
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
        let [low, high] = [numbers.low(), numbers.high()].map(|number| end(number).unwrap_or_default());
        let range = format!("{precision}, {low} to {high}");
        let (feature, shape) = match symlog_reason(numbers) {
            Some(reason) => (FeatureKind::Symlog, format!("; {reason}")),
            None => (FeatureKind::Numeric, String::new()),
        };
        let kind = FieldKind::Number { resolution, range: None, period: None };
        self.field(column, "", kind, feature, format!("{range}{shape}{}", column.nearly_always()))
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

    /// True where the label can be read off the column: from its values, or by comparing it with a number.
    fn gives_label_away(&self, column: &Column) -> bool {
        if !self.labels_differ || column.n_missing > 0 {
            return false;
        }
        let by_value = column.values.as_ref().is_some_and(|values| {
            column.n_present >= FEWEST_ROWS_PER_TELLING_VALUE * values.len() as u64
                && values.values().all(|counts| counts.contains(&0))
        });
        let [normal, anomalous] = &column.numbers.ranges;
        let are_apart = normal.high < anomalous.low || anomalous.high < normal.low;
        let by_size = column.is_numeric() && are_apart && anomalous.count >= FEWEST_ROWS_PER_TELLING_VALUE;
        by_value || by_size
    }

    /// The value of all normal rows, where they have only one.
    fn only_normal_value<'a>(&self, column: &'a Column) -> Option<&'a str> {
        let values = column.values.as_ref().filter(|_| self.labels_differ)?;
        let mut normal = values.iter().filter(|(_, counts)| counts[0] > 0);
        let (only, _) = normal.next()?;
        if normal.next().is_none() { Some(only) } else { None }
    }
}

/// True for dates, and for Unix seconds where the name says so.
fn is_time(column: &Column) -> bool {
    let is_unix = column.is_whole() && column.numbers.look_like_unix_seconds && is_time_name(&column.header);
    column.n_present > 0 && (column.times.n_written == column.n_present || is_unix)
}

#[cfg(test)]
mod tests {
    use super::super::infer;
    use super::*;
    use std::fmt::Write;

    /// Guesses from a file named `t.csv`; the message of an error has its folder removed.
    fn guess(text: &str, label: Option<&str>) -> Result<Inferred, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let prefix = format!("{}/", folder.path().display());
        infer(&[path], label).map_err(|error| error.to_string().replace(&prefix, ""))
    }

    /// 100 rows, the number of the row given.
    fn table(header: &str, row: impl Fn(u64) -> String) -> String {
        (0..100).fold(format!("{header}\n"), |mut text, index| {
            writeln!(text, "{}", row(index)).unwrap();
            text
        })
    }

    fn reasons(header: &str, row: impl Fn(u64) -> String) -> Vec<String> {
        let inferred = guess(&table(header, row), None).unwrap();
        assert_eq!(Schema::parse(&inferred.to_text(), "s.toml").unwrap(), inferred.schema);
        let fields = inferred.schema.fields.iter().zip(inferred.notes.fields);
        let ignored = inferred.schema.ignore.iter().zip(inferred.notes.ignore);
        fields
            .map(|(field, reason)| format!("{}: {} {reason}", field.name, field.features[0].word()))
            .chain(ignored.map(|(column, reason)| format!("{column} ignored: {reason}")))
            .collect()
    }

    #[test]
    fn numbers_flags_and_categories() {
        let row = |i: u64| {
            let word = ["red", "green", "blue"][i as usize % 3];
            let tail = if i == 3 { 40_000 } else { i % 20 };
            let gap = if i == 7 { String::new() } else { format!("{}", i % 4) };
            format!("{}.{:02},{},{word},w{},{tail},{gap},{}e-12", i % 10, i % 100, i % 2, i % 20, i % 7)
        };
        assert_eq!(
            reasons("Price,is open,colour,word,tail,gap,tiny", row),
            [
                "price: numeric 2 decimals, 0.00 to 9.99",
                "is_open: flag two values, no and yes",
                "colour: one_hot 3 different texts: one column for each",
                "word: surprisal 20 different texts: too many for a column each, so how rare they are",
                "tail: symlog whole numbers, 0 to 40000; long tails (up to 10 standard deviations), so logarithmic far from the median",
                "gap: numeric whole numbers, 0 to 3; 1 rows have none",
                "tiny: numeric 12 decimals, 0.000000000000 to 0.000000000006",
            ]
        );
    }

    #[test]
    fn what_is_ignored() {
        let row = |i: u64| {
            let mixed = if i == 50 { "?".to_owned() } else { i.to_string() };
            let anomalous = u64::from(i.is_multiple_of(4));
            let (kind, size) =
                (["a", "b", "b", "c"][i as usize % 4], if anomalous == 1 { i + 1000 } else { i });
            let quiet = if anomalous == 1 { i } else { 5 };
            format!("{i},{},3,,{mixed},text{i},{kind},{size},{quiet},{anomalous},{}", i + 7, i % 11)
        };
        assert_eq!(
            reasons("uid,n,c,none,mixed,free,kind,size,quiet,Class,kept", row),
            [
                "kept: numeric whole numbers, 0 to 10",
                "uid ignored: by its name it identifies things instead of measuring them",
                "n ignored: it counts the rows",
                "c ignored: it is always 3",
                "none ignored: it has no value",
                "mixed ignored: mostly numbers, but `?` in row 52; empty such cells",
                "free ignored: nearly every row has another text",
                "kind ignored: its values go with one label only: it gives the answer away",
                "size ignored: its values go with one label only: it gives the answer away",
                "quiet ignored: it is 5 in every normal row: there is nothing to learn",
            ]
        );
    }

    #[test]
    fn times_and_groups() {
        let inferred = guess(
            &table("when,terminal_id,seen", |i| {
                format!("2024-01-{:02} 10:30:00,{},1{:09}", 1 + i / 4, i % 5, i * i)
            }),
            None,
        );
        let schema = inferred.unwrap().schema;
        assert_eq!((schema.time.as_deref(), schema.group.as_deref()), (Some("when"), Some("terminal_id")));
        let names: Vec<_> = schema.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["when_weekday", "when_seconds", "seen"]);
        let backwards =
            guess(&table("timestamp,x", |i| format!("{},{}", 1_700_000_000 - i * 5000, i % 3)), None);
        let inferred = backwards.unwrap();
        assert_eq!(inferred.schema.time, None);
        assert_eq!(inferred.notes.time, "no time: rows are not in the order of `timestamp`");
        assert_eq!(inferred.schema.fields[0].kind, FieldKind::Time(Part::Hour));
    }

    #[test]
    fn labels() {
        let text = table("x,y,class", |i| {
            format!("{},{},{}", i % 7, u64::from(i.is_multiple_of(9)), ["p", "q"][i as usize % 2])
        });
        let by_name = guess(&text, None).unwrap();
        assert_eq!(by_name.schema.label, None, "`class` comes before `y` and is no label");
        let told = guess(&text, Some("y")).unwrap();
        assert_eq!(told.schema.label.as_deref(), Some("y"));
        assert_eq!(told.notes.label, "as told; 12 rows are anomalous");
        assert_eq!(
            guess(&text, Some("class")).unwrap_err(),
            "t.csv, row 2, column `class`: found `p`, wanted 0 for normal or 1 for anomalous; correct the cell or name \
             another label column"
        );
        assert_eq!(
            guess(&text, Some("z")).unwrap_err(),
            "t.csv: no label column `z`; name one of the columns `x`, `y`, `class`"
        );
    }

    #[test]
    fn nothing_to_learn_from() {
        assert_eq!(
            guess(&table("c,d", |_| "4,1".to_owned()), None).unwrap_err(),
            "t.csv: found no column to learn from, wanted at least one that varies; write a schema by hand"
        );
        let too_few = guess("id,c\n4,1\n9,1\n", None).unwrap_err();
        assert!(
            too_few.starts_with("t.csv: found 2 rows") && too_few.contains("wanted at least 20"),
            "{too_few}"
        );
        assert_eq!(
            guess("a,b\n1,2\n3,NaN\n", None).unwrap_err(),
            "t.csv, row 3, column `b`: found `NaN`, wanted a decimal number; leave the cell empty for a missing value"
        );
    }
}

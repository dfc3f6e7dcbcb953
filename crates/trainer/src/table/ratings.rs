//! Users as records: a long table of users and items becomes a row per user with a field per item.

use super::Resolution;
use super::cell::{self, CellReader};
use super::decimal::Decimal;
use super::instant::Instant;
use super::interner::Interner;
use super::name;
use super::records::{ColumnUse, ReadOptions, same_header};
use super::rows::Rows;
use super::schema::{FeatureKind, Field, FieldKind, Ratings, Schema};
use super::whole::Table;
use crate::{CellFault, Error};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Most decimal places that values are read with.
const MOST_PLACES: u32 = 6;

impl Schema {
    /// The schema of ratings with a field for each of the items that have the most rows, ties in order of their names.
    ///
    /// Values get the resolution of their decimal places, six at most. A schema that has fields already, or no ratings, is
    /// returned as it is.
    ///
    /// # Errors
    /// Those of reading; [`Error::UnknownColumn`]; [`Error::Cell`] for no item, and for a value that is no number.
    pub fn with_items(mut self, files: &[impl AsRef<Path>]) -> Result<Self, Error> {
        let Some(ratings) = self.ratings.clone().filter(|_| self.fields.is_empty()) else { return Ok(self) };
        let mut counts: HashMap<String, u64> = HashMap::new();
        let mut places = 0;
        each_row(files, |rows, _| {
            let item = rows.cell(find(rows, &ratings.item, "item")?)?;
            match counts.get_mut(item) {
                Some(count) => *count += 1,
                None => drop(counts.insert(named(rows, &ratings.item, "item")?.to_owned(), 1)),
            }
            if let Some(column) = &ratings.value {
                let column = find(rows, column, "value")?;
                let value = Decimal::parse(rows.cell(column)?);
                places = places.max(value.map_err(|fault| rows.fault(column, fault.into()))?.places());
            }
            Ok(())
        })?;
        let mut items: Vec<(String, u64)> = counts.into_iter().collect();
        items.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        items.truncate(ratings.items);
        let resolution = Resolution::power_of_ten(-i64::from(places.min(MOST_PLACES)));
        let mut names = BTreeSet::new();
        for (item, _) in items {
            let name = name::identifier(&item, |name| names.contains(name));
            names.insert(name.clone());
            let (kind, feature) = match ratings.value {
                Some(_) => {
                    (FieldKind::Number { resolution, range: None, period: None }, FeatureKind::Numeric)
                }
                None => (FieldKind::Flag, FeatureKind::Flag),
            };
            let field = Field::of_number(name, kind);
            self.fields.push(Field { column: item, features: vec![feature], ..field });
        }
        Ok(self)
    }
}

impl Table {
    /// A row per user, in order of first appearance, standing where the user's first row does.
    ///
    /// A user is anomalous if any of its rows is; its time is that of its latest row, its text that of its first.
    pub(super) fn of_users(
        files: &[impl AsRef<Path>],
        schema: &Schema,
        ratings: &Ratings,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        if schema.fields.is_empty() {
            return Err(Error::Schema {
                file: "schema".to_owned(),
                place: "key `ratings`".to_owned(),
                problem: "there is no item yet; train with the schema, or add the items as [[field]]"
                    .to_owned(),
            });
        }
        let n_fields = schema.fields.len();
        let mut table =
            Self { label_column: schema.label.clone(), n_fields, samples_per_row: 1, ..Self::default() };
        let items: HashMap<&str, usize> =
            schema.fields.iter().enumerate().map(|(index, field)| (field.column.as_str(), index)).collect();
        let readers: Vec<CellReader> = schema.fields.iter().map(CellReader::new).collect();
        let mut users = Interner::default();
        each_row(files, |rows, file| {
            while table.starts.len() <= file {
                table.starts.push(table.places.len());
            }
            let user = users.number(named(rows, &ratings.user, "user")?) as usize;
            let is_new = user == table.places.len();
            if is_new {
                table.places.push(rows.row());
                table.raws.resize(table.raws.len() + n_fields, 0);
            }
            if let Some(&index) = items.get(named(rows, &ratings.item, "item")?) {
                table.raws[user * n_fields + index] = match &ratings.value {
                    None => 1,
                    Some(column) => {
                        let column = find(rows, column, "value")?;
                        readers[index].read(rows.cell(column)?).map_err(|fault| rows.fault(column, fault))?
                    }
                };
            }
            if let Some(column) = label_column(rows, schema, options)? {
                let label = cell::label(rows.cell(column)?).map_err(|fault| rows.fault(column, fault))?;
                at(&mut table.labels, user, label, |before, label| before | label);
            }
            if let Some(column) = time_column(rows, schema, options)? {
                let time = Instant::parse(rows.cell(column)?).ok_or(CellFault::NotATime);
                let time = time.map_err(|fault| rows.fault(column, fault))?.0;
                at(&mut table.times, user, time, i64::max);
            }
            if let Some(column) = options.text.as_deref().filter(|_| is_new) {
                let text = rows.cell(find(rows, column, "text")?)?;
                table.texts.push(table.text_names.number(text));
            }
            Ok(())
        })?;
        Ok(table)
    }
}

/// Joins a value with that of the user, or begins with it.
fn at<T: Copy>(values: &mut Vec<T>, user: usize, value: T, join: impl Fn(T, T) -> T) {
    match values.get_mut(user) {
        Some(before) => *before = join(*before, value),
        None => values.push(value),
    }
}

/// Runs over the rows of files with the same header, one at a time.
fn each_row(
    files: &[impl AsRef<Path>],
    mut run: impl FnMut(&Rows, usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let first = files.first().map_or(Path::new(""), AsRef::as_ref);
    let mut rows = Rows::open(first)?;
    let mut file = 0;
    loop {
        while rows.next_row()? {
            run(&rows, file)?;
        }
        file += 1;
        let Some(path) = files.get(file) else { return Ok(()) };
        let next = Rows::open(path.as_ref())?;
        same_header(&rows, &next, first)?;
        rows = next;
    }
}

fn find(rows: &Rows, column: &str, key: &str) -> Result<usize, Error> {
    rows.columns().iter().position(|present| present == column).ok_or_else(|| Error::UnknownColumn {
        file: rows.file().to_owned(),
        column: column.to_owned(),
        reader: format!("key `{key}`"),
        columns: rows.columns().to_vec(),
    })
}

/// The cell of a column that has to name something.
fn named<'a>(rows: &'a Rows, column: &str, key: &str) -> Result<&'a str, Error> {
    let column = find(rows, column, key)?;
    let cell = rows.cell(column)?;
    if cell.is_empty() { Err(rows.fault(column, CellFault::Missing)) } else { Ok(cell) }
}

fn label_column(rows: &Rows, schema: &Schema, options: &ReadOptions) -> Result<Option<usize>, Error> {
    let Some(column) = schema.label.as_ref().filter(|_| options.label != ColumnUse::Unread) else {
        return Ok(None);
    };
    let found = rows.columns().iter().position(|present| present == column);
    if found.is_none() && options.label == ColumnUse::Required {
        let (column, columns) = (column.clone(), rows.columns().to_vec());
        return Err(Error::LabelAbsent { file: rows.file().to_owned(), column, columns });
    }
    Ok(found)
}

fn time_column(rows: &Rows, schema: &Schema, options: &ReadOptions) -> Result<Option<usize>, Error> {
    let Some(column) = &schema.time else { return Ok(None) };
    match options.time {
        ColumnUse::Unread => Ok(None),
        ColumnUse::Required => find(rows, column, "time").map(Some),
        ColumnUse::IfPresent => Ok(rows.columns().iter().position(|present| present == column)),
    }
}

#[cfg(test)]
mod tests;

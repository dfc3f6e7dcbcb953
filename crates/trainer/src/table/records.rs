//! Records, streamed: one file or several, of any size, in memory that does not grow with them.

use super::cell::{self, CellReader};
use super::grams::count_ngrams;
use super::instant::Instant;
use super::interner::Interner;
use super::rows::Rows;
use super::schema::{FieldKind, Schema};
use crate::{CellFault, Error};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What to do with a column that a schema names but not every purpose needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColumnUse {
    /// It has to be there.
    Required,
    /// It is read where it is there.
    #[default]
    IfPresent,
    /// It is not read.
    Unread,
}

/// What to read beside the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Whether the label column is needed, where the schema names one.
    pub label: ColumnUse,
    /// Whether the time column is needed, where the schema names one.
    pub time: ColumnUse,
    /// A column to be kept as text, such as the kind of an anomaly; it has to be there.
    pub text: Option<String>,
}

/// One row of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// One raw integer per field of the schema; `tillwatch_engine::feature::MISSING` for a missing value.
    pub raw: Vec<i32>,
    /// True for anomalous; none without a label column.
    pub label: Option<bool>,
    /// Number of the group, from 0 in order of appearance; 0 where the schema has no group.
    pub group: u32,
    /// Seconds since 2000-01-01 00:00; none without a time column. Numbers in a time column count as Unix seconds.
    pub time: Option<i64>,
    /// The cell of the text column; empty without one.
    pub text: String,
    /// Index of the file among those given.
    pub file: usize,
    /// Line of the file on which the row begins; the header is line 1.
    pub row: u64,
}

/// The rows of one or several files with the same header, read one at a time.
///
/// A file is CSV, plain or gzip; where the schema reads one text and nothing else, files named `.txt` or `.log` have a
/// record on each line that is not empty. With a schema of windows the records are their samples. Memory holds one row,
/// and the names of the groups seen.
pub struct Records {
    files: Vec<PathBuf>,
    file: usize,
    rows: Rows,
    /// Column, reader, and how many raw integers it makes.
    fields: Vec<(usize, CellReader, usize)>,
    /// What plain text files are read as, where they may be given.
    line_column: Option<String>,
    label: Option<usize>,
    group: Option<usize>,
    time: Option<usize>,
    text: Option<usize>,
    groups: Interner,
    record: Record,
    warnings: Vec<String>,
}

impl Records {
    /// Opens the first file and finds the schema's columns in it.
    ///
    /// # Errors
    /// [`Error::MissingFile`], [`Error::Io`], [`Error::EmptyFile`], [`Error::NotCsv`], [`Error::DuplicateColumn`],
    /// [`Error::UnknownColumn`], [`Error::LabelAbsent`]; [`Error::Schema`] for a schema of ratings.
    pub fn open(files: &[impl AsRef<Path>], schema: &Schema, options: &ReadOptions) -> Result<Self, Error> {
        let files: Vec<PathBuf> = files.iter().map(|file| file.as_ref().to_owned()).collect();
        if schema.ratings.is_some() {
            return Err(Error::Schema {
                file: "schema".to_owned(),
                place: "key `ratings`".to_owned(),
                problem:
                    "a user is known when all rows are read, so rows cannot be streamed; read a whole table"
                        .to_owned(),
            });
        }
        let line_column = schema.line_column().map(str::to_owned);
        let rows = open_rows(files.first().map_or(Path::new(""), PathBuf::as_path), line_column.as_deref())?;
        let find = |column: &str| rows.columns().iter().position(|present| present == column);
        let require = |column: &str, reader: String| {
            find(column).ok_or_else(|| Error::UnknownColumn {
                file: rows.file().to_owned(),
                column: column.to_owned(),
                reader,
                columns: rows.columns().to_vec(),
            })
        };
        let mut fields = Vec::with_capacity(schema.fields.len());
        for field in &schema.fields {
            let width = match field.kind {
                FieldKind::Text { index: 1.., .. } => continue, // the first count reads for all
                FieldKind::Text { columns, .. } => columns,
                _ => 1,
            };
            let column = require(&field.column, format!("field `{}`", field.name))?;
            fields.push((column, CellReader::new(field), width));
        }
        let group =
            schema.group.as_deref().map(|column| require(column, "key `group`".to_owned())).transpose()?;
        let text =
            options.text.as_deref().map(|column| require(column, "text column".to_owned())).transpose()?;
        let time = match (options.time, &schema.time) {
            (ColumnUse::Required, Some(column)) => Some(require(column, "key `time`".to_owned())?),
            (ColumnUse::IfPresent, Some(column)) => find(column),
            _ => None,
        };
        let label = match (options.label, &schema.label) {
            (ColumnUse::Unread, _) | (_, None) => None,
            (wanted, Some(column)) => {
                let found = find(column);
                if wanted == ColumnUse::Required && found.is_none() {
                    let (column, columns) = (column.clone(), rows.columns().to_vec());
                    return Err(Error::LabelAbsent { file: rows.file().to_owned(), column, columns });
                }
                found
            }
        };
        let warnings = unread_columns(&rows, schema, options);
        let record = Record { raw: vec![0; schema.fields.len()], ..Record::default() };
        Ok(Self {
            files,
            file: 0,
            rows,
            fields,
            line_column,
            label,
            group,
            time,
            text,
            groups: Interner::default(),
            record,
            warnings,
        })
    }

    /// The next row, or none at the end; the record is reused by the next call.
    ///
    /// # Errors
    /// [`Error::Cell`], [`Error::RaggedRow`], [`Error::RowTooLong`], [`Error::HeaderOnly`], [`Error::Io`], and at the
    /// begin of a further file those of [`Records::open`] and [`Error::OtherHeader`]. Reading cannot go on after one.
    pub fn read(&mut self) -> Result<Option<&Record>, Error> {
        while !self.rows.next_row()? {
            let Some(path) = self.files.get(self.file + 1) else { return Ok(None) };
            let rows = open_rows(path, self.line_column.as_deref())?;
            same_header(&self.rows, &rows, &self.files[0])?;
            self.rows = rows;
            self.file += 1;
        }
        let (rows, record) = (&self.rows, &mut self.record);
        let mut raws = record.raw.as_mut_slice();
        for &(column, ref reader, width) in &self.fields {
            let (part, rest) = raws.split_at_mut(width.min(raws.len()));
            raws = rest;
            match (reader.ngram(), &mut *part) {
                (Some(ngram), _) => {
                    part.fill(0);
                    count_ngrams(rows.bytes(column), ngram, part);
                }
                (None, [raw]) => {
                    *raw = reader.read(rows.cell(column)?).map_err(|fault| rows.fault(column, fault))?;
                }
                (None, _) => {}
            }
        }
        if let Some(column) = self.label {
            record.label = Some(cell::label(rows.cell(column)?).map_err(|fault| rows.fault(column, fault))?);
        }
        if let Some(column) = self.group {
            record.group = self.groups.number(rows.cell(column)?);
        }
        if let Some(column) = self.time {
            let instant = Instant::parse(rows.cell(column)?).ok_or(CellFault::NotATime);
            record.time = Some(instant.map_err(|fault| rows.fault(column, fault))?.0);
        }
        if let Some(column) = self.text {
            record.text.clear();
            record.text.push_str(rows.cell(column)?);
        }
        record.file = self.file;
        record.row = rows.row();
        Ok(Some(record))
    }

    /// The name of a group: the text of its cells.
    ///
    /// # Panics
    /// For a number that no record had.
    #[must_use]
    pub fn group_name(&self, group: u32) -> &str {
        self.groups.text(group)
    }

    /// Number of groups seen so far.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.groups.len()
    }

    /// What looks wrong but does not stop reading.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(super) fn into_groups(self) -> Interner {
        self.groups
    }
}

/// Opens a file: as lines where its name ends in `.txt` or `.log`, packed or not, and lines are what the schema reads.
fn open_rows(path: &Path, line_column: Option<&str>) -> Result<Rows, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let is_text = [".txt", ".log"].iter().any(|end| name.ends_with(end));
    match line_column {
        Some(column) if is_text => Rows::open_lines(path, column),
        _ => Rows::open(path),
    }
}

fn unread_columns(rows: &Rows, schema: &Schema, options: &ReadOptions) -> Vec<String> {
    let keys = [&schema.label, &schema.group, &schema.time, &options.text].into_iter().flatten();
    let read: BTreeSet<&String> =
        schema.fields.iter().map(|field| &field.column).chain(&schema.ignore).chain(keys).collect();
    let unread = rows.columns().iter().filter(|column| !read.contains(column));
    unread
        .map(|column| {
            format!(
                "{}, column `{column}`: not in the schema and not read; add a field for it, or list it in `ignore`",
                rows.file()
            )
        })
        .collect()
}

pub(super) fn same_header(before: &Rows, after: &Rows, first: &Path) -> Result<(), Error> {
    let n_columns = before.columns().len().max(after.columns().len());
    let Some(index) = (0..n_columns).find(|&index| before.columns().get(index) != after.columns().get(index))
    else {
        return Ok(());
    };
    Err(Error::OtherHeader {
        file: after.file().to_owned(),
        first: first.display().to_string(),
        position: index + 1,
        found: after.columns().get(index).cloned().unwrap_or_default(),
        wanted: before.columns().get(index).cloned().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;

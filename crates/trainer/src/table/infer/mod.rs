//! Guesses a schema from the data, and says why.
//!
//! One pass, bounded memory: per column a few counters, at most 257 distinct values, a sample of numbers and a sketch of
//! how many values differ. The guess is a beginning that a person is meant to read: every line has its reason.

mod column;
mod guess;
mod naming;
mod sample;
mod scale;
mod twin;

use super::cell;
use super::rows::Rows;
use super::schema::{Notes, Schema};
use crate::Error;
use column::Column;
use std::path::Path;

/// A guessed schema with the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The guess.
    pub schema: Schema,
    /// Why, for each of its parts.
    pub notes: Notes,
    /// Number of rows looked at.
    pub n_rows: u64,
    /// What is wrong with a text in a column that is nearly all numbers and therefore ignored; who does not read the
    /// reasons should not train on the guess.
    pub stray: Option<String>,
}

impl Inferred {
    /// The guess as the text of a schema file, each reason as a comment.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.schema.to_text(&self.notes)
    }
}

/// Guesses a schema from files of the same header; `label` names the label column where it is known.
///
/// # Errors
/// Those of reading; [`Error::LabelAbsent`]; [`Error::Cell`] for a NaN or an infinity among numbers, and for a label
/// that is none in the column named; [`Error::NoFields`].
pub fn infer(files: &[impl AsRef<Path>], label: Option<&str>) -> Result<Inferred, Error> {
    let first = files.first().map_or(Path::new(""), AsRef::as_ref);
    let mut rows = Rows::open(first)?;
    let headers = rows.columns().to_vec();
    let label_index = match label {
        Some(column) => {
            Some(headers.iter().position(|header| header == column).ok_or_else(|| Error::LabelAbsent {
                file: rows.file().to_owned(),
                column: column.to_owned(),
                columns: headers.clone(),
            })?)
        }
        None => naming::label_column(&headers),
    };
    let mut columns: Vec<Column> =
        headers.into_iter().zip(0..).map(|(header, index)| Column::new(header, index)).collect();
    let mut label_is_one = label_index.is_some();
    let (mut n_rows, mut n_anomalous) = (0, 0);
    for (index, file) in files.iter().enumerate() {
        if index > 0 {
            let next = Rows::open(file.as_ref())?;
            super::records::same_header(&rows, &next, first)?;
            rows = next;
        }
        while rows.next_row()? {
            n_rows += 1;
            let is_anomalous = match label_index {
                None => false,
                Some(index) => match cell::label(rows.cell(index)?) {
                    Ok(is_anomalous) => is_anomalous,
                    Err(fault) if label.is_some() => return Err(rows.fault(index, fault)),
                    Err(_) => {
                        label_is_one = false;
                        false
                    }
                },
            };
            n_anomalous += u64::from(is_anomalous);
            for (index, column) in columns.iter_mut().enumerate() {
                column.add(rows.cell(index)?, rows.row(), is_anomalous);
            }
        }
    }
    for column in &columns {
        column.refuse_nan(rows.file())?;
    }
    let stray =
        columns.iter().find_map(|column| column.stray_text(rows.file())).map(|error| error.to_string());
    let label =
        guess::Label { index: label_index.filter(|_| label_is_one), is_given: label.is_some(), n_anomalous };
    Ok(Inferred { stray, ..guess::schema(&columns, &label, n_rows, first)? })
}

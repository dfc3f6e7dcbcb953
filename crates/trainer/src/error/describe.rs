//! The line that each error is.

use super::{CellFault, Error};
use std::fmt::{self, Write as _};

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(&mut OneLine(out))
    }
}

impl Error {
    fn describe(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::MissingFile { file } => write!(out, "{file}: no such file; check the path"),
            Self::Io { file, cause } => write!(out, "{file}: cannot be read: {cause}"),
            Self::EmptyFile { file } => {
                write!(out, "{file}: the file is empty, wanted a header and rows of data")
            }
            Self::HeaderOnly { file } => {
                write!(out, "{file}: found a header and no row, wanted at least one row of data")
            }
            Self::NotCsv { file, found } => {
                write!(out, "{file}: found {found}, wanted comma-separated text in UTF-8; convert the file")
            }
            Self::DuplicateColumn { file, column, positions: [first, second] } => write!(
                out,
                "{file}, row 1: columns {first} and {second} are both named `{column}`, wanted unique names; rename one"
            ),
            Self::OtherHeader { file, first, position, found, wanted } => write!(
                out,
                "{file}, row 1: column {position} is {}, wanted {} as in {first}; give files with the same header",
                Named(found),
                Named(wanted)
            ),
            Self::UnknownColumn { file, column, reader, columns } => write!(
                out,
                "{file}: no column `{column}`, which the schema's {reader} reads; the columns are {}",
                Listed(columns)
            ),
            Self::NoScores { file, columns } => write!(
                out,
                "{file}: no column `score`, wanted what `tillwatch score` writes; the columns are {}",
                Listed(columns)
            ),
            Self::LabelAbsent { file, column, columns } => {
                write!(out, "{file}: no label column `{column}`; name one of the columns {}", Listed(columns))
            }
            Self::RaggedRow { file, row, found, wanted } => write!(
                out,
                "{file}, row {row}: found {found} cells, wanted {wanted} as in the header; correct the row, or quote \
                 cells that hold commas"
            ),
            Self::RowTooLong { file, row } => write!(
                out,
                "{file}, row {row}: longer than 16 MiB, wanted a row of a table; close the quotation mark that is open"
            ),
            Self::Cell { file, row, column, found, fault } => {
                write!(out, "{file}, row {row}, column `{column}`: {}", Fault { found, fault: *fault })
            }
            Self::TooFewRows { file, found, wanted } => write!(
                out,
                "{file}: found {found} rows to learn from, wanted at least {wanted}; give more rows whose label is 0"
            ),
            Self::WindowTooLong { file, found, wanted } => write!(
                out,
                "{file}: found {found} samples in the longest series, wanted at least the {wanted} of a window; give a \
                 longer series or a shorter window"
            ),
            Self::EveryGap { file, length, n_windows, limit } => write!(
                out,
                "{file}: found a step in time of more than {limit} seconds or back inside each of {n_windows} windows, \
                 wanted {length} samples without; sort the rows by time, raise `gap` in the schema, or make windows \
                 shorter"
            ),
            Self::TooFewWindows { file, found, wanted, n_dropped } => write!(
                out,
                "{file}: found {found} windows to learn from that share no samples with calibration and test, for which \
                 {n_dropped} are dropped, wanted at least {wanted} and some in each; give a longer series or shorter \
                 windows"
            ),
            Self::AllAnomalous { file, column, n_rows } => write!(
                out,
                "{file}, column `{column}`: found no normal row among {n_rows}, wanted rows whose label is 0; \
                 check which column holds the label"
            ),
            Self::Image { file, problem } => write!(out, "{file}: {problem}"),
            Self::NotInUnit { column, feature } => write!(
                out,
                "column `{column}`: its feature \"{feature}\" runs from -1 to 1, and binary cross-entropy wants 0 to 1; \
                 change `features`, or train with the mean squared error"
            ),
            Self::NoFields { file } => write!(
                out,
                "{file}: found no column to learn from, wanted at least one that varies; write a schema by hand"
            ),
            Self::SchemaSyntax { file, line, problem } => write!(out, "{file}, line {line}: {problem}"),
            Self::Schema { file, place, problem } => write!(out, "{file}, {place}: {problem}"),
        }
    }
}

struct Fault<'a> {
    found: &'a str,
    fault: CellFault,
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wanted, remedy) = match self.fault {
            CellFault::NotANumber => {
                ("a decimal number", "correct the cell, or leave it empty for a missing value")
            }
            CellFault::StrayText => (
                "a decimal number, as in nearly every other row",
                "correct the cell, or give a schema that says what the column is",
            ),
            CellFault::Nan | CellFault::Infinite => {
                ("a decimal number", "leave the cell empty for a missing value")
            }
            CellFault::NotAFlag => ("0, 1, false, true, no or yes", "correct the cell"),
            CellFault::NotATime => ("YYYY-MM-DD HH:MM:SS or unix seconds", "correct the cell"),
            CellFault::NotALabel => {
                ("0 for normal or 1 for anomalous", "correct the cell or name another label column")
            }
            CellFault::NotAScore => ("a whole number from 0", "give what `tillwatch score` writes"),
            CellFault::Missing => ("a value", "fill the cell, or say missing = \"allowed\" in the schema"),
            CellFault::OutOfRange => {
                ("a value in the field's range", "correct the cell, or widen `range` in the schema")
            }
            CellFault::NotUtf8 => ("text in UTF-8", "convert the file"),
        };
        if self.fault == CellFault::Missing {
            write!(out, "found no value, wanted one; {remedy}")
        } else {
            write!(out, "found `{}`, wanted {wanted}; {remedy}", Shortened(self.found))
        }
    }
}

/// Writes what users named, however they named it, without ending the line.
struct OneLine<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive(char::is_control) {
            let plain = part.trim_end_matches(char::is_control);
            self.0.write_str(plain)?;
            write!(self.0, "{}", part[plain.len()..].escape_default())?;
        }
        Ok(())
    }
}

/// A found text, but not for ever.
struct Shortened<'a>(&'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 40;
        for character in self.0.chars().take(LONGEST) {
            out.write_char(character)?;
        }
        if self.0.chars().nth(LONGEST).is_some() { out.write_str("...") } else { Ok(()) }
    }
}

struct Named<'a>(&'a str);

impl fmt::Display for Named<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { out.write_str("absent") } else { write!(out, "`{}`", Shortened(self.0)) }
    }
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 12;
        for (index, column) in self.0.iter().take(MOST).enumerate() {
            write!(out, "{}`{}`", if index > 0 { ", " } else { "" }, Shortened(column))?;
        }
        if self.0.len() > MOST { write!(out, " and {} more", self.0.len() - MOST) } else { Ok(()) }
    }
}

//! What can be wrong with what a user hands in.

use std::fmt::{self, Write as _};
use std::io;

/// An error with its place: one line, lower case, what was found, what was wanted, what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No file of that name.
    MissingFile {
        /// Path as given.
        file: String,
    },
    /// Reading failed.
    Io {
        /// Path as given.
        file: String,
        /// What the system or the decompressor said.
        cause: io::Error,
    },
    /// Not a byte in the file.
    EmptyFile {
        /// Path as given.
        file: String,
    },
    /// A header and no row.
    HeaderOnly {
        /// Path as given.
        file: String,
    },
    /// The file is no comma-separated UTF-8 text.
    NotCsv {
        /// Path as given.
        file: String,
        /// What it looks like instead.
        found: String,
    },
    /// Two columns of one name.
    DuplicateColumn {
        /// Path as given.
        file: String,
        /// The name.
        column: String,
        /// Positions of the first two columns of that name, from 1.
        positions: [usize; 2],
    },
    /// A further file has another header than the first.
    OtherHeader {
        /// Path as given.
        file: String,
        /// Path of the first file.
        first: String,
        /// Position of the first difference, from 1.
        position: usize,
        /// Column there, empty where there is none.
        found: String,
        /// Column of the first file, empty where there is none.
        wanted: String,
    },
    /// The schema reads a column that the file lacks.
    UnknownColumn {
        /// Path as given.
        file: String,
        /// The column.
        column: String,
        /// Who reads it: ``field `amount` `` or `group`.
        reader: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// The label column is not in the file.
    LabelAbsent {
        /// Path as given.
        file: String,
        /// The column.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// A row with fewer or more cells than the header.
    RaggedRow {
        /// Path as given.
        file: String,
        /// Line of the file, the header being line 1.
        row: u64,
        /// Number of cells.
        found: usize,
        /// Number of columns.
        wanted: usize,
    },
    /// A row longer than any table has: nearly always a quotation mark that is not closed.
    RowTooLong {
        /// Path as given.
        file: String,
        /// Line of the file, the header being line 1.
        row: u64,
    },
    /// A cell that cannot be read as what its column is.
    Cell {
        /// Path as given.
        file: String,
        /// Line of the file, the header being line 1.
        row: u64,
        /// Column of the cell.
        column: String,
        /// What is in it.
        found: String,
        /// What is wrong with that.
        fault: CellFault,
    },
    /// Not enough rows to learn from, to calibrate and to test.
    TooFewRows {
        /// Path as given.
        file: String,
        /// Number of rows that may be learned from.
        found: usize,
        /// Smallest number that is accepted.
        wanted: usize,
    },
    /// No series is as long as a window.
    WindowTooLong {
        /// Path as given.
        file: String,
        /// Samples of the longest series.
        found: usize,
        /// Samples of a window.
        wanted: usize,
    },
    /// Time jumps inside every window.
    EveryGap {
        /// Path as given.
        file: String,
        /// Samples of a window.
        length: usize,
        /// Number of windows.
        n_windows: usize,
        /// Largest step in seconds that is no gap.
        limit: i64,
    },
    /// Too few windows are left to learn from, to calibrate or to test once the sets share no samples.
    TooFewWindows {
        /// Path as given.
        file: String,
        /// Windows left to learn from.
        found: usize,
        /// Smallest number that is accepted.
        wanted: usize,
        /// Windows that share samples with a later set.
        n_dropped: usize,
    },
    /// Every row is labelled anomalous: there is nothing normal to learn.
    AllAnomalous {
        /// Path as given.
        file: String,
        /// The label column.
        column: String,
        /// Number of rows.
        n_rows: usize,
    },
    /// Images, or labels of images, that are not what they should be.
    Image {
        /// Path as given.
        file: String,
        /// What was found, what was wanted, what to do.
        problem: String,
    },
    /// A feature whose column cannot be scaled to 0 to 1.
    NotInUnit {
        /// The column it reads.
        column: String,
        /// The word for the feature.
        feature: &'static str,
    },
    /// No column is left to learn from.
    NoFields {
        /// Path as given.
        file: String,
    },
    /// The schema is no TOML, or holds a key that schemas do not have.
    SchemaSyntax {
        /// Path as given.
        file: String,
        /// Line of the schema, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The schema says something that cannot be.
    Schema {
        /// Path as given.
        file: String,
        /// Where: ``field `amount` `` or a key.
        place: String,
        /// What is wrong and what to do.
        problem: String,
    },
}

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellFault {
    /// Text where a number belongs.
    NotANumber,
    /// Text in a column that is nearly all numbers, with no schema to say what it is.
    StrayText,
    /// `NaN` where a number belongs.
    Nan,
    /// An infinity where a number belongs.
    Infinite,
    /// Neither yes nor no.
    NotAFlag,
    /// Neither a date and time nor Unix seconds.
    NotATime,
    /// Neither 0 nor another integer.
    NotALabel,
    /// Nothing, where the schema refuses missing values.
    Missing,
    /// A number outside the range that the schema declares.
    OutOfRange,
    /// Bytes that are no UTF-8.
    NotUtf8,
}

impl Error {
    /// True where the command line or the schema has to change (exit status 2), false where the data have to (1).
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::MissingFile { .. }
                | Self::LabelAbsent { .. }
                | Self::NotInUnit { .. }
                | Self::SchemaSyntax { .. }
                | Self::Schema { .. }
        )
    }

    /// An error of the system about a file.
    pub(crate) fn io(file: &str, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::MissingFile { file: file.to_owned() },
            _ => Self::Io { file: file.to_owned(), cause },
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_multi_line_findings_stay_on_one_short_line() {
        let found = format!("a\nb{}", "x".repeat(100));
        let fault = CellFault::NotANumber;
        let error = Error::Cell { file: "f.csv".into(), row: 7, column: "c".into(), found, fault };
        let text = error.to_string();
        assert!(
            text.starts_with("f.csv, row 7, column `c`: found `a\\nbxxx") && text.contains("x...`"),
            "{text}"
        );
        assert!(!text.contains('\n'));
        let error =
            Error::Schema { file: "s".into(), place: "field `a\u{7}\nb`".into(), problem: "bad".into() };
        assert_eq!(error.to_string(), "s, field `a\\u{7}\\nb`: bad");
    }

    #[test]
    fn many_columns_are_counted_instead_of_listed() {
        let columns = (0..20).map(|index| format!("c{index}")).collect();
        let error = Error::LabelAbsent { file: "f.csv".into(), column: "y".into(), columns };
        assert!(error.to_string().ends_with("`c11` and 8 more"));
        assert!(error.is_usage());
    }

    #[test]
    fn an_absent_file_is_usage_and_an_unreadable_one_is_not() {
        let missing = Error::io("x.csv", io::Error::from(io::ErrorKind::NotFound));
        assert_eq!(missing.to_string(), "x.csv: no such file; check the path");
        assert!(missing.is_usage());
        assert!(!Error::io("x.csv", io::Error::from(io::ErrorKind::InvalidData)).is_usage());
    }
}

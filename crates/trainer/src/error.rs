//! What can be wrong with what a user hands in.

mod describe;

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
    /// The file has no scores.
    NoScores {
        /// File.
        file: String,
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
    /// No whole number from 0.
    NotAScore,
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

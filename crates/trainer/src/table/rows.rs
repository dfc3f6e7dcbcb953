//! The rows of one file: header, cells, and the line each row begins on.

use super::source::Source;
use crate::{CellFault, Error};
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// How the bytes of a file make rows.
enum Format {
    Csv(Box<Reader<Source>>),
    /// One row per line that is not empty, one cell per row.
    Lines(BufReader<Source>),
}

/// An open file, its header read.
pub(super) struct Rows {
    /// Path as given, for messages.
    shown: String,
    columns: Vec<String>,
    reader: Format,
    cells: ByteRecord,
    row: u64,
    n_read: u64,
}

impl Rows {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let source = Source::open(path, &file)?;
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source);
        let reader = Format::Csv(Box::new(reader));
        let cells = ByteRecord::new();
        let mut rows = Self { shown: file, columns: Vec::new(), reader, cells, row: 0, n_read: 0 };
        if !rows.advance()? {
            return Err(Error::EmptyFile { file: rows.shown });
        }
        rows.columns = rows.header()?;
        Ok(rows)
    }

    /// Opens a plain text file, whose lines are the cells of the one column named.
    pub(super) fn open_lines(path: &Path, column: &str) -> Result<Self, Error> {
        let file = path.display().to_string();
        let reader = Format::Lines(BufReader::new(Source::open(path, &file)?));
        let columns = vec![column.to_owned()];
        Ok(Self { shown: file, columns, reader, cells: ByteRecord::new(), row: 0, n_read: 0 })
    }

    /// Path as given, for messages.
    pub(super) fn file(&self) -> &str {
        &self.shown
    }

    /// Headers, trimmed, without repeats.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Line on which the current row begins, the first line of the file being 1.
    pub(super) const fn row(&self) -> u64 {
        self.row
    }

    /// Goes to the next row; false at the end.
    pub(super) fn next_row(&mut self) -> Result<bool, Error> {
        if !self.advance()? {
            let is_bare = self.n_read == 0;
            return if is_bare { Err(Error::HeaderOnly { file: self.shown.clone() }) } else { Ok(false) };
        }
        self.n_read += 1;
        let (found, wanted) = (self.cells.len(), self.columns.len());
        if found == wanted {
            Ok(true)
        } else {
            Err(Error::RaggedRow { file: self.shown.clone(), row: self.row, found, wanted })
        }
    }

    /// A cell of the current row, spaces around it removed.
    pub(super) fn cell(&self, column: usize) -> Result<&str, Error> {
        let bytes = &self.cells[column];
        match str::from_utf8(bytes) {
            Ok(cell) => Ok(cell.trim()),
            Err(_) => Err(self.fault(column, CellFault::NotUtf8)),
        }
    }

    /// The bytes of a cell of the current row: of a line all, of other cells without the spaces around them.
    pub(super) fn bytes(&self, column: usize) -> &[u8] {
        let bytes = &self.cells[column];
        match self.reader {
            Format::Lines(_) => bytes,
            Format::Csv(_) => bytes.trim_ascii(),
        }
    }

    /// The error of a cell of the current row.
    pub(super) fn fault(&self, column: usize, fault: CellFault) -> Error {
        Error::Cell {
            file: self.shown.clone(),
            row: self.row,
            column: self.columns[column].clone(),
            found: String::from_utf8_lossy(&self.cells[column]).trim().to_owned(),
            fault,
        }
    }

    fn advance(&mut self) -> Result<bool, Error> {
        let (is_row, is_too_long) = match &mut self.reader {
            Format::Csv(reader) => {
                let before = reader.position().line();
                reader.get_mut().begin_row();
                let is_row =
                    reader.read_byte_record(&mut self.cells).map_err(|error| match error.into_kind() {
                        csv::ErrorKind::Io(cause) => Error::io(&self.shown, cause),
                        kind => Error::io(&self.shown, std::io::Error::other(format!("{kind:?}"))),
                    })?;
                // Lines passed are blank ones, those of the row, and line ends inside its cells; the position that the
                // reader gives a row is that of the blank lines before it.
                let n_inside = self.cells.as_slice().split(|&byte| byte == b'\n').count() as u64 - 1;
                self.row = reader.position().line().saturating_sub(n_inside + 1).max(before);
                (is_row, reader.get_ref().row_is_too_long())
            }
            Format::Lines(reader) => {
                let mut line = Vec::new();
                while matches!(line.as_slice(), [] | [b'\n']) {
                    line.clear();
                    reader.get_mut().begin_row();
                    let n_read = reader.read_until(b'\n', &mut line);
                    if n_read.map_err(|cause| Error::io(&self.shown, cause))? == 0 {
                        break;
                    }
                    self.row += 1;
                }
                let is_row = !line.is_empty();
                self.cells = ByteRecord::from(vec![line.strip_suffix(b"\n").unwrap_or(&line)]);
                (is_row, reader.get_ref().row_is_too_long())
            }
        };
        if is_too_long {
            return Err(Error::RowTooLong { file: self.shown.clone(), row: self.row });
        }
        Ok(is_row)
    }

    fn header(&self) -> Result<Vec<String>, Error> {
        let not_csv = |found: &str| Error::NotCsv { file: self.shown.clone(), found: found.to_owned() };
        let mut columns = Vec::with_capacity(self.cells.len());
        let mut positions = HashMap::new();
        for (index, bytes) in self.cells.iter().enumerate() {
            let column =
                str::from_utf8(bytes).map_err(|_| not_csv("a header in another encoding"))?.trim().to_owned();
            if let Some(first) = positions.insert(column.clone(), index + 1) {
                return Err(Error::DuplicateColumn {
                    file: self.shown.clone(),
                    column,
                    positions: [first, index + 1],
                });
            }
            columns.push(column);
        }
        match columns.as_slice() {
            [only] if only.contains(';') => Err(not_csv("cells separated by `;`")),
            [only] if only.contains('\t') => Err(not_csv("cells separated by tabs")),
            _ => Ok(columns),
        }
    }
}

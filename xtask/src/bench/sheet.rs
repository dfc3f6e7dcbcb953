//! A CSV file in memory, to be cut into the files that a protocol trains and tests on.

use csv::{Reader, Writer};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A header and rows of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Reads a file, gzip where its name ends in `.gz`.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let fail = |error: csv::Error| format!("{}: {error}", path.display());
        let mut reader = open(path)?;
        let columns = cells(reader.headers().map_err(fail)?);
        let rows: Result<Vec<Vec<String>>, csv::Error> =
            reader.records().map(|record| record.map(|record| cells(&record))).collect();
        Ok(Self { columns, rows: rows.map_err(fail)? })
    }

    /// The columns of a file.
    pub(super) fn header(path: &Path) -> Result<Vec<String>, String> {
        let mut reader = open(path)?;
        reader.headers().map(cells).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Index of a column.
    pub(super) fn column(&self, name: &str) -> Result<usize, String> {
        let found = self.columns.iter().position(|column| column == name);
        found.ok_or_else(|| format!("column `{name}`: not found among {}", self.columns.join(", ")))
    }

    /// The sheet without some columns; those that it does not have are no mistake.
    pub(super) fn without(&self, dropped: &[&str]) -> Self {
        let kept: Vec<usize> = (0..self.columns.len())
            .filter(|&index| !dropped.contains(&self.columns[index].as_str()))
            .collect();
        let pick = |row: &Vec<String>| kept.iter().map(|&index| row[index].clone()).collect();
        Self { columns: pick(&self.columns), rows: self.rows.iter().map(pick).collect() }
    }

    /// The rows that a question is true of.
    pub(super) fn only(&self, keeps: impl Fn(&[String]) -> bool) -> Self {
        let rows = self.rows.iter().filter(|row| keeps(row)).cloned().collect();
        Self { columns: self.columns.clone(), rows }
    }

    /// Writes the sheet as CSV.
    pub(super) fn write(&self, path: &Path) -> Result<(), String> {
        let write = || -> Result<(), csv::Error> {
            let mut writer = Writer::from_path(path)?;
            writer.write_record(&self.columns)?;
            self.rows.iter().try_for_each(|row| writer.write_record(row))?;
            writer.flush().map_err(Into::into)
        };
        write().map_err(|error| format!("{}: {error}", path.display()))
    }
}

fn open(path: &Path) -> Result<Reader<Box<dyn Read>>, String> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
    let bytes: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    Ok(Reader::from_reader(bytes))
}

fn cells(record: &csv::StringRecord) -> Vec<String> {
    record.iter().map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    #[test]
    fn is_read_cut_and_written() {
        let folder = tempfile::tempdir().unwrap();
        let packed = folder.path().join("a.csv.gz");
        let mut encoder = GzEncoder::new(File::create(&packed).unwrap(), Compression::fast());
        encoder.write_all(b"id,x,label\n1,2.5,0\n2,7,1\n").unwrap();
        encoder.finish().unwrap();
        let sheet = Sheet::read(&packed).unwrap();
        assert_eq!(sheet.column("label"), Ok(2));
        assert_eq!(sheet.column("y").unwrap_err(), "column `y`: not found among id, x, label");
        let cut = sheet.without(&["id", "absent"]).only(|row| row[1] == "1");
        let plain = folder.path().join("b.csv");
        cut.write(&plain).unwrap();
        assert_eq!(std::fs::read_to_string(&plain).unwrap(), "x,label\n7,1\n");
        assert_eq!(Sheet::read(&plain).unwrap(), cut);
    }
}

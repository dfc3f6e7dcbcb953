//! Scores as a file has them.

use super::rows::Rows;
use crate::{CellFault, Error};
use std::path::Path;

/// The column that they stand in.
const COLUMN: &str = "score";

/// Reads the column `score` of CSV files, plain or gzip.
///
/// # Errors
/// [`Error::MissingFile`], [`Error::Io`], [`Error::EmptyFile`], [`Error::HeaderOnly`], [`Error::NotCsv`],
/// [`Error::NoScores`], [`Error::RaggedRow`]; [`Error::Cell`] for what is no whole number from 0.
pub fn read_scores(files: &[impl AsRef<Path>]) -> Result<Vec<u64>, Error> {
    let mut scores = Vec::new();
    for path in files {
        let mut rows = Rows::open(path.as_ref())?;
        let Some(column) = rows.columns().iter().position(|name| name == COLUMN) else {
            let (file, columns) = (rows.file().to_owned(), rows.columns().to_vec());
            return Err(Error::NoScores { file, columns });
        };
        while rows.next_row()? {
            let score = rows.cell(column)?.parse();
            scores.push(score.map_err(|_| rows.fault(column, CellFault::NotAScore))?);
        }
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn scores_are_read_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.csv");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            read_scores(&[&path]).map_err(|error| error.to_string())
        };
        assert_eq!(read("row,score\n2,7\n3,18446744073709551615\n").unwrap(), [7, u64::MAX]);
        let error = read("row,score\n2,7\n3,-1\n").unwrap_err();
        assert!(error.contains("row 3, column `score`: found `-1`, wanted a whole number"), "{error}");
        let error = read("row,value\n2,7\n").unwrap_err();
        assert!(error.contains("no column `score`") && error.contains("`value`"), "{error}");
    }
}

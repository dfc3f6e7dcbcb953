//! Training rows that are not learned from: `--trim`.

use crate::Failure;
use crate::arguments::Train;
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::Path;
use tillwatch_trainer::cells::quoted;
use tillwatch_trainer::table::{Schema, Table};
use tillwatch_trainer::trim::strangest;

/// The list beside the model.
pub(super) const FILE: &str = "trimmed.csv";

/// Trims a table as the options say; gives the list as the text of [`FILE`], none where nothing is asked for.
pub(super) fn rows(arguments: &Train, table: &mut Table, schema: &Schema) -> Result<Option<String>, Failure> {
    let strange = strangest(table, schema, arguments.trim, arguments.seed)?;
    if arguments.trim <= 0.0 {
        return Ok(None);
    }
    let mut text = String::from("file,row,distance\n");
    for found in &strange {
        let (file, row) = table.place(found.row);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{},{row},{:.3}", quoted(&table.files()[file].0), found.distance);
    }
    let rows: Vec<usize> = strange.iter().map(|found| found.row).collect();
    table.trim(&rows);
    Ok(Some(text))
}

/// Removes the list of an earlier model from the folder of one that learned from every row.
pub(super) fn forget(folder: &Path) -> Result<(), Failure> {
    let path = folder.join(FILE);
    match std::fs::remove_file(&path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(Failure::write(&path, &cause)),
        _ => Ok(()),
    }
}

/// How many rows are gone, and where they are listed.
pub(super) fn line(table: &Table, learned: usize, folder: &Path) -> String {
    let n = table.trimmed().len();
    format!(
        "trimmed {n} of {} training rows, listed in {}; calibration and test rows are as they were\n",
        n + learned,
        folder.join(FILE).display()
    )
}

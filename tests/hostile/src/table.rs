//! Tables of text: records, lines, ratings, scores.

use crate::{file, refusal};
use std::path::Path;
use tillwatch_trainer::Error;
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Records, Samples, Schema, Table, infer, read_scores};

/// A number, a category, a flag and a time that may be missing.
const PAYMENTS: &str = include_str!("../../../fixtures/models/point_of_sale.toml");
/// Windows of several rows, in order of time.
const WINDOWS: &str = include_str!("../../../fixtures/models/transactions_window.toml");
/// A record per user.
const RATINGS: &str = "[ratings]\nuser = \"user\"\nitem = \"item\"\nvalue = \"value\"\nitems = 5\n";

/// Rows of a table: its schema is guessed, and both the guess and schemas written by hand read it or refuse it.
pub fn csv(bytes: &[u8]) {
    let file = file(bytes, ".csv");
    match infer(&[file.path()], None) {
        Ok(guess) => match Schema::parse(&guess.to_text(), "guess") {
            Ok(schema) => read(file.path(), &schema),
            Err(error) => panic!("the guess is none: {error}"),
        },
        Err(error) => refused(&error, file.path()),
    }
    for schema in [PAYMENTS, WINDOWS] {
        read(file.path(), &Schema::parse(schema, "schema").unwrap());
    }
}

/// Lines of plain text.
pub fn lines(bytes: &[u8]) {
    read(file(bytes, ".txt").path(), &Schema::for_lines());
}

/// Rows of users and items.
pub fn ratings(bytes: &[u8]) {
    let file = file(bytes, ".csv");
    match Schema::parse(RATINGS, "schema").unwrap().with_items(&[file.path()]) {
        Ok(schema) => read(file.path(), &schema),
        Err(error) => refused(&error, file.path()),
    }
}

/// A column of scores.
pub fn scores(bytes: &[u8]) {
    let file = file(bytes, ".csv");
    if let Err(error) = read_scores(&[file.path()]) {
        refused(&error, file.path());
    }
}

fn refused(error: &Error, file: &Path) {
    refusal::check(error, &file.display().to_string());
}

/// Reads a file whole and, where its records are rows, as a stream; both find the same, or refuse alike.
fn read(path: &Path, schema: &Schema) {
    let options = ReadOptions { label: ColumnUse::IfPresent, ..ReadOptions::default() };
    let table = Table::read(&[path], schema, &options);
    match &table {
        Ok(table) => {
            // Windows may share samples.
            let end = |row| table.first_sample(row) + table.samples_per_row();
            assert!((0..table.n_rows()).all(|row| end(row) <= table.n_samples()));
            let raw_len = table.samples_per_row() * table.n_fields();
            assert!((0..table.n_rows()).all(|row| table.raw(row).len() == raw_len));
        }
        Err(error) => refused(error, path),
    }
    if schema.ratings.is_some() || schema.samples != Samples::Row {
        return;
    }
    let streamed = stream(path, schema, &options);
    match (&table, streamed) {
        (Ok(table), Ok(rows)) => assert!(
            rows.iter().map(Vec::as_slice).eq((0..table.n_rows()).map(|row| table.raw(row))),
            "the stream is another than the table"
        ),
        (Err(_), Err(error)) => refused(&error, path),
        (Ok(_), Err(error)) => panic!("a stream refuses what a table reads: {error}"),
        (Err(error), Ok(_)) => panic!("a stream reads what a table refuses: {error}"),
    }
}

fn stream(path: &Path, schema: &Schema, options: &ReadOptions) -> Result<Vec<Vec<i32>>, Error> {
    let mut records = Records::open(&[path], schema, options)?;
    let mut rows = Vec::new();
    while let Some(record) = records.read()? {
        rows.push(record.raw.clone());
    }
    Ok(rows)
}

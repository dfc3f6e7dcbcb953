//! A table: its schema is guessed, and both the guess and a schema written by hand read it or refuse it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Write;
use tillwatch_trainer::table::{ReadOptions, Schema, Table, infer};

/// A number, a category, a flag and a time that may be missing.
const SCHEMA: &str = include_str!("../../../fixtures/models/point_of_sale.toml");

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(bytes).expect("the temporary file is writable");
    let paths = [file.path()];
    let options = ReadOptions::default();
    if let Ok(guess) = infer(&paths, None)
        && let Ok(schema) = Schema::parse(&guess.to_text(), "guess")
    {
        let _ = Table::read(&paths, &schema, &options);
    }
    let schema = Schema::parse(SCHEMA, "schema").expect("a fixture is sound");
    if let Ok(table) = Table::read(&paths, &schema, &options) {
        assert!((0..table.n_rows()).all(|row| table.raw(row).len() == table.n_fields()));
    }
});

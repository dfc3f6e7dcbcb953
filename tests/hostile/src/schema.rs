//! The text of a schema.

use crate::refusal;
use tillwatch_trainer::table::{Notes, Schema};

/// Name of the file in refusals.
const FILE: &str = "schema.toml";

/// It is refused with one line, or read; what is read, written and read again is the same.
pub fn schema(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match Schema::parse(text, FILE) {
        Err(error) => refusal::check(&error, FILE),
        Ok(schema) => {
            let written = schema.to_text(&Notes::default());
            match Schema::parse(&written, FILE) {
                Ok(again) => assert_eq!(again, schema, "written as\n{written}"),
                Err(error) => panic!("{error}, in\n{written}"),
            }
        }
    }
}

//! The text of a schema: refused with one line, or read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tillwatch_trainer::table::Schema;

fuzz_target!(|text: &str| {
    if let Err(error) = Schema::parse(text, "schema.toml") {
        assert!(error.to_string().starts_with("schema.toml"), "{error}");
    }
});

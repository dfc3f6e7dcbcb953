//! Rows of a table.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillwatch_hostile::csv(bytes));

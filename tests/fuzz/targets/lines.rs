//! Lines of plain text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillwatch_hostile::lines(bytes));

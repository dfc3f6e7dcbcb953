//! Rows of users and items.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillwatch_hostile::ratings(bytes));

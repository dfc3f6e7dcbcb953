//! A model file under checksums that fit.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillwatch_hostile::model_file(bytes));

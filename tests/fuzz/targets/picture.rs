//! A PNG picture, alone and in a folder.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillwatch_hostile::picture(bytes));

//! Images and labels as IDX or NPY.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillwatch_hostile::array(bytes));

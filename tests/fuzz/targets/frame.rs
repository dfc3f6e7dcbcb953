//! A frame under a checksum that fits.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tillwatch_hostile::frame(bytes));

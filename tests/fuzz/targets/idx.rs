//! Images by their content: IDX, NPY, PNG or text; read, or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Write;
use tillwatch_trainer::table::{ImageOptions, read_images};

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::Builder::new().suffix(".idx").tempfile().expect("a temporary file");
    file.write_all(bytes).expect("the temporary file is writable");
    for shape in [None, Some([2, 2, 1])] {
        let options = ImageOptions { shape, ..ImageOptions::default() };
        if let Ok((_, table)) = read_images(&[file.path()], None, &options) {
            assert_eq!(table.n_samples(), table.n_rows() * table.samples_per_row());
        }
    }
});

//! Images by their content.

use crate::{file, refusal, seal};
use std::fs;
use std::path::Path;
use tillwatch_trainer::table::{ImageOptions, are_images, read_images};

/// Arrays: IDX, NPY or text, as images and as their labels.
pub fn array(bytes: &[u8]) {
    let images = file(bytes, ".idx");
    read(images.path(), images.path(), None);
    read(images.path(), images.path(), Some(images.path()));
}

/// A PNG picture whose checksums fit, alone and as one of a folder with labels.
pub fn picture(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    seal::picture(&mut bytes);
    let alone = file(&bytes, ".png");
    read(alone.path(), alone.path(), None);
    let folder = tempfile::tempdir().unwrap();
    for class in ["normal", "anomaly"] {
        fs::create_dir(folder.path().join(class)).unwrap();
        fs::write(folder.path().join(class).join("a.png"), &bytes).unwrap();
    }
    read(folder.path(), folder.path(), None);
}

/// Reads images; refusals begin with the path `named`, or with one inside it.
fn read(path: &Path, named: &Path, labels: Option<&Path>) {
    let named = named.display().to_string();
    if let Err(error) = are_images(&[path]) {
        refusal::check(&error, &named);
    }
    for shape in [None, Some([2, 2, 1])] {
        let options = ImageOptions { shape, ..ImageOptions::default() };
        match read_images(&[path], labels, &options) {
            Ok((_, table)) => assert_eq!(table.n_samples(), table.n_rows() * table.samples_per_row()),
            Err(error) => refusal::check(&error, &named),
        }
    }
}

//! Every parser that takes bytes from outside, as a function of bytes: it refuses them or reads them, and what it reads
//! holds together.
//!
//! The fuzz targets of `tests/fuzz` call these functions for as long as one lets them, on nightly. `tests/corpus.rs` calls
//! them on stable with the same seeds and a bounded number of changes to each. A function panics where a promise is broken.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod frame;
mod image;
mod model_file;
pub mod mutation;
mod refusal;
mod schema;
mod seal;
mod table;

pub use frame::frame;
pub use image::{array, picture};
pub use model_file::model_file;
pub use schema::schema;
pub use table::{csv, lines, ratings, scores};

use std::io::Write;
use tempfile::NamedTempFile;

/// A parser and where its seeds are.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name of the fuzz target, and of the folder below `tests/fuzz/corpus`.
    pub name: &'static str,
    /// Reads bytes; panics where a promise is broken.
    pub run: fn(&[u8]),
    /// Ending of the files in `fixtures/models` that are seeds as well.
    pub fixtures: Option<&'static str>,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "model_file", run: model_file, fixtures: Some("tw") },
    Target { name: "frame", run: frame, fixtures: None },
    Target { name: "schema", run: schema, fixtures: Some("toml") },
    Target { name: "csv", run: csv, fixtures: None },
    Target { name: "lines", run: lines, fixtures: None },
    Target { name: "ratings", run: ratings, fixtures: None },
    Target { name: "scores", run: scores, fixtures: None },
    Target { name: "array", run: array, fixtures: None },
    Target { name: "picture", run: picture, fixtures: None },
];

/// A file of these bytes, since readers take paths.
fn file(bytes: &[u8], ending: &str) -> NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

//! Tables: from CSV files to raw integers.
//!
//! A [`Schema`] says what the columns mean. [`Records`] streams the rows of files that may be larger than memory;
//! [`Table`] holds them for training and [splits](Table::split) them; [`infer()`] guesses a schema. What comes out are
//! the raw integers that the device gets; nothing here knows of features' scales or of networks.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests panic"))]

mod cell;
mod decimal;
mod grams;
mod images;
mod infer;
mod instant;
mod interner;
mod load;
mod name;
mod ratings;
mod records;
mod rows;
mod schema;
mod scores;
mod source;
mod split;
mod twins;
mod whole;
mod windows;

use whole::FEWEST_ROWS;

pub use decimal::{NotDecimal, Resolution};
pub use images::{ImageOptions, are_images, read_images, read_images_as};
pub use infer::{Inferred, infer};
pub use records::{ColumnUse, ReadOptions, Record, Records};
pub use schema::{FeatureKind, Field, FieldKind, Notes, Part, Ratings, Samples, Schema};
pub use scores::read_scores;
pub use source::digest;
pub use split::Split;
pub use whole::Table;

//! Turns a Tillwatch model file into Rust source: a crate that builds by itself, or a module.
//!
//! What comes out calls the engine and nothing else. Sizes are types, so scoring cannot fail; the bound on every
//! accumulator is asserted at compile time beside the weights. The layout of weights in memory is chosen here, for the
//! kernel that will read them; the model file knows nothing of it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod build_script;
mod constants;
mod entry;
mod error;
mod identifier;
mod memory;
mod network;
mod package;
mod plan;
mod preparation;
mod proofs;
mod record;
mod scoring;
mod source;
mod weights;

pub use build_script::{bake_to_out_dir, read_model};
pub use error::BakeError;
pub use package::{Baked, Footprint, Options, bake, bake_module, difference, write};

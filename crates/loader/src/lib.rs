//! Runs a validated model file in place.
//!
//! The weights stay where the file is, in flash or in memory; the caller lends the scratch. The results are those of
//! the generated code, bit for bit: both call the same engine. There is no allocator here, nothing can fail once a
//! [`Model`] exists, and no state is kept but the [`Memory`] slots that the caller owns.
//!
//! Training, calibration and evaluation run on this crate as well, so that thresholds are those of integer scores.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod network;
mod prepare;
mod run;

pub use network::{run_last, run_layer};
pub use prepare::{prepare, prepare_samples};
pub use run::{Loader, Scratch, ScratchSizes};

pub use tillwatch_engine::feature::Memory;
pub use tillwatch_engine::score::Scored;
pub use tillwatch_model::{Model, ModelError};

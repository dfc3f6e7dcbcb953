//! Runs many records at once through a model, on a workstation.
//!
//! Calibration, evaluation and `tillwatch score` run thousands of records through one network. A [`Batch`] packs its
//! weights once for the vector instructions that this processor has and runs rows side by side; [`in_parts`] spreads
//! rows over threads. Not for devices: those run one record at a time, from the file or baked.
//!
//! The results are those of the loader, bit for bit, whatever the processor and the number of threads: sums of integers
//! that cannot overflow have no order.
#![deny(unsafe_code)]
#![deny(missing_docs)]

mod answers;
mod arch;
mod batch;
mod bench;
mod network;
mod packed;
mod parts;

pub use answers::Answers;
pub use batch::{Batch, Room};
pub use bench::Bench;
pub use parts::{all_cores, in_parts};

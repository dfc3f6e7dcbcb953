//! Trains feed-forward networks: layers with hand-written backward passes, losses, optimisers and the training loop.
//!
//! It knows rows of floats and nothing of files, features or quantisation. Everything is generic over [`Real`], so
//! that each backward pass is checked against central differences in `f64`.
//!
//! Invariants: the same seed gives the same bytes on reruns and for any number of threads, because a batch is cut
//! into shards by its size alone and shards are added in order. A step allocates nothing once buffers have grown.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests panic, and compare exact results")
)]

mod activation;
mod config;
mod crew;
mod dense;
mod elementwise;
mod error;
mod fit;
mod gemm;
#[cfg(test)]
mod gradient_check;
mod layer;
mod loss;
mod network;
mod optimiser;
mod pass;
mod random;
mod real;
mod rows;
mod schedule;
mod shard;

pub use activation::{Activation, LEAKY_SLOPE, SELU_ALPHA, SELU_SCALE};
pub use config::FitConfig;
pub use dense::Dense;
pub use elementwise::Elementwise;
pub use error::NetworkError;
pub use fit::{EpochReport, FitReport, fit};
pub use layer::{Backward, Forward, Layer, LayerKind, Mode, Tape};
pub use loss::{Loss, LossSum, Weights};
pub use network::{DenseParameters, Network};
pub use optimiser::OptimiserConfig;
pub use random::{Generator, normal, shuffle, uniform};
pub use real::Real;
pub use rows::Rows;
pub use schedule::Schedule;
pub use shard::Corruption;

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
mod activity_penalty;
mod average_pool;
mod batch_norm;
mod bias;
mod config;
mod convolution;
mod crew;
mod dense;
mod dropout;
mod elementwise;
mod error;
mod fit;
mod folded;
mod gaussian_sample;
mod gemm;
#[cfg(test)]
mod gradient_check;
mod initial;
mod kind;
mod layer;
mod loss;
mod max_pool;
mod network;
mod noise;
mod optimiser;
mod pass;
mod patches;
mod pooling;
mod random;
mod real;
mod rows;
mod schedule;
mod shape;
mod shard;
mod sleeping;
mod top_k;
mod transposed_convolution;
mod upsample;

pub use activation::{Activation, LEAKY_SLOPE, SELU_ALPHA, SELU_SCALE};
pub use activity_penalty::{ActivityPenalty, Penalty};
pub use average_pool::AveragePool;
pub use batch_norm::BatchNorm;
pub use config::FitConfig;
pub use convolution::Convolution;
pub use dense::Dense;
pub use dropout::Dropout;
pub use elementwise::Elementwise;
pub use error::{LayerSetting, NetworkError};
pub use fit::{EpochReport, FitReport, fit};
pub use gaussian_sample::GaussianSample;
pub use kind::LayerKind;
pub use layer::{Backward, Forward, Layer, Mode, Tape};
pub use loss::{Loss, LossSum, Weights};
pub use max_pool::MaxPool;
pub use network::{DenseParameters, Network};
pub use noise::{Level, Noise};
pub use optimiser::OptimiserConfig;
pub use random::{Generator, normal, shuffle, uniform};
pub use real::Real;
pub use rows::Rows;
pub use schedule::Schedule;
pub use shape::{Padding, Shape};
pub use shard::{Corrupted, Corruption};
pub use top_k::TopK;
pub use transposed_convolution::TransposedConvolution;
pub use upsample::Upsample;

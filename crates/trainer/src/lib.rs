//! Trains, quantises and calibrates autoencoders for anomaly detection.
//!
//! A table of raw integers goes in, a model file comes out: features are fitted, a float network is trained on the codes
//! that the device will see, quantised, and its thresholds are calibrated on the scores of the integer model itself. The
//! crate prints nothing and writes no file.
#![deny(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::float_cmp))]

pub mod ablation;
pub mod architecture;
mod bank;
pub mod baselines;
pub mod budget;
pub mod calibrate;
pub mod cells;
pub mod conformal;
pub mod drift;
mod error;
pub mod evaluate;
pub mod explain;
pub mod features;
pub mod float_model;
pub mod generate;
mod heads;
mod integer_model;
mod isolation_forest;
pub mod metrics;
pub mod nn;
pub mod observed;
pub mod picture;
pub mod principal;
pub mod prototypes;
pub mod quantise;
pub mod recipe;
pub mod recommend;
pub mod reconstruct;
pub mod rim;
pub mod scoring;
pub mod spike;
pub mod table;
pub mod tail;
pub mod threshold;
mod train;
mod train_error;
pub mod trim;

pub use error::{CellFault, Error};
pub use train::{Architecture, Progress, Settings, Trained, train, train_on};
pub use train_error::TrainError;

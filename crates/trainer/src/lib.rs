//! Trains, quantises and calibrates autoencoders for anomaly detection.
#![deny(unsafe_code)]
#![deny(missing_docs)]

pub mod float_model;
pub mod metrics;
pub mod nn;
pub mod prototypes;
pub mod quantise;

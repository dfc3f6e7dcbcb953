//! Trains, quantises and calibrates autoencoders for anomaly detection.
#![deny(unsafe_code)]
#![deny(missing_docs)]

pub mod nn;

//! Trains, quantises and calibrates autoencoders for anomaly detection.

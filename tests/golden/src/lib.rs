//! Recorded outputs, re-derived on every run.

//! Turns a Tillwatch model file into a Rust crate.

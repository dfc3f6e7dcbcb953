#![no_std]
//! Runs a validated Tillwatch model file in place.

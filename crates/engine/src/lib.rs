#![no_std]
//! Integer autoencoder scoring for microcontrollers: no allocator, no panic, no float.

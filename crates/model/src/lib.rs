#![no_std]
//! The Tillwatch model file: format, versions and validation.

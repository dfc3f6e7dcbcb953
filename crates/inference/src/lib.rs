#![no_std]
//! What gets flashed: baked Tillwatch models behind a small facade.

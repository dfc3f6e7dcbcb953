//! The model file under test: whole, damaged, and hostile with checksums that fit.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod by_hand;
mod damage;
mod hostile;
mod mutation;
mod picture;
mod round_trip;
mod run;
mod seal;
mod toy;

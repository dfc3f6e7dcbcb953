//! What the project measures: on labelled sets ([`detection`] and [`reliability`]), on emulated cores ([`device`]) and on this
//! machine ([`workstation`]).
//!
//! A labelled set is found in a folder, put into the form of its protocol, and trained on as a user would without any option.

pub(crate) mod detection;
pub(crate) mod device;
mod parts;
pub(crate) mod reliability;
mod sets;
mod sheet;
pub(crate) mod workstation;

pub(crate) use parts::{with_part, write};
pub(crate) use sets::{Prepared, Set, find};

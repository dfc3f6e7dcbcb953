//! Whether promises hold: alarm rates of fresh normal rows, and reasons for fields that were tampered with.

mod alarms;
mod injections;
mod page;

pub(crate) use alarms::{Recount, is_fit, recount};
pub(crate) use injections::{Injections, SIZES, inject};
pub(crate) use page::page;

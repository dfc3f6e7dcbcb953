//! What the project measures: on labelled sets, on emulated cores ([`device`]) and on this machine ([`host`]).
//!
//! A labelled set is found in a folder, put into the form of its protocol, and trained on as a user would without any option. What
//! comes out is one [`Trial`] per set, kind and seed, and from those a page; alarms and reasons are counted on the same sets.

mod alarms;
mod baselines;
mod board;
pub(crate) mod device;
mod heads;
mod host;
mod injections;
mod judged;
mod page;
mod parts;
mod reliability;
mod sets;
mod sheet;
mod signed_rank;
mod summary;
mod trial;

pub(crate) use alarms::{Recount, is_fit, recount};
pub(crate) use baselines::Baselines;
pub(crate) use host::host;
pub(crate) use injections::{Injections, SIZES, inject};
pub(crate) use page::{comparison, page};
pub(crate) use parts::with_part;
pub(crate) use reliability::page as reliability_page;
pub(crate) use sets::{Prepared, Set, find};
pub(crate) use trial::{KINDS, Trial, run};

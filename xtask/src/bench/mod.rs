//! How well every kind of autoencoder tells normal from anomalous on labelled sets, all defaults.
//!
//! A set is found in a folder, put into the form of its protocol, and trained on as a user would without any option. What
//! comes out is one [`Trial`] per set, kind and seed, and from those a page.

mod baselines;
mod page;
mod sets;
mod sheet;
mod summary;
mod trial;

pub(crate) use baselines::Baselines;
pub(crate) use page::page;
pub(crate) use sets::{Set, find};
pub(crate) use trial::{KINDS, Trial, run};

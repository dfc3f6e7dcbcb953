//! How well models detect: one [`Trial`] per set, kind and seed, and from those a page beside other detectors.

mod baselines;
mod board;
mod heads;
mod judged;
mod page;
mod signed_rank;
mod summary;
mod trial;

pub(crate) use baselines::Baselines;
pub(crate) use page::{comparison, page};
pub(crate) use trial::{KINDS, Trial, run};

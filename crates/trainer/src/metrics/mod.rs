//! Figures that say how good a detector is.

mod agreement;
mod band;
mod interval;
mod ranking;

pub use agreement::{rank_correlation, verdict_flips};
pub use band::band;
pub use interval::{auroc_interval, average_precision_interval, wilson};
pub use ranking::{auroc, average_precision, recall_at, share_above};

use core::cmp::Ordering;

/// Indices of `scores` in falling order; equal scores stay in their order.
fn descending<S: Copy + PartialOrd>(scores: &[S]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].partial_cmp(&scores[a]).unwrap_or(Ordering::Equal));
    order
}

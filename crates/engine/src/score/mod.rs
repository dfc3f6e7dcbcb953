//! From codes and their reconstruction to a score, a percentile, a verdict and the reasons.
//!
//! A score is a sum over columns of two heads, each divided by its calibration mean: the squared residual, weighted per
//! column, and the squared distance to the nearest prototype. Hence reasons sum exactly to the score; a latent distance,
//! where a model has one, belongs to no column and is told apart. Higher is always stranger, and no score is a
//! probability.

mod anomaly_map;
mod contribution;
mod latent;
mod prototype;
mod reason;
mod reconstruction;
mod threshold;

pub use anomaly_map::{Peak, anomaly_map, anomaly_peak};
pub use contribution::{Heads, evaluate, evaluate_samples};
pub use latent::latent_distance;
pub use prototype::{nearest, square_norm, square_norms};
pub use reason::{REASONS, Reason};
pub use reconstruction::Reconstruction;
pub use threshold::{ANCHORS, LEVELS, Thresholds, Verdict};

use crate::feature::Mark;

/// The score that equals one calibration mean of one head: scores have 16 fraction bits.
pub const SCORE_ONE: u64 = 1 << 16;

/// Fraction bits of a [`Heads`] gain beyond those of the score.
pub const GAIN_FRACTION_BITS: u32 = 24;

/// What was remarkable about a record, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Features that were missing and left the score.
    pub missing: u16,
    /// Features whose code was clipped.
    pub saturated: u16,
    /// Categories outside the vocabulary.
    pub unknown: u16,
}

impl Tally {
    /// Counts the marks of a record.
    ///
    /// # Shapes
    /// `marks`: one per feature.
    /// # Bounds
    /// Any marks; counts stop at 65,535.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub fn of(marks: &[Mark]) -> Self {
        let [mut missing, mut saturated, mut unknown] = [0_usize; 3];
        for mark in marks {
            missing += usize::from(mark.has(Mark::MISSING));
            saturated += usize::from(mark.has(Mark::SATURATED));
            unknown += usize::from(mark.has(Mark::UNKNOWN));
        }
        Self {
            missing: missing.min(0xffff) as u16,
            saturated: saturated.min(0xffff) as u16,
            unknown: unknown.min(0xffff) as u16,
        }
    }
}

/// The strongest features of a record; at most [`REASONS`].
pub type Reasons = heapless::Vec<Reason, REASONS>;

/// The answer to one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    /// Strangeness, [`SCORE_ONE`] per calibration mean of a head; higher is stranger.
    pub score: u64,
    /// The part of the score that is the latent distance and belongs to no feature; 0 without that head.
    pub latent: u64,
    /// Where the score stands among the calibration scores, 0 to 1000, from a table of [`LEVELS`].
    pub percentile: u16,
    /// Normal, watch or alarm.
    pub verdict: Verdict,
    /// Missing, saturated and unknown features.
    pub tally: Tally,
    /// The features that contributed most, strongest first.
    pub reasons: Reasons,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_by_kind() {
        let marks = [Mark::MISSING, Mark::NONE, Mark::SATURATED, Mark::MISSING, Mark::UNKNOWN];
        assert_eq!(Tally::of(&marks), Tally { missing: 2, saturated: 1, unknown: 1 });
    }
}

//! Columns from 0 to 1, which binary cross-entropy asks of its targets.

use super::Statistics;
use super::statistics::Measure;
use crate::Error;
use crate::table::{FeatureKind, Field, FieldKind};
use tillwatch_engine::fixed::{log2_1p, log2_1p_over};

/// What one unit of a column is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scaling {
    /// A standard deviation of the training rows; the mean is 0.
    #[default]
    Standard,
    /// The whole range, from 0 to 1: the range that the field declares, else that of the training rows; levels and flags
    /// are 0 and 1. Codes of later values outside the range lie outside 0 to 1 and are not clipped to it.
    Unit,
}

/// The statistics as they are, with the range of 0 to 1.
pub(super) fn scaled(found: Statistics, field: &Field, kind: FeatureKind) -> Result<Statistics, Error> {
    Ok(match found {
        Statistics::Scaled { measure, median, ends, .. } => {
            let declared = match &field.kind {
                FieldKind::Number { range, .. } => *range,
                _ => None,
            };
            let declared = match measure {
                Measure::Numeric => declared,
                Measure::Logarithm => declared.map(|ends| ends.map(log2_1p)),
                Measure::Symlog { origin, width_log2 } => {
                    declared.map(|ends| ends.map(|end| log2_1p_over(end.saturating_sub(origin), width_log2)))
                }
                Measure::Delta | Measure::RatioToMean => None,
            };
            let [low, high] = declared.unwrap_or(ends);
            Statistics::Ranged { measure, low, high, median }
        }
        Statistics::OneHot(shares) => Statistics::Levels(shares.len()),
        Statistics::Surprisal(shares) => Statistics::RangedSurprisal(shares),
        Statistics::Flag(_) => Statistics::Bit,
        _ => return Err(Error::NotInUnit { column: field.column.clone(), feature: kind.word() }),
    })
}

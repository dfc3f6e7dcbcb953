//! The block of thresholds, apart from the weights so that it can be replaced alone.

use crate::u64s;
use serde::{Deserialize, Serialize};
use tillwatch_engine::score::{ANCHORS, Thresholds};

/// What calibration found, and what it was asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ThresholdBlock<'a> {
    /// Scores above it are watched.
    pub watch: u64,
    /// Scores above it alarm.
    pub alarm: u64,
    /// Promised watches per million normal records.
    pub watch_rate_ppm: u32,
    /// Promised alarms per million normal records.
    pub alarm_rate_ppm: u32,
    /// Normal records that calibrated it.
    pub calibration_rows: u32,
    /// Scores at the percentile levels, little-endian u64.
    pub anchors: &'a [u8],
}

impl ThresholdBlock<'_> {
    /// The thresholds as the engine takes them.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        let mut anchors = [0; ANCHORS];
        for (anchor, value) in anchors.iter_mut().zip(u64s(self.anchors)) {
            *anchor = value;
        }
        Thresholds { watch: self.watch, alarm: self.alarm, anchors }
    }

    /// True where the alarm threshold lies beyond all calibration scores: so few rows cannot carry the rate.
    #[must_use]
    pub const fn is_extrapolated(&self) -> bool {
        let above = (self.calibration_rows as u64 + 1) * self.alarm_rate_ppm as u64;
        self.calibration_rows > 0 && above < 1_000_000
    }
}

//! What events look like that are as they should be.

use super::Fleet;
use tillwatch_engine::monitor::{FIRST_OCTAVE, OCTAVES, code_limit};
use tillwatch_engine::score::{LEVELS, Thresholds};
use tillwatch_model::{FloatActivation, Model, Preparation, Samples, one_hot_levels};

/// Smallest share of a group of octaves: with fewer, chance would have the word.
const SMALLEST_SHARE: f64 = 0.01;

/// Neighbouring octaves of scores and the share of events in them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// The first of them.
    pub first: usize,
    /// How many.
    pub octaves: usize,
    /// Share of events.
    pub share: f64,
}

/// Mean and standard deviation of a feature's code in the sum of a monitor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// What is expected of events.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    groups: Vec<Group>,
    events: f64,
    alarm_rate: f64,
    features: Vec<Option<Moments>>,
}

impl Expected {
    /// What the model says of the records that it was calibrated on; `None` where it was calibrated on none.
    ///
    /// Scores between two percentiles are taken as evenly spread over their logarithm. Columns are standardised over the
    /// training records, so that their mean is 0; the shares of a category's levels follow from their codes.
    #[must_use]
    pub fn of_model(model: &Model<'_>) -> Option<Self> {
        let (thresholds, block) = (model.thresholds().thresholds(), model.thresholds());
        if block.calibration_rows == 0 {
            return None;
        }
        let features = if is_standardised(model) {
            let one = f64::from(1_u32 << model.body().rim_fraction_bits);
            let limit = f64::from(code_limit(model.body().rim_fraction_bits));
            model.body().features.iter().map(|feature| moments(&feature.preparation, one, limit)).collect()
        } else {
            vec![None; model.body().features.len()]
        };
        Some(Self {
            groups: groups(|octave| share_below(&thresholds, octave)),
            events: f64::from(block.calibration_rows),
            alarm_rate: f64::from(block.alarm_rate_ppm) / 1e6,
            features,
        })
    }

    /// What devices counted at a time that was normal; `None` where they counted nothing.
    #[must_use]
    pub fn of_fleet(fleet: &Fleet, model: &Model<'_>) -> Option<Self> {
        if fleet.events == 0 {
            return None;
        }
        let events = fleet.events as f64;
        let one = f64::from(1_u32 << model.body().rim_fraction_bits);
        let below = |octave: usize| {
            let count: u64 = fleet.octaves.iter().take(octave + 1).sum();
            Some(count as f64 / events)
        };
        let mean = |&[sum, _]: &[i64; 2]| Some(Moments { mean: sum as f64 / events, deviation: one });
        Some(Self {
            groups: groups(below),
            events,
            alarm_rate: f64::from(model.thresholds().alarm_rate_ppm) / 1e6,
            features: fleet.features.iter().map(mean).collect(),
        })
    }

    /// Groups of octaves, lowest first; together all of them.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Events that this was learnt from.
    #[must_use]
    pub const fn events(&self) -> f64 {
        self.events
    }

    /// Promised alarms per event.
    #[must_use]
    pub const fn alarm_rate(&self) -> f64 {
        self.alarm_rate
    }

    pub(super) fn features(&self) -> &[Option<Moments>] {
        &self.features
    }
}

/// Octaves in groups that each hold a share worth comparing. `below` is the share of scores below the upper end of an octave,
/// where it is known.
fn groups(below: impl Fn(usize) -> Option<f64>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut first, mut before) = (0, 0.0);
    for octave in 0..OCTAVES - 1 {
        let Some(share) = below(octave) else { continue };
        if share - before >= SMALLEST_SHARE && 1.0 - share >= SMALLEST_SHARE {
            groups.push(Group { first, octaves: octave + 1 - first, share: share - before });
            (first, before) = (octave + 1, share);
        }
    }
    groups.push(Group { first, octaves: OCTAVES - first, share: 1.0 - before });
    groups
}

/// Share of calibration scores below the upper end of an octave; `None` below the first percentile.
fn share_below(thresholds: &Thresholds, octave: usize) -> Option<f64> {
    let end = f64::from(FIRST_OCTAVE + 1) + octave as f64;
    let place = |score: u64| libm::log2(score as f64 + 1.0);
    let at = |index: usize| (place(thresholds.anchors[index]), f64::from(LEVELS[index]) / 1000.0);
    let passed = (0..LEVELS.len()).take_while(|&index| at(index).0 < end).last()?;
    let (low, share) = at(passed);
    if passed + 1 == LEVELS.len() {
        return Some(1.0);
    }
    let (high, next) = at(passed + 1);
    Some(share + (next - share) * (end - low) / (high - low))
}

/// True where columns are standard deviations from a mean: not those of images, whose pixels have a mean each, and not those
/// from 0 to 1 that a sigmoid reconstructs.
fn is_standardised(model: &Model<'_>) -> bool {
    let last = model.reference().and_then(|reference| reference.layers.iter().last());
    let is_image = matches!(model.body().samples, Samples::Image { .. });
    !is_image && last.is_none_or(|layer| layer.activation != FloatActivation::Sigmoid)
}

/// Mean and standard deviation in training of the largest of a feature's codes within the limit; `None` of a cyclic feature,
/// whose mean nothing tells.
fn moments(preparation: &Preparation<'_>, one: f64, limit: f64) -> Option<Moments> {
    match preparation {
        Preparation::Cyclic(_) => None,
        Preparation::OneHot(levels) => {
            let parts: Vec<(f64, f64)> = one_hot_levels(levels)
                .map(|level| (f64::from(level.off), f64::from(level.on)))
                .map(|(off, on)| (-off / (on - off), on.min(limit)))
                .filter(|(share, code)| share.is_finite() && code.is_finite())
                .collect();
            let all: f64 = parts.iter().map(|(share, _)| share).sum();
            let mean = parts.iter().map(|(share, code)| share * code).sum::<f64>() / all;
            let variance =
                parts.iter().map(|(share, code)| share * (code - mean) * (code - mean)).sum::<f64>() / all;
            // A category of two equally frequent levels has one code for both.
            (all > 0.0).then(|| Moments { mean, deviation: variance.sqrt().max(one / 8.0) })
        }
        _ => Some(Moments { mean: 0.0, deviation: one }),
    }
}

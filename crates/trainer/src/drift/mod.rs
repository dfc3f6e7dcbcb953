//! Drift: are the events that devices have counted still those that the model was calibrated on?
//!
//! Frames of devices are added up to a [`Fleet`] and compared with what is [`Expected`]: of the model, whose percentiles say
//! how its scores were spread and whose features have the mean 0 in training by construction, or of frames from a time
//! that was normal.

mod expected;
mod fleet;
mod monitored;

pub use expected::{Expected, Group};
pub use fleet::Fleet;
pub use monitored::Monitored;

use crate::calibrate::wilson_interval;

/// Index of stability from which scores count as drifting; the customary limit of a moderate change.
///
/// # Source
/// Siddiqi, "Credit Risk Scorecards" (2006): below 0.1 no change, above 0.25 a major one.
pub const PSI_LIMIT: f64 = 0.1;

/// Shift of a mean, in standard deviations, from which a feature counts as drifting: the shift of a normal distribution
/// whose index of stability is [`PSI_LIMIT`], which is its square.
pub const SHIFT_LIMIT: f64 = 0.316_227_766_016_837_94;

/// Share of events, of which a feature may be outside: saturated or not in the vocabulary.
pub const OUTSIDE_LIMIT: f64 = 0.001;

/// Fewest events from which anything is said about shares.
pub const FEWEST_EVENTS: u64 = 100;

/// 99.9 % of the normal distribution.
const Z: f64 = 3.090_232_306_167_813;

/// What a comparison found.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Population stability index of the scores.
    pub psi: f64,
    /// The index that chance alone exceeds once in a thousand times, for so many events.
    pub psi_by_chance: f64,
    /// Groups of octaves: the share expected and the share seen.
    pub groups: Vec<(Group, f64)>,
    /// Alarms per event, and the interval that 95 % of such counts give.
    pub alarm_rate: (f64, [f64; 2]),
    /// True where there are more alarms than promised, and not by chance.
    pub alarms_too_often: bool,
    /// Each feature.
    pub features: Vec<FeatureDrift>,
}

/// What a comparison found of one feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FeatureDrift {
    /// How far its mean moved, in standard deviations; none where nothing is known of the mean.
    pub shift: Option<f64>,
    /// Share of events in which it was saturated or not in the vocabulary.
    pub outside: f64,
    /// True where the mean moved far and not by chance.
    pub is_shifted: bool,
    /// True where it is outside too often and not by chance.
    pub is_outside: bool,
}

impl Drift {
    /// True where the spread of scores changed, and not by chance.
    #[must_use]
    pub fn scores_drift(&self) -> bool {
        self.psi > PSI_LIMIT.max(self.psi_by_chance)
    }

    /// True where anything changed.
    #[must_use]
    pub fn is_drifting(&self) -> bool {
        self.scores_drift()
            || self.alarms_too_often
            || self.features.iter().any(|feature| feature.is_shifted || feature.is_outside)
    }
}

/// Compares what devices have counted with what is expected.
///
/// # Shapes
/// `fleet` and `expected`: of the same model.
#[must_use]
pub fn compare(fleet: &Fleet, expected: &Expected) -> Drift {
    let events = (fleet.events as f64).max(1.0);
    let groups: Vec<(Group, f64)> =
        expected.groups().iter().map(|&group| (group, fleet.share(group))).collect();
    let noise = 1.0 / events + 1.0 / expected.events().max(1.0);
    let alarms = wilson_interval(fleet.alarms as usize, fleet.events as usize);
    let feature = |(&[sum, outside], moments): (&[i64; 2], &Option<expected::Moments>)| {
        let shift = moments.map(|moments| (sum as f64 / events - moments.mean) / moments.deviation);
        let size = shift.map_or(0.0, f64::abs);
        let [least, _] = wilson_interval(outside as usize, fleet.events as usize);
        FeatureDrift {
            shift,
            outside: outside as f64 / events,
            is_shifted: size > SHIFT_LIMIT.max(Z * noise.sqrt()),
            is_outside: least > OUTSIDE_LIMIT,
        }
    };
    Drift {
        psi: psi(&groups, fleet.events),
        psi_by_chance: chi_square(groups.len().saturating_sub(1)) * noise,
        groups,
        alarm_rate: (fleet.alarms as f64 / events, alarms),
        alarms_too_often: alarms[0] > expected.alarm_rate(),
        features: fleet.features.iter().zip(expected.features()).map(feature).collect(),
    }
}

/// Population stability index: `sum (seen - expected) ln(seen / expected)`; a share of nothing counts as half an event.
fn psi(groups: &[(Group, f64)], events: u64) -> f64 {
    let least = 0.5 / events.max(1) as f64;
    let part = |&(group, seen): &(Group, f64)| {
        let (seen, expected) = (seen.max(least), group.share.max(least));
        (seen - expected) * libm::log(seen / expected)
    };
    groups.iter().map(part).sum()
}

/// What a chi-square variable exceeds once in a thousand times.
///
/// # Source
/// Wilson and Hilferty, "The distribution of chi-square", PNAS 17 (1931).
fn chi_square(freedom: usize) -> f64 {
    if freedom == 0 {
        return 0.0;
    }
    let part = 2.0 / (9.0 * freedom as f64);
    let root = 1.0 - part + Z * part.sqrt();
    freedom as f64 * root * root * root
}

#[cfg(test)]
mod tests;

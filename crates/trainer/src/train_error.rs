//! Why a table did not become a model.

use crate::Error;
use crate::budget::AlarmBudget;
use crate::nn::NetworkError;
use crate::recipe::RecipeFault;
use std::fmt;
use tillwatch_model::ModelError;

/// One line: what was found, what was wanted, what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrainError {
    /// The table cannot be read or split.
    Table(Error),
    /// The network cannot be built or trained.
    Network(NetworkError),
    /// The exported file does not validate.
    Model(ModelError),
    /// The recipe and what was asked of it do not go together.
    Recipe(RecipeFault),
    /// The alarm rate is none.
    AlarmRate {
        /// What was asked for.
        found: f64,
    },
    /// The share of training rows to be trimmed is none.
    TrimShare {
        /// What was asked for.
        found: f64,
    },
    /// The calibration rows cannot carry the alarm rate.
    TooFewCalibrationRows {
        /// Calibration rows there are.
        found: usize,
        /// Calibration rows it takes.
        needed: usize,
        /// What was asked for.
        budget: AlarmBudget,
        /// With 95 % confidence, not only on average.
        is_confident: bool,
    },
    /// Scores have no tail that reaches as far as the alarm rate asks.
    Tail {
        /// Scores there are.
        found: usize,
        /// What it takes.
        wanted: String,
    },
    /// A list does not fit the file format.
    TooLarge {
        /// Which list.
        what: &'static str,
        /// The most that fits.
        limit: usize,
    },
    /// Every feature is constant in the training rows.
    NothingVaries,
    /// No 16-bit format has both the range and the step that the scores need.
    RimFormat {
        /// The feature that strays furthest.
        feature: String,
        /// How far, in standard deviations.
        furthest: f64,
        /// Typical residual of a column, in standard deviations.
        residual: f64,
    },
    /// The integer model misses spikes that the float model catches.
    Deaf {
        /// Size of the spike in standard deviations.
        size: f64,
        /// Share of spikes that the float model alarms on.
        float: f64,
        /// Share of spikes that the integer model alarms on.
        integer: f64,
    },
}

impl TrainError {
    /// True where the command line or the schema has to change (exit status 2), false where the data have to (1).
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        match self {
            Self::Table(error) => error.is_usage(),
            Self::AlarmRate { .. }
            | Self::TrimShare { .. }
            | Self::Recipe(_)
            | Self::Network(NetworkError::Setting { .. }) => true,
            _ => false,
        }
    }
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(error) => error.fmt(f),
            Self::Network(error) => error.fmt(f),
            Self::Model(error) => write!(f, "the trained model does not validate: {error}"),
            Self::Recipe(RecipeFault { option, found, wanted }) => {
                write!(f, "{option}: found {found}, wanted {wanted}")
            }
            Self::AlarmRate { found } => {
                write!(
                    f,
                    "alarm rate: found {}, wanted 0.000001 to 0.5, such as 0.001 or 1/1000 for one alarm per 1,000 \
                     events",
                    short(*found)
                )
            }
            Self::TrimShare { found } => {
                write!(
                    f,
                    "--trim: found {found}, wanted a share of 0 to 0.5 of the training rows, such as 0.02"
                )
            }
            Self::TooFewCalibrationRows { found, needed, budget, is_confident } => write!(
                f,
                "{budget}{} needs {needed} calibration rows, found {found}, {} are missing; give at least {} normal rows in \
                 all, or an alarm rate of {:.4} or more",
                if *is_confident { " with 95 % confidence" } else { "" },
                needed.saturating_sub(*found),
                needed.saturating_mul(5),
                carried(*found, *is_confident)
            ),
            Self::Tail { found, wanted } => {
                write!(f, "--extrapolate: found {found} scores, wanted {wanted}")
            }
            Self::TooLarge { what, limit } => {
                write!(f, "{what}: more than {limit} entries; use fewer fields, categories or units")
            }
            Self::NothingVaries => {
                write!(f, "every feature is constant in the training rows; wanted at least one that varies")
            }
            Self::RimFormat { feature, furthest, residual } => write!(
                f,
                "no 16-bit format covers {furthest:.0} standard deviations (feature `{feature}`) and resolves residuals \
                 of {residual:.5}; give `{feature}` the feature \"symlog\" in the schema"
            ),
            Self::Deaf { size, float, integer } => write!(
                f,
                "spikes of {size} standard deviations: the integer model alarms on {:.1} %, the float model on {:.1} %; \
                 the model is not exported; train with other --layers or another --seed",
                100.0 * integer,
                100.0 * float
            ),
        }
    }
}

/// A rate as people write it; very small ones as a power of ten.
fn short(rate: f64) -> String {
    if rate > 0.0 && rate < 1e-6 { format!("{rate:e}") } else { rate.to_string() }
}

/// The smallest alarm rate that so many calibration rows carry, rounded up at four decimals.
fn carried(rows: usize, is_confident: bool) -> f64 {
    let rate = if is_confident {
        -libm::expm1(libm::log(0.05) / rows.max(1) as f64)
    } else {
        1.0 / (rows as f64 + 1.0)
    };
    rate + 5e-5
}

impl std::error::Error for TrainError {}

impl From<Error> for TrainError {
    fn from(error: Error) -> Self {
        Self::Table(error)
    }
}

impl From<NetworkError> for TrainError {
    fn from(error: NetworkError) -> Self {
        Self::Network(error)
    }
}

impl From<RecipeFault> for TrainError {
    fn from(fault: RecipeFault) -> Self {
        Self::Recipe(fault)
    }
}

impl From<ModelError> for TrainError {
    fn from(error: ModelError) -> Self {
        Self::Model(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_rows_needed_is_named() {
        let budget = AlarmBudget::of_rate(0.001).unwrap();
        let error = TrainError::TooFewCalibrationRows { found: 40, needed: 999, budget, is_confident: false };
        let text = error.to_string();
        assert!(
            text.starts_with(
                "at most 1 alarm per 1,000 events needs 999 calibration rows, found 40, 959 are missing"
            ),
            "{text}"
        );
        assert!(text.contains("4995 normal rows") && text.contains("0.0244"), "{text}");
        assert!(!error.is_usage() && TrainError::AlarmRate { found: 2.0 }.is_usage());
    }
}

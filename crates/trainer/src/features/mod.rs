//! Fitting feature preparation to the training rows, and running it over a table.
//!
//! What is fitted here runs in the engine: this module chooses centres and scales, never prepares a value itself.

mod codes;
mod fit;
mod fitted;
mod statistics;
mod unit;

pub use codes::Codes;
pub use fit::{Fit, fit};
pub use fitted::{FittedFeature, FittedPreparation};
pub use statistics::Statistics;
pub use unit::Scaling;

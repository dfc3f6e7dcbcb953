//! Oracles, strategies, tolerances and runtimes for the tests.

pub mod oracle;
pub mod runtime;
pub mod strategy;
pub mod tiles;
pub mod tolerance;

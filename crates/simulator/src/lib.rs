//! Simulated transactions of payment terminals: normal days, and three attacks.
//!
//! It is made for demonstrations and tests: the same seed gives the same bytes everywhere, rows come in order of time,
//! and memory does not grow with their number. Normal days have what makes detection hard: dear purchases, orders typed
//! in by hand, refunds and declined cards. The attacks are labelled and named.
//!
//! It knows nothing of models; a CSV file is all that leaves it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attack;
mod chance;
mod clock;
mod csv;
mod merchant;
mod simulator;
mod transaction;

pub use csv::{HEADER, write_csv};
pub use simulator::{Config, Simulator};
pub use transaction::{EntryMode, Kind, Outcome, Scenario, Transaction};

//! What gets flashed: baked models behind a small facade.
//!
//! A module per model, each generated from a model file and re-derived in every check: [`point_of_sale`] scores the
//! transactions of a payment terminal. Firmware fills a typed [`point_of_sale::Record`], keeps one
//! [`point_of_sale::Memories`] per stream and one [`point_of_sale::Scratch`], and calls [`point_of_sale::score`]. Nothing
//! here allocates, fails or uses a float.
//!
//! ```
//! use tillwatch_inference::point_of_sale::{EntryMode, Kind, Memories, Monitor, Outcome, Record, Scratch, score};
//! use tillwatch_inference::{EventMonitor, Rules, Verdict};
//!
//! let mut memories = Memories::EMPTY;
//! let mut scratch = Scratch::new();
//! let lunch = Record {
//!     amount: 1250, // cents
//!     entry_mode: EntryMode::Contactless,
//!     kind: Kind::Purchase,
//!     outcome: Outcome::Approved,
//!     hour: 12,
//!     weekday: 2,
//!     seconds: 757_425_600,
//!     pin_verified: false,
//! };
//! assert_eq!(score(&lunch, &mut memories, &mut scratch).verdict, Verdict::Normal);
//!
//! let odd = Record { amount: 180_000, entry_mode: EntryMode::Keyed, hour: 3, seconds: 757_425_607, ..lunch };
//! let scored = score(&odd, &mut memories, &mut scratch);
//! assert_eq!(scored.verdict, Verdict::Alarm);
//!
//! // Of a stream: two alarms among five records, then rest for twenty.
//! let mut monitor = Monitor::new(EventMonitor::new(Rules::new(2, 5, 20)));
//! assert_eq!(monitor.observe(&scored, &scratch), Verdict::Normal);
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod generated;

pub use generated::point_of_sale;
pub use tillwatch_engine::feature::{MISSING, Mark, Memory};
pub use tillwatch_engine::monitor::{EventMonitor, FeatureCount, Rules};
pub use tillwatch_engine::score::{Reason, SCORE_ONE, Scored, Tally, Verdict};
pub use tillwatch_engine::self_test::SelfTestFailure;

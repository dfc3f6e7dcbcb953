//! The smallest firmware part that scores: the model is baked by `build.rs`, nothing of it is committed.
//!
//! ```text
//! cargo build --release --target thumbv7m-none-eabi
//! TILLWATCH_MODEL=/path/to/model.tw cargo test
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

include!(concat!(env!("OUT_DIR"), "/model.rs"));

use tillwatch_engine::score::Verdict;
use tillwatch_engine::self_test::SelfTestFailure;

/// What one terminal needs between records.
#[derive(Clone, Debug)]
pub struct Watch {
    memories: model::Memories,
    scratch: model::Scratch,
}

impl Watch {
    /// A watch that has seen nothing yet, on a device that computes as the workstation did.
    ///
    /// # Errors
    /// The first self-test vector that gives another score.
    pub fn start() -> Result<Self, SelfTestFailure> {
        let mut scratch = model::Scratch::new();
        model::self_test(&mut scratch)?;
        Ok(Self { memories: model::Memories::EMPTY, scratch })
    }

    /// The verdict on the next record.
    pub fn verdict(&mut self, record: &model::Record) -> Verdict {
        model::score(record, &mut self.memories, &mut self.scratch).verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_computes_here_as_it_did_there() {
        assert!(Watch::start().is_ok());
    }
}

//! A monitor on the workstation: what a device that scores the same records counts.

use crate::scoring::Bench;
use tillwatch_engine::feature::Memory;
use tillwatch_engine::monitor::{Event, EventMonitor, FeatureCount};
use tillwatch_engine::score::{Scored, Verdict};
use tillwatch_loader::Loader;
use tillwatch_model::{frame_len, model_id, write_frame};

/// A stream of records, scored and watched.
#[derive(Clone, Debug)]
pub struct Monitored {
    bench: Bench,
    /// Counts and tests over events.
    pub events: EventMonitor,
    features: Vec<FeatureCount>,
}

impl Monitored {
    /// A stream that has seen nothing.
    #[must_use]
    pub fn new(loader: &Loader<'_>, events: EventMonitor) -> Self {
        Self {
            bench: Bench::new(loader),
            events,
            features: vec![FeatureCount::EMPTY; loader.sizes().features],
        }
    }

    /// Scores a raw record against the memories given; the answer, and what is worth telling of it.
    pub fn score(&mut self, loader: &Loader<'_>, raw: &[i32], memories: &mut [Memory]) -> (Scored, Verdict) {
        let scored = self.bench.score(loader, raw, memories);
        let event = Event { scored: &scored, codes: self.bench.codes(), marks: self.bench.marks() };
        let told = self.events.observe(&event, &loader.baseline(), &mut self.features);
        (scored, told)
    }

    /// Watches a record that was scored elsewhere; what is worth telling of it.
    pub fn observe(&mut self, loader: &Loader<'_>, event: &Event<'_>) -> Verdict {
        self.events.observe(event, &loader.baseline(), &mut self.features)
    }

    /// What lies in the working memory after a score.
    #[must_use]
    pub const fn bench(&self) -> &Bench {
        &self.bench
    }

    /// The frame of what was counted so far.
    #[must_use]
    pub fn frame(&self, loader: &Loader<'_>) -> Vec<u8> {
        let mut buffer = vec![0; frame_len(self.features.len())];
        let written = write_frame(model_id(loader.model()), &self.events, &self.features, &mut buffer);
        let len = written.map_or(0, <[u8]>::len);
        buffer.truncate(len);
        buffer
    }
}

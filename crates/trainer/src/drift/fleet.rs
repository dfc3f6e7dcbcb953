//! Frames of many devices, or of many days, added up.

use super::Group;
use tillwatch_engine::monitor::OCTAVES;
use tillwatch_model::Frame;

/// Sums of counts; wide enough that they never saturate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// Frames.
    pub frames: usize,
    /// Events.
    pub events: u64,
    /// Of them those at least watched.
    pub watches: u64,
    /// Of them those that alarm.
    pub alarms: u64,
    /// Events by octave of their score.
    pub octaves: [u64; OCTAVES],
    /// Of each feature the sum of its codes, and how often it was outside.
    pub features: Vec<[i64; 2]>,
}

impl Fleet {
    /// Adds a frame.
    ///
    /// # Shapes
    /// `frame.features`: as many as in the frames before.
    pub fn add(&mut self, frame: &Frame) {
        self.frames += 1;
        self.events += u64::from(frame.events);
        self.watches += u64::from(frame.watches);
        self.alarms += u64::from(frame.alarms);
        self.octaves.iter_mut().zip(frame.octaves).for_each(|(sum, count)| *sum += u64::from(count));
        self.features.resize(self.features.len().max(frame.features.len()), [0; 2]);
        for ([sum, outside], &(codes, count)) in self.features.iter_mut().zip(&frame.features) {
            *sum += i64::from(codes);
            *outside += i64::from(count);
        }
    }

    /// Share of events in a group of octaves.
    pub(super) fn share(&self, group: Group) -> f64 {
        let count: u64 = self.octaves.iter().skip(group.first).take(group.octaves).sum();
        count as f64 / (self.events as f64).max(1.0)
    }
}

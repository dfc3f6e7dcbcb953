//! The frame: what a device has counted, as bytes that a workstation reads and adds up.
//!
//! It holds counts and what the tests stand at, no record and no time. `FORMAT.md` has the byte tables.

use crate::Model;
use crc::{CRC_32_ISO_HDLC, Crc};
use tillwatch_engine::digest::Digest;
use tillwatch_engine::monitor::{EventMonitor, FeatureCount, OCTAVES};

/// The first bytes of a frame; the last of them is the version of its format.
pub const FRAME_MAGIC: [u8; 4] = *b"TWF1";

/// Most bytes of a varint of 32 bits.
const VARINT: usize = 5;
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Most bytes of a frame, for the buffer that [`write_frame`] fills.
///
/// # Exactness
/// A bound: the length of a frame whose every number is as long as it can be.
#[must_use]
pub const fn frame_len(features: usize) -> usize {
    FRAME_MAGIC.len() + 10 + (3 + OCTAVES + 4) * VARINT + VARINT + features * (VARINT + 3) + CHECKSUM
}

/// Writes what a monitor has counted; the bytes written.
///
/// # Shapes
/// `features`: what the monitor counts of each feature; `buffer`: [`frame_len`] bytes are always enough.
/// # Errors
/// `None` where the buffer is too short.
/// # Exactness
/// The same counts give the same bytes.
/// # Panics
/// Never.
pub fn write_frame<'b>(
    model: u64,
    monitor: &EventMonitor,
    features: &[FeatureCount],
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let counts = monitor.counts();
    let mut writer = Writer { buffer, len: 0 };
    FRAME_MAGIC.iter().try_for_each(|&byte| writer.byte(byte))?;
    writer.unsigned(model)?;
    for count in [counts.events, counts.watches, counts.alarms].into_iter().chain(counts.octaves) {
        writer.unsigned(count.into())?;
    }
    writer.signed(monitor.mean_log2())?;
    writer.signed(monitor.rise())?;
    writer.unsigned(monitor.excess_alarms().into())?;
    writer.signed(monitor.threshold_offset())?;
    writer.unsigned(features.len() as u64)?;
    for feature in features {
        writer.signed(feature.sum())?;
        writer.unsigned(feature.outside().into())?;
    }
    let Writer { buffer, len } = writer;
    let checksum = CRC.checksum(buffer.get(..len)?).to_le_bytes();
    buffer.get_mut(len..len + CHECKSUM)?.copy_from_slice(&checksum);
    buffer.get(..len + CHECKSUM)
}

/// Writes numbers as postcard does. Postcard's own writer indexes, and the linked image would hold a panic for what cannot
/// be.
struct Writer<'b> {
    buffer: &'b mut [u8],
    len: usize,
}

impl Writer<'_> {
    fn byte(&mut self, byte: u8) -> Option<()> {
        *self.buffer.get_mut(self.len)? = byte;
        self.len += 1;
        Some(())
    }

    fn unsigned(&mut self, mut value: u64) -> Option<()> {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80)?;
            value >>= 7;
        }
        self.byte(value as u8)
    }

    fn signed(&mut self, value: i32) -> Option<()> {
        self.unsigned(((value << 1 ^ value >> 31) as u32).into())
    }
}

/// The number by which frames of one model are known: a digest of its known answers and its thresholds.
#[must_use]
pub fn model_id(model: &Model<'_>) -> u64 {
    let mut digest = Digest::new();
    let thresholds = model.thresholds().thresholds();
    model.body().self_test.iter().for_each(|vector| digest.update(vector.score));
    [thresholds.watch, thresholds.alarm]
        .into_iter()
        .chain(thresholds.anchors)
        .for_each(|score| digest.update(score));
    digest.finish()
}

#[cfg(feature = "std")]
pub use read::{Frame, FrameError};

#[cfg(feature = "std")]
mod read {
    use super::{CHECKSUM, CRC, FRAME_MAGIC};
    use serde::Deserialize;
    use std::vec::Vec;
    use tillwatch_engine::feature::WIDE_MAX;
    use tillwatch_engine::monitor::OCTAVES;

    /// A frame as a workstation reads it; the numbers are those of `tillwatch_engine::monitor`.
    #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
    pub struct Frame {
        /// The model, by [`super::model_id`].
        pub model: u64,
        /// Events.
        pub events: u32,
        /// Of them those at least watched.
        pub watches: u32,
        /// Of them those that alarm.
        pub alarms: u32,
        /// Events by octave of their score.
        pub octaves: [u32; OCTAVES],
        /// Mean logarithm of the last scores.
        pub mean_log2: i32,
        /// What the Page-Hinkley test stands at.
        pub rise: i32,
        /// What the binomial CUSUM stands at.
        pub excess_alarms: u32,
        /// Distance of the alarm threshold from the calibrated one.
        pub threshold_offset: i32,
        /// Of each feature the sum of its codes, and how often it was outside.
        pub features: Vec<(i32, u16)>,
    }

    /// Why bytes are not a frame.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum FrameError {
        /// The first bytes are not those of a frame.
        NotAFrame,
        /// The checksum does not match: bytes are damaged or missing.
        Checksum,
        /// The contents do not decode.
        Encoding,
        /// The counts contradict each other.
        Counts,
    }

    impl core::fmt::Display for FrameError {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(match self {
                Self::NotAFrame => "these bytes are not a frame, which begins with TWF1",
                Self::Checksum => "the checksum does not match; the frame is damaged or cut short",
                Self::Encoding => "the frame does not decode",
                Self::Counts => "the counts contradict each other; no monitor wrote this frame",
            })
        }
    }

    impl core::error::Error for FrameError {}

    impl Frame {
        /// Reads a frame.
        ///
        /// # Errors
        /// The first thing that is wrong; truncated, damaged or hostile bytes are an error, never a panic.
        pub fn read(bytes: &[u8]) -> Result<Self, FrameError> {
            if !bytes.starts_with(&FRAME_MAGIC) {
                return Err(FrameError::NotAFrame);
            }
            let (framed, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(FrameError::Checksum)?;
            if CRC.checksum(framed) != u32::from_le_bytes(*checksum) {
                return Err(FrameError::Checksum);
            }
            let body = framed.get(FRAME_MAGIC.len()..).ok_or(FrameError::Checksum)?;
            match postcard::take_from_bytes::<Self>(body) {
                Ok((frame, [])) if frame.is_consistent() => Ok(frame),
                Ok((_, [])) => Err(FrameError::Counts),
                _ => Err(FrameError::Encoding),
            }
        }

        /// Whether a monitor could have counted so: shares of what happens to events are at most one, each event is in one
        /// octave until counts stay at their end, and no code is further from 0 than a wide code is.
        fn is_consistent(&self) -> bool {
            let events = u64::from(self.events);
            let octaves: u64 = self.octaves.iter().map(|&count| u64::from(count)).sum();
            let is_full = self.events == u32::MAX && octaves >= events;
            let furthest = events.saturating_mul(WIDE_MAX as u64);
            let fits = |&(sum, outside): &(i32, u16)| {
                u64::from(outside) <= events && u64::from(sum.unsigned_abs()) <= furthest
            };
            self.alarms <= self.watches
                && self.watches <= self.events
                && (octaves == events || is_full)
                && self.features.iter().all(fits)
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;
    use tillwatch_engine::feature::Mark;
    use tillwatch_engine::monitor::{Baseline, Event, Rules};
    use tillwatch_engine::score::{ANCHORS, Reasons, Scored, Tally, Thresholds};

    fn monitor() -> (EventMonitor, [FeatureCount; 2]) {
        let thresholds = Thresholds { watch: 5, alarm: 9, anchors: [9; ANCHORS] };
        let baseline =
            Baseline { columns: &[1, 1], limit: 2048, alarm_rate_ppm: 2_000, thresholds: &thresholds };
        let (mut monitor, mut features) =
            (EventMonitor::adaptive(Rules::new(3, 3, 0)), [FeatureCount::EMPTY; 2]);
        for (score, code) in [(7, -700), (1 << 40, 3), (0, 30_000)] {
            let scored = Scored {
                score,
                latent: 0,
                percentile: 0,
                verdict: thresholds.verdict(score),
                tally: Tally::default(),
                reasons: Reasons::new(),
            };
            let (codes, marks) = ([code, -code], [Mark::NONE, Mark::UNKNOWN]);
            monitor.observe(
                &Event { scored: &scored, codes: &codes, marks: &marks },
                &baseline,
                &mut features,
            );
        }
        (monitor, features)
    }

    fn bytes() -> Vec<u8> {
        let (monitor, features) = monitor();
        let mut buffer = vec![0; frame_len(2)];
        write_frame(7, &monitor, &features, &mut buffer).unwrap().to_vec()
    }

    #[test]
    fn a_frame_carries_what_was_counted() {
        let (monitor, features) = monitor();
        let frame = Frame::read(&bytes()).unwrap();
        assert_eq!([frame.events, frame.watches, frame.alarms], [3, 2, 1]);
        assert_eq!(&frame.octaves, &monitor.counts().octaves);
        assert_eq!((frame.model, frame.mean_log2, frame.rise), (7, monitor.mean_log2(), monitor.rise()));
        assert_eq!([frame.excess_alarms as i64, frame.threshold_offset.into()], [992_000, 994_000]);
        assert_eq!(frame.features, features.map(|feature| (feature.sum(), feature.outside())));
        assert_eq!(frame.features, [(-700 + 3 + 2048, 0), (700 - 3 - 2048, 3)]);
    }

    #[test]
    fn numbers_are_written_as_postcard_writes_them() {
        let bits = || (0..64).flat_map(|bit| [0, 1].map(|less| (1_u64 << bit) - less));
        for value in bits().chain([u64::MAX]) {
            let (mut buffer, signed) = ([0; 20], (value as i32, (value as i32).wrapping_neg()));
            let mut writer = Writer { buffer: &mut buffer, len: 0 };
            writer.unsigned(value).unwrap();
            writer.signed(signed.0).unwrap();
            writer.signed(signed.1).unwrap();
            let Writer { buffer, len } = writer;
            assert_eq!(buffer[..len], postcard::to_extend(&(value, signed), Vec::new()).unwrap());
        }
    }

    #[test]
    fn an_empty_frame_by_hand() {
        let mut buffer = [0; frame_len(2)];
        let monitor = EventMonitor::new(Rules::EACH);
        let frame = write_frame(300, &monitor, &[FeatureCount::EMPTY; 2], &mut buffer).unwrap();
        // Magic; 300 as a varint; three counts, 24 octaves and four tests of 0; two features of two zeros each.
        let content = [&b"TWF1\xac\x02"[..], &[0; 3 + 24 + 4], &[2, 0, 0, 0, 0]].concat();
        assert_eq!(frame[..content.len()], content);
        assert_eq!(frame[content.len()..], CRC.checksum(&content).to_le_bytes());
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_an_error() {
        let bytes = bytes();
        for len in 0..bytes.len() {
            assert!(Frame::read(&bytes[..len]).is_err(), "{len} bytes");
        }
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::read(&damaged).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn damage_under_a_checksum_that_fits_never_panics_and_nothing_may_follow() {
        let bytes = bytes();
        let sealed = |content: &[u8]| [content, &CRC.checksum(content).to_le_bytes()].concat();
        let content = &bytes[..bytes.len() - CHECKSUM];
        assert_eq!(Frame::read(&sealed(&[content, &[0]].concat())), Err(FrameError::Encoding));
        for at in FRAME_MAGIC.len()..content.len() {
            for value in [0, 0x7f, 0x80, 0xff] {
                let mut hostile = content.to_vec();
                hostile[at] = value;
                let _ = Frame::read(&sealed(&hostile));
                let _ = Frame::read(&sealed(&hostile[..at]));
            }
        }
    }

    /// A frame of one event that watched and was outside in its only feature, with one number more or less.
    fn counted(at: usize, by: u8) -> Result<Frame, FrameError> {
        let mut content = FRAME_MAGIC.to_vec();
        // Model, events, watches, alarms; octaves; tests; one feature with a sum of -1 and once outside.
        content.extend([7, 1, 1, 0].into_iter().chain([1]).chain([0; 23]).chain([0; 4]).chain([1, 1, 1]));
        content[FRAME_MAGIC.len() + at] += by;
        Frame::read(&[&content[..], &CRC.checksum(&content).to_le_bytes()].concat())
    }

    #[test]
    fn counts_that_contradict_each_other_are_refused() {
        assert!(counted(0, 0).is_ok());
        assert_eq!(counted(3, 1).unwrap().alarms, 1);
        // More watches than events, alarms than watches, events in octaves, events without an octave, times outside.
        for (at, by) in [(2, 1), (3, 2), (5, 1), (1, 1), (34, 1)] {
            assert_eq!(counted(at, by), Err(FrameError::Counts), "number {at}");
        }
        // No event, so no sum.
        assert_eq!(Frame::read(&sealed_sum(0, 1)), Err(FrameError::Counts));
        assert!(Frame::read(&sealed_sum(1, 32_767)).is_ok());
        assert_eq!(Frame::read(&sealed_sum(1, -32_768)), Err(FrameError::Counts));
    }

    #[test]
    fn counts_at_their_end_do_not_contradict_each_other() {
        let full = (7_u64, [u32::MAX; 3], [u32::MAX; OCTAVES], [0; 4], vec![(i32::MIN, u16::MAX); 2]);
        let content = postcard::to_extend(&full, FRAME_MAGIC.to_vec()).unwrap();
        assert!(Frame::read(&[&content[..], &CRC.checksum(&content).to_le_bytes()].concat()).is_ok());
    }

    /// A frame of this many events in the first octave and a feature with this sum.
    fn sealed_sum(events: u32, sum: i32) -> Vec<u8> {
        let mut octaves = [0; OCTAVES];
        octaves[0] = events;
        let fields = (7_u64, [events, 0, 0], octaves, [0; 4], vec![(sum, 0_u16)]);
        let content = postcard::to_extend(&fields, FRAME_MAGIC.to_vec()).unwrap();
        [&content[..], &CRC.checksum(&content).to_le_bytes()].concat()
    }

    #[test]
    fn a_buffer_that_is_too_short_is_refused_and_the_longest_frame_fits() {
        let (monitor, features) = monitor();
        let len = bytes().len();
        assert!(write_frame(7, &monitor, &features, &mut vec![0; len - 1]).is_none());
        assert!(write_frame(7, &monitor, &features, &mut vec![0; len]).is_some());
        assert!(write_frame(7, &monitor, &features, &mut []).is_none());
        let longest = postcard::to_extend(
            &(u64::MAX, [u32::MAX; 3], [u32::MAX; OCTAVES], [u32::MAX; 4], vec![(i32::MIN, u16::MAX); 200]),
            Vec::new(),
        );
        assert!(FRAME_MAGIC.len() + longest.unwrap().len() + CHECKSUM <= frame_len(200));
    }
}

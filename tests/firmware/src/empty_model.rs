//! A model that computes nothing, in the shape of a baked one: what an image with it weighs is the harness alone. With the
//! feature `every_width` its score is that of dense layers instead.

use tillwatch_engine::score::{Scored, Tally, Verdict};
use tillwatch_engine::seeded::{SeededField, seeded_digest};
use tillwatch_engine::self_test::{SelfTestFailure, check};

pub const NAME: &str = "empty_model";
pub const MACS: usize = 1;
pub const RAW_VALUES: usize = 1;
pub const SEEDED_FIELDS: [SeededField; RAW_VALUES] = [SeededField { low: 0, span: 1000, nullable: false }];
#[cfg(not(feature = "every_width"))]
pub const SELF_TEST: [([i32; RAW_VALUES], u64); 2] = [([3], 3), ([70_000], 70_000)];
#[cfg(feature = "every_width")]
pub const SELF_TEST: [([i32; RAW_VALUES], u64); 0] = [];

pub struct Scratch;

impl Scratch {
    pub const fn new() -> Self {
        Self
    }
}

pub struct Memories;

impl Memories {
    pub const EMPTY: Self = Self;
}

/// The raw value itself is the score.
pub fn score_raw(raw: &[i32; RAW_VALUES], _: &mut Memories, _: &mut Scratch) -> Scored {
    let [value] = *raw;
    #[cfg(not(feature = "every_width"))]
    let score = value as u32 as u64;
    #[cfg(feature = "every_width")]
    let score = crate::every_width::fingerprint(value as u32);
    Scored {
        score,
        latent: 0,
        percentile: 0,
        verdict: Verdict::Normal,
        tally: Tally::default(),
        reasons: Default::default(),
    }
}

pub fn self_test(scratch: &mut Scratch) -> Result<(), SelfTestFailure> {
    let mut memories = Memories::EMPTY;
    let vectors = SELF_TEST.iter().map(|(raw, score)| (raw, *score));
    check(vectors, |raw| score_raw(raw, &mut memories, scratch).score)
}

pub fn digest(records: u32, seed: u32, scratch: &mut Scratch) -> u64 {
    let mut memories = Memories::EMPTY;
    seeded_digest(&SEEDED_FIELDS, [0; RAW_VALUES], records, seed, |record| {
        score_raw(record, &mut memories, scratch).score
    })
}

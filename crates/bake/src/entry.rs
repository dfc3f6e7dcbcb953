//! The functions of the generated code that firmware calls: score, encode, self-test, digest.

use crate::plan::Plan;
use tillwatch_model::Samples;

/// Features up to which a monitor takes less than 300 bytes.
const FEATURES_WITHIN_LIMIT: usize = 24;

/// The functions that take a record.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let mut out = String::new();
    if !plan.is_encoder() {
        out.push_str(if plan.is_row() { SCORE_ROW } else { SCORE_SAMPLES });
        out.push_str(&evaluate(plan));
        if matches!(plan.samples(), Samples::Image { .. }) {
            out.push_str(PEAK);
        }
        if matches!(plan.samples(), Samples::Window { .. }) {
            out.push_str(STREAM);
        }
        out.push_str(MONITOR);
    }
    if plan.latent.is_some() {
        out.push_str(if plan.is_row() { ENCODE_ROW } else { ENCODE_SAMPLES });
    }
    if !plan.is_row() {
        out.push_str(PREPARE_SAMPLES);
    }
    out
}

/// Self-test, digest, and the test of both.
pub(crate) fn checks(plan: &Plan<'_>) -> String {
    let text = if plan.is_encoder() { ENCODER_CHECKS } else { CHECKS };
    text.to_owned()
}

/// The proof that what watches the stream stays small; of models with more features it grows by six bytes each.
pub(crate) fn proof(plan: &Plan<'_>) -> &'static str {
    if plan.is_encoder() || plan.features.len() > FEATURES_WITHIN_LIMIT { "" } else { MONITOR_PROOF }
}

/// What the functions need of the engine's scores.
pub(crate) fn score_uses(plan: &Plan<'_>) -> Vec<&'static str> {
    if plan.is_encoder() {
        return Vec::new();
    }
    let evaluate = if plan.is_row() { "evaluate" } else { "evaluate_samples" };
    let mut names = vec!["Heads", "Scored", "Tally", "Verdict", evaluate, "nearest"];
    names.extend(plan.counts_latent().then_some("latent_distance"));
    if matches!(plan.samples(), Samples::Image { .. }) {
        names.extend(["Peak", "anomaly_peak"]);
    }
    names
}

/// What else they need of the engine.
pub(crate) fn other_uses(plan: &Plan<'_>) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut lines = vec![("tillwatch_engine", vec!["same_contract"])];
    if plan.is_encoder() {
        lines.push(("tillwatch_engine::digest", vec!["Digest"]));
    } else {
        lines.push(("tillwatch_engine::monitor", vec!["Event", "EventMonitor", "FeatureCount"]));
        lines.push(("tillwatch_engine::self_test", vec!["SelfTestFailure", "check"]));
    }
    if matches!(plan.samples(), Samples::Window { .. }) && !plan.is_encoder() {
        lines.push(("tillwatch_engine::stream", vec!["SampleRing"]));
    }
    lines
}

fn evaluate(plan: &Plan<'_>) -> String {
    let (latent, value) = if plan.counts_latent() { ("let latent = ", "latent") } else { ("", "latent: 0") };
    let reconstruction = if plan.arena.piece.is_some() {
        "let Scratch { codes, arena, marks, .. } = scratch;\n    let reconstruction = last_layer(arena);"
    } else if plan.is_row() {
        "let reconstruction = scratch.arena.wide(COLUMNS);"
    } else {
        "let reconstruction = scratch.arena.wide(COLUMNS);\n    let (codes, marks) = (&scratch.codes, &scratch.marks);"
    };
    let call = match (plan.is_row(), plan.arena.piece) {
        (true, None) => {
            "evaluate(&heads, &scratch.codes, reconstruction, gains, &scratch.marks, &weights::THRESHOLDS)"
        }
        (true, Some(_)) => "evaluate(&heads, codes, reconstruction, gains, marks, &weights::THRESHOLDS)",
        (false, _) => {
            "evaluate_samples(&heads, SAMPLES, codes, reconstruction, gains, marks, &weights::THRESHOLDS)"
        }
    };
    let run = plan.network_function();
    format!(
        "
/// The score of the wide codes in the scratch.
fn evaluate_codes(scratch: &mut Scratch) -> Scored {{
    {latent}{run}(scratch);
    let tally = Tally::of(&scratch.marks);
    let norms = weights::PROTOTYPE_NORMS.iter().copied();
    let heads = Heads {{
        columns: &weights::COLUMNS_OF_FEATURES,
        prototype: nearest(&weights::PROTOTYPES, norms, weights::PROTOTYPE_SHIFT, &scratch.codes),
        prototype_shift: weights::PROTOTYPE_SHIFT,
        prototype_gain: weights::PROTOTYPE_GAIN,
        rescale: weights::RESCALE.get(usize::from(tally.missing)).copied().unwrap_or(0),
        {value},
        tally,
    }};
    let gains = weights::GAINS.iter().copied();
    {reconstruction}
    {call}
}}
"
    )
}

const SCORE_ROW: &str = "
/// Scores a record.
///
/// # Exactness
/// Bit-exact under [`CONTRACT`], the same on every device and on the workstation.
/// # Panics
/// Never.
#[must_use]
pub fn score(record: &Record, memories: &mut Memories, scratch: &mut Scratch) -> Scored {
    score_raw(&record.to_raw(), memories, scratch)
}

/// Scores a record of raw values, in the order of [`FIELD_NAMES`].
///
/// # Exactness
/// As [`score`].
/// # Panics
/// Never.
#[must_use]
pub fn score_raw(raw: &[i32; RAW_VALUES], memories: &mut Memories, scratch: &mut Scratch) -> Scored {
    prepare(raw, memories, &mut scratch.codes, &mut scratch.marks);
    evaluate_codes(scratch)
}
";

const SCORE_SAMPLES: &str = "
/// Scores a record.
///
/// # Exactness
/// Bit-exact under [`CONTRACT`], the same on every device and on the workstation.
/// # Panics
/// Never.
#[must_use]
pub fn score(record: &[Sample; SAMPLES], _: &mut Memories, scratch: &mut Scratch) -> Scored {
    prepare_samples(record.iter().map(Sample::to_raw), scratch);
    evaluate_codes(scratch)
}

/// Scores a record of raw values, sample after sample, each in the order of [`FIELD_NAMES`].
///
/// # Exactness
/// As [`score`].
/// # Panics
/// Never.
#[must_use]
pub fn score_raw(raw: &[i32; RAW_VALUES], _: &mut Memories, scratch: &mut Scratch) -> Scored {
    prepare_samples(raw.as_chunks().0.iter().copied(), scratch);
    evaluate_codes(scratch)
}
";

const PREPARE_SAMPLES: &str = "
/// Samples to wide codes.
fn prepare_samples(samples: impl Iterator<Item = [i32; FIELDS]>, scratch: &mut Scratch) {
    scratch.marks = [Mark::NONE; FEATURES];
    for (raw, codes) in samples.zip(scratch.codes.as_chunks_mut().0) {
        prepare(&raw, codes, &mut scratch.marks);
    }
}
";

const ENCODE_ROW: &str = "
/// The latent vector of a record, the one inside [`score_raw`]: codes of [`LATENT_SCALE`] from [`LATENT_ZERO_CODE`].
///
/// # Exactness
/// Bit-exact under [`CONTRACT`], the same on every device and on the workstation.
/// # Panics
/// Never.
#[must_use]
pub fn encode<'s>(record: &Record, memories: &mut Memories, scratch: &'s mut Scratch) -> &'s [i8] {
    encode_raw(&record.to_raw(), memories, scratch)
}

/// The latent vector of raw values, in the order of [`FIELD_NAMES`].
///
/// # Exactness
/// As [`encode`].
/// # Panics
/// Never.
#[must_use]
pub fn encode_raw<'s>(
    raw: &[i32; RAW_VALUES],
    memories: &mut Memories,
    scratch: &'s mut Scratch,
) -> &'s [i8] {
    prepare(raw, memories, &mut scratch.codes, &mut scratch.marks);
    encode_codes(scratch);
    latent_codes(scratch)
}
";

const ENCODE_SAMPLES: &str = "
/// The latent vector of a record, the one inside a score: codes of [`LATENT_SCALE`] from [`LATENT_ZERO_CODE`].
///
/// # Exactness
/// Bit-exact under [`CONTRACT`], the same on every device and on the workstation.
/// # Panics
/// Never.
#[must_use]
pub fn encode<'s>(record: &[Sample; SAMPLES], _: &mut Memories, scratch: &'s mut Scratch) -> &'s [i8] {
    prepare_samples(record.iter().map(Sample::to_raw), scratch);
    encode_codes(scratch);
    latent_codes(scratch)
}

/// The latent vector of raw values, sample after sample, each in the order of [`FIELD_NAMES`].
///
/// # Exactness
/// As [`encode`].
/// # Panics
/// Never.
#[must_use]
pub fn encode_raw<'s>(raw: &[i32; RAW_VALUES], _: &mut Memories, scratch: &'s mut Scratch) -> &'s [i8] {
    prepare_samples(raw.as_chunks().0.iter().copied(), scratch);
    encode_codes(scratch);
    latent_codes(scratch)
}
";

const PEAK: &str = "
/// Where the record scored last is strangest: the middle of the 3 by 3 pixels that differ most from the reconstruction.
///
/// # Exactness
/// Bit-exact under [`CONTRACT`].
/// # Panics
/// Never.
#[must_use]
pub fn peak(scratch: &Scratch) -> Peak {
    anomaly_peak(SHAPE, &scratch.codes, scratch.arena.wide(COLUMNS))
}
";

const STREAM: &str = "
/// A stream of samples, scored whenever a window is full: the last [`SAMPLES`] samples, every [`HOP`] of them.
#[derive(Clone, Debug)]
pub struct Stream {
    ring: SampleRing,
    codes: [i16; COLUMNS],
    marks: [Mark; SAMPLES * FEATURES],
}

impl Stream {
    /// Nothing seen yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ring: SampleRing::new(SAMPLES as u16, SAMPLE_COLUMNS as u16, HOP as u16),
            codes: [0; COLUMNS],
            marks: [Mark::NONE; SAMPLES * FEATURES],
        }
    }

    /// Takes a sample; gives the score of the window that it completes, the one that [`score`] gives the same samples.
    ///
    /// # Exactness
    /// As [`score`].
    /// # Panics
    /// Never.
    pub fn push(&mut self, sample: &Sample, scratch: &mut Scratch) -> Option<Scored> {
        self.push_raw(&sample.to_raw(), scratch)
    }

    /// Takes a sample of raw values, in the order of [`FIELD_NAMES`].
    ///
    /// # Exactness
    /// As [`score`].
    /// # Panics
    /// Never.
    pub fn push_raw(&mut self, raw: &[i32; FIELDS], scratch: &mut Scratch) -> Option<Scored> {
        let mut codes = [0; SAMPLE_COLUMNS];
        let mut marks = [Mark::NONE; FEATURES];
        prepare(raw, &mut codes, &mut marks);
        if !self.ring.push(&codes, &marks, &mut self.codes, &mut self.marks) {
            return None;
        }
        self.ring.window(&self.codes, &self.marks, &mut scratch.codes, &mut scratch.marks);
        Some(evaluate_codes(scratch))
    }
}

impl Default for Stream {
    fn default() -> Self {
        Self::new()
    }
}
";

const MONITOR_PROOF: &str =
    "const _: () = assert!(MONITOR_BYTES < 300, \"what watches the stream takes 300 bytes or more\");\n";

const MONITOR: &str = "
/// What watches the stream of scores of a device: debounced alarms, and counts for a frame.
#[derive(Clone, Debug)]
pub struct Monitor {
    /// Counts and tests over events.
    pub events: EventMonitor,
    /// Counts of each feature, in the order of [`FEATURE_NAMES`].
    pub features: [FeatureCount; FEATURES],
}

impl Monitor {
    /// Begins with `events`, such as `EventMonitor::new(Rules::new(2, 5, 20))`.
    #[must_use]
    pub const fn new(events: EventMonitor) -> Self {
        Self { events, features: [FeatureCount::EMPTY; FEATURES] }
    }

    /// Takes the answer to the record scored last; gives what is worth telling of it.
    ///
    /// # Exactness
    /// As [`score`].
    /// # Panics
    /// Never.
    pub fn observe(&mut self, scored: &Scored, scratch: &Scratch) -> Verdict {
        let event = Event { scored, codes: &scratch.codes, marks: &scratch.marks };
        self.events.observe(&event, &weights::BASELINE, &mut self.features)
    }
}
";

const CHECKS: &str = "
/// Scores the model's own vectors and compares.
///
/// # Errors
/// The first vector whose score is not the recorded one: the device does not compute as the workstation did.
pub fn self_test(scratch: &mut Scratch) -> Result<(), SelfTestFailure> {
    check(SELF_TEST.iter().map(|(raw, score)| (raw, *score)), |raw| {
        score_raw(raw, &mut Memories::EMPTY.clone(), scratch).score
    })
}

/// Fingerprint of the scores of seeded records, one stream from empty memories; equal on every runtime of the model.
#[must_use]
pub fn digest(records: u32, seed: u32, scratch: &mut Scratch) -> u64 {
    let mut memories = Memories::EMPTY;
    seeded_digest(&SEEDED_FIELDS, [0; RAW_VALUES], records, seed, |raw| {
        score_raw(raw, &mut memories, scratch).score
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_workstation() {
        assert_eq!(self_test(&mut Scratch::new()), Ok(()));
    }
}
";

const ENCODER_CHECKS: &str = "
/// Fingerprint of the latent vectors of seeded records, one stream from empty memories; equal on every runtime of the model.
#[must_use]
pub fn digest(records: u32, seed: u32, scratch: &mut Scratch) -> u64 {
    let mut memories = Memories::EMPTY;
    seeded_digest(&SEEDED_FIELDS, [0; RAW_VALUES], records, seed, |raw| {
        let mut digest = Digest::new();
        for &code in encode_raw(raw, &mut memories, scratch) {
            digest.update(code as u64);
        }
        digest.finish()
    })
}
";

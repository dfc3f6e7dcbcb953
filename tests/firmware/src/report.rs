//! The run: known answers, seeded records, self-test, digest, stack.

use crate::print::Line;
use crate::records::RECORDS;
use crate::{chosen, measure, semihosting};
#[cfg(not(feature = "encoder"))]
use tillwatch_engine::score::Verdict;
use tillwatch_engine::seeded::{SeededWords, draw_record};

/// Seeded records that are measured besides the known answers: they hold extreme, missing and unknown values. Fewer of
/// heavy models, which take an emulator its time.
const MEASURED_RECORDS: u32 = match 4_000_000 / chosen::MACS {
    0..4 => 4,
    records @ 4..48 => records as u32,
    _ => 48,
};

/// Seed of the digest and of the measured records.
const SEED: u32 = 1;

/// Runs everything, prints it and ends the run; fails where the self-test does.
pub fn run() -> ! {
    let mut stack = 0;
    Line::new("model ").text(chosen::NAME).end();
    #[cfg(not(feature = "encoder"))]
    for (record, _) in &chosen::SELF_TEST {
        let (scored, used) = measure::score(record);
        stack = stack.max(used);
        if let Some(scored) = scored {
            let verdict = match scored.verdict {
                Verdict::Normal => "normal",
                Verdict::Watch => "watch",
                Verdict::Alarm => "alarm",
            };
            let line = Line::new("score ").hex(scored.score).text(" percentile ");
            line.decimal(scored.percentile.into()).text(" verdict ").text(verdict).end();
        }
    }
    let mut words = SeededWords::new(SEED);
    let mut record = [0; chosen::RAW_VALUES];
    for _ in 0..MEASURED_RECORDS {
        draw_record(&chosen::SEEDED_FIELDS, &mut words, &mut record);
        let (scored, used) = measure::score(&record);
        stack = stack.max(used);
        if let Some(scored) = scored {
            Line::new("seeded ").hex(scored.score).end();
        }
    }
    measure::measured_all();

    #[cfg(not(feature = "encoder"))]
    {
        if let Err(failure) = measure::with_scratch(chosen::self_test) {
            let line = Line::new("self-test failed: vector ").decimal(failure.vector.into());
            line.text(" gave ").hex(failure.got).text(", recorded ").hex(failure.expected).end();
            semihosting::exit(false);
        }
        Line::new("self-test ok").end();
    }
    let digest = measure::with_scratch(|scratch| chosen::digest(RECORDS, SEED, scratch));
    Line::new("digest ").hex(digest).text(" over ").decimal(RECORDS).text(" records").end();
    #[cfg(feature = "monitored")]
    Line::new("events ").hex(events()).end();
    Line::new("stack ").decimal(stack).end();
    Line::new("done").end();
    semihosting::exit(true)
}

/// Fingerprint of one stream through a monitor whose threshold follows: what is told of each event, then the frame's bytes.
#[cfg(feature = "monitored")]
fn events() -> u64 {
    use tillwatch_engine::digest::Digest;
    use tillwatch_engine::monitor::{EventMonitor, Rules};
    use tillwatch_model::{frame_len, write_frame};

    let (mut words, mut digest) = (SeededWords::new(SEED), Digest::new());
    let (mut memories, mut record) = (chosen::Memories::EMPTY, [0; chosen::RAW_VALUES]);
    let mut monitor = chosen::Monitor::new(EventMonitor::adaptive(Rules::new(2, 5, 3)));
    for _ in 0..MEASURED_RECORDS {
        draw_record(&chosen::SEEDED_FIELDS, &mut words, &mut record);
        let told = measure::with_scratch(|scratch| {
            let scored = chosen::score_raw(&record, &mut memories, scratch);
            monitor.observe(&scored, scratch)
        });
        digest.update(told as u64);
    }
    let mut buffer = [0; frame_len(chosen::FEATURES)];
    let frame = write_frame(chosen::MODEL_ID, &monitor.events, &monitor.features, &mut buffer);
    frame.unwrap_or_default().iter().for_each(|&byte| digest.update(byte.into()));
    digest.finish()
}

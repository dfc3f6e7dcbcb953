//! Scores of the committed model as they were recorded. `TILLWATCH_BLESS=1 cargo test -p tillwatch-golden` renews them.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fmt::Write;
use std::path::Path;
use tillwatch_engine::seeded::SeededWords;
use tillwatch_inference::point_of_sale::{FIELD_NAMES, Memories, SEEDED_FIELDS, Scratch, digest, score_raw};

/// Records of the file.
const RECORDS: usize = 200;
/// Their seed.
const SEED: u32 = 20;

fn derive() -> String {
    let mut words = SeededWords::new(SEED);
    let (mut memories, mut scratch) = (Memories::EMPTY, Scratch::new());
    let mut text = format!("{},score,percentile,verdict,reasons\n", FIELD_NAMES.join(","));
    for _ in 0..RECORDS {
        let record = SEEDED_FIELDS.each_ref().map(|field| field.draw(&mut words));
        let scored = score_raw(&record, &mut memories, &mut scratch);
        for raw in record {
            write!(text, "{raw},").unwrap();
        }
        write!(text, "{},{},{:?},", scored.score, scored.percentile, scored.verdict).unwrap();
        for reason in &scored.reasons {
            write!(text, "{}:{} ", reason.feature, reason.contribution).unwrap();
        }
        text.push('\n');
    }
    writeln!(text, "# digest over 10000 records of seed 1: {:016x}", digest(10_000, 1, &mut scratch))
        .unwrap();
    text
}

#[test]
fn scores_are_those_recorded() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/golden/point_of_sale.csv");
    let now = derive();
    if std::env::var_os("TILLWATCH_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let then = std::fs::read_to_string(&path).unwrap();
    let differing = now.lines().zip(then.lines()).position(|(now, then)| now != then);
    assert_eq!(differing, None, "line of {}", path.display());
    assert_eq!(now.len(), then.len());
}

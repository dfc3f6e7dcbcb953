//! `tillwatch score`

use crate::arguments::Score;
use crate::output::Output;
use crate::{Failure, model_file, output};
use std::fmt::Write;
use tillwatch_engine::feature::Memory;
use tillwatch_engine::score::{Scored, Verdict};
use tillwatch_loader::Loader;
use tillwatch_trainer::scoring::Bench;
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Records};

pub(crate) fn run(arguments: &Score) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    let schema = model_file::schema(&model, &arguments.model)?;
    let options = ReadOptions { label: ColumnUse::Unread, time: ColumnUse::Unread, text: None };
    let mut records = Records::open(&arguments.data, &schema, &options)?;
    let loader = Loader::new(model);
    let names: Vec<&str> = model.body().features.iter().map(|feature| feature.name).collect();
    let mut bench = Bench::new(&loader);
    let n_memories = loader.sizes().memories;
    // One set per stream: memory grows with the number of terminals, never with the number of rows.
    let mut memories: Vec<Memory> = Vec::new();
    if let Some(out) = &arguments.out {
        output::refuse_input(out, &arguments.data)?;
    }
    let mut output = Output::open(arguments.out.as_deref())?;
    output.write(b"row,score,percentile,verdict,missing,saturated,unknown,reasons\n")?;
    let mut line = String::new();
    while let Some(record) = records.read()? {
        let start = record.group as usize * n_memories;
        if memories.len() < start + n_memories {
            memories.resize(start + n_memories, Memory::EMPTY);
        }
        let scored = bench.score(&loader, &record.raw, &mut memories[start..start + n_memories]);
        line.clear();
        format_line(&mut line, record.row, &scored, &names);
        output.write(line.as_bytes())?;
    }
    output.finish()
}

fn format_line(line: &mut String, row: u64, scored: &Scored, names: &[&str]) {
    let verdict = match scored.verdict {
        Verdict::Normal => "normal",
        Verdict::Watch => "watch",
        Verdict::Alarm => "alarm",
    };
    let tally = scored.tally;
    // Writing to a string cannot fail.
    let _ = write!(
        line,
        "{row},{},{},{verdict},{},{},{},",
        scored.score, scored.percentile, tally.missing, tally.saturated, tally.unknown
    );
    for (index, reason) in scored.reasons.iter().enumerate() {
        let name = names.get(usize::from(reason.feature)).copied().unwrap_or("");
        let direction = if reason.is_higher() { "higher" } else { "lower" };
        let share = f64::from(reason.share_permille(scored.score)) / 10.0;
        let separator = if index == 0 { "" } else { "; " };
        let _ = write!(line, "{separator}{name} {direction} {share:.1} %");
    }
    line.push('\n');
}

//! `cargo xtask audit`: what the linked firmware contains and must not, weighs and takes, at every level of optimisation.

use super::{option, tidy};
use crate::audit::{Baseline, Examined, examine, save, sheet, slow_at_s};
use crate::emulate::counted::Counted;
use crate::emulate::firmware::{Model, Profile, root};
use crate::witness::{CORES, joined, read};
use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use tillwatch_model::Model as ModelFile;

/// Records that each image scores, fewer of large models.
const MOST_RECORDS: usize = 10_000;
/// Multiply-accumulates of all records: some seconds in an emulator.
const MACS: usize = 100_000_000;

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    at(&[Profile::Speed, Profile::Size, Profile::Smallest], arguments)
}

/// The audit at some levels of optimisation: `[--model FILE] [--json FILE] [--bless]`.
pub(super) fn at(profiles: &[Profile], arguments: &[String]) -> Result<(), String> {
    let (given, bless) = (option(arguments, "--model"), arguments.iter().any(|word| word == "--bless"));
    if given.is_some() && bless {
        return Err("--bless renews the figures of the committed model: leave --model out".to_owned());
    }
    let (model, macs) = chosen(given)?;
    let records = records_of(macs);
    let (rows, mut faults) = examine_all(profiles, &model, macs, records);
    for row in &rows {
        print!("{}", row.audit);
    }
    println!();
    print!("{}", sheet(&rows));
    println!(
        "code and constants are bytes of flash; RAM, stack by the call graph and stack touched are bytes;"
    );
    let lengths: BTreeSet<usize> = counted(&rows).map(|counted| counted.instructions.len()).collect();
    let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
    println!(
        "instructions are the most that one of {} records took, emulated, not cycles;",
        lengths.join(" or ")
    );
    println!("spread is the most less the fewest");
    print!("{}", slow_at_s(&rows));
    faults.extend(rows.iter().flat_map(Examined::faults));
    let outside = tidy::unsafe_outside_arch()?;
    println!("unsafe in device crates outside engine/src/arch: {}", outside.len());
    faults.extend(outside);
    if let Some(path) = option(arguments, "--json") {
        save(Path::new(path), rows.iter().map(|row| (row.name(), row.json())).collect())?;
    }
    for row in &rows {
        if let Err(reason) = &row.counted {
            println!("not run: {}: {reason}", row.name());
        }
    }
    if given.is_none() {
        let baseline = Baseline::read()?;
        if bless && faults.is_empty() {
            if let Some(row) = rows.iter().find(|row| row.counted.is_err()) {
                return Err(format!("{}: not run, so there are no figures to renew", row.name()));
            }
            return baseline.renew(rows.iter().map(|row| (row.name(), row.figures().into())).collect());
        }
        faults.extend(rows.iter().flat_map(|row| baseline.grown(&row.name(), &row.figures())));
    }
    if faults.is_empty() {
        println!("every promise is kept, nothing grew");
        Ok(())
    } else {
        Err(format!("{}\nif a figure had to grow, run the command with --bless", faults.join("\n")))
    }
}

/// What is audited, and its multiply-accumulates.
pub(super) fn chosen(given: Option<&str>) -> Result<(Model, usize), String> {
    let committed = root().join("fixtures/models/point_of_sale.tw");
    let path = given.map_or(committed.as_path(), Path::new);
    let bytes = read(path)?;
    let file = ModelFile::validate(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    let model = if given.is_some() {
        Model::bake(&file, root().join("target/audit-model"))?.0
    } else {
        Model::Committed("point_of_sale".to_owned())
    };
    Ok((model, file.network_macs()))
}

/// What records took, of the rows that were run.
fn counted(rows: &[Examined]) -> impl Iterator<Item = &Counted> {
    rows.iter().filter_map(|row| row.counted.as_ref().ok())
}

/// Records for a model of so many multiply-accumulates.
fn records_of(macs: usize) -> u32 {
    (MACS / macs.max(1)).clamp(1, MOST_RECORDS) as u32
}

/// All images, levels beside each other, as each has its own build folder; and what is wrong with those that have no row.
fn examine_all(
    profiles: &[Profile],
    model: &Model,
    macs: usize,
    records: u32,
) -> (Vec<Examined>, Vec<String>) {
    let at_level = |profile| -> Vec<Result<Examined, String>> {
        // Vectors share registers and encodings with floats, so that what has vectors cannot be told from what has floats.
        let cores = CORES.iter().filter(|core| !core.target.has_vectors());
        cores.map(|core| examine(core, profile, model, macs, records)).collect()
    };
    let results: Vec<Result<Examined, String>> = thread::scope(|scope| {
        let handles: Vec<_> =
            profiles.iter().map(|&profile| scope.spawn(move || at_level(profile))).collect();
        handles.into_iter().flat_map(joined).collect()
    });
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(row) => rows.push(row),
            Err(message) => faults.push(message),
        }
    }
    (rows, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_models_score_fewer_records() {
        assert_eq!([1232, 264_192, usize::MAX].map(records_of), [10_000, 378, 1]);
    }

    #[test]
    fn figures_of_another_model_are_not_committed() {
        let said = run(&["--model", "x.tw", "--bless"].map(str::to_owned)).unwrap_err();
        assert!(said.contains("leave --model out"), "{said}");
    }
}

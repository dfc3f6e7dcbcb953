//! `cargo xtask counts`: what many records take on each core, hostile ones first, and which functions vary with the record.

use super::audit::chosen;
use super::option;
use crate::audit::readable;
use crate::emulate::by_function::{Share, Shares};
use crate::emulate::counted::{self, Counted};
use crate::emulate::firmware::{Build, Profile};
use crate::emulate::{Failure, qemu};
use crate::witness::CORES;

/// Records that each core scores.
const RECORDS: u32 = 10_000;
/// Of them so many, from the first on, are followed address by address: all hostile ones of a model of few fields, and some drawn.
const FOLLOWED: u32 = 1000;

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let records = match option(arguments, "--records") {
        None => RECORDS,
        Some(text) => match text.parse() {
            Ok(records @ FOLLOWED..) => records,
            _ => {
                return Err(format!(
                    "--records {text}: not a number of records; give {FOLLOWED} to {}",
                    u32::MAX
                ));
            }
        },
    };
    let (model, macs) = chosen(option(arguments, "--model"))?;
    println!("{:<20}{:>9}{:>10}{:>10}{:>8}{:>9}", "core", "records", "fewest", "most", "spread", "percent");
    for core in &CORES {
        if let Err(failure @ Failure::NotFound { .. }) = qemu::version(core.machine) {
            println!("{}: not run: {failure}", core.name);
            continue;
        }
        let (target, profile, features) = (core.target, Profile::Size, &["counted"]);
        let build =
            |records| Build { target, profile, model: &model, features, digest_records: Some(records) };
        let counted = counted::by_clock(&build(records).run()?, core.machine, macs);
        let counted = counted.map_err(|failure| failure.to_string())?;
        let followed = counted::by_function(&build(FOLLOWED).run()?, core.machine, core.embedded);
        let (followed, shares) = followed.map_err(|failure| failure.to_string())?;
        let pairs = followed.instructions.iter().zip(&counted.instructions);
        if let Some((at, (by_address, by_clock))) = pairs.enumerate().find(|(_, (one, two))| one != two) {
            return Err(format!(
                "{}: record {at} took {by_address} instructions address by address, {by_clock} by the clock",
                core.name
            ));
        }
        show(core.name, &counted);
        show_functions(&shares);
    }
    println!(
        "instructions at opt-level \"s\", emulated, not cycles; preparation, network, score, reasons and monitor"
    );
    Ok(())
}

fn show(core: &str, counted: &Counted) {
    let (least, most) = counted.range();
    let percent = (most - least) as f64 * 100.0 / most.max(1) as f64;
    let (records, spread) = (counted.instructions.len(), most - least);
    println!("{core:<20}{records:>9}{least:>10}{most:>10}{spread:>8}{percent:>9.2}");
}

/// Prints the functions of which one record takes more than another.
fn show_functions(shares: &Shares) {
    let (same, varying): (Vec<&Share>, Vec<&Share>) =
        shares.functions.iter().partition(|share| share.least == share.most);
    for Share { name, least, most } in varying {
        println!("  {least:>6} to {most:>6}, varies by {:>4}: {}", most - least, readable(name));
    }
    let sum: u64 = same.iter().map(|share| share.least).sum();
    println!(
        "  {sum} with every record: {} more functions; {} with every instruction at its most often, over {FOLLOWED} records",
        same.len(),
        shares.ceiling
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_records_is_asked_for() {
        for wrong in ["999", "many", "-1"] {
            let said = run(&["--records".to_owned(), wrong.to_owned()]).unwrap_err();
            assert!(said.starts_with(&format!("--records {wrong}: not a number of records")), "{said}");
        }
    }
}

//! `cargo xtask bits`: the digest of the committed model on every runtime that this machine has, in one table.
//!
//! Slow runtimes score a prefix of the records; their digest is held against the loader's over the same prefix.

mod program;

use super::option;
use crate::emulate::firmware::{Build, Model, Profile, root};
use crate::emulate::{Failure, armagnac, qemu};
use crate::witness::{CORES, Core, SEED, digest, loader_digest, read};
use program::Program;
use std::time::Duration;
use tillwatch_inference::point_of_sale;
use tillwatch_model::Model as ModelFile;

/// Records of every runtime but the slow ones.
const RECORDS: u32 = 1_000_000;
/// Records within the gate.
const GATE_RECORDS: u32 = 10_000;
/// Most records in the slower emulator, which runs some million instructions in a second.
const EMBEDDED_RECORDS: u32 = 10_000;
/// Most records under Miri, which scores a few in a second.
const MIRI_RECORDS: u32 = 100;

/// What was heard, and what was not run with the line that enables it.
struct Hearing<'a> {
    file: ModelFile<'a>,
    /// The loader's digests by number of records.
    known: Vec<(u32, u64)>,
    faults: Vec<String>,
    not_run: Vec<String>,
}

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let records = match option(arguments, "--records") {
        None => RECORDS,
        Some(text) => match text.parse() {
            Ok(records @ 1..) => records,
            _ => return Err(format!("--records {text}: not a number of records; give 1 to {}", u32::MAX)),
        },
    };
    hold(records, true)
}

/// The runtimes that take seconds; emulated cores and their digests are the business of other checks.
pub(super) fn gate() -> Result<(), String> {
    hold(GATE_RECORDS, false)
}

fn hold(records: u32, everything: bool) -> Result<(), String> {
    let bytes = read(&root().join("fixtures/models/point_of_sale.tw"))?;
    let file = ModelFile::validate(&bytes).map_err(|error| error.to_string())?;
    let mut hearing = Hearing::new(&file);
    hearing.add("this process, loader", records, loader_digest(&file, records));
    let baked = point_of_sale::digest(records, SEED, &mut point_of_sale::Scratch::new());
    hearing.add("this process, baked", records, baked);
    for program in Program::all() {
        if program.is_slow() && !everything {
            continue;
        }
        let records = if program.is_slow() { records.min(MIRI_RECORDS) } else { records };
        match program.digest(records)? {
            Ok(digest) => hearing.add(&program.to_string(), records, digest),
            Err(reason) => hearing.not_run.push(format!("{program}: {reason}")),
        }
    }
    if everything {
        CORES.iter().try_for_each(|core| hearing.core(core, records))?;
    } else {
        hearing.not_run.push("emulated cores and Miri: cargo xtask bits".to_owned());
    }
    hearing.close()
}

impl<'a> Hearing<'a> {
    /// Nothing heard yet; prints the head of the table.
    fn new(file: &ModelFile<'a>) -> Self {
        println!("{:<40}{:>10}  {:<18}equal", "runtime", "records", "digest");
        Self { file: *file, known: Vec::new(), faults: Vec::new(), not_run: Vec::new() }
    }

    /// Prints a row of the table: what a runtime said, beside what the loader says of the same records.
    fn add(&mut self, runtime: &str, records: u32, digest: u64) {
        let known = self.known.iter().find(|(length, _)| *length == records).map(|&(_, digest)| digest);
        let want = known.unwrap_or_else(|| loader_digest(&self.file, records));
        self.known.push((records, want));
        let equal = if digest == want { "yes" } else { "NO" };
        println!("{runtime:<40}{records:>10}  {digest:016x}  {equal}");
        if digest != want {
            self.faults.push(format!(
                "{runtime}: digest {digest:016x} over {records} records, the loader has {want:016x}"
            ));
        }
    }

    /// A core in each of its emulators.
    fn core(&mut self, core: &Core, records: u32) -> Result<(), String> {
        let model = Model::Committed("point_of_sale".to_owned());
        let image = |records| {
            let (target, profile, features) = (core.target, Profile::Size, &[]);
            Build { target, profile, model: &model, features, digest_records: Some(records) }.run()
        };
        if let Some(embedded) = core.embedded {
            let (name, records) = (format!("{} in armagnac", core.name), records.min(EMBEDDED_RECORDS));
            let outcome = armagnac::run(&image(records)?, embedded).map_err(|error| error.to_string())?;
            self.add(&name, records, digest(&outcome, records, &name)?);
        }
        let name = format!("{} in QEMU", core.name);
        if let Err(failure @ Failure::NotFound { .. }) = qemu::version(core.machine) {
            // Nothing would run the image, so it is not built either.
            self.not_run.push(format!("{name}: {failure}"));
            return Ok(());
        }
        // A million records take two minutes where the machine does nothing else.
        let limit = Duration::from_secs(60 + u64::from(records) / 500);
        let outcome = qemu::output(&image(records)?, core.machine, limit)
            .map_err(|failure| format!("{name}: {failure}"))?;
        self.add(&name, records, digest(&outcome, records, &name)?);
        Ok(())
    }

    /// Ends the table.
    ///
    /// # Errors
    /// The runtimes whose digest is another than the loader's over the same records.
    fn close(&self) -> Result<(), String> {
        for line in &self.not_run {
            println!("not run: {line}");
        }
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults.join("\n")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_that_differs_is_named() {
        let bytes = read(&root().join("fixtures/models/point_of_sale.tw")).unwrap();
        let file = ModelFile::validate(&bytes).unwrap();
        let mut hearing = Hearing::new(&file);
        hearing.add("a", 3, loader_digest(&file, 3));
        hearing.add("b", 5, loader_digest(&file, 5));
        assert_eq!(hearing.close(), Ok(()));
        hearing.add("c", 4, loader_digest(&file, 5));
        assert!(hearing.close().unwrap_err().starts_with("c: digest "));
    }

    #[test]
    fn a_number_of_records_is_asked_for() {
        for wrong in ["0", "many", "-1"] {
            let said = run(&["--records".to_owned(), wrong.to_owned()]).unwrap_err();
            assert!(said.starts_with(&format!("--records {wrong}: not a number of records")), "{said}");
        }
    }
}

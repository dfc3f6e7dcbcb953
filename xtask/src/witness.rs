//! One model on every runtime of this machine: digests that must be equal, and what it costs on each core.

use crate::audit::{Row, footprint};
use crate::emulate::firmware::{Build, Model, Profile, Target};
use crate::emulate::{Failure, Outcome, armagnac, qemu};
use std::path::{Path, PathBuf};
use std::thread;
use std::thread::ScopedJoinHandle;
use tillwatch_engine::digest::Digest;
use tillwatch_engine::feature::Memory;
use tillwatch_engine::monitor::{EventMonitor, Rules};
use tillwatch_engine::seeded::{SeededWords, draw_record, seeded_digest};
use tillwatch_loader::Loader;
use tillwatch_model::Model as ModelFile;
use tillwatch_trainer::drift::Monitored;
use tillwatch_trainer::scoring::Bench;

/// Most records that every runtime scores for the digest.
const MOST_RECORDS: u32 = 10_000;
/// Multiply-accumulates that a digest may take; the slower emulator runs some million of them in a second.
const DIGEST_MACS: usize = 10_000_000;

/// Records in the digest of a model: fewer of heavy ones.
fn records_of(model: &ModelFile<'_>) -> u32 {
    let records = DIGEST_MACS / model.network_macs().max(1);
    (records as u32).clamp(4, MOST_RECORDS)
}

/// Seed of those records.
pub(crate) const SEED: u32 = 1;

/// A core and what emulates it.
pub(crate) struct Core {
    pub(crate) name: &'static str,
    pub(crate) target: Target,
    pub(crate) embedded: Option<armagnac::Core>,
    pub(crate) machine: qemu::Machine,
}

pub(crate) const CORES: [Core; 7] = [
    Core {
        name: "Cortex-M0",
        target: Target::any("thumbv6m-none-eabi"),
        embedded: Some(armagnac::Core::V6m),
        machine: qemu::Machine::An385,
    },
    Core {
        name: "Cortex-M3",
        target: Target::any("thumbv7m-none-eabi"),
        embedded: Some(armagnac::Core::V7m),
        machine: qemu::Machine::An385,
    },
    Core {
        name: "Cortex-M4",
        target: Target::any("thumbv7em-none-eabi"),
        embedded: None,
        machine: qemu::Machine::An386,
    },
    Core {
        name: "Cortex-M33",
        target: Target::any("thumbv8m.main-none-eabi"),
        embedded: None,
        machine: qemu::Machine::An505,
    },
    Core {
        name: "Cortex-M33 with DSP",
        target: Target::of_cpu("thumbv8m.main-none-eabi", "cortex-m33"),
        embedded: None,
        machine: qemu::Machine::An505,
    },
    Core {
        name: "Cortex-M55",
        target: Target::of_cpu("thumbv8m.main-none-eabi", "cortex-m55"),
        embedded: None,
        machine: qemu::Machine::An547,
    },
    Core {
        name: "RV32IMAC",
        target: Target::any("riscv32imac-unknown-none-elf"),
        embedded: None,
        machine: qemu::Machine::Virt,
    },
];

/// What the runtimes said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Testimony {
    /// Runtime and digest.
    pub(crate) digests: Vec<(String, u64)>,
    /// Sizes and counts of each core.
    pub(crate) rows: Vec<Row>,
    /// What could not be run, with the command that would enable it.
    pub(crate) not_run: Vec<String>,
    /// Records in the digest.
    pub(crate) records: u32,
}

impl Testimony {
    /// That of the loader on the host, to begin with.
    pub(crate) fn of(model: &ModelFile<'_>) -> Self {
        let digests = vec![("host, loader".to_owned(), loader_digest(model, records_of(model)))];
        Self { digests, records: records_of(model), ..Self::default() }
    }

    /// That of the loader on the latent vectors, for a model's encoder alone.
    pub(crate) fn of_encoder(model: &ModelFile<'_>) -> Self {
        let digests = vec![("host, loader".to_owned(), latent_digest(model, records_of(model)))];
        Self { digests, records: records_of(model), ..Self::default() }
    }

    /// The one digest, and the number of runtimes that gave it.
    ///
    /// # Errors
    /// The first runtime that differs from the first one.
    pub(crate) fn agreed(&self) -> Result<(u64, usize), String> {
        let (first, digest) = self.digests.first().ok_or("no runtime gave a digest")?;
        match self.digests.iter().find(|(_, other)| other != digest) {
            Some((name, other)) => {
                Err(format!("digest {other:016x} on {name}, but {digest:016x} on {first}"))
            }
            None => Ok((*digest, self.digests.len())),
        }
    }
}

/// Digest of the scores of a model file run in place by the loader.
pub(crate) fn loader_digest(model: &ModelFile<'_>, records: u32) -> u64 {
    digest_of(model, records, |bench, loader, raw, memories| bench.score(loader, raw, memories).score)
}

/// Digest of its latent vectors, each a digest of its codes, as the crate of an encoder has it.
fn latent_digest(model: &ModelFile<'_>, records: u32) -> u64 {
    digest_of(model, records, |bench, loader, raw, memories| {
        let mut digest = Digest::new();
        bench.encode_raw(loader, raw, memories).into_iter().for_each(|code| digest.update(code as u64));
        digest.finish()
    })
}

/// Digest of what one stream of seeded records gives.
fn digest_of(
    model: &ModelFile<'_>,
    records: u32,
    mut answer: impl FnMut(&mut Bench, &Loader<'_>, &[i32], &mut [Memory]) -> u64,
) -> u64 {
    let loader = Loader::new(*model);
    let mut bench = Bench::new(&loader);
    let mut memories = vec![Memory::EMPTY; loader.sizes().memories];
    let fields: Vec<_> = model.body().fields.iter().map(|field| field.seeded()).collect();
    let mut record = vec![0; model.n_raw()];
    seeded_digest(&fields, &mut record[..], records, SEED, |raw| {
        answer(&mut bench, &loader, raw, &mut memories)
    })
}

/// Scores of the seeded records that the firmware measures, each from empty memories.
fn seeded_scores(model: &ModelFile<'_>, count: usize) -> Vec<u64> {
    let loader = Loader::new(*model);
    let mut bench = Bench::new(&loader);
    let fields: Vec<_> = model.body().fields.iter().map(|field| field.seeded()).collect();
    let mut words = SeededWords::new(SEED);
    let mut record = vec![0; model.n_raw()];
    let mut one = || {
        draw_record(&fields, &mut words, &mut record);
        bench.score_fresh(&loader, &record).score
    };
    (0..count).map(|_| one()).collect()
}

/// Fingerprint of those records as one stream through a monitor, and of the frame that is written in the end.
fn events_digest(model: &ModelFile<'_>, count: usize) -> u64 {
    let loader = Loader::new(*model);
    let mut stream = Monitored::new(&loader, EventMonitor::adaptive(Rules::new(2, 5, 3)));
    let mut memories = vec![Memory::EMPTY; loader.sizes().memories];
    let fields: Vec<_> = model.body().fields.iter().map(|field| field.seeded()).collect();
    let (mut words, mut digest) = (SeededWords::new(SEED), Digest::new());
    let mut record = vec![0; model.n_raw()];
    for _ in 0..count {
        draw_record(&fields, &mut words, &mut record);
        let (_, told) = stream.score(&loader, &record, &mut memories);
        digest.update(told as u64);
    }
    stream.frame(&loader).iter().for_each(|&byte| digest.update(byte.into()));
    digest.finish()
}

/// Runs a model on every emulated core that this machine has, and weighs it on each.
///
/// # Errors
/// A build that fails, a run that ends badly, two emulators that count differently.
pub(crate) fn examine(model: &Model, file: &ModelFile<'_>, testimony: &mut Testimony) -> Result<(), String> {
    hear_all(CORES.iter(), |_| true, model, file, testimony)
}

/// Runs a model on some cores, and weighs it on one of them.
///
/// # Errors
/// As [`examine`].
pub(crate) fn examine_on(
    cores: &[&str],
    weighed: &str,
    model: &Model,
    file: &ModelFile<'_>,
    testimony: &mut Testimony,
) -> Result<(), String> {
    let cores = CORES.iter().filter(|core| cores.contains(&core.name));
    hear_all(cores, |core| core.name == weighed, model, file, testimony)
}

/// Builds one image after the other, lets all emulators run at once, and weighs the model where that is wanted.
fn hear_all(
    cores: impl Iterator<Item = &'static Core>,
    is_weighed: impl Fn(&Core) -> bool,
    model: &Model,
    file: &ModelFile<'_>,
    testimony: &mut Testimony,
) -> Result<(), String> {
    let records = records_of(file);
    let mut images = Vec::new();
    for core in cores {
        if let (None, Err(failure @ Failure::NotFound { .. })) = (core.embedded, qemu::version(core.machine))
        {
            // Nothing would run the image, so it is not built either.
            testimony.not_run.push(format!("{} in QEMU: {failure}", core.name));
            continue;
        }
        let (target, profile, features) = (core.target, Profile::Size, &[]);
        let build = Build { target, profile, model, features, digest_records: Some(records) };
        images.push((core, build.run()?));
    }
    let heard: Vec<Result<Heard, String>> = thread::scope(|scope| {
        let run = |(core, elf): &(&'static Core, PathBuf)| {
            let (core, elf) = (*core, elf.clone());
            scope.spawn(move || hear(core, &elf, file, records))
        };
        let handles: Vec<_> = images.iter().map(run).collect();
        handles.into_iter().map(joined).collect()
    });
    for ((core, _), heard) in images.iter().zip(heard) {
        let heard = heard?;
        testimony.digests.extend(heard.digests);
        testimony.not_run.extend(heard.not_run);
        if let Some(outcome) = heard.outcome.filter(|_| is_weighed(core)) {
            testimony.rows.push(row(core.name, core.target, Profile::Size, model, &outcome)?);
        }
    }
    Ok(())
}

/// What the emulators of one core said.
struct Heard {
    digests: Vec<(String, u64)>,
    not_run: Option<String>,
    outcome: Option<Outcome>,
}

/// Runs an image in every emulator that has its core.
fn hear(core: &Core, elf: &Path, file: &ModelFile<'_>, records: u32) -> Result<Heard, String> {
    let (embedded, second) = thread::scope(|scope| {
        let embedded = core.embedded.map(|embedded| scope.spawn(move || armagnac::run(elf, embedded)));
        let second = qemu::run(elf, core.machine);
        (embedded.map(joined), second)
    });
    let embedded = embedded.transpose().map_err(|error| format!("{}: {error}", core.name))?;
    let (second, not_run) = match second {
        Ok(outcome) => (Some(outcome), None),
        Err(failure @ Failure::NotFound { .. }) => (None, Some(format!("{} in QEMU: {failure}", core.name))),
        Err(failure) => return Err(format!("{}: {failure}", core.name)),
    };
    if let (Some(one), Some(two)) = (&embedded, &second)
        && one.calls != two.calls
    {
        return Err(format!(
            "{}: the emulators differ in what they executed, counts {:?} and {:?}",
            core.name,
            one.instruction_range(),
            two.instruction_range()
        ));
    }
    let mut digests = Vec::new();
    for (outcome, emulator) in [(&embedded, "armagnac"), (&second, "QEMU")] {
        if let Some(outcome) = outcome {
            let name = format!("{} in {emulator}", core.name);
            let seeded = outcome.seeded_scores();
            if seeded != seeded_scores(file, seeded.len()) {
                return Err(format!("{name}: scores of seeded records are not the host's"));
            }
            if outcome.events().is_some_and(|events| events != events_digest(file, seeded.len())) {
                return Err(format!("{name}: events of seeded records, or their frame, are not the host's"));
            }
            digests.push((name.clone(), digest(outcome, records, &name)?));
        }
    }
    Ok(Heard { digests, not_run, outcome: embedded.or(second) })
}

/// What a thread found; its panic is one of this thread.
pub(crate) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The digest that a firmware printed.
///
/// # Errors
/// The run did not end well, or covers another number of records.
pub(crate) fn digest(outcome: &Outcome, records: u32, name: &str) -> Result<u64, String> {
    match outcome.digest() {
        Some((digest, covered)) if outcome.is_complete() && covered == records => Ok(digest),
        _ => Err(format!("{name}: the run did not end well:\n{}", outcome.output)),
    }
}

fn row(
    core: &str,
    target: Target,
    profile: Profile,
    model: &Model,
    outcome: &Outcome,
) -> Result<Row, String> {
    Ok(Row {
        core: core.to_owned(),
        profile,
        footprint: footprint(target, profile, model)?,
        stack: outcome.stack_bytes(),
        instructions: outcome.instruction_range(),
    })
}

/// The bytes of a file, with its name in the error.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

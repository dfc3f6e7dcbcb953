//! One image after the other: built, run, weighed.

use crate::audit::footprint;
use crate::emulate::cycles::{CORTEX_M0_PLUS, CORTEX_M3, CORTEX_M4, Timing};
use crate::emulate::firmware::{Build, Model, Profile};
use crate::emulate::image::Image;
use crate::emulate::{Failure, Outcome, armagnac, qemu};
use crate::witness::Core;
use std::path::Path;

/// What a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Fewest and most instructions over the records, counted.
    pub(crate) instructions: (u64, u64),
    /// Most cycles over the records, modelled; none where no manual gives times.
    pub(crate) cycles: Option<u64>,
    /// Bytes of stack, painted and read back.
    pub(crate) stack: u32,
}

/// What a model weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weighed {
    /// Code and constants, bytes.
    pub(crate) flash: u64,
    /// Of these the constants.
    pub(crate) constants: u64,
    /// Working memory and what is remembered between records, bytes.
    pub(crate) ram: u64,
}

/// Counts the measured calls of a model on a core.
///
/// # Errors
/// It does not build or run, two emulators differ, no emulator of the core is there, or the cycle table lacks an instruction.
pub(crate) fn count(core: &Core, profile: Profile, model: &Model) -> Result<Counted, String> {
    let build = Build { target: core.target, profile, model, features: &[], digest_records: Some(1) };
    let elf = build.run()?;
    let outcome = run(core, &elf).map_err(|message| format!("{}: {message}", build.name()))?;
    let (Some(instructions), Some(stack), true) =
        (outcome.instruction_range(), outcome.stack_bytes(), outcome.is_complete())
    else {
        return Err(format!("{}: the run did not end well:\n{}", build.name(), outcome.output));
    };
    let image = Image::read(&elf)?;
    let cycles = timing(core.name).map(|timing| {
        outcome.calls.iter().try_fold(0, |most, call| Ok::<_, String>(timing.cycles(&image, call)?.max(most)))
    });
    Ok(Counted { instructions, cycles: cycles.transpose()?, stack })
}

/// Weighs a model on a core: the image with it less the image without.
///
/// # Errors
/// One of the two does not build.
pub(crate) fn weigh(core: &Core, profile: Profile, model: &Model) -> Result<Weighed, String> {
    let found = footprint(core.target, profile, model)?;
    let positive = |bytes: i64| {
        u64::try_from(bytes)
            .map_err(|_| format!("{}: an image with a model is smaller than without", core.name))
    };
    Ok(Weighed {
        flash: positive(found.code + found.constants)?,
        constants: positive(found.constants)?,
        ram: u64::from(found.scratch) + u64::from(found.memories),
    })
}

/// Times of a core, where its maker gives any: those of Cortex-M0+ for images that run on Cortex-M0 and M0+.
pub(crate) fn timing(core: &str) -> Option<&'static Timing> {
    match core {
        "Cortex-M0" => Some(&CORTEX_M0_PLUS),
        "Cortex-M3" => Some(&CORTEX_M3),
        "Cortex-M4" => Some(&CORTEX_M4),
        _ => None,
    }
}

/// Runs an image in every emulator of the core that is there, which must agree.
fn run(core: &Core, elf: &Path) -> Result<Outcome, String> {
    let second = match qemu::run(elf, core.machine) {
        Ok(outcome) => Ok(outcome),
        Err(failure @ Failure::NotFound { .. }) => Err(failure.to_string()),
        Err(failure) => return Err(failure.to_string()),
    };
    let Some(embedded) = core.embedded else { return second };
    let first = armagnac::run(elf, embedded).map_err(|failure| failure.to_string())?;
    match second {
        Ok(second) if second.calls != first.calls => {
            Err("the emulators differ in what they executed".to_owned())
        }
        _ => Ok(first),
    }
}

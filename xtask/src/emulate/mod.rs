//! Runs firmware on emulated cores: two emulators that must agree.
//!
//! [`armagnac`] is pure Rust and always there; [`qemu`] is the second witness and runs what the first cannot. Both say
//! exactly what was executed at which address, never how long it took; [`cycles`] is a model of that.

pub(crate) mod armagnac;
pub(crate) mod by_function;
pub(crate) mod counted;
mod counter;
pub(crate) mod cycles;
mod decode;
pub(crate) mod firmware;
#[cfg(test)]
mod handmade;
pub(crate) mod image;
mod memory;
mod network;
// The plugin's own, to test that it understands what it is told and is understood.
#[cfg(test)]
#[path = "../../../tests/counter/src/options.rs"]
mod options;
pub(crate) mod qemu;
#[path = "../../../tests/counter/src/recorder.rs"]
pub(crate) mod recorder;
#[cfg(test)]
#[path = "../../../tests/counter/src/text.rs"]
mod text;
mod thumb;
mod trace;

use image::Image;
use recorder::{Call, Markers};
use std::fmt;

/// The marker before the counted call.
pub(crate) const MEASURE_START: &str = "measure_start";
/// The marker after the counted call.
pub(crate) const MEASURE_STOP: &str = "measure_stop";
/// The function that the firmware enters once nothing more is to be counted.
pub(crate) const MEASURED_ALL: &str = "measured_all";

/// What a run of a firmware showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Everything that it printed.
    pub(crate) output: String,
    /// The measured calls, in order: the call itself, the function and its return.
    pub(crate) calls: Vec<Call>,
    /// True when it ended by itself and reported success.
    pub(crate) exit_ok: bool,
}

/// Instructions of a call.
pub(crate) fn instructions(call: &Call) -> u64 {
    call.values().map(|place| place.count).sum()
}

/// The markers of an image.
///
/// # Errors
/// Names the one that is missing.
fn markers(image: &Image) -> Result<Markers, String> {
    Ok(Markers {
        start: image.address_of(MEASURE_START)?,
        stop: image.address_of(MEASURE_STOP)?,
        end: image.address_of(MEASURED_ALL)?,
    })
}

impl Outcome {
    /// Instructions of each measured call, in order.
    pub(crate) fn instructions(&self) -> Vec<u64> {
        self.calls.iter().map(instructions).collect()
    }

    /// Fewest and most instructions of a measured call; none where nothing was measured.
    pub(crate) fn instruction_range(&self) -> Option<(u64, u64)> {
        let counts = self.instructions();
        Some((*counts.iter().min()?, *counts.iter().max()?))
    }

    /// What follows `word` and a space on the first line that begins so.
    pub(crate) fn value(&self, word: &str) -> Option<&str> {
        self.output.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
    }

    /// The digest and the number of records that it covers.
    pub(crate) fn digest(&self) -> Option<(u64, u32)> {
        let (digest, rest) = self.value("digest")?.split_once(" over ")?;
        let records = rest.strip_suffix(" records")?;
        Some((u64::from_str_radix(digest, 16).ok()?, records.parse().ok()?))
    }

    /// The fingerprint of a stream through the model's monitor, where the image has one.
    pub(crate) fn events(&self) -> Option<u64> {
        u64::from_str_radix(self.value("events")?, 16).ok()
    }

    /// The scores of the seeded records, in order.
    pub(crate) fn seeded_scores(&self) -> Vec<u64> {
        let hex = |line: &str| u64::from_str_radix(line.strip_prefix("seeded ")?, 16).ok();
        self.output.lines().filter_map(hex).collect()
    }

    /// Most bytes of stack that a measured call touched, below the caller's frame.
    pub(crate) fn stack_bytes(&self) -> Option<u32> {
        self.value("stack")?.parse().ok()
    }

    /// True when it reported success and printed its last line, so that nothing was cut off.
    pub(crate) fn is_complete(&self) -> bool {
        self.exit_ok && self.output.lines().last() == Some("done")
    }
}

/// Why a run gave no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The emulator is not on this machine: the row was not run.
    NotFound {
        /// What was looked for.
        program: &'static str,
        /// The command that would provide it.
        install: &'static str,
    },
    /// It ran and something went wrong.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { program, install } => write!(f, "{program} not found; {install}"),
            Self::Broken(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Broken(message)
    }
}

#[cfg(test)]
#[path = "../../../tests/firmware/src/every_width.rs"]
mod every_width;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back() {
        let output = "model m\nscore 00000000000000ff percentile 3 verdict watch\nself-test ok\n\
                      digest 3accd601e49132ec over 20 records\nevents 00000000000000ab\nstack 28\ndone\n";
        let call = |count| Call::from([(0, recorder::Place { count, ..Default::default() })]);
        let calls = [7, 5, 6].map(call).to_vec();
        let outcome = Outcome { output: output.to_owned(), calls, exit_ok: true };
        assert_eq!(outcome.digest(), Some((0x3acc_d601_e491_32ec, 20)));
        assert_eq!(outcome.events(), Some(0xab));
        assert_eq!(outcome.stack_bytes(), Some(28));
        assert_eq!(outcome.value("score"), Some("00000000000000ff percentile 3 verdict watch"));
        assert_eq!(outcome.instruction_range(), Some((5, 7)));
        assert!(outcome.is_complete());
        assert!(!Outcome { exit_ok: false, ..outcome.clone() }.is_complete());
        assert!(!Outcome { output: output.replace("done\n", ""), ..outcome }.is_complete());
    }

    #[test]
    fn a_missing_emulator_says_what_to_install() {
        let failure = Failure::NotFound { program: "x", install: "apt-get install y" };
        assert_eq!(failure.to_string(), "x not found; apt-get install y");
    }

    /// The harness itself, on every emulator that is installed: outputs and counts are equal.
    ///
    /// Needs the target's standard library; where it is missing there is nothing to run.
    #[test]
    fn the_emulators_agree_on_the_firmware() {
        use firmware::{Build, Model, Profile, Target};
        for (triple, core) in
            [("thumbv6m-none-eabi", armagnac::Core::V6m), ("thumbv7m-none-eabi", armagnac::Core::V7m)]
        {
            if !crate::targets::is_installed(triple).unwrap() {
                continue;
            }
            let target = Target::any(triple);
            let (profile, model) = (Profile::Size, &Model::Empty);
            let build = Build { target, profile, model, features: &[], digest_records: Some(100) };
            let elf = build.run().unwrap();
            let first = armagnac::run(&elf, core).unwrap();
            assert!(first.is_complete(), "{}", first.output);
            // The empty model's score is the raw value, of which the first is 3.
            assert_eq!(first.value("score"), Some("0000000000000003 percentile 0 verdict normal"));
            assert_eq!(first.value("self-test"), Some("ok"));
            assert_eq!(first.digest().unwrap().1, 100);
            match qemu::run(&elf, qemu::Machine::An385) {
                Ok(second) => assert_eq!(first, second),
                Err(failure) => assert!(matches!(failure, Failure::NotFound { .. }), "{failure}"),
            }
        }
    }

    /// Dense layers as functions in assembly: part of their mangled names.
    const DENSE_IN_ASSEMBLY: [&str; 4] =
        ["12dense_thumb17compute", "9dense_dsp5large5layer", "9dense_mve7compute", "11dense_riscv7compute"];

    /// The one of them that an image has.
    fn dense_in_assembly(elf: &std::path::Path) -> Option<&'static str> {
        let image = image::Image::read(elf).unwrap();
        let has = |part: &&str| image.symbols.iter().any(|symbol| symbol.name.contains(part));
        DENSE_IN_ASSEMBLY.into_iter().find(has)
    }

    /// Dense layers of all widths give the codes of this machine on every core: the assembly of each against the portable twin.
    /// Bits are equal with every loop, so that the image is asked which it has.
    ///
    /// Needs the target's standard library; where it or the emulator is missing there is nothing to run.
    #[test]
    fn layers_of_every_width_are_equal_on_every_core() {
        use firmware::{Build, Model, Profile, Target};
        use qemu::Machine;
        use tillwatch_engine::seeded::{SeededField, seeded_digest};
        const RECORDS: u32 = 1_000;
        let field = SeededField { low: 0, span: 1000, nullable: false };
        let want =
            seeded_digest(&[field], [0], RECORDS, 1, |&[value]| every_width::fingerprint(value as u32));
        let [thumb1, dsp, mve, riscv] = DENSE_IN_ASSEMBLY.map(Some);
        for (target, machine, layer) in [
            (Target::any("thumbv6m-none-eabi"), Machine::An385, thumb1),
            (Target::any("thumbv7m-none-eabi"), Machine::An385, None),
            (Target::any("thumbv7em-none-eabi"), Machine::An386, dsp),
            (Target::any("thumbv8m.main-none-eabi"), Machine::An505, None),
            (Target::of_cpu("thumbv8m.main-none-eabi", "cortex-m33"), Machine::An505, dsp),
            (Target::of_cpu("thumbv8m.main-none-eabi", "cortex-m55"), Machine::An547, mve),
            (Target::any("riscv32imac-unknown-none-elf"), Machine::Virt, riscv),
        ] {
            if !crate::targets::is_installed(target.triple).unwrap() {
                continue;
            }
            for profile in [Profile::Size, Profile::Speed] {
                let (features, digest_records) = (&["every_width"], Some(RECORDS));
                let build = Build { target, profile, model: &Model::Empty, features, digest_records };
                let elf = build.run().unwrap();
                assert_eq!(dense_in_assembly(&elf), layer, "{target}, {profile:?}");
                match qemu::output(&elf, machine, qemu::LONGEST_RUN) {
                    Ok(outcome) => {
                        assert_eq!(outcome.digest(), Some((want, RECORDS)), "{target}, {profile:?}");
                    }
                    Err(failure) => assert!(matches!(failure, Failure::NotFound { .. }), "{failure}"),
                }
            }
        }
    }
}

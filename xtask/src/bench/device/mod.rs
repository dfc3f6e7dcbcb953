//! What models take on emulated cores: instructions counted, cycles modelled, bytes weighed; and from those a page.

mod baseline;
mod drawn;
mod kinds;
mod measure;
mod networks;
mod page;
mod rivals;

pub(crate) use baseline::{grown, read, to_json};
pub(crate) use drawn::{Plan, Shape};
pub(crate) use kinds::kinds;
pub(crate) use networks::{NETWORKS, Part, network_row, networks};
pub(crate) use page::{grouped, page};

use crate::emulate::firmware::Profile;
use measure::{Counted, Weighed};

/// How far the compiler optimises, in the order of the page.
pub(crate) const PROFILES: [Profile; 2] = [Profile::Speed, Profile::Size];

/// What one thing takes on one core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// A network, a whole score or a layer.
    pub(crate) subject: String,
    /// The core.
    pub(crate) core: String,
    /// The compiler's optimisation level.
    pub(crate) level: String,
    /// Multiply-accumulates.
    pub(crate) macs: u64,
    /// Fewest and most instructions over the records, counted.
    pub(crate) instructions: (u64, u64),
    /// Most cycles over the records, modelled.
    pub(crate) cycles: Option<u64>,
    /// Bytes; a layer has none of its own.
    pub(crate) bytes: Option<Bytes>,
}

/// What a model takes besides time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes {
    /// Code and constants.
    pub(crate) flash: u64,
    /// Of these the constants.
    pub(crate) constants: u64,
    /// Working memory and what is remembered between records.
    pub(crate) ram: u64,
    /// Stack of a call.
    pub(crate) stack: u64,
}

impl Row {
    fn new(subject: &str, core: &str, profile: Profile, macs: u64, counted: &Counted) -> Self {
        Self {
            subject: subject.to_owned(),
            core: core.to_owned(),
            level: profile.level().to_owned(),
            macs,
            instructions: counted.instructions,
            cycles: counted.cycles,
            bytes: None,
        }
    }

    fn with(self, weighed: Weighed, stack: u32) -> Self {
        let Weighed { flash, constants, ram } = weighed;
        let bytes = Bytes { flash, constants, ram, stack: stack.into() };
        Self { bytes: Some(bytes), ..self }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { subject, core, level, macs, instructions: (fewest, most), cycles, bytes } = self;
        write!(f, "{subject:<36}{core:<20}opt {level}  {fewest}..{most} instructions counted, ")?;
        write!(f, "{:.2} per MAC", *most as f64 / *macs as f64)?;
        if let Some(cycles) = cycles {
            write!(f, ", {cycles} cycles modelled")?;
        }
        if let Some(Bytes { flash, ram, stack, .. }) = bytes {
            write!(f, ", flash {flash}, RAM {ram}, stack {stack}")?;
        }
        Ok(())
    }
}

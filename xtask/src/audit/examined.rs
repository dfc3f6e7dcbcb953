//! One image of one core at one level of optimisation: what it contains, weighs and takes.

use super::footprint::{Footprint, footprint};
use super::promise::Promise;
use super::{Audit, audit, who_panics};
use crate::emulate::counted::{self, Counted};
use crate::emulate::firmware::{Build, Model, Profile};
use crate::emulate::{Failure, qemu};
use crate::witness::Core;
use serde_json::{Map, Value, json};

/// Everything that was found out about an image.
#[derive(Clone, Debug)]
pub(crate) struct Examined {
    /// The core.
    pub(crate) core: &'static str,
    /// What the compiler aimed at.
    pub(crate) profile: Profile,
    /// What the image contains, and its call graph.
    pub(crate) audit: Audit,
    /// What the model adds to a firmware.
    pub(crate) footprint: Footprint,
    /// What records took, or why the image was not run.
    pub(crate) counted: Result<Counted, String>,
}

/// Most records where an image is stepped through.
const MOST_STEPPED: u32 = 1000;

/// Builds, reads, weighs and runs one image.
///
/// # Errors
/// It does not build, and who panics where that is the cause; its run ends badly.
pub(crate) fn examine(
    core: &Core,
    profile: Profile,
    model: &Model,
    macs: usize,
    records: u32,
) -> Result<Examined, String> {
    let target = core.target;
    // Stepping counts the same and takes longer: it is for machines without QEMU.
    let is_stepped = matches!(qemu::version(core.machine), Err(Failure::NotFound { .. }));
    let records = if is_stepped { records.min(MOST_STEPPED) } else { records };
    let build = Build { target, profile, model, features: &["counted"], digest_records: Some(records) };
    let elf = build.run().map_err(|message| match who_panics(&build) {
        Ok(findings) => {
            let lines: Vec<String> =
                findings.iter().map(|finding| format!("\n  panics: {finding}")).collect();
            message + &lines.concat()
        }
        Err(_) => message,
    })?;
    let counted = match core.embedded {
        Some(embedded) if is_stepped => counted::by_steps(&elf, embedded),
        _ => counted::by_clock(&elf, core.machine, macs),
    };
    let counted = match counted {
        Ok(counted) => Ok(counted),
        Err(failure @ Failure::NotFound { .. }) => Err(failure.to_string()),
        Err(failure) => return Err(failure.to_string()),
    };
    let footprint = footprint(target, profile, model)?;
    Ok(Examined { core: core.name, profile, audit: audit(&elf)?, footprint, counted })
}

impl Examined {
    /// What the row is called, here and in the committed figures.
    pub(crate) fn name(&self) -> String {
        format!("{} at {}", self.core, self.profile.level())
    }

    /// Bytes of variables: working memory, what is remembered between records, what watches the stream.
    pub(crate) fn ram(&self) -> u32 {
        self.footprint.scratch + self.footprint.memories + self.footprint.monitor
    }

    /// What is wrong with the image itself.
    pub(crate) fn faults(&self) -> Vec<String> {
        let broken = self.audit.offences.iter().map(|(promise, finding)| format!("{promise}: {finding}"));
        let mut faults: Vec<String> = broken.collect();
        if let Ok(Counted { stack, .. }) = self.counted
            && stack > self.audit.stack
        {
            let computed = self.audit.stack;
            faults.push(format!("a record touched {stack} bytes of stack, its call graph gives {computed}"));
        }
        faults.into_iter().map(|fault| format!("{}: {fault}", self.name())).collect()
    }

    /// The figures that must not grow: broken promises, bytes, and most instructions of a record.
    pub(crate) fn figures(&self) -> Map<String, Value> {
        let Footprint { code, support, constants, scratch, memories, monitor } = self.footprint;
        let mut figures = Map::new();
        for promise in Promise::ALL {
            figures.insert(promise.word().to_owned(), self.audit.offences_against(promise).into());
        }
        for (name, value) in [("code", code), ("support", support), ("constants", constants)] {
            figures.insert(name.to_owned(), value.into());
        }
        let ram = [("scratch", scratch), ("memories", memories), ("monitor", monitor)];
        for (name, value) in ram.into_iter().chain([("stack", self.audit.stack)]) {
            figures.insert(name.to_owned(), value.into());
        }
        if let Ok(counted) = &self.counted {
            figures.insert("stack_touched".to_owned(), counted.stack.into());
            figures.insert("instructions".to_owned(), counted.range().1.into());
        }
        figures
    }

    /// Everything, for other programs.
    pub(crate) fn json(&self) -> Value {
        let mut all = self.figures();
        let chain: Vec<Value> = self
            .audit
            .chain
            .iter()
            .map(|(name, bytes)| json!({ "function": name, "bytes": bytes }))
            .collect();
        let helpers: Vec<Value> = self.audit.notes.iter().map(|note| json!(note.to_string())).collect();
        all.insert("deepest_chain".to_owned(), chain.into());
        all.insert("allowed_helpers".to_owned(), helpers.into());
        all.insert("faults".to_owned(), self.faults().into());
        match &self.counted {
            Ok(counted) => {
                all.insert("records".to_owned(), counted.instructions.len().into());
                all.insert("instructions_least".to_owned(), counted.range().0.into());
            }
            Err(reason) => _ = all.insert("not_run".to_owned(), json!(reason)),
        }
        Value::Object(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examined(computed: u32, touched: u32) -> Examined {
        Examined {
            core: "Cortex-M3",
            profile: Profile::Smallest,
            audit: Audit { stack: computed, ..Audit::default() },
            footprint: Footprint { scratch: 100, memories: 20, monitor: 3, ..Footprint::default() },
            counted: Ok(Counted { instructions: vec![7, 9, 8], stack: touched }),
        }
    }

    #[test]
    fn more_stack_than_the_call_graph_has_is_a_fault() {
        assert!(examined(40, 40).faults().is_empty());
        assert_eq!(
            examined(40, 44).faults(),
            ["Cortex-M3 at z: a record touched 44 bytes of stack, its call graph gives 40"]
        );
    }

    #[test]
    fn the_greatest_count_is_the_figure() {
        let examined = examined(40, 36);
        let figures = examined.figures();
        assert_eq!(
            (&figures["instructions"], &figures["stack"], &figures["panics"]),
            (&json!(9), &json!(40), &json!(0))
        );
        assert_eq!((examined.ram(), &examined.json()["instructions_least"]), (123, &json!(7)));
    }
}

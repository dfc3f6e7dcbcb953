//! Reads a linked firmware and says which promises it keeps and what it weighs.
//!
//! Compiler settings are no proof; the linked image is: what is not in it cannot run.

mod baseline;
mod caller;
mod examined;
mod footprint;
mod graph;
mod promise;
mod rv32;
mod sheet;
mod step;
mod thumb;

pub(crate) use baseline::{Baseline, save};
pub(crate) use examined::{Examined, examine};
pub(crate) use footprint::{Row, footprint, table};
pub(crate) use promise::Promise;
pub(crate) use sheet::{sheet, slow_at_s};

use crate::emulate::firmware::Build;
use crate::emulate::image::Image;
use graph::Graph;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// A symbol and the functions that reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The symbol, readable.
    pub(crate) symbol: String,
    /// The functions that call it or hold its address, readable; the promise's own offenders left out.
    pub(crate) callers: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.symbol)?;
        if self.callers.is_empty() { Ok(()) } else { write!(f, ", called by {}", self.callers.join(" and ")) }
    }
}

/// What an image contains that it should not, and what is worth knowing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Audit {
    /// What was read.
    pub(crate) image: String,
    /// Broken promises with the symbols that break them.
    pub(crate) offences: Vec<(Promise, Finding)>,
    /// Allowed helpers, such as 32-bit division on a core without a divider.
    pub(crate) notes: Vec<Finding>,
    /// Bytes of stack that scoring takes at most, by its call graph; 0 where it has no bound.
    pub(crate) stack: u32,
    /// The deepest chain of calls: readable names, and the bytes of each.
    pub(crate) chain: Vec<(String, u32)>,
}

impl Audit {
    /// True when every promise is kept.
    pub(crate) fn is_clean(&self) -> bool {
        self.offences.is_empty()
    }

    /// How many symbols or functions break a promise.
    pub(crate) fn offences_against(&self, promise: Promise) -> usize {
        self.offences.iter().filter(|(broken, _)| *broken == promise).count()
    }

    /// Follows scoring through the image.
    fn follow(&mut self, graph: &Graph, root: u32) {
        for function in graph.reached(root) {
            for (breaks, promise) in [
                (function.is_indirect, Promise::Indirect),
                (function.is_unbounded, Promise::Unbounded),
                (function.has_float, Promise::Float),
            ] {
                if breaks {
                    let finding = Finding { symbol: readable(&function.name), callers: Vec::new() };
                    self.offences.push((promise, finding));
                }
            }
        }
        match graph.depth(root) {
            Ok(depth) => {
                let chain = depth.chain.into_iter();
                self.chain = chain.map(|(name, bytes)| (readable(&name), bytes)).collect();
                self.stack = depth.bytes;
            }
            Err(chain) => {
                let names: Vec<String> = chain.iter().map(|name| readable(name)).collect();
                let finding = Finding { symbol: names.join(" calls "), callers: Vec::new() };
                self.offences.push((Promise::Unbounded, finding));
            }
        }
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.image)?;
        for (promise, finding) in &self.offences {
            writeln!(f, "  {promise}: BROKEN by {finding}")?;
        }
        for note in &self.notes {
            writeln!(f, "  allowed helper: {note}")?;
        }
        let chain: Vec<String> = self.chain.iter().map(|(name, bytes)| format!("{bytes} {name}")).collect();
        writeln!(f, "  deepest chain: {}", chain.join(" + "))
    }
}

/// Audits a linked firmware.
///
/// # Errors
/// The file cannot be read, or has no scoring function.
pub(crate) fn audit(elf: &Path) -> Result<Audit, String> {
    let name = elf.file_stem().unwrap_or(elf.as_os_str()).to_string_lossy().into_owned();
    let image = Image::read(elf)?;
    let graph = Graph::of(&image);
    let mut audit = audit_symbols(&image, &graph, name);
    audit.follow(&graph, image.address_of(ROOT)?);
    Ok(audit)
}

/// The function of the firmware that scores one record, and from which on calls are followed.
const ROOT: &str = "score_stored";

/// Audits the symbols of an image.
fn audit_symbols(image: &Image, graph: &Graph, name: String) -> Audit {
    let mut audit = Audit { image: name, ..Audit::default() };
    for promise in Promise::ALL {
        let breaks = |name: &str| Promise::broken_by(name) == Some(promise);
        let findings = find(image, graph, breaks);
        // A chain of offenders is told by its first link: the one that something innocent calls.
        let told: Vec<_> = findings.iter().filter(|finding| !finding.callers.is_empty()).cloned().collect();
        let told = if told.is_empty() { findings } else { told };
        audit.offences.extend(told.into_iter().map(|finding| (promise, finding)));
    }
    audit.notes = find(image, graph, promise::is_noteworthy);
    audit
}

/// Builds the firmware with a panic handler that links, and names the functions that panic.
///
/// # Errors
/// The firmware does not build even so.
pub(crate) fn who_panics(build: &Build<'_>) -> Result<Vec<Finding>, String> {
    let features: Vec<&str> = build.features.iter().copied().chain(["panics_allowed"]).collect();
    let elf = Build { features: &features, ..build.clone() }.run()?;
    let offences = audit(&elf)?.offences.into_iter();
    Ok(offences.filter(|(promise, _)| *promise == Promise::Panic).map(|(_, finding)| finding).collect())
}

/// The symbols that match, defined or not, one for each address, with their callers that do not match.
fn find(image: &Image, graph: &Graph, matches: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut addresses = BTreeSet::new();
    let mut findings = Vec::new();
    for symbol in image.symbols.iter().filter(|symbol| matches(&symbol.name)) {
        if symbol.is_code && !addresses.insert(symbol.address) {
            continue;
        }
        let found =
            if symbol.is_code { caller::callers(image, graph, symbol.address) } else { BTreeSet::new() };
        let innocent = found.iter().filter(|name| !matches(name) && **name != symbol.name);
        let callers = innocent.map(|name| readable(name)).collect();
        findings.push(Finding { symbol: readable(&symbol.name), callers });
    }
    let undefined = image.undefined.iter().filter(|name| matches(name));
    findings.extend(undefined.map(|name| Finding { symbol: readable(name), callers: Vec::new() }));
    findings
}

/// A linked name as it was written.
pub(crate) fn readable(mangled: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(mangled))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::firmware::{Model, Profile, Target};
    use crate::targets;

    const TARGET: Target = Target::any("thumbv7m-none-eabi");

    fn build<'a>(features: &'a [&'a str]) -> Build<'a> {
        let (profile, model) = (Profile::Size, &Model::Empty);
        Build { target: TARGET, profile, model, features, digest_records: Some(10) }
    }

    /// Each broken promise is noticed, with its culprit, and the unbroken image is clean.
    ///
    /// Needs the target's standard library; where it is missing there is no image to audit.
    #[test]
    fn broken_promises_are_noticed() {
        if !targets::is_installed(TARGET.triple).unwrap() {
            return;
        }
        let clean = audit(&build(&[]).run().unwrap()).unwrap();
        assert!(clean.is_clean(), "{clean}");

        for (feature, promise, symbol) in [
            ("bad_float", Promise::Float, "__aeabi_fmul"),
            ("bad_wide", Promise::WideArithmetic, "__aeabi_uldivmod"),
            ("bad_allocator", Promise::Allocator, "alloc::raw_vec"),
            ("bad_indirect", Promise::Indirect, "break_promises"),
            ("bad_recursion", Promise::Unbounded, "broken::steps calls"),
        ] {
            let features = [feature];
            let audit = audit(&build(&features).run().unwrap()).unwrap();
            let told = audit.offences.iter().any(|(broken, finding)| {
                let named = finding.callers.iter().chain([&finding.symbol]);
                let by_culprit = named.into_iter().any(|name| name.contains("broken"));
                *broken == promise && finding.symbol.contains(symbol) && by_culprit
            });
            assert!(told, "{feature}:\n{audit}");
            assert!(audit.offences.iter().all(|(broken, _)| *broken == promise), "{feature}:\n{audit}");
        }

        let panics = build(&["bad_panic"]);
        let message = panics.run().unwrap_err();
        assert!(message.contains("a panic is left"), "{message}");
        let findings = who_panics(&panics).unwrap();
        let told =
            findings.iter().flat_map(|finding| &finding.callers).any(|caller| caller.contains("broken"));
        assert!(told, "{findings:?}");
    }

    #[test]
    fn an_undefined_symbol_breaks_a_promise_too() {
        let image = Image { undefined: vec!["malloc".to_owned()], ..Image::default() };
        let audit = audit_symbols(&image, &Graph::of(&image), "image".to_owned());
        assert_eq!(Promise::ALL.map(|promise| audit.offences_against(promise)), [0, 1, 0, 0, 0, 0]);
        assert!(audit.to_string().contains("no allocator: BROKEN by malloc\n"), "{audit}");
    }
}

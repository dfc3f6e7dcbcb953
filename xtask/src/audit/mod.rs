//! Reads a linked firmware and says which promises it keeps and what it weighs.
//!
//! Compiler settings are no proof; the linked image is: what is not in it cannot run.

mod caller;
mod footprint;
mod promise;

pub use footprint::{Footprint, Row, footprint, table};
pub use promise::Promise;

use crate::emulate::firmware::Build;
use crate::emulate::image::Image;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// A symbol and the functions that reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The symbol, readable.
    pub symbol: String,
    /// The functions that call it or hold its address, readable; the promise's own offenders left out.
    pub callers: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.symbol)?;
        if self.callers.is_empty() { Ok(()) } else { write!(f, ", called by {}", self.callers.join(" and ")) }
    }
}

/// What an image contains that it should not, and what is worth knowing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// What was read.
    pub image: String,
    /// Broken promises with the symbols that break them.
    pub offences: Vec<(Promise, Finding)>,
    /// Allowed helpers, such as 32-bit division on a core without a divider.
    pub notes: Vec<Finding>,
}

impl Audit {
    /// True when every promise is kept.
    pub fn is_clean(&self) -> bool {
        self.offences.is_empty()
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.image)?;
        for promise in Promise::ALL {
            let mut kept = true;
            for (_, finding) in self.offences.iter().filter(|(broken, _)| *broken == promise) {
                writeln!(f, "  {promise}: BROKEN by {finding}")?;
                kept = false;
            }
            if kept {
                writeln!(f, "  {promise}: kept")?;
            }
        }
        for note in &self.notes {
            writeln!(f, "  allowed helper: {note}")?;
        }
        Ok(())
    }
}

/// Audits a linked firmware.
///
/// # Errors
/// The file cannot be read.
pub fn audit(elf: &Path) -> Result<Audit, String> {
    let name = elf.file_stem().unwrap_or(elf.as_os_str()).to_string_lossy().into_owned();
    Ok(audit_image(&Image::read(elf)?, name))
}

/// Audits an image that was read already.
pub fn audit_image(image: &Image, name: String) -> Audit {
    let mut audit = Audit { image: name, ..Audit::default() };
    for promise in Promise::ALL {
        let breaks = |name: &str| Promise::broken_by(name) == Some(promise);
        let findings = find(image, breaks);
        // A chain of offenders is told by its first link: the one that something innocent calls.
        let told: Vec<_> = findings.iter().filter(|finding| !finding.callers.is_empty()).cloned().collect();
        let told = if told.is_empty() { findings } else { told };
        audit.offences.extend(told.into_iter().map(|finding| (promise, finding)));
    }
    audit.notes = find(image, promise::is_noteworthy);
    audit
}

/// Builds the firmware with a panic handler that links, and names the functions that panic.
///
/// # Errors
/// The firmware does not build even so.
pub fn who_panics(build: &Build<'_>) -> Result<Vec<Finding>, String> {
    let features: Vec<&str> = build.features.iter().copied().chain(["panics_allowed"]).collect();
    let elf = Build { features: &features, ..build.clone() }.run()?;
    let offences = audit(&elf)?.offences.into_iter();
    Ok(offences.filter(|(promise, _)| *promise == Promise::NoPanic).map(|(_, finding)| finding).collect())
}

/// The symbols that match, defined or not, one for each address, with their callers that do not match.
fn find(image: &Image, matches: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut addresses = BTreeSet::new();
    let mut findings = Vec::new();
    for symbol in image.symbols.iter().filter(|symbol| matches(&symbol.name)) {
        if symbol.is_code && !addresses.insert(symbol.address) {
            continue;
        }
        let found = if symbol.is_code { caller::callers(image, symbol.address) } else { BTreeSet::new() };
        let innocent = found.iter().filter(|name| !matches(name) && **name != symbol.name);
        let callers = innocent.map(|name| readable(name)).collect();
        findings.push(Finding { symbol: readable(&symbol.name), callers });
    }
    let undefined = image.undefined.iter().filter(|name| matches(name));
    findings.extend(undefined.map(|name| Finding { symbol: readable(name), callers: Vec::new() }));
    findings
}

fn readable(mangled: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(mangled))
}

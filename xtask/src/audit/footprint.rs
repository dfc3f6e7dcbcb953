//! What a model weighs on a device: the image with it less the image without it.

use super::promise;
use crate::emulate::firmware::{Build, Model, Profile, Target};
use crate::emulate::image::{Content, Image};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// The symbols of the firmware that hold a model's variables.
const SCRATCH: &str = "SCRATCH";
const MEMORIES: &str = "MEMORIES";
const MONITOR: &str = "MONITOR";

/// Bytes that a model adds to a firmware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// Instructions, compiler support included.
    pub(crate) code: i64,
    /// Of the instructions: functions such as `memcpy` that the compiler brings along and most firmware has anyway.
    pub(crate) support: i64,
    /// Weights, tables and texts.
    pub(crate) constants: i64,
    /// Working memory during a call.
    pub(crate) scratch: u32,
    /// What the model remembers between records.
    pub(crate) memories: u32,
    /// What watches the stream of scores; 0 where nothing does.
    pub(crate) monitor: u32,
}

/// Builds one scoring call with the model and without, and takes the difference.
///
/// # Errors
/// One of the images does not build or cannot be read.
pub(crate) fn footprint(target: Target, profile: Profile, model: &Model) -> Result<Footprint, String> {
    let features = &["bare"];
    let image_of = |model| {
        let build = Build { target, profile, model, features, digest_records: None };
        build.run().and_then(|elf| Image::read(&elf))
    };
    let with = image_of(model)?;
    let mut empty = EMPTY.lock().unwrap_or_else(PoisonError::into_inner);
    let known = empty.iter().position(|(place, _)| *place == (target, profile.name()));
    let index = if let Some(index) = known {
        index
    } else {
        empty.push(((target, profile.name()), image_of(&Model::Empty)?));
        empty.len() - 1
    };
    Ok(difference(&with, &empty[index].1))
}

/// Target and profile, and the image without a model: the same for every model, so it is built once.
static EMPTY: Mutex<Vec<((Target, &str), Image)>> = Mutex::new(Vec::new());

fn difference(with: &Image, without: &Image) -> Footprint {
    let less = |size: fn(&Image) -> i64| size(with) - size(without);
    let variable = |name| with.symbol(name).map_or(0, |symbol| symbol.size);
    Footprint {
        code: less(|image| section_bytes(image, Content::Code)),
        support: less(support_bytes),
        constants: less(|image| section_bytes(image, Content::Constants)),
        scratch: variable(SCRATCH),
        memories: variable(MEMORIES),
        monitor: variable(MONITOR),
    }
}

fn section_bytes(image: &Image, content: Content) -> i64 {
    let sections = image.sections.iter().filter(|section| section.content == content);
    sections.map(|section| section.bytes.len() as i64).sum()
}

fn support_bytes(image: &Image) -> i64 {
    let mut bytes = 0;
    let mut counted = None;
    // Symbols are sorted by address; two names of one function count once.
    for symbol in image.symbols.iter().filter(|symbol| symbol.is_code && promise::is_support(&symbol.name)) {
        if counted != Some(symbol.address) {
            bytes += i64::from(symbol.size);
            counted = Some(symbol.address);
        }
    }
    bytes
}

/// One line of a table of sizes and counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The core or the target.
    pub(crate) core: String,
    /// The profile.
    pub(crate) profile: Profile,
    /// The bytes.
    pub(crate) footprint: Footprint,
    /// Stack of one scoring call, painted and read back.
    pub(crate) stack: Option<u32>,
    /// Fewest and most instructions of one scoring call, emulated; not cycles.
    pub(crate) instructions: Option<(u64, u64)>,
}

/// Rows as text, one core and profile a line.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<30}{:>10}{:>8}{:>9}{:>11}{:>9}{:>10}{:>9}{:>7}{:>17}\n",
        "core",
        "profile",
        "code",
        "support",
        "constants",
        "scratch",
        "memories",
        "monitor",
        "stack",
        "instructions"
    );
    for row in rows {
        let Footprint { code, support, constants, scratch, memories, monitor } = row.footprint;
        let stack = row.stack.map_or("-".to_owned(), |bytes| bytes.to_string());
        let instructions = match row.instructions {
            None => "-".to_owned(),
            Some((fewest, most)) if fewest == most => most.to_string(),
            Some((fewest, most)) => format!("{fewest}..{most}"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<30}{:>10}{code:>8}{support:>9}{constants:>11}{scratch:>9}{memories:>10}{monitor:>9}{stack:>7}{instructions:>17}",
            row.core,
            row.profile.name()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::image::{Section, Symbol};

    fn image(code: usize, constants: usize, memcpy: u32) -> Image {
        let section = |content, len| Section { content, address: 0, bytes: vec![0; len] };
        let symbol =
            |name: &str, address, size, is_code| Symbol { name: name.into(), address, size, is_code };
        Image {
            sections: vec![section(Content::Code, code), section(Content::Constants, constants)],
            symbols: vec![
                symbol("score", 0, 60, true),
                symbol("__aeabi_memcpy", 60, memcpy, true),
                symbol("memcpy", 60, memcpy, true),
                symbol(SCRATCH, 0x2000_0000, 48, false),
            ],
            ..Image::default()
        }
    }

    #[test]
    fn a_model_weighs_what_it_adds() {
        let footprint = difference(&image(300, 100, 40), &image(120, 10, 0));
        assert_eq!(
            footprint,
            Footprint { code: 180, support: 40, constants: 90, scratch: 48, memories: 0, monitor: 0 }
        );
    }

    #[test]
    fn a_table_has_a_line_per_row_and_shows_unequal_counts() {
        let row = |instructions| Row {
            core: "Cortex-M3".to_owned(),
            profile: Profile::Size,
            footprint: Footprint::default(),
            stack: None,
            instructions,
        };
        let text = table(&[row(Some((5, 5))), row(Some((5, 9))), row(None)]);
        let ends: Vec<&str> = text.lines().map(|line| line.rsplit(' ').next().unwrap()).collect();
        assert_eq!(ends, ["instructions", "5", "5..9", "-"]);
    }
}

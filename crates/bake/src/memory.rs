//! The working memory of the generated code, and what its features remember.

use crate::plan::Plan;
use crate::source::WIDTH;
use std::fmt::Write;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_engine::kernel::{Arena, TILE};

/// `Scratch` and `Memories`.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let mut out = scratch(plan);
    out.push_str(&memories(plan));
    out
}

/// Bytes of both.
pub(crate) fn ram_bytes(plan: &Plan<'_>) -> usize {
    let bytes = size_of::<i16>() * plan.n_columns
        + plan.arena.bytes()
        + TILE * plan.patch
        + size_of::<Mark>() * plan.features.len();
    // The working memory is aligned to its arena.
    bytes.next_multiple_of(align_of::<Arena<1>>()) + size_of::<Memory>() * plan.model.n_memories()
}

fn scratch(plan: &Plan<'_>) -> String {
    let mut fields = vec![
        ("codes", format!("[i16; {}]", plan.n_columns), format!("[0; {}]", plan.n_columns)),
        ("arena", format!("Arena<{}>", plan.arena.groups), "Arena::new()".to_owned()),
    ];
    if plan.patch > 0 {
        fields.push(("patch", format!("[[i8; 4]; {}]", plan.patch), format!("[[0; 4]; {}]", plan.patch)));
    }
    let features = plan.features.len();
    fields.push(("marks", format!("[Mark; {features}]"), format!("[Mark::NONE; {features}]")));
    let kinds: String = fields.iter().map(|(name, kind, _)| format!("    {name}: {kind},\n")).collect();
    let values: Vec<String> = fields.iter().map(|(name, _, value)| format!("{name}: {value}")).collect();
    let one = format!("        Self {{ {} }}\n", values.join(", "));
    let values = if one.len() <= WIDTH + 1 {
        one
    } else {
        format!("        Self {{\n            {},\n        }}\n", values.join(",\n            "))
    };
    format!(
        "\n/// Working memory of a score; what is in it between calls does not matter.\n#[derive(Clone, Debug)]\npub struct Scratch {{\n\
         {kinds}}}\n\nimpl Scratch {{\n    /// Fresh working memory.\n    #[must_use]\n    pub const fn new() -> Self {{\n{values}    }}\n}}\n\nimpl Default for Scratch {{\n    fn default() -> Self {{\n        Self::new()\n    }}\n}}\n"
    )
}

fn memories(plan: &Plan<'_>) -> String {
    let all = plan.features.iter().zip(&plan.feature_names);
    let slots: Vec<&String> =
        all.filter(|(feature, _)| feature.preparation.has_memory()).map(|(_, name)| name).collect();
    let mut out = "\n/// What features that look back remember; one for each stream of records, such as a terminal.\n#[derive(Clone, Debug)]\npub struct Memories {".to_owned();
    for slot in &slots {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n    {slot}: Memory,");
    }
    out.push_str(if slots.is_empty() { "}\n" } else { "\n}\n" });
    out.push_str("\nimpl Memories {\n    /// Nothing seen yet.\n");
    let values: Vec<String> = slots.iter().map(|slot| format!("{slot}: Memory::EMPTY")).collect();
    let one = format!("    pub const EMPTY: Self = Self {{ {} }};\n", values.join(", "));
    if slots.is_empty() {
        out.push_str("    pub const EMPTY: Self = Self {};\n");
    } else if one.len() <= WIDTH {
        out.push_str(&one);
    } else {
        let _ = writeln!(
            out,
            "    pub const EMPTY: Self = Self {{\n        {},\n    }};",
            values.join(",\n        ")
        );
    }
    out.push_str("}\n");
    out
}

//! The typed input: a struct as narrow as the schema allows, and an enum for each category.

use crate::identifier::variants;
use crate::plan::Plan;
use crate::source::{WIDTH, docs, inner_docs, packed, plain};
use std::fmt::Write;
use tillwatch_model::{Field, FieldKind};

/// Longest element of an array that rustfmt puts several of on a line.
const SHORT: usize = 10;

/// The source of `record.rs`.
pub(crate) fn emit(plan: &Plan<'_>) -> String {
    let mut out =
        inner_docs("The record to be scored. It has no byte strings: nothing that could hold a card number.");
    out.push_str("\nuse tillwatch_engine::feature::MISSING;\n");
    for (field, enumeration) in plan.fields.iter().zip(&plan.types) {
        if let FieldKind::Category { vocabulary } = field.kind {
            out.push_str(&category(field.name, enumeration, &vocabulary.iter().collect::<Vec<_>>()));
        }
    }
    let (name, doc) = if plan.is_row() {
        ("Record", "One record, in raw steps.")
    } else {
        ("Sample", "One sample, in raw steps.")
    };
    // Writing to a string cannot fail.
    let _ = write!(out, "\n/// {doc}\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub struct {name} {{\n");
    for (field, enumeration) in plan.fields.iter().zip(&plan.types) {
        let _ = writeln!(
            out,
            "{}    pub {}: {},",
            docs(&description(field), "    "),
            field.name,
            rust_type(field, enumeration)
        );
    }
    let _ = write!(out, "}}\n\nimpl {name} {{\n");
    let _ = writeln!(out, "    /// The raw values, in the order of [`super::FIELD_NAMES`].\n    #[must_use]");
    let _ = writeln!(out, "    pub const fn to_raw(&self) -> [i32; {}] {{", plan.fields.len());
    out.push_str(&raw_values(&plan.fields));
    out.push_str("    }\n}\n");
    if !plan.fields.iter().any(|field| field.nullable) {
        out = out.replace("\nuse tillwatch_engine::feature::MISSING;\n", "");
    }
    out
}

/// The array of raw values: on one line where it fits, else a line for each.
fn raw_values(fields: &[Field<'_>]) -> String {
    let value = |field: &Field<'_>| {
        let (name, cast) = (field.name, if is_raw(field) { "" } else { " as i32" });
        if field.nullable {
            format!(
                "match self.{name} {{\n                Some(value) => value{cast},\n                None => MISSING,\n            }}"
            )
        } else {
            format!("self.{name}{cast}")
        }
    };
    let values: Vec<String> = fields.iter().map(value).collect();
    let one = format!("        [{}]\n", values.join(", "));
    if one.len() <= WIDTH + 1 && !fields.iter().any(|field| field.nullable) {
        one
    } else if values.iter().all(|value| value.len() <= SHORT) {
        let rows: String = packed(&values).iter().map(|row| format!("            {row},\n")).collect();
        format!("        [\n{rows}        ]\n")
    } else {
        format!("        [\n            {},\n        ]\n", values.join(",\n            "))
    }
}

/// True where the struct holds the raw value as it is.
fn is_raw(field: &Field<'_>) -> bool {
    match field.kind {
        FieldKind::Number => !field.range_is_declared || narrowest(field.low, field.high) == "i32",
        FieldKind::Seconds => true,
        _ => false,
    }
}

fn category(name: &str, enumeration: &str, vocabulary: &[&str]) -> String {
    let mut out = format!(
        "\n/// Levels of `{name}`.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum {enumeration} {{\n    /// Any level \
         that is not listed.\n    Unknown = 0,\n"
    );
    for (index, (variant, word)) in variants(vocabulary.iter().copied()).iter().zip(vocabulary).enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    /// \"{}\"\n    {variant} = {},", plain(word), index + 1);
    }
    out.push_str("}\n");
    out
}

fn description(field: &Field<'_>) -> String {
    let unit = if field.unit.is_empty() { String::new() } else { format!(" {}", plain(field.unit)) };
    let mut text = match field.kind {
        FieldKind::Number if field.resolution == "1" => format!("`{}`, whole{unit}", field.name),
        FieldKind::Number => format!("`{}`, in steps of {}{unit}", field.name, plain(field.resolution)),
        FieldKind::Category { .. } => format!("`{}`, a category", field.name),
        FieldKind::Flag => format!("`{}`, yes or no", field.name),
        FieldKind::Hour => format!("`{}`, hour of the day, 0 to 23", field.name),
        FieldKind::Weekday => format!("`{}`, Monday 0 to Sunday 6", field.name),
        FieldKind::Minute => format!("`{}`, minute of the day, 0 to 1439", field.name),
        FieldKind::Seconds => format!("`{}`, seconds since 2000-01-01 00:00", field.name),
    };
    if matches!(field.kind, FieldKind::Number) {
        let _ = write!(
            text,
            "; {} {} to {}",
            if field.range_is_declared { "declared" } else { "seen in training:" },
            field.low,
            field.high
        );
    }
    text + if field.nullable { "; `None` where it is missing." } else { "." }
}

fn rust_type(field: &Field<'_>, enumeration: &str) -> String {
    let kind = match field.kind {
        FieldKind::Category { .. } => enumeration.to_owned(),
        FieldKind::Flag => "bool".to_owned(),
        FieldKind::Hour | FieldKind::Weekday => "u8".to_owned(),
        FieldKind::Minute => "u16".to_owned(),
        FieldKind::Number if field.range_is_declared => narrowest(field.low, field.high).to_owned(),
        FieldKind::Number | FieldKind::Seconds => "i32".to_owned(),
    };
    if field.nullable { format!("Option<{kind}>") } else { kind }
}

fn narrowest(low: i32, high: i32) -> &'static str {
    let fits = |least: i32, most: i32| low >= least && high <= most;
    if fits(0, u8::MAX.into()) {
        "u8"
    } else if fits(i8::MIN.into(), i8::MAX.into()) {
        "i8"
    } else if fits(0, u16::MAX.into()) {
        "u16"
    } else if fits(i16::MIN.into(), i16::MAX.into()) {
        "i16"
    } else {
        "i32"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_type_holds_the_range() {
        assert_eq!(narrowest(0, 255), "u8");
        assert_eq!(narrowest(-1, 127), "i8");
        assert_eq!(narrowest(0, 256), "u16");
        assert_eq!(narrowest(-1, 128), "i16");
        assert_eq!(narrowest(0, 65_536), "i32");
    }
}

//! The schema as text, with comments.

use super::{Field, FieldKind, Samples, Schema, lines};
use std::fmt::Write;

/// Comments that go with a schema's text: why each thing was chosen. Missing notes leave the comment out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Lines at the head of the text.
    pub head: Vec<String>,
    /// Why this label.
    pub label: String,
    /// Why this group.
    pub group: String,
    /// Why this time column.
    pub time: String,
    /// Per ignored column, in the schema's order, why.
    pub ignore: Vec<String>,
    /// Per field, in the schema's order, why.
    pub fields: Vec<String>,
}

pub(super) fn write(schema: &Schema, notes: &Notes) -> String {
    let mut out = String::new();
    for line in &notes.head {
        comment(&mut out, line);
    }
    for (key, column, note) in [
        ("label", &schema.label, &notes.label),
        ("group", &schema.group, &notes.group),
        ("time", &schema.time, &notes.time),
    ] {
        if !out.is_empty() && (column.is_some() || !note.is_empty()) {
            out.push('\n');
        }
        comment(&mut out, note);
        if let Some(column) = column {
            line(&mut out, key, &quoted(column));
        }
    }
    write_samples(&mut out, schema);
    if !schema.ignore.is_empty() {
        out.push_str("\nignore = [\n");
        for (index, column) in schema.ignore.iter().enumerate() {
            let note = notes.ignore.get(index).filter(|note| !note.is_empty());
            let note = note.map_or_else(String::new, |note| format!(" # {}", one_line(note)));
            let _ = writeln!(out, "    {},{note}", quoted(column)); // writing to a String cannot fail
        }
        out.push_str("]\n");
    }
    write_ratings(&mut out, schema);
    for (index, field) in schema.fields.iter().enumerate() {
        if matches!(field.kind, FieldKind::Text { index: 1.., .. }) {
            continue; // the first count stands for the text
        }
        out.push('\n');
        comment(&mut out, notes.fields.get(index).map_or("", String::as_str));
        write_field(&mut out, field);
    }
    out
}

fn write_samples(out: &mut String, schema: &Schema) {
    let keys = match schema.samples {
        Samples::Row => return,
        Samples::Window { length, hop, gap } => {
            let mut keys = vec![("window", length.to_string()), ("hop", hop.to_string())];
            keys.extend(gap.map(|gap| ("gap", gap.to_string())));
            keys
        }
        Samples::Image { height, width } => {
            vec![("shape", quoted(&format!("{height}x{width}x{}", schema.fields.len())))]
        }
    };
    if !out.is_empty() {
        out.push('\n');
    }
    keys.iter().for_each(|(key, value)| line(out, key, value));
}

fn write_ratings(out: &mut String, schema: &Schema) {
    let Some(ratings) = &schema.ratings else { return };
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str("[ratings]\n");
    line(out, "user", &quoted(&ratings.user));
    line(out, "item", &quoted(&ratings.item));
    if let Some(value) = &ratings.value {
        line(out, "value", &quoted(value));
    }
    line(out, "items", &ratings.items.to_string());
}

fn write_field(out: &mut String, field: &Field) {
    let name = lines::written_name(field);
    out.push_str("[[field]]\n");
    line(out, "name", &quoted(name));
    if field.column != name {
        line(out, "column", &quoted(&field.column));
    }
    line(out, "kind", &quoted(field.kind.word()));
    match &field.kind {
        FieldKind::Number { resolution, range, period } => {
            line(out, "resolution", &quoted(&resolution.to_string()));
            if let Some(range) = range {
                let [low, high] = range.map(|steps| quoted(&resolution.decimal(steps)));
                line(out, "range", &format!("[{low}, {high}]"));
            }
            if let Some(period) = period {
                line(out, "period", &quoted(period));
            }
        }
        FieldKind::Category { vocabulary } => {
            line(out, "vocabulary", &list(vocabulary.iter().map(String::as_str)));
        }
        FieldKind::Flag => {}
        FieldKind::Time(part) => line(out, "part", &quoted(part.word())),
        FieldKind::Text { ngram, columns, .. } => {
            line(out, "columns", &columns.to_string());
            line(out, "ngram", &ngram.to_string());
        }
    }
    if !field.unit.is_empty() {
        line(out, "unit", &quoted(&field.unit));
    }
    line(out, "missing", &quoted(if field.nullable { "allowed" } else { "refused" }));
    line(out, "features", &list(field.features.iter().map(|feature| feature.word())));
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {value}"); // writing to a String cannot fail
}

fn comment(out: &mut String, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(out, "# {}", one_line(text)); // writing to a String cannot fail
    }
}

/// Comments end with the line and hold no control characters.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", items.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            character if character.is_control() => {
                let _ = write!(out, "\\u{:04X}", character as u32); // all control characters are below U+FFFF
            }
            character => out.push(character),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::{FeatureKind, Part};
    use super::*;
    use crate::table::Resolution;
    use proptest::prelude::*;

    fn schema(column: &str, words: &[String]) -> Schema {
        let field = |name: &str, kind, features| Field {
            name: name.into(),
            column: column.into(),
            kind,
            unit: "kPa \"abs\"".into(),
            nullable: true,
            features,
        };
        let resolution = Resolution::parse("0.25").unwrap();
        let number = FieldKind::Number { resolution, range: Some([-3, 9]), period: Some("12.5".into()) };
        Schema {
            samples: Samples::Row,
            label: Some("is fraud".into()),
            group: None,
            time: Some("when".into()),
            ratings: None,
            ignore: vec!["a\tb".into()],
            fields: vec![
                field("a", number, vec![FeatureKind::Cyclic, FeatureKind::Delta]),
                field("b", FieldKind::Category { vocabulary: words.to_vec() }, vec![FeatureKind::Surprisal]),
                field("c", FieldKind::Flag, vec![FeatureKind::Flag]),
                field("d", FieldKind::Time(Part::Seconds), vec![FeatureKind::Delta]),
            ],
        }
    }

    #[test]
    fn looks_like_written_by_hand() {
        let mut schema = schema("x", &["p".into(), "q".into()]);
        schema.fields.drain(2..);
        let notes = Notes {
            head: vec!["Guessed from 3 rows".into()],
            label: "by its name".into(),
            ignore: vec!["constant\nalways 3".into()],
            fields: vec!["2 decimals".into()],
            ..Notes::default()
        };
        let expected = r#"# Guessed from 3 rows

# by its name
label = "is fraud"

time = "when"

ignore = [
    "a\u0009b", # constant always 3
]

# 2 decimals
[[field]]
name = "a"
column = "x"
kind = "number"
resolution = "0.25"
range = ["-0.75", "2.25"]
period = "12.5"
unit = "kPa \"abs\""
missing = "allowed"
features = ["cyclic", "delta"]

[[field]]
name = "b"
column = "x"
kind = "category"
vocabulary = ["p", "q"]
unit = "kPa \"abs\""
missing = "allowed"
features = ["surprisal"]
"#;
        assert_eq!(schema.to_text(&notes), expected);
    }

    proptest! {
        #[test]
        fn reading_gives_it_back(column in "\\S(.*\\S)?", words in prop::collection::btree_set("\\S(.{0,5}\\S)?", 1..5), note in ".*") {
            let words: Vec<_> = words.into_iter().filter(|word| word.trim() == word).collect();
            prop_assume!(!words.is_empty() && !column.trim().is_empty());
            let schema = schema(&column, &words);
            let notes = Notes { head: vec![note.clone()], ignore: vec![note], ..Notes::default() };
            prop_assert_eq!(Schema::parse(&schema.to_text(&notes), "s.toml").unwrap(), schema);
        }
    }
}

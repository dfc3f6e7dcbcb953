//! The schema as it stands in the file, and its check.

use super::super::{decimal::Resolution, name};
use super::{FeatureKind, Field, FieldKind, Part, Schema};
use crate::Error;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSchema {
    label: Option<String>,
    group: Option<String>,
    time: Option<String>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default, rename = "field")]
    fields: Vec<WrittenField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenField {
    name: String,
    column: Option<String>,
    kind: Kind,
    resolution: Option<DecimalText>,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    missing: MissingValues,
    vocabulary: Option<Vec<String>>,
    part: Option<Part>,
    range: Option<[DecimalText; 2]>,
    period: Option<DecimalText>,
    features: Option<Vec<FeatureKind>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Number,
    Category,
    Flag,
    Time,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MissingValues {
    Allowed,
    #[default]
    Refused,
}

/// A decimal, quoted or not. TOML's own floats come back as the shortest text that means them.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a decimal, such as 5 or \"0.01\"")]
enum DecimalText {
    Text(String),
    Integer(i64),
    Float(f64),
}

impl DecimalText {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
        }
    }
}

pub(super) fn parse(text: &str, file: &str) -> Result<Schema, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let written: WrittenSchema = toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        let problem = error.message().lines().collect::<Vec<_>>().join("; ");
        Error::SchemaSyntax { file: file.to_owned(), line, problem }
    })?;
    let fault = |place: String, problem: String| Error::Schema { file: file.to_owned(), place, problem };
    if written.fields.is_empty() {
        let problem = "there is no field; add one as [[field]] with name and kind".to_owned();
        return Err(fault("key `field`".to_owned(), problem));
    }
    let mut fields = Vec::with_capacity(written.fields.len());
    let mut names = BTreeSet::new();
    for field in written.fields {
        let place = format!("field `{}`", field.name);
        if !names.insert(field.name.clone()) {
            return Err(fault(place, "the name stands twice; rename one of the fields".to_owned()));
        }
        fields.push(check(field).map_err(|problem| fault(place, problem))?);
    }
    let schema = Schema {
        label: written.label,
        group: written.group,
        time: written.time,
        ignore: written.ignore,
        fields,
    };
    for (key, column) in [("label", &schema.label), ("group", &schema.group), ("time", &schema.time)] {
        if column.as_ref().is_some_and(|column| column.trim().is_empty()) {
            return Err(fault(
                format!("key `{key}`"),
                "the column is empty; name one or remove the key".to_owned(),
            ));
        }
    }
    for field in &schema.fields {
        let problem = if schema.label.as_ref() == Some(&field.column) {
            "it reads the label column, which would give the answer away; remove the field"
        } else if schema.ignore.contains(&field.column) {
            "its column stands in `ignore`; remove one or the other"
        } else {
            continue;
        };
        return Err(fault(format!("field `{}`", field.name), problem.to_owned()));
    }
    Ok(schema)
}

fn check(written: WrittenField) -> Result<Field, String> {
    if let Some(fault) = name::fault(&written.name) {
        return Err(fault.to_owned());
    }
    let column = written.column.clone().unwrap_or_else(|| written.name.clone());
    if column.trim().is_empty() {
        return Err("the column is empty; name a column of the table or remove the key".to_owned());
    }
    for (key, is_given, kind) in [
        ("resolution", written.resolution.is_some(), Kind::Number),
        ("range", written.range.is_some(), Kind::Number),
        ("period", written.period.is_some(), Kind::Number),
        ("vocabulary", written.vocabulary.is_some(), Kind::Category),
        ("part", written.part.is_some(), Kind::Time),
    ] {
        if is_given && written.kind != kind {
            return Err(format!("`{key}` does not belong to this kind; remove it or change the kind"));
        }
    }
    let kind =
        match written.kind {
            Kind::Number => number(&written)?,
            Kind::Category => category(written.vocabulary)?,
            Kind::Flag => FieldKind::Flag,
            Kind::Time => FieldKind::Time(written.part.ok_or(
                "`part` is absent, wanted \"hour\", \"weekday\", \"minute\" or \"seconds\"; add one",
            )?),
        };
    let features = check_features(written.features, &kind)?;
    let nullable = written.missing == MissingValues::Allowed;
    Ok(Field { name: written.name, column, kind, unit: written.unit, nullable, features })
}

fn number(written: &WrittenField) -> Result<FieldKind, String> {
    let resolution = match &written.resolution {
        None => Resolution::ONE,
        Some(text) => Resolution::parse(&text.text()).ok_or_else(|| {
            let wanted = "a decimal above 0 of at most nine digits, such as \"0.01\"";
            format!("`resolution` is `{}`, wanted {wanted}; correct it", text.text())
        })?,
    };
    let range = match &written.range {
        None => None,
        Some(ends) => {
            let ends = [ends[0].text(), ends[1].text()];
            let steps = ends.each_ref().map(|end| resolution.steps(end));
            match steps {
                [Ok(low), Ok(high)] if low <= high => Some([low, high]),
                _ => {
                    let [low, high] = ends;
                    return Err(format!(
                        "`range` is `{low}` to `{high}`, wanted two decimals in order; correct it"
                    ));
                }
            }
        }
    };
    let period = written.period.as_ref().map(DecimalText::text);
    let is_cyclic = written.features.as_ref().is_some_and(|features| features.contains(&FeatureKind::Cyclic));
    match &period {
        Some(text) if resolution.turn_per_step(text).is_none() => {
            return Err(format!("`period` is `{text}`, wanted a decimal of at least two steps; correct it"));
        }
        None if is_cyclic => {
            return Err(
                "a cyclic feature needs a period; add `period`, such as \"360\" for degrees".to_owned()
            );
        }
        Some(_) if !is_cyclic => {
            return Err("only a cyclic feature has a period; remove `period` or add \"cyclic\"".to_owned());
        }
        _ => {}
    }
    Ok(FieldKind::Number { resolution, range, period })
}

fn category(vocabulary: Option<Vec<String>>) -> Result<FieldKind, String> {
    let words = vocabulary.unwrap_or_default();
    if words.is_empty() {
        return Err("`vocabulary` is absent or empty; list the known categories".to_owned());
    }
    let mut seen = BTreeSet::new();
    for word in &words {
        if word.trim() != word || word.is_empty() {
            return Err(format!(
                "category `{word}` is empty or has spaces around it; cells are trimmed, so trim it"
            ));
        }
        if !seen.insert(word) {
            return Err(format!("category `{word}` stands twice in `vocabulary`; remove one"));
        }
    }
    Ok(FieldKind::Category { vocabulary: words })
}

fn check_features(features: Option<Vec<FeatureKind>>, kind: &FieldKind) -> Result<Vec<FeatureKind>, String> {
    let possible = kind.possible_features();
    let features = features.unwrap_or_else(|| possible[..1].to_vec());
    if features.is_empty() {
        return Err("`features` is empty; name one, or remove the field and ignore the column".to_owned());
    }
    for (index, feature) in features.iter().enumerate() {
        let word = feature.word();
        if !possible.contains(feature) {
            let listed: Vec<_> = possible.iter().map(|possible| format!("\"{}\"", possible.word())).collect();
            return Err(format!(
                "\"{word}\" cannot be made of it, wanted {}; change `features`",
                listed.join(", ")
            ));
        }
        if features[..index].contains(feature) {
            return Err(format!("\"{word}\" stands twice in `features`; remove one"));
        }
    }
    Ok(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse(text, "s.toml").unwrap_err().to_string()
    }

    fn field(rest: &str) -> String {
        problem(&format!("[[field]]\nname = \"a\"\n{rest}"))
    }

    #[test]
    fn a_whole_schema() {
        let text = r#"
            label = "fraud"
            group = "terminal"
            time = "when"
            ignore = ["scenario"]
            [[field]]
            name = "amount"
            column = "Amount"
            kind = "number"
            resolution = "0.01"
            unit = "EUR"
            range = [0, "500.5"]
            missing = "allowed"
            features = ["log", "ratio_to_mean"]
            [[field]]
            name = "entry_mode"
            kind = "category"
            vocabulary = ["chip", "stripe"]
            [[field]]
            name = "hour"
            column = "when"
            kind = "time"
            part = "hour"
            [[field]]
            name = "direction"
            kind = "number"
            resolution = 0.5
            period = 360
            features = ["cyclic"]
        "#;
        let schema = parse(text, "s.toml").unwrap();
        assert_eq!(schema.label.as_deref(), Some("fraud"));
        let amount = &schema.fields[0];
        let resolution = Resolution::parse("0.01").unwrap();
        assert_eq!(amount.kind, FieldKind::Number { resolution, range: Some([0, 50050]), period: None });
        assert_eq!((amount.column.as_str(), amount.nullable), ("Amount", true));
        assert_eq!(schema.fields[1].features, [FeatureKind::OneHot]);
        assert_eq!(schema.fields[2].features, [FeatureKind::Cyclic]);
        assert_eq!(schema.fields[3].turn_per_step(), Some(5_965_232));
    }

    #[test]
    fn syntax_is_told_by_line() {
        assert_eq!(
            problem("label = \"a\"\nlable = 3\n"),
            "s.toml, line 2: unknown field `lable`, expected one of `label`, `group`, `time`, `ignore`, `field`"
        );
        assert!(problem("label = \"a\"\n\n[[field\n").starts_with("s.toml, line 3: "));
        assert!(
            field("kind = \"numbr\"").starts_with("s.toml, line 3: unknown variant `numbr`, expected one of")
        );
        assert!(
            field("kind = \"number\"\nresolution = [1]")
                .starts_with("s.toml, line 4: expected a decimal, such as")
        );
        assert_eq!(
            problem("label = \"a\""),
            "s.toml, key `field`: there is no field; add one as [[field]] with name and kind"
        );
        assert!(parse("nonsense", "s.toml").unwrap_err().is_usage());
    }

    #[test]
    fn contradictions_are_told_by_field() {
        for (rest, expected) in [
            (
                "kind = \"number\"\nresolution = \"0\"",
                "`resolution` is `0`, wanted a decimal above 0 of at most nine digits, such as \"0.01\"; correct it",
            ),
            (
                "kind = \"number\"\nrange = [5, 1]",
                "`range` is `5` to `1`, wanted two decimals in order; correct it",
            ),
            (
                "kind = \"flag\"\nresolution = 1",
                "`resolution` does not belong to this kind; remove it or change the kind",
            ),
            ("kind = \"category\"", "`vocabulary` is absent or empty; list the known categories"),
            (
                "kind = \"category\"\nvocabulary = [\"x\", \"x\"]",
                "category `x` stands twice in `vocabulary`; remove one",
            ),
            (
                "kind = \"time\"",
                "`part` is absent, wanted \"hour\", \"weekday\", \"minute\" or \"seconds\"; add one",
            ),
            (
                "kind = \"number\"\nfeatures = [\"cyclic\"]",
                "a cyclic feature needs a period; add `period`, such as \"360\" for degrees",
            ),
            (
                "kind = \"number\"\nperiod = 1\nfeatures = [\"cyclic\"]",
                "`period` is `1`, wanted a decimal of at least two steps; correct it",
            ),
            (
                "kind = \"number\"\nperiod = 10",
                "only a cyclic feature has a period; remove `period` or add \"cyclic\"",
            ),
            (
                "kind = \"flag\"\nfeatures = [\"log\"]",
                "\"log\" cannot be made of it, wanted \"flag\"; change `features`",
            ),
            (
                "kind = \"number\"\nfeatures = [\"log\", \"log\"]",
                "\"log\" stands twice in `features`; remove one",
            ),
            (
                "kind = \"flag\"\nfeatures = []",
                "`features` is empty; name one, or remove the field and ignore the column",
            ),
            (
                "kind = \"flag\"\ncolumn = \"\"",
                "the column is empty; name a column of the table or remove the key",
            ),
        ] {
            assert_eq!(field(rest), format!("s.toml, field `a`: {expected}"));
        }
    }

    #[test]
    fn fields_are_checked_against_each_other() {
        let flag = "[[field]]\nname = \"a\"\nkind = \"flag\"\n";
        assert_eq!(
            problem(&format!("{flag}{flag}")),
            "s.toml, field `a`: the name stands twice; rename one of the fields"
        );
        assert_eq!(
            problem(&format!("label = \"a\"\n{flag}")),
            "s.toml, field `a`: it reads the label column, which would give the answer away; remove the field"
        );
        assert_eq!(
            problem(&format!("ignore = [\"a\"]\n{flag}")),
            "s.toml, field `a`: its column stands in `ignore`; remove one or the other"
        );
        assert_eq!(
            problem(&format!("group = \"\"\n{flag}")),
            "s.toml, key `group`: the column is empty; name one or remove the key"
        );
        assert!(
            problem("[[field]]\nname = \"Amount\"\nkind = \"flag\"")
                .contains("field `Amount`: the name has to be")
        );
    }
}

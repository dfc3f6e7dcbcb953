//! The schema as it stands in the file, and its check.

use super::super::{decimal::Resolution, name};
use super::{FeatureKind, Field, FieldKind, Part, Schema, lines, ratings, samples};
use crate::Error;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSchema {
    label: Option<String>,
    group: Option<String>,
    time: Option<String>,
    window: Option<u32>,
    hop: Option<u32>,
    gap: Option<u32>,
    shape: Option<String>,
    ratings: Option<ratings::Written>,
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
    columns: Option<u32>,
    ngram: Option<u32>,
    features: Option<Vec<FeatureKind>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Number,
    Category,
    Flag,
    Time,
    Text,
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
    let keys = samples::Keys {
        window: written.window,
        hop: written.hop,
        gap: written.gap,
        shape: written.shape.as_deref(),
    };
    let (samples, n_channels) =
        keys.read().map_err(|(key, problem)| fault(format!("key `{key}`"), problem))?;
    if written.fields.is_empty() && n_channels.is_none() && written.ratings.is_none() {
        let problem = "there is no field; add one as [[field]] with name and kind".to_owned();
        return Err(fault("key `field`".to_owned(), problem));
    }
    let mut fields = Vec::with_capacity(written.fields.len());
    let mut names = BTreeSet::new();
    for field in written.fields {
        let place = format!("field `{}`", field.name);
        for field in lines::expand(check(field).map_err(|problem| fault(place.clone(), problem))?) {
            if !names.insert(field.name.clone()) {
                return Err(fault(place, "the name stands twice; rename one of the fields".to_owned()));
            }
            fields.push(field);
        }
    }
    match n_channels {
        Some(count) if fields.is_empty() => fields = samples::channels(count),
        Some(count) if fields.len() != count => {
            let problem =
                format!("it has {count} channels, and there are {} fields; make them equal", fields.len());
            return Err(fault("key `shape`".to_owned(), problem));
        }
        _ => {}
    }
    let schema = Schema {
        samples,
        label: written.label,
        group: written.group,
        time: written.time,
        ratings: written.ratings.map(ratings::Written::read),
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
    // Fields of ratings are named after items, not after columns.
    for field in schema.fields.iter().filter(|_| schema.ratings.is_none()) {
        let problem = if schema.label.as_ref() == Some(&field.column) {
            "it reads the label column, which would give the answer away; remove the field"
        } else if schema.ignore.contains(&field.column) {
            "its column stands in `ignore`; remove one or the other"
        } else {
            continue;
        };
        return Err(fault(format!("field `{}`", field.name), problem.to_owned()));
    }
    ratings::check(&schema).map_err(|(place, problem)| fault(place, problem))?;
    samples::check(&schema).map_err(|(place, problem)| fault(place, problem))?;
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
        ("columns", written.columns.is_some(), Kind::Text),
        ("ngram", written.ngram.is_some(), Kind::Text),
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
            Kind::Text => lines::kind(written.columns, written.ngram)?,
            Kind::Time => FieldKind::Time(written.part.ok_or(
                "`part` is absent, wanted \"hour\", \"weekday\", \"minute\" or \"seconds\"; add one",
            )?),
        };
    let features = check_features(written.features, &kind)?;
    let nullable = written.missing == MissingValues::Allowed;
    if nullable && written.kind == Kind::Text {
        return Err("a text without bytes has counts of 0 and is never missing; remove `missing`".to_owned());
    }
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
mod tests;

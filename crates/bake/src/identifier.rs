//! Names from a model as Rust identifiers. They come from a file, so nothing about them is taken for granted.

use crate::BakeError;
use std::collections::BTreeSet;

const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Names that a crate cannot have beside the crates it is linked with.
const CRATES: [&str; 6] = ["alloc", "core", "proc_macro", "std", "test", "tillwatch_engine"];

/// Types and traits that the generated code names, and one that no enum can be called; an enum of the same name would hide them or be
/// hidden.
const TYPES: [&str; 31] = [
    "Arena",
    "Convolution",
    "ConvolutionTiles",
    "Default",
    "Digest",
    "Event",
    "EventMonitor",
    "FeatureCount",
    "FnMut",
    "Heads",
    "Iterator",
    "Mark",
    "Memories",
    "Memory",
    "Monitor",
    "Option",
    "Peak",
    "Pieces",
    "Record",
    "Result",
    "Sample",
    "SampleRing",
    "Scored",
    "Scratch",
    "SeededField",
    "Self",
    "SelfTestFailure",
    "Shape",
    "Stream",
    "Tally",
    "Verdict",
];

/// A crate name, or an error that says what one looks like.
pub(crate) fn crate_name(name: &str) -> Result<String, BakeError> {
    let lower = name.to_ascii_lowercase();
    let starts_well = lower.starts_with(|first: char| first.is_ascii_lowercase());
    let is_plain =
        lower.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    let is_taken = KEYWORDS.contains(&lower.as_str()) || CRATES.contains(&lower.replace('-', "_").as_str());
    if starts_well && is_plain && lower.len() <= 64 && !is_taken {
        Ok(lower)
    } else {
        Err(BakeError::Name { found: name.to_owned() })
    }
}

/// A field name, checked.
pub(crate) fn field_name(name: &str) -> Result<&str, BakeError> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if starts_well && is_plain && name.len() <= 64 && !KEYWORDS.contains(&name) {
        Ok(name)
    } else {
        Err(BakeError::Field { found: name.to_owned() })
    }
}

/// `entry_mode` to `EntryMode`.
pub(crate) fn camel_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    words.map(word).collect()
}

/// Feature names as identifiers in snake case, unique. A name that is one already stays as it is.
pub(crate) fn features<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut unique = |name: &str| {
        let lower = name
            .chars()
            .take(64)
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
        let mut name: String = lower.collect();
        if !name.starts_with(|first: char| first.is_ascii_lowercase()) || KEYWORDS.contains(&name.as_str()) {
            name = format!("feature_{name}");
        }
        while !taken.insert(name.clone()) {
            name.push_str("_again");
        }
        name
    };
    names.map(&mut unique).collect()
}

/// Enum names for the fields that hold categories: unique, none that the generated code uses for something else.
pub(crate) fn type_names<'a>(fields: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken: BTreeSet<String> = TYPES.map(str::to_owned).into();
    let mut unique = |field: &str| {
        let mut name = camel_case(field);
        while !taken.insert(name.clone()) {
            name.push_str("Category");
        }
        name
    };
    fields.map(&mut unique).collect()
}

/// Enum variants for a vocabulary: unique, none named `Unknown`.
pub(crate) fn variants<'a>(vocabulary: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::from(["Unknown".to_owned(), "Self".to_owned()]);
    let mut unique = |(index, word): (usize, &str)| {
        let mut name = camel_case(word);
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name = format!("Level{name}");
        }
        if taken.contains(&name) {
            name = format!("{name}Level{}", index + 1);
        }
        while !taken.insert(name.clone()) {
            name.push('X');
        }
        name
    };
    vocabulary.enumerate().map(&mut unique).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_refused() {
        for name in ["", "9lives", "a b", "fn", "a\"); evil(", "ümlaut", "../up"] {
            assert!(crate_name(name).is_err() && field_name(name).is_err(), "{name}");
        }
        assert_eq!(crate_name("Point_of-Sale2").unwrap(), "point_of-sale2");
        assert_eq!(field_name("amount_2").unwrap(), "amount_2");
    }

    #[test]
    fn a_crate_is_not_named_like_one_it_links() {
        for name in ["core", "std", "test", "proc-macro", "Tillwatch-Engine"] {
            assert!(crate_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn feature_names_become_unique_identifiers() {
        let names = ["amount_log", "Amount-log", "", "9", "type", "a\nb;", "é"];
        let want =
            ["amount_log", "amount_log_again", "feature_", "feature_9", "feature_type", "a_b_", "feature__"];
        assert_eq!(features(names.into_iter()), want);
    }

    #[test]
    fn enums_hide_no_other_type() {
        let names = ["kind", "option", "record", "a_1", "a1", "arena", "verdict", "result", "self"];
        assert_eq!(
            type_names(names.into_iter()),
            [
                "Kind",
                "OptionCategory",
                "RecordCategory",
                "A1",
                "A1Category",
                "ArenaCategory",
                "VerdictCategory",
                "ResultCategory",
                "SelfCategory"
            ]
        );
    }

    #[test]
    fn variants_are_unique_whatever_the_words() {
        let names = variants(["chip", "Chip", "unknown", "", "3ds", "mag-stripe", "self", "é"].into_iter());
        assert_eq!(
            names,
            [
                "Chip",
                "ChipLevel2",
                "UnknownLevel3",
                "Level",
                "Level3ds",
                "MagStripe",
                "SelfLevel7",
                "LevelLevel8"
            ]
        );
    }
}

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

/// A crate name, or an error that says what one looks like.
pub(crate) fn crate_name(name: &str) -> Result<String, BakeError> {
    let lower = name.to_ascii_lowercase();
    let starts_well = lower.starts_with(|first: char| first.is_ascii_lowercase());
    let is_plain =
        lower.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if starts_well && is_plain && lower.len() <= 64 && !KEYWORDS.contains(&lower.as_str()) {
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

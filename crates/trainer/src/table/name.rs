//! Identifiers: what a field may be called, and what to call the field of a column.

/// The words that Rust keeps for itself, in any edition.
const KEYWORDS: [&str; 53] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield", "_",
];

/// Why a text cannot be a field's name, and what to do.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    let is_snake = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !is_snake {
        Some(
            "the name has to be lower-case letters, digits and underscores, a letter first; rename the field",
        )
    } else if KEYWORDS.contains(&name) {
        Some("the name is a keyword of Rust, in which the field will be baked; rename the field")
    } else {
        None
    }
}

/// The identifier nearest to a column's header, apart from those taken.
pub(super) fn identifier(column: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = String::new();
    let mut previous = '_';
    for character in column.chars() {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit())
            {
                name.push('_'); // CamelCase
            }
            name.push(character.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        previous = character;
    }
    let name = name.trim_end_matches('_');
    let name = match name.chars().next() {
        None => "column".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("column_{name}"),
        Some(_) if KEYWORDS.contains(&name) => format!("{name}_value"),
        Some(_) => name.to_owned(),
    };
    if !is_taken(&name) {
        return name;
    }
    (2..u32::MAX).map(|count| format!("{name}_{count}")).find(|name| !is_taken(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_become_identifiers() {
        for (column, expected) in [
            ("amount", "amount"),
            ("Air Temp [K]", "air_temp_k"),
            ("entryMode", "entry_mode"),
            ("V1", "v1"),
            ("type", "type_value"),
            ("1st", "column_1st"),
            ("  ", "column"),
            ("größe", "gr_e"),
            ("TX_TIME_SECONDS", "tx_time_seconds"),
        ] {
            let name = identifier(column, |_| false);
            assert_eq!(name, expected);
            assert_eq!(fault(&name), None, "{name}");
        }
        assert_eq!(identifier("a", |name| name == "a" || name == "a_2"), "a_3");
    }

    #[test]
    fn names_are_checked() {
        for name in ["", "Amount", "1st", "_x", "a-b", "a b", "é"] {
            assert!(fault(name).is_some_and(|fault| fault.contains("lower-case")), "{name}");
        }
        assert!(fault("type").is_some_and(|fault| fault.contains("keyword")));
        assert_eq!(fault("type_2"), None);
    }
}

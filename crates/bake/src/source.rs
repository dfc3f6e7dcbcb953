//! Writing Rust that rustfmt leaves alone (line width 110, heuristics "Max", as the emitted rustfmt.toml says).

use std::fmt::Display;

/// Line width of emitted code.
pub(crate) const WIDTH: usize = 110;

/// Width of the lines of a list of imports but the last, which rustfmt keeps a little narrower.
const IMPORT_WIDTH: usize = WIDTH - 1;

/// A constant on one line where it fits, else with its value on the next lines.
pub(crate) fn constant(doc: &str, visibility: &str, name: &str, kind: &str, value: &str) -> String {
    let head = format!("{visibility}const {name}: {kind} =");
    let one = format!("{head} {value};");
    let body = if one.len() <= WIDTH { one } else { format!("{head}\n    {value};") };
    format!("{}{body}\n", docs(doc, ""))
}

/// A constant that is a structure: on one line, on two, or with a line for each field.
pub(crate) fn structure(doc: &str, name: &str, kind: &str, fields: &[String]) -> String {
    let value = format!("{kind} {{ {} }}", fields.join(", "));
    if value.len() + 5 <= WIDTH {
        return constant(doc, "pub(super) ", name, kind, &value);
    }
    let rows: String = fields.iter().map(|field| format!("    {field},\n")).collect();
    format!("{}pub(super) const {name}: {kind} = {kind} {{\n{rows}}};\n", docs(doc, ""))
}

/// A table that rustfmt must not reflow: its rows have a meaning.
pub(crate) fn table(doc: &str, name: &str, kind: &str, rows: impl IntoIterator<Item = String>) -> String {
    let rows: String = rows.into_iter().map(|row| format!("    {row},\n")).collect();
    format!("{}#[rustfmt::skip]\npub(super) const {name}: {kind} = [\n{rows}];\n", docs(doc, ""))
}

/// An import on one line where it fits, else with its names on the next lines.
pub(crate) fn import(path: &str, names: &[&str]) -> String {
    if let [one] = names {
        return format!("use {path}::{one};\n");
    }
    let one = format!("use {path}::{{{}}};\n", names.join(", "));
    if one.len() <= WIDTH + 1 {
        return one;
    }
    let rows: String =
        lines_within(names, [IMPORT_WIDTH, WIDTH]).iter().map(|row| format!("    {row},\n")).collect();
    format!("use {path}::{{\n{rows}}};\n")
}

/// A call's result put somewhere, one level deep: on one line, on two, or with a line for each argument.
pub(crate) fn assignment(target: &str, function: &str, arguments: &[String]) -> String {
    let call = format!("{function}({});", arguments.join(", "));
    if target.len() + call.len() + 7 <= WIDTH {
        format!("    {target} = {call}\n")
    } else if call.len() + 8 <= WIDTH {
        format!("    {target} =\n        {call}\n")
    } else {
        format!("    {target} = {function}(\n        {},\n    );\n", arguments.join(",\n        "))
    }
}

/// A call for its effect, one level deep: on one line where it fits, else with a line for each argument.
pub(crate) fn call(function: &str, arguments: &[String]) -> String {
    let one = format!("    {function}({});\n", arguments.join(", "));
    if one.len() <= WIDTH + 1 {
        one
    } else {
        format!("    {function}(\n        {},\n    );\n", arguments.join(",\n        "))
    }
}

/// A function called while compiling: on one line, on two, or with a line for each argument.
pub(crate) fn assertion(function: &str, arguments: &[String]) -> String {
    let call = format!("{function}({});", arguments.join(", "));
    if call.len() + 14 <= WIDTH {
        format!("const _: () = {call}\n")
    } else if call.len() + 4 <= WIDTH {
        format!("const _: () =\n    {call}\n")
    } else {
        format!("const _: () = {function}(\n    {},\n);\n", arguments.join(",\n    "))
    }
}

/// Doc comment lines, wrapped.
pub(crate) fn docs(text: &str, indent: &str) -> String {
    text.lines()
        .flat_map(|line| wrap(line, WIDTH - indent.len() - 4))
        .map(|line| if line.is_empty() { format!("{indent}///\n") } else { format!("{indent}/// {line}\n") })
        .collect()
}

/// Inner doc comment lines, wrapped.
pub(crate) fn inner_docs(text: &str) -> String {
    let wrapped = text.lines().flat_map(|line| wrap(line, WIDTH - 4));
    wrapped.map(|line| if line.is_empty() { "//!\n".to_owned() } else { format!("//! {line}\n") }).collect()
}

/// Numbers in brackets, separated by commas.
pub(crate) fn list<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    format!("[{}]", values.join(", "))
}

/// Numbers over as many lines as they need, each line within the width.
pub(crate) fn lines<T: Display>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    lines_within(values, [WIDTH; 2])
}

/// Elements of an array two levels deeper, over as many lines as they need.
pub(crate) fn packed(values: &[String]) -> Vec<String> {
    lines_within(values, [WIDTH - 6; 2])
}

/// Lines of one width, and of another where the last value stands.
fn lines_within<T: Display>(
    values: impl IntoIterator<Item = T>,
    [width, last_width]: [usize; 2],
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut values = values.into_iter().peekable();
    while let Some(value) = values.next() {
        let value = value.to_string();
        let width = if values.peek().is_some() { width } else { last_width };
        match lines.last_mut() {
            Some(line) if line.len() + value.len() + 7 <= width => {
                line.push_str(", ");
                line.push_str(&value);
            }
            _ => lines.push(value),
        }
    }
    lines
}

/// Text from a model inside a doc comment: printable, on one line, without Markdown links or code spans, and without the
/// characters that turn the direction of text, which rustc refuses.
pub(crate) fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        '`' | '[' | ']' | '<' | '>' | '\\' => '\'',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(shown).collect()
}

fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut wrapped = vec![String::new()];
    for word in line.split(' ') {
        let last = wrapped.len() - 1;
        let current = &mut wrapped[last];
        if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width {
            wrapped.push(word.to_owned());
        } else {
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break() {
        assert!(lines(1000..1100).iter().all(|line| line.len() + 5 <= WIDTH));
        assert!(docs(&"word ".repeat(60), "    ").lines().all(|line| line.len() <= WIDTH));
        assert_eq!(constant("One.", "pub ", "A", "u8", "1"), "/// One.\npub const A: u8 = 1;\n");
    }

    #[test]
    fn imports_break_where_rustfmt_breaks_them() {
        // With indentation and comma the first line would be 109 or 110 characters long.
        let lens = |first: usize, behind: &[&str]| {
            let long = ["a".repeat(50), "b".repeat(first - 57)];
            let names: Vec<&str> = long.iter().map(String::as_str).chain(behind.iter().copied()).collect();
            import("some_crate::kernel", &names).lines().skip(1).map(str::len).collect::<Vec<_>>()
        };
        let c = "c".repeat(30);
        assert_eq!(lens(109, &[&c]), [109, 35, 2]);
        assert_eq!(lens(110, &[&c]), [55, 90, 2]);
        assert_eq!(lens(110, &[]), [110, 2]);
        assert_eq!(lens(111, &[]), [55, 59, 2]);
    }

    #[test]
    fn text_from_a_model_stays_text() {
        assert_eq!(plain("a\n`b` [c](d)\u{7}"), "a 'b' 'c'(d) ");
        assert_eq!(plain("\u{202e}x\u{2066}"), " x ");
    }
}

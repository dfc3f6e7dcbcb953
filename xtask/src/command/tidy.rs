//! `cargo xtask tidy`: arrows between crates, length of files, docs, forbidden words, licences.

use crate::emulate::firmware::root;
use std::fs;
use std::path::{Path, PathBuf};

mod licences;

/// Endings of the files that hold words of people.
const TEXTS: [&str; 6] = ["rs", "md", "toml", "py", "x", "sh"];

/// What each crate may lean on within the workspace.
const ARROWS: [(&str, &[&str]); 11] = [
    ("engine", &[]),
    ("model", &["engine"]),
    ("loader", &["engine", "model"]),
    ("batch", &["engine", "model", "loader"]),
    ("inference", &["engine"]),
    ("trainer", &["engine", "model", "loader", "batch"]),
    ("bake", &["engine", "model"]),
    ("simulator", &[]),
    ("cli", &["engine", "model", "loader", "batch", "trainer", "bake", "simulator"]),
    ("testkit", &["engine", "model", "loader", "batch", "inference", "trainer", "bake", "simulator"]),
    (
        "xtask",
        &[
            "engine",
            "model",
            "loader",
            "batch",
            "inference",
            "trainer",
            "bake",
            "simulator",
            "cli",
            "testkit",
        ],
    ),
];
/// Crates that may use the standard library nowhere.
const DEVICE: [&str; 4] = ["engine", "model", "loader", "inference"];
/// Most lines of a file that a person wrote.
const LONGEST_FILE: usize = 400;
/// Sections that the docs of every public function of the engine have.
const ENGINE_SECTIONS: [&str; 2] = ["# Exactness", "# Panics"];

pub(super) fn run(_: &[String]) -> Result<(), String> {
    let mut faults: Vec<String> = Vec::new();
    arrows(&mut faults)?;
    for file in files(root(), &["rs"])? {
        check_file(&file, &mut faults)?;
    }
    faults.extend(unsafe_outside_arch()?);
    words(&mut faults)?;
    licences::check(&mut faults)?;
    if faults.is_empty() {
        println!("tidy: arrows, files, docs, words and licences are in order");
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

fn arrows(faults: &mut Vec<String>) -> Result<(), String> {
    for (name, allowed) in ARROWS {
        let folder = if name == "xtask" { root().join(name) } else { root().join("crates").join(name) };
        let text = text(&folder.join("Cargo.toml"))?;
        let dependencies = text.split("[dev-dependencies]").next().unwrap_or("");
        for line in dependencies.lines().filter_map(|line| line.strip_prefix("tillwatch-")) {
            let target: String = line.chars().take_while(char::is_ascii_lowercase).collect();
            if !allowed.contains(&target.as_str()) {
                faults.push(format!("crates/{name} leans on {target}, which its place in the house forbids"));
            }
        }
        let root_file = folder.join("src/lib.rs");
        if DEVICE.contains(&name) && !self::text(&root_file)?.contains("#![no_std]") {
            faults.push(format!("{}: a device crate without #![no_std]", root_file.display()));
        }
    }
    Ok(())
}

fn check_file(path: &Path, faults: &mut Vec<String>) -> Result<(), String> {
    let text = text(path)?;
    let shown = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let is_generated = shown.contains("/generated/") && !shown.ends_with("generated/mod.rs");
    let lines = text.lines().count();
    if lines > LONGEST_FILE && !is_generated {
        faults.push(format!("{shown}: {lines} lines, at most {LONGEST_FILE}; split it by concept"));
    }
    if !text.starts_with("//!") {
        faults.push(format!("{shown}: begins without a line that says what the file is for"));
    }
    let code = text.split("mod tests {").next().unwrap_or("");
    let is_test = shown.contains("/tests/") || shown.ends_with("tests.rs");
    if !is_test && code.contains(concat!(".unw", "rap()")) && !shown.starts_with("tests/") {
        faults.push(format!("{shown}: unwraps outside tests"));
    }
    if shown.starts_with("crates/engine/src") {
        engine_docs(&shown, code, faults);
    }
    Ok(())
}

/// Places in the device crates that are unsafe, but for those in `engine/src/arch`.
pub(super) fn unsafe_outside_arch() -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for name in DEVICE {
        for path in files(&root().join("crates").join(name).join("src"), &["rs"])? {
            let shown = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            if !shown.starts_with("crates/engine/src/arch") {
                let lines = unsafe_lines(&text(&path)?);
                found.extend(
                    lines.iter().map(|line| format!("{shown}:{line}: unsafe outside engine/src/arch")),
                );
            }
        }
    }
    Ok(found)
}

/// Numbers of the lines whose code has the keyword.
fn unsafe_lines(text: &str) -> Vec<usize> {
    let has_keyword = |line: &str| {
        let code = line.split("//").next().unwrap_or("");
        code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == concat!("unsa", "fe"))
    };
    text.lines().enumerate().filter(|(_, line)| has_keyword(line)).map(|(at, _)| at + 1).collect()
}

/// No text of the project holds a word of unfinished work or of another place than the project.
fn words(faults: &mut Vec<String>) -> Result<(), String> {
    // Written apart, so that this file does not contain them.
    let forbidden = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["HA", "CK:"],
        ["for ", "now,"],
        ["../sha", "red"],
        ["place", "holder"],
    ];
    for path in files(root(), &TEXTS)? {
        let text = text(&path)?;
        let shown = path.strip_prefix(root()).unwrap_or(&path).display();
        for word in forbidden.map(|parts| parts.concat()) {
            if text.contains(&word) {
                faults.push(format!("{shown}: contains `{word}`"));
            }
        }
    }
    Ok(())
}

/// Every public function of the engine says how exact it is and that it does not panic.
fn engine_docs(shown: &str, code: &str, faults: &mut Vec<String>) {
    let mut docs = String::new();
    for line in code.lines().map(str::trim_start) {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push_str(doc.trim_start());
            docs.push('\n');
        } else if line.starts_with("pub fn ") || line.starts_with("pub const fn ") {
            for section in ENGINE_SECTIONS {
                if !docs.contains(section) {
                    let name: String = line.chars().take_while(|&c| c != '(').collect();
                    faults.push(format!("{shown}: `{name}` has no section `{section}`"));
                }
            }
            docs.clear();
        } else if ["}", "pub ", "impl", "const ", "use "].iter().any(|start| line.starts_with(start)) {
            docs.clear();
        }
    }
}

/// The files below a folder with one of these endings, build outputs and hidden folders left out.
fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target" && !name.to_string_lossy().starts_with('.') {
                found.extend(files(&path, endings)?);
            }
        } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyword_counts_in_code_alone() {
        let text = "#![deny(unsafe_code)]\n/// unsafe in docs\nunsafe { f() }\nlet a = 1; // unsafe\n#[unsafe(no_mangle)]\n";
        assert_eq!(unsafe_lines(text), [3, 5]);
        assert_eq!(unsafe_outside_arch(), Ok(Vec::new()));
    }
}

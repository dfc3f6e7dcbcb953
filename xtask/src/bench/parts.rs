//! A page that several commands write: each has the part under its own first heading and leaves the others as they are.

use std::fs;
use std::path::Path;

/// Writes a file under another name first: where it is, it is whole. Its folder is made where there is none.
///
/// # Errors
/// The file, and what the system says.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    let told = |error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    let fresh = path.with_extension("tmp");
    fs::write(&fresh, text).map_err(told)?;
    fs::rename(&fresh, path).map_err(told)
}

/// The page with one part written anew: what begins with the same heading is replaced, else the part comes last.
pub(crate) fn with_part(page: &str, part: &str) -> String {
    let heading = |text: &str| text.lines().next().unwrap_or("").to_owned();
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = page;
    while !rest.is_empty() {
        let end = rest.find("\n# ").map_or(rest.len(), |at| at + 1);
        let (own, behind) = rest.split_at(end);
        parts.push(own.trim_end());
        rest = behind;
    }
    let part = part.trim_end();
    match parts.iter_mut().find(|old| heading(old) == heading(part)) {
        Some(old) => *old = part,
        None => parts.push(part),
    }
    parts.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_takes_the_place_of_its_older_self_and_of_nothing_else() {
        let page = with_part(&with_part("", "# A\n\n## a\none\n"), "# B\ntwo\n");
        assert_eq!(page, "# A\n\n## a\none\n\n# B\ntwo\n");
        assert_eq!(with_part(&page, "# A\nthree\n"), "# A\nthree\n\n# B\ntwo\n");
        assert_eq!(with_part(&page, "# B\nfour"), "# A\n\n## a\none\n\n# B\nfour\n");
    }
}

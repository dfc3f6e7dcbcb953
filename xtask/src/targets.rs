//! The bare targets, and how a missing one gets installed.

use std::process::Command;

/// Makes sure that the standard library of a target is there; installs it with rustup where it is missing and says so.
///
/// # Errors
/// One line that says what was run and what it answered.
pub(crate) fn ensure(target: &str) -> Result<(), String> {
    if is_installed(target)? {
        return Ok(());
    }
    eprintln!("target {target} is missing: running rustup target add {target}");
    let answer = rustup(&["target", "add", target])?;
    if answer.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&answer.stderr);
    Err(format!("rustup target add {target} failed: {}", last_line(&said)))
}

/// True when rustup lists the target as installed for the toolchain of the current folder.
///
/// # Errors
/// Where rustup cannot be run.
pub(crate) fn is_installed(target: &str) -> Result<bool, String> {
    let answer = rustup(&["target", "list", "--installed"])?;
    Ok(String::from_utf8_lossy(&answer.stdout).lines().any(|line| line.trim() == target))
}

fn rustup(arguments: &[&str]) -> Result<std::process::Output, String> {
    Command::new("rustup").args(arguments).output().map_err(|error| {
        format!("rustup {} did not start: {error}; see https://rustup.rs", arguments.join(" "))
    })
}

fn last_line(text: &str) -> &str {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_nobody_has_is_not_installed() {
        assert!(!is_installed("z80-unknown-none").unwrap());
    }

    #[test]
    fn the_last_line_with_words_counts() {
        assert_eq!(last_line("info: x\nerror: no such target\n\n"), "error: no such target");
        assert_eq!(last_line("\n"), "no message");
    }
}

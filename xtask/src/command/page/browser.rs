//! Chromium without a screen: opens a page and hands back what became of it.

use std::path::Path;
use std::process::Command;

/// Names under which it is installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// The command that installs it on Debian and Ubuntu.
pub(crate) const INSTALL: &str = "apt-get install chromium";
/// Time of the page's own clock until it is taken as it is; the clock stands while something loads.
const BUDGET: &str = "--virtual-time-budget=20000";

/// What became of a page.
pub(super) struct Seen {
    /// The document in the end.
    pub(super) document: String,
    /// What the console says, a line each.
    pub(super) faults: Vec<String>,
}

impl Seen {
    /// The document's title.
    pub(super) fn title(&self) -> &str {
        let after = self.document.split("<title>").nth(1).unwrap_or("");
        after.split("</title>").next().unwrap_or("")
    }
}

/// The browser of this machine.
pub(crate) fn program() -> Option<String> {
    let runs =
        |name: &str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    NAMES.into_iter().find(|name| runs(name)).map(str::to_owned)
}

/// Opens a page; its settings lie in `folder`.
pub(super) fn look(program: &str, folder: &Path, page: &Path) -> Result<Seen, String> {
    let page = page.canonicalize().map_err(|error| format!("{}: {error}", page.display()))?;
    let output = Command::new(program)
        // The page is ours and asks for nothing, so that it needs no sandbox, which containers and root do not give.
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ])
        .args(["--enable-logging=stderr", "--dump-dom", BUDGET])
        .arg(format!("--user-data-dir={}", folder.join("browser").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .map_err(|error| format!("{program} did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program} failed on {}: {}", page.display(), output.status));
    }
    let log = String::from_utf8_lossy(&output.stderr);
    let faults = log.lines().filter(|line| line.contains(":CONSOLE")).map(said).collect();
    Ok(Seen { document: String::from_utf8_lossy(&output.stdout).into_owned(), faults })
}

/// The message of a line of the log: `[…:INFO:CONSOLE:12] "message", source: … (12)`.
fn said(line: &str) -> String {
    let message = line.split_once("] \"").map_or(line, |(_, message)| message);
    message.rsplit_once("\", source:").map_or(message, |(message, _)| message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_is_its_message() {
        let line = "[13:13:1126/063319.98:INFO:CONSOLE:7] \"a \"quoted\" word\", source: file:///x.html (7)";
        assert_eq!(said(line), "a \"quoted\" word");
    }

    #[test]
    fn a_title_is_what_stands_between_its_tags() {
        let seen = |document: &str| Seen { document: document.to_owned(), faults: Vec::new() };
        assert_eq!(seen("<title>examined 5</title><p>").title(), "examined 5");
        assert_eq!(seen("").title(), "");
    }
}

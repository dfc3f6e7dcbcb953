//! What is said of a scored record, the same in a table and on a page.

use tillwatch_engine::score::{Scored, Verdict};

/// The word for a verdict.
pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Normal => "normal",
        Verdict::Watch => "watch",
        Verdict::Alarm => "alarm",
    }
}

/// The features that made a score, strongest first: name, direction and share.
pub(crate) fn reasons(scored: &Scored, names: &[&str]) -> String {
    let reasons = scored.reasons.iter().map(|reason| {
        let name = names.get(usize::from(reason.feature)).copied().unwrap_or("");
        let direction = if reason.is_higher() { "higher" } else { "lower" };
        format!("{name} {direction} {:.1} %", f64::from(reason.share_permille(scored.score)) / 10.0)
    });
    reasons.collect::<Vec<_>>().join("; ")
}

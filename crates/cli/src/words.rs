//! What is said of a scored record, the same in a table and on a page.

use tillwatch_engine::score::{Reason, Scored, Verdict};
use tillwatch_trainer::explain::Explanation;

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
        format!("{name} {direction} {}", share(reason, scored))
    });
    reasons.collect::<Vec<_>>().join("; ")
}

/// The same with what was seen and what was expected; then the share of what belongs to no feature.
pub(crate) fn explained<'a>(
    scored: &Scored,
    names: &[&str],
    explain: impl Fn(&Reason) -> Option<Explanation<'a>>,
) -> String {
    let in_words = |reason: &Reason| {
        let share = share(reason, scored);
        let bare = || {
            let name = names.get(usize::from(reason.feature)).copied().unwrap_or("");
            format!("{name} unexpected {share}")
        };
        explain(reason).map_or_else(bare, |Explanation { feature, direction, seen, expected }| {
            if seen == expected {
                // The nearest level or step is the right one; the code is some way from it.
                format!("{feature} {direction} {share} ({seen}, which was expected less clearly)")
            } else {
                format!("{feature} {direction} {share} ({seen} instead of {expected})")
            }
        })
    };
    let mut parts: Vec<String> = scored.reasons.iter().map(in_words).collect();
    if scored.latent > 0 {
        let latent = Reason { contribution: scored.latent, ..Reason::default() };
        parts.push(format!("beside the fields: latent distance {}", share(&latent, scored)));
    }
    parts.join("; ")
}

fn share(reason: &Reason, scored: &Scored) -> String {
    format!("{:.1} %", f64::from(reason.share_permille(scored.score)) / 10.0)
}

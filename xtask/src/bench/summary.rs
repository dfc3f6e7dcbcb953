//! Trials of one kind on one set, over all seeds.

use super::trial::{Outcome, Trial};
use tillwatch_testkit::tolerance;

/// Means over the seeds, and the worst agreement of integer and float.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summary<'a> {
    pub(super) set: &'a str,
    pub(super) kind: &'a str,
    pub(super) outcomes: Vec<&'a Outcome>,
    /// Seed and message of each trial that gave no model.
    pub(super) refusals: Vec<(u64, &'a str)>,
}

impl<'a> Summary<'a> {
    /// One summary per set and kind, in the order in which the trials come.
    pub(super) fn of_all(trials: &'a [Trial]) -> Vec<Self> {
        let mut summaries: Vec<Self> = Vec::new();
        for trial in trials {
            let (set, kind) = (trial.set.as_str(), trial.kind.as_str());
            let at = summaries.iter().position(|found| (found.set, found.kind) == (set, kind));
            let at = at.unwrap_or_else(|| {
                summaries.push(Summary { set, kind, outcomes: Vec::new(), refusals: Vec::new() });
                summaries.len() - 1
            });
            match &trial.outcome {
                Ok(outcome) => summaries[at].outcomes.push(outcome),
                Err(message) => summaries[at].refusals.push((trial.seed, message)),
            }
        }
        summaries
    }

    /// A mean over the seeds; none without a model.
    pub(super) fn mean(&self, of: impl Fn(&Outcome) -> f64) -> Option<f64> {
        let n = self.outcomes.len();
        (n > 0).then(|| self.outcomes.iter().map(|outcome| of(outcome)).sum::<f64>() / n as f64)
    }

    /// AUROC of the integer model.
    pub(super) fn auroc(&self) -> Option<f64> {
        self.mean(|outcome| outcome.figures[0][0])
    }

    /// Average precision of the integer model.
    pub(super) fn precision(&self) -> Option<f64> {
        self.mean(|outcome| outcome.figures[0][1])
    }

    /// The smallest rank correlation of integer and float scores.
    pub(super) fn least_rank_correlation(&self) -> Option<f64> {
        self.outcomes.iter().map(|outcome| outcome.rank_correlation).min_by(f64::total_cmp)
    }

    /// What is wrong: integers that lose more than the tolerance, another order of scores, no model.
    pub(super) fn violations(&self) -> Vec<String> {
        let mut found: Vec<String> =
            self.refusals.iter().map(|(seed, message)| format!("seed {seed}: {message}")).collect();
        let float = self.mean(|outcome| outcome.figures[1][0]);
        if let (Some(integer), Some(float)) = (self.auroc(), float)
            && !tolerance::within(integer, float, tolerance::AUROC)
        {
            found.push(format!("AUROC {integer:.4}, float {float:.4}"));
        }
        if let Some(least) = self.least_rank_correlation()
            && least < tolerance::SCORE_RANK_CORRELATION
        {
            found.push(format!("rank correlation {least:.4}"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(seed: u64, auroc: [f64; 2], rank_correlation: f64) -> Trial {
        let figures = auroc.map(|auroc| [auroc, 0.5, 0.25, 0.01]);
        let (rows, hidden) = ([60, 20, 40], vec![8]);
        let outcome = Outcome { rows, hidden, alarm_rate: 0.01, figures, rank_correlation, seconds: 1.0 };
        Trial { set: "a".to_owned(), kind: "dense".to_owned(), seed, outcome: Ok(outcome) }
    }

    #[test]
    fn seeds_are_averaged_and_the_worst_agreement_counts() {
        let trials = [trial(0, [0.75, 0.75], 0.999), trial(1, [0.5, 0.5], 0.995)];
        let summaries = Summary::of_all(&trials);
        assert_eq!(summaries.len(), 1);
        assert_eq!((summaries[0].auroc(), summaries[0].precision()), (Some(0.625), Some(0.5)));
        assert_eq!(summaries[0].least_rank_correlation(), Some(0.995));
        assert!(summaries[0].violations().is_empty());
    }

    #[test]
    fn what_is_lost_is_told() {
        let mut trials = [trial(0, [0.75, 0.76], 0.98), trial(1, [0.5, 0.5], 0.995)];
        trials[1].outcome = Err("refused".to_owned());
        let found = Summary::of_all(&trials)[0].violations();
        assert_eq!(found, ["seed 1: refused", "AUROC 0.7500, float 0.7600", "rank correlation 0.9800"]);
    }
}

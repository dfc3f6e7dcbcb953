//! Trials of one kind on one set, over all seeds.

use super::judged::Judged;
use super::trial::{Outcome, Trial};
use tillwatch_testkit::tolerance;

/// Where the figures of an outcome have what rankings are judged by.
const PLACES: [usize; 3] = [0, 1, 4];

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

    /// AUROC, average precision or recall at 1 % alarms of the integer model.
    pub(super) fn figure(&self, measure: usize) -> Option<f64> {
        self.mean(|outcome| outcome.figures[0][PLACES[measure]])
    }

    /// The heads that every seed has, with their means.
    pub(super) fn heads(&self) -> Vec<Judged> {
        let Some(first) = self.outcomes.first() else { return Vec::new() };
        let lists = || self.outcomes.iter().map(|outcome| outcome.heads.as_slice());
        let mean = |name: &String, measure| mean_of(lists(), name, measure);
        let named = first.heads.iter().filter_map(|head| {
            let figures = [mean(&head.name, 0)?, mean(&head.name, 1)?, mean(&head.name, 2)?];
            Some(Judged { name: head.name.clone(), figures })
        });
        named.collect()
    }

    /// Names of the simpler detectors beside the kinds of one set.
    pub(super) fn baseline_names(of_set: &[&Self]) -> Vec<String> {
        let first = of_set.iter().find_map(|summary| summary.outcomes.first());
        first.map_or_else(Vec::new, |outcome| {
            outcome.baselines.iter().map(|found| found.name.clone()).collect()
        })
    }

    /// A figure of a simpler detector on one set, from the trials of the first kind that has any.
    pub(super) fn baseline(of_set: &[&Self], name: &str, measure: usize) -> Option<f64> {
        let summary = of_set.iter().find(|summary| !summary.outcomes.is_empty())?;
        mean_of(summary.outcomes.iter().map(|outcome| outcome.baselines.as_slice()), name, measure)
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
        if let (Some(integer), Some(float)) = (self.figure(0), float)
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

/// A mean over lists that all have a ranking of the name; none where one has not.
fn mean_of<'a>(lists: impl Iterator<Item = &'a [Judged]>, name: &str, measure: usize) -> Option<f64> {
    let figure = |list: &[Judged]| Some(list.iter().find(|found| found.name == name)?.figures[measure]);
    let figures: Vec<f64> = lists.map(figure).collect::<Option<_>>()?;
    (!figures.is_empty()).then(|| figures.iter().sum::<f64>() / figures.len() as f64)
}

/// An outcome with an AUROC of both models and an agreement.
#[cfg(test)]
pub(super) fn outcome(auroc: [f64; 2], rank_correlation: f64) -> Outcome {
    Outcome {
        rows: [60, 20, 40],
        hidden: vec![8, 2, 8],
        alarm_rate: 0.05,
        figures: auroc.map(|auroc| [auroc, 0.5, 0.25, 0.01, 0.125]),
        rank_correlation,
        heads: Vec::new(),
        baselines: Vec::new(),
        seconds: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(seed: u64, auroc: [f64; 2], rank_correlation: f64) -> Trial {
        let outcome = Ok(outcome(auroc, rank_correlation));
        Trial { set: "a".to_owned(), kind: "dense".to_owned(), seed, outcome }
    }

    #[test]
    fn seeds_are_averaged_and_the_worst_agreement_counts() {
        let trials = [trial(0, [0.75, 0.75], 0.999), trial(1, [0.5, 0.5], 0.995)];
        let summaries = Summary::of_all(&trials);
        assert_eq!(summaries.len(), 1);
        assert_eq!(
            [0, 1, 2].map(|measure| summaries[0].figure(measure)),
            [Some(0.625), Some(0.5), Some(0.125)]
        );
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

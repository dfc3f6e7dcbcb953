//! Scores, reasons, percentiles, verdicts.

use super::Prepared;
use tillwatch_engine::score::{LEVELS, REASONS, Reason, Scored, Tally, Thresholds, Verdict};

/// What a record is scored with; the meaning of the numbers is that of the model file.
#[derive(Clone, Debug)]
pub struct Scoring {
    /// Residual gain of each column of the record, in steps of 2^-24.
    pub gains: Vec<u32>,
    /// Factor by number of missing features, in steps of 2^-16; 0 beyond the end.
    pub rescale: Vec<u32>,
    /// Prototype rows, one entry per column.
    pub prototypes: Vec<Vec<i64>>,
    /// A prototype entry stands for the code `entry * 2^prototype_shift`.
    pub prototype_shift: u8,
    /// Gain of the squared prototype distance, in steps of 2^-24.
    pub prototype_gain: u32,
    /// The cuts.
    pub thresholds: Thresholds,
}

/// The prototype with the smallest squared distance, the first of equals; `None` where there is none.
#[must_use]
pub fn nearest<'a>(prototypes: &'a [Vec<i64>], shift: u8, codes: &[i64]) -> Option<&'a Vec<i64>> {
    let distance = |row: &&Vec<i64>| -> i128 {
        row.iter().zip(codes).map(|(entry, code)| i128::from(code - entry * (1 << shift)).pow(2)).sum()
    };
    prototypes.iter().min_by_key(distance) // min_by_key keeps the first of equals
}

/// The squared distance of a latent vector from its zero point, as a part of the score.
#[must_use]
pub fn latent_distance(codes: &[i64], zero_point: i64, gain: u32) -> u64 {
    let squares: i128 = codes.iter().map(|code| i128::from(code - zero_point).pow(2)).sum();
    (squares * i128::from(gain)).div_euclid(1 << 24) as u64
}

/// Scores a prepared record of one sample.
///
/// # Shapes
/// `features`: columns and marks of each feature; `reconstruction`: one code per column.
#[must_use]
pub fn evaluate(scoring: &Scoring, features: &[Prepared], reconstruction: &[i64]) -> Scored {
    evaluate_samples(scoring, &[features.to_vec()], reconstruction, 0)
}

/// Scores a prepared record of several samples; a feature is marked where any of its samples is.
///
/// # Shapes
/// `samples`: of each sample, columns and marks of each feature; `reconstruction`: one code per sample and column.
///
/// # Panics
/// On a record without a sample.
#[must_use]
pub fn evaluate_samples(
    scoring: &Scoring,
    samples: &[Vec<Prepared>],
    reconstruction: &[i64],
    latent: u64,
) -> Scored {
    let codes: Vec<i64> = samples.iter().flatten().flat_map(|feature| feature.codes.clone()).collect();
    let mut features = samples[0].clone();
    for sample in &samples[1..] {
        for (feature, other) in features.iter_mut().zip(sample) {
            feature.missing |= other.missing;
            feature.saturated |= other.saturated;
            feature.unknown |= other.unknown;
        }
    }
    let width: usize = features.iter().map(|feature| feature.codes.len()).sum();
    let prototype = nearest(&scoring.prototypes, scoring.prototype_shift, &codes);
    let contribution_of = |column: usize| {
        let residual = i128::from(codes[column] - reconstruction[column]);
        let distance = prototype
            .map_or(0, |row| i128::from(codes[column] - row[column] * (1 << scoring.prototype_shift)));
        (residual * residual * i128::from(scoring.gains[column])).div_euclid(1 << 24)
            + (distance * distance * i128::from(scoring.prototype_gain)).div_euclid(1 << 24)
    };
    let count = |is_marked: fn(&Prepared) -> bool| features.iter().filter(|f| is_marked(f)).count() as u16;
    let missing = count(|feature| feature.missing);
    let factor = scoring.rescale.get(usize::from(missing)).copied().unwrap_or(0);

    let mut reasons = Vec::new();
    let mut first = 0;
    for (index, feature) in features.iter().enumerate() {
        let within = first..first + feature.codes.len();
        first = within.end;
        let columns = (0..codes.len()).filter(|column| within.contains(&(column % width)));
        let sum: i128 = columns.clone().map(contribution_of).sum();
        let part = if feature.missing { 0 } else { (sum * i128::from(factor)).div_euclid(1 << 16) };
        // max_by_key keeps the last of equals, as the contract says.
        let column = columns.max_by_key(|&column| contribution_of(column)).unwrap_or(0);
        reasons.push(Reason {
            contribution: u64::try_from(part).unwrap_or(u64::MAX),
            feature: index as u16,
            column: column as u16,
            seen: codes[column] as i16,
            expected: reconstruction[column] as i16,
        });
    }
    let of_features: u128 = reasons.iter().map(|reason| u128::from(reason.contribution)).sum();
    let total = of_features + u128::from(latent);
    let score = u64::try_from(total).unwrap_or(u64::MAX);
    reasons.sort_by_key(|reason| core::cmp::Reverse(reason.contribution)); // stable: the earlier stays ahead
    Scored {
        score,
        latent,
        percentile: percentile(&scoring.thresholds, score),
        verdict: verdict(&scoring.thresholds, score),
        tally: Tally {
            missing,
            saturated: count(|feature| feature.saturated),
            unknown: count(|feature| feature.unknown),
        },
        reasons: reasons.into_iter().filter(|reason| reason.contribution > 0).take(REASONS).collect(),
    }
}

/// The highest level whose anchor the score exceeds, in permille.
#[must_use]
pub fn percentile(thresholds: &Thresholds, score: u64) -> u16 {
    let exceeded = thresholds.anchors.iter().zip(LEVELS).filter(|(anchor, _)| score > **anchor);
    exceeded.map(|(_, level)| level).max().unwrap_or(0)
}

/// Alarm above `alarm`, watch above `watch`; equality does not exceed.
#[must_use]
pub fn verdict(thresholds: &Thresholds, score: u64) -> Verdict {
    match (score > thresholds.watch, score > thresholds.alarm) {
        (_, true) => Verdict::Alarm,
        (true, false) => Verdict::Watch,
        (false, false) => Verdict::Normal,
    }
}

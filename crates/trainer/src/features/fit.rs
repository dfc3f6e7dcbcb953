//! From a schema and training rows to the statistics of each feature.

use super::statistics::{Measure, WINDOW_LOG2};
use super::{FittedFeature, Scaling, Statistics, unit};
use crate::table::{FeatureKind, Field, FieldKind, Schema, Table};
use crate::{CellFault, Error};
use tillwatch_engine::feature::{MISSING, Memory};
use tillwatch_engine::fixed::log2_1p;

/// The features of a model, before the rim's format is chosen.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Name, field and statistics of each feature.
    pub features: Vec<(String, u16, Statistics)>,
    /// Features that were left out, with the reason.
    pub left_out: Vec<String>,
}

impl Fit {
    /// The features on wide codes with so many fraction bits.
    #[must_use]
    pub fn at(&self, fraction_bits: u32) -> Vec<FittedFeature> {
        let feature = |(name, field, statistics): &(String, u16, Statistics)| FittedFeature {
            name: name.clone(),
            field: *field,
            preparation: statistics.preparation(fraction_bits),
        };
        self.features.iter().map(feature).collect()
    }

    /// The feature that strays furthest in training: its name and how far, in standard deviations.
    #[must_use]
    pub fn furthest(&self) -> (&str, f64) {
        let far = self.features.iter().map(|(name, _, statistics)| (name.as_str(), statistics.furthest()));
        far.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(("", 0.0))
    }
}

/// Fits every feature of a schema.
///
/// All rows pass in order, since some features look back; only those with `trains` set count, and of a sample that
/// several windows share one.
///
/// # Shapes
/// `trains`: one per row.
/// # Errors
/// None for [`Scaling::Standard`]. For [`Scaling::Unit`] [`Error::NotInUnit`] for a cyclic feature, [`Error::Cell`] for
/// a training value outside its field's range.
pub fn fit(schema: &Schema, table: &Table, trains: &[bool], scaling: Scaling) -> Result<Fit, Error> {
    let mut fit = Fit { features: Vec::new(), left_out: Vec::new() };
    let samples = table.samples_of(trains);
    for (index, field) in schema.fields.iter().enumerate() {
        if scaling == Scaling::Unit {
            check_range(field, index, table, &samples)?;
        }
        for &kind in &field.features {
            let name = match field.features.as_slice() {
                [_] => field.name.clone(),
                _ => format!("{}_{}", field.name, kind.word()),
            };
            let found = statistics(field, kind, index, table, &samples).map(|found| match scaling {
                Scaling::Standard => Ok(found),
                Scaling::Unit => unit::scaled(found, field, kind),
            });
            match found.transpose()? {
                Some(statistics) => fit.features.push((name, index as u16, statistics)),
                None => fit.left_out.push(format!(
                    "feature `{name}` is left out: column `{}` is constant in the training rows",
                    field.column
                )),
            }
        }
    }
    Ok(fit)
}

/// Whether the training values of a field lie in the range that it declares, which is to become 0 to 1.
fn check_range(field: &Field, index: usize, table: &Table, trains: &[bool]) -> Result<(), Error> {
    let FieldKind::Number { range: Some([low, high]), resolution, .. } = &field.kind else { return Ok(()) };
    let is_outside = |&sample: &usize| {
        let raw = table.sample(sample)[index];
        trains[sample] && raw != MISSING && !(low..=high).contains(&&raw)
    };
    let Some(sample) = (0..table.n_samples()).find(is_outside) else { return Ok(()) };
    let (file, row) = table.place_of_sample(sample);
    Err(Error::Cell {
        file: table.files()[file].0.clone(),
        row,
        column: field.column.clone(),
        found: resolution.decimal(table.sample(sample)[index]),
        fault: CellFault::OutOfRange,
    })
}

/// # Shapes
/// `trains`: one per sample.
fn statistics(
    field: &Field,
    kind: FeatureKind,
    index: usize,
    table: &Table,
    trains: &[bool],
) -> Option<Statistics> {
    let raw = || (0..table.n_samples()).map(|sample| table.sample(sample)[index]);
    let training =
        || raw().zip(trains).filter(|&(raw, &trains)| trains && raw != MISSING).map(|(raw, _)| raw);
    match kind {
        FeatureKind::Numeric => Statistics::of_measure(Measure::Numeric, training().collect()),
        FeatureKind::Log => Statistics::of_measure(Measure::Logarithm, training().map(log2_1p).collect()),
        FeatureKind::Symlog => Statistics::of_symlog(training().collect()),
        FeatureKind::Delta => {
            let values = looking_back(index, table, trains, Memory::log_change);
            Statistics::of_measure(Measure::Delta, values)
        }
        FeatureKind::RatioToMean => {
            let ratio = |memory: &mut Memory, raw| memory.log_ratio(raw, WINDOW_LOG2.into());
            Statistics::of_measure(Measure::RatioToMean, looking_back(index, table, trains, ratio))
        }
        FeatureKind::OneHot | FeatureKind::Surprisal => {
            let FieldKind::Category { vocabulary } = &field.kind else { return None };
            let shares = level_shares(training(), vocabulary.len() + 1);
            if shares.iter().any(|&share| share >= 1.0) || shares.iter().all(|&share| share <= 0.0) {
                return None;
            }
            Some(if kind == FeatureKind::OneHot {
                Statistics::OneHot(shares)
            } else {
                Statistics::Surprisal(shares)
            })
        }
        FeatureKind::Flag => {
            let share = level_shares(training(), 2)[1];
            (share > 0.0 && share < 1.0).then_some(Statistics::Flag(share))
        }
        FeatureKind::Cyclic => {
            let first = training().next()?;
            training().any(|raw| raw != first).then_some(Statistics::Cyclic(field.turn_per_step()?))
        }
    }
}

/// Measures of the training rows that depend on earlier rows of their stream; each row is one sample.
fn looking_back(
    field: usize,
    table: &Table,
    trains: &[bool],
    measure: impl Fn(&mut Memory, i32) -> i32,
) -> Vec<i32> {
    let mut memories = vec![Memory::EMPTY; table.n_groups()];
    let measures = (0..table.n_rows())
        .map(|row| measure(&mut memories[table.group(row) as usize], table.sample(row)[field]));
    let training = measures.zip(trains).filter(|&(value, &trains)| trains && value != MISSING);
    training.map(|(value, _)| value).collect()
}

/// Share of each level, those outside the vocabulary counting as level 0.
fn level_shares(values: impl Iterator<Item = i32>, levels: usize) -> Vec<f64> {
    let mut counts = vec![0_u64; levels];
    for raw in values {
        let level = usize::try_from(raw).unwrap_or(0);
        counts[if level < levels { level } else { 0 }] += 1;
    }
    let all = counts.iter().sum::<u64>().max(1);
    counts.iter().map(|&count| count as f64 / all as f64).collect()
}

#[cfg(test)]
mod tests;

//! Reasons in the user's words: what was seen, what was expected, both in the units of the schema.

use crate::cells::cell;
use crate::reconstruct::{FieldInverse, Scale};
use crate::table::Schema;
use tillwatch_engine::score::Reason;
use tillwatch_model::{Model, Preparation};

/// Steps of a binary logarithm.
const LOG2_STEPS: f64 = 65_536.0;

/// The features of a model, ready to explain reasons.
#[derive(Clone, Debug)]
pub struct Explanations {
    features: Vec<Feature>,
    /// Columns of a sample.
    n_columns: usize,
    /// Fields of a sample.
    n_fields: usize,
}

#[derive(Clone, Debug)]
struct Feature {
    name: String,
    field: usize,
    /// Higher and lower say something.
    is_ordered: bool,
    /// None where a code alone tells nothing.
    meaning: Option<Meaning>,
}

#[derive(Clone, Debug)]
enum Meaning {
    /// A value of the field.
    Value(FieldInverse),
    /// A multiple of the field's running mean; the column and its scale.
    Multiple { column: usize, scale: Scale },
    /// The size of a step since the record before; the column and its scale.
    Change { column: usize, scale: Scale },
}

/// One reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// Name of the feature.
    pub feature: &'a str,
    /// `higher` or `lower`; `unexpected` for what has no order, such as a category.
    pub direction: &'static str,
    /// What was seen, with its unit.
    pub seen: String,
    /// What the network expected, with its unit.
    pub expected: String,
}

impl Explanations {
    /// The features of a model.
    #[must_use]
    pub fn of(model: &Model<'_>) -> Self {
        let body = model.body();
        let fields: Vec<tillwatch_model::Field<'_>> = body.fields.iter().collect();
        let mut n_columns = 0;
        let mut features = Vec::new();
        for feature in body.features.iter() {
            let (field, column) = (usize::from(feature.field), n_columns);
            n_columns += feature.preparation.n_columns();
            let meaning = match &feature.preparation {
                Preparation::RatioToMean { affine, .. } => {
                    Some(Meaning::Multiple { column, scale: Scale::of(affine) })
                }
                Preparation::Delta(affine) => Some(Meaning::Change { column, scale: Scale::of(affine) }),
                preparation => FieldInverse::of(&fields[field], preparation, column).map(Meaning::Value),
            };
            let is_ordered = !matches!(
                feature.preparation,
                Preparation::OneHot(_) | Preparation::Surprisal(_) | Preparation::Cyclic(_)
            );
            features.push(Feature { name: feature.name.to_owned(), field, is_ordered, meaning });
        }
        Self { features, n_columns, n_fields: fields.len() }
    }

    /// A reason in words; none where its feature has none.
    ///
    /// # Shapes
    /// `raw`: the record; `codes`, `reconstruction`: its columns, as scored.
    #[must_use]
    pub fn explain(
        &self,
        reason: &Reason,
        schema: &Schema,
        raw: &[i32],
        codes: &[i16],
        reconstruction: &[i16],
    ) -> Option<Explanation<'_>> {
        let feature = self.features.get(usize::from(reason.feature))?;
        let sample = usize::from(reason.column) / self.n_columns;
        let columns = |codes: &[i16]| -> Option<Vec<f64>> {
            let sample = codes.get(sample * self.n_columns..)?.get(..self.n_columns)?;
            Some(sample.iter().map(|&code| code.into()).collect())
        };
        let (seen, expected) = (columns(codes)?, columns(reconstruction)?);
        let field = schema.fields.get(feature.field)?;
        let with_unit = |raw: i32| match (cell(field, raw), field.unit.as_str()) {
            (cell, _) if cell.is_empty() => "unknown".to_owned(),
            (cell, "") => cell,
            (cell, unit) => format!("{cell} {unit}"),
        };
        let [seen, expected] = match feature.meaning.as_ref()? {
            Meaning::Value(inverse) => {
                let seen = raw.get(sample * self.n_fields + feature.field)?;
                [with_unit(*seen), with_unit(inverse.raw(&expected))]
            }
            Meaning::Multiple { column, scale } => [&seen, &expected]
                .map(|codes| format!("{:.2} times its mean", multiple(scale.value(codes[*column])))),
            Meaning::Change { column, scale } => [&seen, &expected].map(|codes| {
                let change = change(scale.value(codes[*column]));
                format!("{} since the last", with_unit(change))
            }),
        };
        let direction = match (feature.is_ordered, reason.is_higher()) {
            (false, _) => "unexpected",
            (true, true) => "higher",
            (true, false) => "lower",
        };
        Some(Explanation { feature: &feature.name, direction, seen, expected })
    }
}

/// The ratio that a binary logarithm stands for.
fn multiple(logarithm: f64) -> f64 {
    libm::exp2((logarithm / LOG2_STEPS).clamp(-31.0, 31.0))
}

/// The change in raw steps that `log2(1 + |x|)` with the sign of `x` stands for.
fn change(logarithm: f64) -> i32 {
    let size = libm::exp2((logarithm.abs() / LOG2_STEPS).min(31.0)) - 1.0;
    let size = if logarithm < 0.0 { -size } else { size };
    size.round().clamp(-f64::from(i32::MAX), i32::MAX.into()) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_come_back_as_multiples_and_changes() {
        assert_eq!([0.0, 65_536.0, -131_072.0].map(multiple), [1.0, 2.0, 0.25]);
        assert_eq!([0.0, 65_536.0, -196_608.0].map(change), [0, 1, -7]);
    }
}

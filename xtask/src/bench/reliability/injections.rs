//! Whether reasons name the field that was tampered with.
//!
//! One field of a held-out normal row is moved by some standard deviations of its training values, in raw units, and the row
//! is scored by the integers of the model file: how often that field is the first reason, and how often one of the first
//! three.

use crate::bench::sets::Prepared;
use serde_json::{Value, json};
use tillwatch_engine::feature::MISSING;
use tillwatch_loader::Loader;
use tillwatch_model::Model;
use tillwatch_trainer::scoring::Bench;
use tillwatch_trainer::table::{FieldKind, Table};
use tillwatch_trainer::{Settings, train};

/// Sizes of the change, in standard deviations of the field's training values.
pub(crate) const SIZES: [f64; 5] = [2.0, 3.0, 5.0, 8.0, 12.0];
/// Rows that every field is changed in, at most.
const ROWS: usize = 60;
/// The alarm rate that models are calibrated for; reasons do not depend on it.
const RATE: f64 = 0.1;

/// How often the changed field was named, for one set and seed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Injections {
    /// Name of the set.
    pub(crate) set: String,
    /// Seed of the split, the weights and all else that is drawn.
    pub(crate) seed: u64,
    /// Fields that were changed.
    pub(crate) fields: usize,
    /// Changes of each size.
    pub(crate) cases: usize,
    /// For each size, how often the field came first.
    pub(crate) first: [usize; SIZES.len()],
    /// For each size, how often it was among the first three.
    pub(crate) top_three: [usize; SIZES.len()],
}

/// Trains on normal rows with all defaults and changes fields of those that were held out.
///
/// # Errors
/// What training refuses.
pub(crate) fn inject(set: &str, normals: &Prepared, seed: u64) -> Result<Injections, String> {
    let (table, schema) = (&normals.table, &normals.schema);
    let split = table.split(seed).map_err(|error| error.to_string())?;
    let settings = Settings { seed, alarm_rate: RATE, ..Settings::default() };
    let trained = train(table, schema, &settings, &mut |_| ())
        .map_err(|error| format!("{set}, seed {seed}: {error}"))?;
    let model = Model::validate(&trained.bytes).map_err(|error| error.to_string())?;
    let loader = Loader::new(model);
    let field_of: Vec<usize> =
        model.body().features.iter().map(|feature| usize::from(feature.field)).collect();
    let fields: Vec<(usize, f64)> = (0..schema.fields.len())
        .filter(|field| field_of.contains(field))
        .filter(|&field| matches!(schema.fields[field].kind, FieldKind::Number { .. }))
        .map(|field| (field, deviation(table, &split.train, field)))
        .collect();
    let rows: Vec<usize> =
        split.test.iter().copied().step_by(split.test.len().div_ceil(ROWS).max(1)).collect();
    let mut found = Injections {
        set: set.to_owned(),
        seed,
        fields: fields.len(),
        cases: 0,
        first: [0; SIZES.len()],
        top_three: [0; SIZES.len()],
    };
    let mut bench = Bench::new(&loader);
    for (index, &row) in rows.iter().enumerate() {
        for &(field, deviation) in fields.iter().filter(|(field, _)| table.raw(row)[*field] != MISSING) {
            found.cases += 1;
            // Up and down in turn.
            let sign = if (index + field) % 2 == 0 { 1.0 } else { -1.0 };
            for (at, size) in SIZES.into_iter().enumerate() {
                let mut raw = table.raw(row).to_vec();
                let changed = f64::from(raw[field]) + sign * size * deviation;
                raw[field] = changed.round().clamp(-f64::from(i32::MAX), i32::MAX.into()) as i32;
                let scored = bench.score_fresh(&loader, &raw);
                let mut named = scored.reasons.iter().map(|reason| field_of[usize::from(reason.feature)]);
                let place = named.position(|named| named == field);
                found.first[at] += usize::from(place == Some(0));
                found.top_three[at] += usize::from(place.is_some());
            }
        }
    }
    Ok(found)
}

/// Standard deviation of a field's raw values over some rows.
fn deviation(table: &Table, rows: &[usize], field: usize) -> f64 {
    let values =
        || rows.iter().map(|&row| table.raw(row)[field]).filter(|&raw| raw != MISSING).map(f64::from);
    let n = values().count().max(1) as f64;
    let mean = values().sum::<f64>() / n;
    (values().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt()
}

impl Injections {
    /// Share of the changes of a size after which the field came first, and was among the first three.
    pub(crate) fn shares(&self, size: usize) -> [f64; 2] {
        [self.first[size], self.top_three[size]].map(|named| named as f64 / self.cases.max(1) as f64)
    }

    /// The counts as JSON.
    pub(crate) fn to_json(&self) -> Value {
        let by_size = |at: usize| json!({ "standard_deviations": SIZES[at], "first": self.first[at], "top_three": self.top_three[at] });
        json!({
            "set": self.set, "seed": self.seed, "fields": self.fields, "cases": self.cases,
            "sizes": (0..SIZES.len()).map(by_size).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::find;
    use std::fmt::Write;

    #[test]
    fn a_field_far_out_is_named_and_words_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "x,y,z,mode,label\n".to_owned();
        for row in 0..300_u32 {
            let drawn = |of: u32| (row * 5 + of + 1).wrapping_mul(2_654_435_761) >> 20;
            let mode = ["chip", "stripe"][(drawn(4) % 2) as usize];
            writeln!(text, "{},{},{},{mode},0", drawn(0), drawn(1), drawn(2)).unwrap();
        }
        std::fs::write(folder.path().join("a.csv"), text).unwrap();
        let normals = find(folder.path()).unwrap().remove(0).normals().unwrap();
        let found = inject("a", &normals, 1).unwrap();
        assert_eq!((found.fields, found.cases), (3, 180));
        let [first, top_three] = found.shares(SIZES.len() - 1);
        assert!(first > 0.9 && top_three >= first, "{found:?}");
        assert!(found.first.is_sorted() || found.first[0] < found.first[SIZES.len() - 1], "{found:?}");
    }
}

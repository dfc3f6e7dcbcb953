//! Items that a user has not rated, in the order of what the model expects of them.
//!
//! # Examples
//! ```
//! use tillwatch_loader::{Loader, Model};
//! use tillwatch_trainer::recommend::Catalogue;
//! use tillwatch_trainer::scoring::Bench;
//! use tillwatch_trainer::table::{ReadOptions, Schema, Table};
//! use tillwatch_trainer::{Settings, train};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Users like the even items or the odd ones; user 0 has not met item 0.
//! let mut text = "user,item\n0,item 2\n0,item 4\n0,item 6\n".to_owned();
//! let mut drawn = 1_u32;
//! for (user, item) in (1..400).flat_map(|user| (0..8).map(move |item| (user, item))) {
//!     drawn = drawn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
//!     let is_met = drawn >> 30 != 0;
//!     let is_stray = drawn << 4 >> 28 == 0;
//!     if is_met && (item % 2 == user % 2) != is_stray {
//!         text += &format!("{user},item {item}\n");
//!     }
//! }
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("likes.csv");
//! std::fs::write(&file, text)?;
//!
//! let schema = Schema::parse("[ratings]\nuser = \"user\"\nitem = \"item\"\n", "likes.toml")?;
//! let schema = schema.with_items(&[&file])?;
//! let table = Table::read(&[&file], &schema, &ReadOptions::default())?;
//! let settings = Settings { hidden: Some(vec![4]), alarm_rate: 0.05, epochs: 60, ..Settings::default() };
//! let trained = train(&table, &schema, &settings, &mut |_| {})?;
//!
//! let loader = Loader::new(Model::validate(&trained.bytes)?);
//! let catalogue = Catalogue::of(loader.model())?;
//! let rated = table.raw(0);
//! let latent = Bench::new(&loader).encode_raw(&loader, rated, &mut []);
//! let best = catalogue.best(&latent, |field| rated[field] != 0, 1);
//! assert_eq!(schema.fields[best[0]].column, "item 0");
//! # Ok(())
//! # }
//! ```

use std::fmt;
use tillwatch_engine::feature::OneHot;
use tillwatch_engine::fixed::Channel;
use tillwatch_engine::kernel::{Code, strongest};
use tillwatch_model::{Activation, Dense, Layer, Model, Preparation, channels};

/// Most items that are asked for at once.
pub const MOST_ITEMS: usize = 64;

/// What a model says of each item, as one table of 8-bit rows, one per item, in one scale: its products with a latent
/// vector are in the order of the reconstruction in the items' own unit, but for the rounding of the table.
///
/// The last layer's weight rows have a scale each, so they do not compare as they are. Behind the latent codes a row has
/// what stands for the item's constant part.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Row-major.
    rows: Vec<i8>,
    /// The field of each row.
    fields: Vec<usize>,
    zero_code: i8,
    /// What is put behind the latent codes, in every row's width.
    constants: Vec<i8>,
    width: usize,
}

/// The model's last layer is not one of full connections right behind the latent vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCatalogue;

impl fmt::Display for NoCatalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "found more than one layer behind the latent vector, wanted one of full connections, whose weights are the \
             items; train with --layers and one width, such as --layers 16",
        )
    }
}

impl std::error::Error for NoCatalogue {}

impl Catalogue {
    /// The items of a model.
    ///
    /// # Errors
    /// [`NoCatalogue`]
    pub fn of(model: &Model<'_>) -> Result<Self, NoCatalogue> {
        let body = model.body();
        let latent = body.latent.ok_or(NoCatalogue)?;
        let last = body.layers.len() - 1;
        let Some(Layer::Dense(dense)) =
            body.layers.get(last).filter(|_| usize::from(latent.layer) + 1 == last)
        else {
            return Err(NoCatalogue);
        };
        let units = units(model, &dense);
        let outputs = outputs(&dense, latent.zero_code.into());
        let fields = units.iter().map(|unit| unit.field).collect();
        let items: Vec<(Vec<f64>, f64)> = units
            .iter()
            .map(|unit| {
                let (weights, constant) = &outputs[unit.column];
                let weights = weights.iter().map(|weight| weight * unit.step).collect();
                (weights, (constant - unit.origin) * unit.step + unit.base)
            })
            .collect();
        Ok(Self::of_items(&items, fields, latent.zero_code))
    }

    /// # Shapes
    /// `items`: weights, as many as latent codes, and constant of each.
    fn of_items(items: &[(Vec<f64>, f64)], fields: Vec<usize>, zero_code: i8) -> Self {
        let largest = items.iter().flat_map(|item| &item.0).fold(0.0, |most: f64, w| most.max(w.abs()));
        let step = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        // Products with these latent values are steps, and many steps.
        let [one, many] = if zero_code < 0 { [zero_code + 1, 127] } else { [zero_code - 1, -128] };
        let [one_value, many_value] = [one, many].map(|code| i64::from(code) - i64::from(zero_code));
        let middle = {
            let constants = || items.iter().map(|item| item.1);
            f64::midpoint(
                constants().fold(f64::INFINITY, f64::min),
                constants().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        let split = |constant: f64| {
            let steps = ((constant - middle) / step).round() as i64 * one_value;
            let coarse = (steps as f64 / many_value.abs() as f64).round() as i64;
            (coarse, steps - coarse * many_value.abs())
        };
        let reach = items.iter().map(|item| split(item.1).0.unsigned_abs()).max().unwrap_or(0);
        let n_coarse = reach.div_ceil(127) as usize;
        let mut rows = Vec::new();
        for (weights, constant) in items {
            rows.extend(weights.iter().map(|weight| (weight / step).round() as i8));
            let (mut coarse, fine) = split(*constant);
            for _ in 0..n_coarse {
                let part = coarse.clamp(-127, 127);
                coarse -= part;
                rows.push(part as i8);
            }
            rows.push(fine as i8);
        }
        let mut constants = vec![many; n_coarse];
        constants.push(one);
        let width = items.first().map_or(0, |item| item.0.len()) + constants.len();
        Self { rows, fields, zero_code, constants, width }
    }

    /// The fields of the items that are not rated yet, the one with the largest reconstruction first; of equals the one that
    /// comes first.
    ///
    /// # Shapes
    /// `latent`: the user's latent codes; `top`: [`MOST_ITEMS`] at most.
    #[must_use]
    pub fn best(&self, latent: &[i8], is_rated: impl Fn(usize) -> bool, top: usize) -> Vec<usize> {
        let latent: Vec<i8> = latent.iter().chain(&self.constants).copied().collect();
        let open: Vec<usize> = (0..self.fields.len()).filter(|&item| !is_rated(self.fields[item])).collect();
        let table: Vec<i8> =
            open.iter().flat_map(|&item| &self.rows[item * self.width..][..self.width]).copied().collect();
        let found = strongest::<MOST_ITEMS>(&table, &latent, self.zero_code);
        found.iter().take(top).map(|found| self.fields[open[usize::from(found.row)]]).collect()
    }
}

/// How an item's column becomes a value that compares with those of other items:
/// `base + (code - origin) * step`.
struct Unit {
    field: usize,
    column: usize,
    origin: f64,
    step: f64,
    base: f64,
}

fn units(model: &Model<'_>, dense: &Dense<'_>) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut column = 0;
    for feature in model.body().features.iter() {
        let field = usize::from(feature.field);
        // Behind an activation every column has the same range, and the sums before it are in the same order.
        let is_plain = matches!(dense.activation, Activation::Clamp);
        let (origin, step, base) = match feature.preparation {
            Preparation::Flag(OneHot { off, on }) if is_plain && on != off => {
                (off.into(), 1.0 / (f64::from(on) - f64::from(off)), 0.0)
            }
            Preparation::Numeric(affine) if is_plain => (
                0.0,
                2_f64.powi(32 - affine.shift as i32) / f64::from(affine.multiplier),
                affine.center.into(),
            ),
            _ => (0.0, 1.0, 0.0),
        };
        if units.iter().all(|unit| unit.field != field) {
            units.push(Unit { field, column, origin, step, base });
        }
        column += feature.preparation.n_columns();
    }
    units
}

/// Weights and constant of every output in codes: `code = constant + sum of weight * (latent code - zero code)`.
fn outputs(dense: &Dense<'_>, zero_code: i32) -> Vec<(Vec<f64>, f64)> {
    let exponent = (dense.rule.shift + i16::MULTIPLIER_SHIFT) as i32 - 32;
    let of_row = |(weights, channel): (&[u8], Channel)| {
        let scale = f64::from(channel.multiplier) * 2_f64.powi(exponent);
        let sum: i32 = weights.iter().map(|&weight| i32::from(weight as i8)).sum();
        let constant = f64::from(dense.rule.bias(channel)) + f64::from(sum) * f64::from(zero_code);
        let weights = weights.iter().map(|&weight| f64::from(weight as i8) * scale).collect();
        (weights, f64::from(dense.rule.zero_point) + constant * scale)
    };
    dense.weights.chunks_exact(dense.in_len.into()).zip(channels(dense.channels)).map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rated_items_are_passed_over_and_the_larger_reconstruction_is_ahead() {
        // One latent value of 10: 10 + 5, 20 - 30, 30 + 0, 0 + 12.
        let items = [(vec![1.0], 5.0), (vec![2.0], -30.0), (vec![3.0], 0.0), (vec![0.0], 12.0)];
        let catalogue = Catalogue::of_items(&items, vec![7, 8, 9, 11], -3);
        assert_eq!(catalogue.best(&[7], |_| false, 4), [9, 7, 11, 8]);
        assert_eq!(catalogue.best(&[7], |field| field == 9, 2), [7, 11]);
        assert_eq!(catalogue.best(&[7], |_| true, 2), [0_usize; 0]);
    }

    #[test]
    fn constants_far_beyond_the_weights_still_count() {
        let items: Vec<(Vec<f64>, f64)> = (0..5).map(|item| (vec![0.01], f64::from(item) * 1000.0)).collect();
        for zero_code in [-128, -1, 0, 127] {
            let catalogue = Catalogue::of_items(&items, vec![0, 1, 2, 3, 4], zero_code);
            assert_eq!(catalogue.best(&[5], |_| false, 5), [4, 3, 2, 1, 0], "{zero_code}");
        }
    }

    proptest! {
        #[test]
        fn products_are_in_the_order_of_the_sums(
            weights in proptest::collection::vec((-1.0_f64..1.0, -1.0_f64..1.0, -40.0_f64..40.0), 2..12),
            latent in [-128_i8.., -128_i8..],
            zero_code in -128_i8..,
        ) {
            let items: Vec<(Vec<f64>, f64)> = weights.iter().map(|&(a, b, c)| (vec![a, b], c)).collect();
            let fields = (0..items.len()).collect();
            let found = Catalogue::of_items(&items, fields, zero_code).best(&latent, |_| false, items.len());
            let value = |code: i8| f64::from(code) - f64::from(zero_code);
            let sum = |item: usize| {
                items[item].0[0] * value(latent[0]) + items[item].0[1] * value(latent[1]) + items[item].1
            };
            let largest = items.iter().flat_map(|item| &item.0).fold(0.0, |most: f64, w| most.max(w.abs()));
            // Half a step for each weight and for the constant.
            let half = largest / 254.0 * (value(latent[0]).abs() + value(latent[1]).abs() + 1.0);
            for pair in found.windows(2) {
                prop_assert!(sum(pair[0]) >= sum(pair[1]) - 2.0 * half - 1e-9);
            }
        }
    }
}

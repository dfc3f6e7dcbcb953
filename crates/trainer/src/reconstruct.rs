//! From wide codes back to raw integers: what a reconstruction says in the user's own units.

use tillwatch_engine::feature::{Affine, Cyclic, MISSING, OneHot};
use tillwatch_model::{Field, FieldKind, Model, Preparation, i16s, one_hot_levels};

/// Largest magnitude of a logarithm of a raw value: log2 of 2^31, with 16 fraction bits.
const LARGEST_LOG2: f64 = 31.0 * 65_536.0;

/// The inverse of a model's feature preparation.
///
/// Of a field with several features the plainest one speaks: number, logarithm, categories, flag, rarity, angle. Features
/// that look back have no inverse; a field that has no other is missing, unless training has seen a single value of it.
#[derive(Clone, Debug)]
pub struct Inverse {
    fields: Vec<FieldInverse>,
    n_columns: usize,
}

/// How the columns of a feature become a value of its field.
#[derive(Clone, Debug)]
pub(crate) struct FieldInverse {
    /// First column of the feature, and its inverse.
    rule: Option<(usize, Rule)>,
    /// What the field is without one.
    otherwise: i32,
    /// What a table may hold.
    range: [i32; 2],
}

#[derive(Clone, Debug)]
enum Rule {
    Numeric(Scale),
    Logarithm { origin: f64, width: f64, scale: Scale },
    OneHot(Vec<OneHot>),
    Flag(OneHot),
    Surprisal(Vec<i16>),
    Cyclic { period: f64 },
}

/// `value = center + code * step`
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    center: f64,
    step: f64,
}

impl Inverse {
    /// The inverse of a model's features.
    #[must_use]
    pub fn of(model: &Model<'_>) -> Self {
        let mut fields: Vec<FieldInverse> =
            model.body().fields.iter().map(|field| FieldInverse::without_feature(&field)).collect();
        let mut n_columns = 0;
        for feature in model.body().features.iter() {
            if let (Some(rule), Some(field)) =
                (Rule::of(&feature.preparation), fields.get_mut(usize::from(feature.field)))
                && field.rule.as_ref().is_none_or(|(_, other)| rule.rank() < other.rank())
            {
                field.rule = Some((n_columns, rule));
            }
            n_columns += feature.preparation.n_columns();
        }
        Self { fields, n_columns }
    }

    /// The raw integers that codes stand for.
    ///
    /// Numbers are rounded to the field's resolution and stay in its declared range; a category is the known one whose
    /// column is nearest to being set; a flag is what is nearer; an angle is that of sine and cosine, from 0 to below one
    /// turn.
    ///
    /// # Shapes
    /// `codes`: the columns of one sample or more; result: one value per field of each sample.
    /// # Units
    /// Wide codes, which need not be whole; result: raw values, [`MISSING`] where no feature tells.
    #[must_use]
    pub fn raw(&self, codes: &[f64]) -> Vec<i32> {
        let samples = codes.chunks_exact(self.n_columns.max(1));
        samples.flat_map(|codes| self.fields.iter().map(|field| field.raw(codes))).collect()
    }
}

impl FieldInverse {
    /// The inverse of one feature whose columns begin at `first`; none where it looks back.
    pub(crate) fn of(field: &Field<'_>, preparation: &Preparation<'_>, first: usize) -> Option<Self> {
        Some(Self { rule: Some((first, Rule::of(preparation)?)), ..Self::without_feature(field) })
    }

    fn without_feature(field: &Field<'_>) -> Self {
        let is_single = field.low == field.high && !field.range_is_declared;
        let is_bounded = field.range_is_declared && matches!(field.kind, FieldKind::Number);
        let is_time = matches!(field.kind, FieldKind::Hour | FieldKind::Weekday | FieldKind::Minute);
        Self {
            rule: None,
            otherwise: if is_single { field.low } else { MISSING },
            range: if is_bounded || is_time { [field.low, field.high] } else { [-i32::MAX, i32::MAX] },
        }
    }

    /// # Shapes
    /// `codes`: the columns of one sample.
    pub(crate) fn raw(&self, codes: &[f64]) -> i32 {
        let Some((first, rule)) = &self.rule else { return self.otherwise };
        let [low, high] = self.range;
        rule.raw(codes.get(*first..).unwrap_or_default()).clamp(low, high)
    }
}

impl Rule {
    fn of(preparation: &Preparation<'_>) -> Option<Self> {
        Some(match preparation {
            Preparation::Numeric(affine) => Self::Numeric(Scale::of(affine)),
            Preparation::Logarithm(affine) => {
                Self::Logarithm { origin: 0.0, width: 1.0, scale: Scale::of(affine) }
            }
            Preparation::Symlog(rule) => Self::Logarithm {
                origin: rule.origin.into(),
                width: f64::from(1_u32 << rule.width_log2),
                scale: Scale::of(&rule.affine),
            },
            Preparation::OneHot(levels) => Self::OneHot(one_hot_levels(levels).collect()),
            Preparation::Flag(codes) => Self::Flag(*codes),
            Preparation::Surprisal(table) => Self::Surprisal(i16s(table).collect()),
            Preparation::Cyclic(Cyclic { turn_per_step, .. }) => {
                Self::Cyclic { period: 4_294_967_296.0 / f64::from((*turn_per_step).max(1)) }
            }
            Preparation::Delta(_) | Preparation::RatioToMean { .. } => return None,
        })
    }

    /// Of a field's features the one with the lowest rank speaks.
    const fn rank(&self) -> u8 {
        match self {
            Self::Numeric(_) => 0,
            Self::Logarithm { .. } => 1,
            Self::OneHot(_) => 2,
            Self::Flag(_) => 3,
            Self::Surprisal(_) => 4,
            Self::Cyclic { .. } => 5,
        }
    }

    /// # Shapes
    /// `codes`: the feature's columns, and whatever follows them.
    fn raw(&self, codes: &[f64]) -> i32 {
        let code = codes.first().copied().unwrap_or(0.0);
        match self {
            Self::Numeric(scale) => rounded(scale.value(code)),
            Self::Logarithm { origin, width, scale } => {
                let logarithm = scale.value(code).clamp(-LARGEST_LOG2, LARGEST_LOG2);
                let distance = (libm::exp2(logarithm.abs() / 65_536.0) - 1.0) * width;
                rounded(if logarithm < 0.0 { origin - distance } else { origin + distance })
            }
            // Level 0 is what the vocabulary lacks.
            Self::OneHot(levels) => {
                let shares = levels.iter().zip(codes).map(|(level, &code)| share(*level, code));
                first_largest(shares.skip(1)).map_or(0, |index| index + 1)
            }
            Self::Flag(codes) => i32::from(share(*codes, code) >= 0.5),
            Self::Surprisal(table) => {
                let nearness = table.iter().skip(1).map(|&entry| -(f64::from(entry) - code).abs());
                first_largest(nearness).map_or(0, |index| index + 1)
            }
            Self::Cyclic { period } => {
                let cosine = codes.get(1).copied().unwrap_or(0.0);
                let turns = libm::atan2(code, cosine) / std::f64::consts::TAU;
                let steps = rounded(turns.rem_euclid(1.0) * period);
                if f64::from(steps) < *period - 0.5 { steps } else { 0 }
            }
        }
    }
}

impl Scale {
    pub(crate) fn of(affine: &Affine) -> Self {
        let scale = f64::from(affine.multiplier) / 2_f64.powi(32 - affine.shift as i32);
        Self { center: affine.center.into(), step: 1.0 / scale }
    }

    pub(crate) fn value(self, code: f64) -> f64 {
        self.center + code * self.step
    }
}

/// Where a code lies between those of no, 0, and yes, 1.
fn share(codes: OneHot, code: f64) -> f64 {
    let [off, on] = [codes.off, codes.on].map(f64::from);
    if codes.off == codes.on { 0.0 } else { (code - off) / (on - off) }
}

/// Half a step rounds up, as everywhere.
fn rounded(value: f64) -> i32 {
    (value + 0.5).floor().clamp(-f64::from(i32::MAX), i32::MAX.into()) as i32
}

/// Index of the largest value, of equals the first.
fn first_largest(values: impl Iterator<Item = f64>) -> Option<i32> {
    let mut best: Option<(i32, f64)> = None;
    for (index, value) in (0..).zip(values) {
        if best.is_none_or(|(_, largest)| value > largest) {
            best = Some((index, value));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tillwatch_engine::feature::{Symlog, cyclic, logarithm, numeric, one_hot, symlog};

    fn affine(center: i32, multiplier: i32, shift: u32) -> Affine {
        Affine { center, multiplier, shift, fill: 0 }
    }

    fn raw(preparation: &Preparation<'_>, codes: &[i16]) -> i32 {
        let codes: Vec<f64> = codes.iter().map(|&code| code.into()).collect();
        Rule::of(preparation).unwrap().raw(&codes)
    }

    #[test]
    fn angles_come_round() {
        let hours = Cyclic { turn_per_step: 178_956_971, amplitude: 724 };
        for hour in 0..24 {
            assert_eq!(raw(&Preparation::Cyclic(hours), &cyclic(hour, &hours).0), hour);
        }
        // A hair before midnight rounds to midnight, which is 0 and not 24.
        assert_eq!(raw(&Preparation::Cyclic(hours), &[-1, 724]), 0);
    }

    #[test]
    fn categories_are_the_likeliest_known_one() {
        let levels = [(0, 5120), (-100, 400), (-300, 200)].map(|(off, on)| OneHot { off, on });
        let bytes: Vec<u8> = levels
            .iter()
            .flat_map(|level| [level.off.to_le_bytes(), level.on.to_le_bytes()].concat())
            .collect();
        let preparation = Preparation::OneHot(&bytes);
        for level in [1, 2] {
            let mut codes = [0; 3];
            one_hot(level, &levels, &mut codes);
            assert_eq!(raw(&preparation, &codes), level);
        }
        // The code of level 1 is larger, but level 2 is nearer to being set.
        assert_eq!(raw(&preparation, &[5120, 0, -50]), 2);
        let table: Vec<u8> = [900_i16, -5, 40].iter().flat_map(|entry| entry.to_le_bytes()).collect();
        assert_eq!(raw(&Preparation::Surprisal(&table), &[30]), 2);
        assert_eq!(raw(&Preparation::Surprisal(&table), &[900]), 2);
    }

    #[test]
    fn flags_are_what_is_nearer() {
        let flag = Preparation::Flag(OneHot { off: -100, on: 300 });
        assert_eq!([99, 100, 400].map(|code| raw(&flag, &[code])), [0, 1, 1]);
    }

    #[test]
    fn the_plainest_feature_speaks_and_those_that_look_back_do_not() {
        let plain = affine(0, 1 << 30, 0);
        assert!(Rule::of(&Preparation::Delta(plain)).is_none());
        let ranks = [
            Preparation::Numeric(plain),
            Preparation::Logarithm(plain),
            Preparation::OneHot(&[]),
            Preparation::Flag(OneHot { off: 0, on: 1 }),
            Preparation::Surprisal(&[]),
            Preparation::Cyclic(Cyclic { turn_per_step: 1, amplitude: 1 }),
        ]
        .map(|preparation| Rule::of(&preparation).unwrap().rank());
        assert!(ranks.is_sorted());
    }

    proptest! {
        #[test]
        fn numbers_come_back_within_half_a_code(
            x in -1_000_000_i32..1_000_000, center in -1_000_i32..1_000, multiplier in (1_i32 << 29)..=i32::MAX,
        ) {
            // A code is worth 2^32 / 2^8 / multiplier steps at most, so that nothing saturates.
            let affine = affine(center, multiplier >> 6, 0);
            let (code, mark) = numeric(x, &affine);
            prop_assume!(mark == tillwatch_engine::feature::Mark::NONE);
            let half = 0.5 * Scale::of(&affine).step + 0.5;
            let error = f64::from(raw(&Preparation::Numeric(affine), &[code]) - x).abs();
            prop_assert!(error <= half, "{} {}", error, half);
        }

        #[test]
        fn logarithms_come_back_within_half_a_code(x in -100_000_000_i32..100_000_000) {
            // 512 codes per doubling, so 2^-7 of the fraction bits' 2^16.
            let affine = affine(0, 1 << 25, 0);
            let (code, _) = logarithm(x, &affine);
            let back = f64::from(raw(&Preparation::Logarithm(affine), &[code]));
            let half = (f64::from(x).abs() + 1.0) * (libm::exp2(0.5 / 512.0 + 1e-4) - 1.0) + 0.5;
            prop_assert!((back - f64::from(x)).abs() <= half, "{} {}", back, half);
            let rule = Symlog { origin: -700, width_log2: 6, affine };
            let (code, _) = symlog(x, &rule);
            let back = f64::from(raw(&Preparation::Symlog(rule), &[code]));
            let half = (f64::from(x + 700).abs() + 64.0) * (libm::exp2(0.5 / 512.0 + 1e-4) - 1.0) + 0.5;
            prop_assert!((back - f64::from(x)).abs() <= half, "{} {}", back, half);
        }
    }
}

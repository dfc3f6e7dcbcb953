//! Fields and the features that read them, of every kind.

use super::{affine, any_present, any_raw};
use proptest::prelude::*;
use tillwatch_engine::feature::{Affine, Cyclic, OneHot, Symlog};
use tillwatch_model::{Feature, Field, FieldKind, Preparation, SequenceBuffer};

/// Most features of a record: with five levels each, they have forty columns.
const MAX_FEATURES: usize = 8;
/// Most categories of a vocabulary, the unknown one not counted.
const MAX_VOCABULARY: usize = 4;
const NAMES: [&str; MAX_FEATURES] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"];

/// The fields and features of a tiny model, owned.
#[derive(Clone, Debug)]
pub struct RecordShape {
    parts: Vec<Part>,
}

/// One field and one feature; both have the same index and name.
#[derive(Clone, Debug)]
struct Part {
    kind: usize,
    vocabulary: usize,
    nullable: bool,
    range: [i32; 2],
    preparation: usize,
    /// A feature may read an earlier field instead of its own.
    reads: prop::sample::Index,
    affine: Affine,
    window_log2: u8,
    levels: Vec<u8>,
    codes: [i16; 2],
    cyclic: (u32, i16),
}

/// Any record shape: one to eight features of every kind on fields of every kind.
pub fn record_shape() -> impl Strategy<Value = RecordShape> {
    prop::collection::vec(part(), 1..=MAX_FEATURES).prop_map(|parts| RecordShape { parts })
}

/// The shape of one sample of many: one to three features that keep no memory, on fields that are always there.
pub fn sample_shape() -> impl Strategy<Value = RecordShape> {
    // A number, a category by its levels, a flag. A feature that reads another field than its own can become a logarithm.
    let kinds = prop_oneof![Just((0, 0)), Just((1, 1)), Just((2, 3))];
    let part = (part(), kinds).prop_map(|(part, (kind, preparation))| Part {
        kind,
        preparation,
        nullable: false,
        ..part
    });
    prop::collection::vec(part, 1..=3).prop_map(|parts| RecordShape { parts })
}

fn part() -> impl Strategy<Value = Part> {
    let wide = || prop_oneof![Just(-32_767_i16), -2_000..2_000_i16, Just(32_767)];
    let level_codes = prop::collection::vec(wide(), 2 * (MAX_VOCABULARY + 1));
    let levels = level_codes.prop_map(|codes| codes.into_iter().flat_map(i16::to_le_bytes).collect());
    let range = (i32::MIN + 1..=i32::MAX, i32::MIN + 1..=i32::MAX).prop_map(|(a, b)| [a.min(b), a.max(b)]);
    (
        (0..7_usize, 1..=MAX_VOCABULARY, any::<bool>(), range),
        (0..9_usize, any::<prop::sample::Index>(), affine(), 0..=15_u8),
        (levels, [wide(), wide()], (any::<u32>(), 0..=i16::MAX)),
    )
        .prop_map(
            |((kind, vocabulary, nullable, range), (preparation, reads, affine, window_log2), rest)| {
                let (levels, codes, cyclic) = rest;
                Part {
                    kind,
                    vocabulary,
                    nullable,
                    range,
                    preparation,
                    reads,
                    affine,
                    window_log2,
                    levels,
                    codes,
                    cyclic,
                }
            },
        )
}

impl RecordShape {
    /// Number of fields, which is the number of features.
    #[must_use]
    pub fn n_fields(&self) -> usize {
        self.parts.len()
    }

    /// Number of columns of each feature.
    #[must_use]
    pub fn columns(&self) -> Vec<u8> {
        (0..self.parts.len()).map(|index| self.preparation(index).n_columns() as u8).collect()
    }

    /// Number of features that may be missing.
    #[must_use]
    pub fn n_may_miss(&self) -> usize {
        let may_miss = |&index: &usize| {
            self.parts[self.field_of(index)].nullable || self.preparation(index).has_memory()
        };
        (0..self.parts.len()).filter(may_miss).count()
    }

    /// The vocabulary of each field, empty where it is no category.
    #[must_use]
    pub fn vocabularies(&self) -> Vec<SequenceBuffer<&'static str>> {
        let words = |part: &Part| if part.kind == 1 { &NAMES[..part.vocabulary] } else { &[] };
        self.parts.iter().filter_map(|part| SequenceBuffer::encode(words(part))).collect()
    }

    /// The fields, borrowing what [`RecordShape::vocabularies`] gave.
    #[must_use]
    pub fn fields<'a>(&self, vocabularies: &'a [SequenceBuffer<&'static str>]) -> Vec<Field<'a>> {
        let field =
            |((part, vocabulary), name): ((&Part, &'a SequenceBuffer<&'static str>), &&'static str)| Field {
                name,
                unit: "",
                resolution: "1",
                kind: match part.kind {
                    0 => FieldKind::Number,
                    1 => FieldKind::Category { vocabulary: vocabulary.borrow() },
                    2 => FieldKind::Flag,
                    3 => FieldKind::Hour,
                    4 => FieldKind::Weekday,
                    5 => FieldKind::Minute,
                    _ => FieldKind::Seconds,
                },
                nullable: part.nullable,
                low: part.range[0],
                high: part.range[1],
                range_is_declared: false,
            };
        self.parts.iter().zip(vocabularies).zip(&NAMES).map(field).collect()
    }

    /// The features.
    #[must_use]
    pub fn features(&self) -> Vec<Feature<'_>> {
        let feature = |(index, name): (usize, &&'static str)| Feature {
            name,
            field: self.field_of(index) as u16,
            preparation: self.preparation(index),
        };
        (0..self.parts.len()).zip(&NAMES).map(feature).collect()
    }

    /// Records for it, one after another.
    pub fn records(&self) -> impl Strategy<Value = Vec<Vec<i32>>> + use<> {
        prop::collection::vec(prop::collection::vec(any_raw(), self.n_fields()), 1..10)
    }

    /// Records of so many samples, one after another; in few of them something is missing.
    pub fn sample_records(&self, n_samples: usize) -> impl Strategy<Value = Vec<Vec<i32>>> + use<> {
        let len = n_samples * self.n_fields();
        let record = prop_oneof![
            4 => prop::collection::vec(any_present(), len),
            1 => prop::collection::vec(any_raw(), len),
        ];
        prop::collection::vec(record, 1..6)
    }

    fn field_of(&self, index: usize) -> usize {
        self.parts[index].reads.index(index + 1)
    }

    /// Level tables exist on categories only; other fields take the standardised kinds instead.
    fn preparation(&self, index: usize) -> Preparation<'_> {
        let part = &self.parts[index];
        let field = &self.parts[self.field_of(index)];
        let levels = (field.kind == 1).then_some(field.vocabulary + 1);
        match (part.preparation, levels) {
            (1, Some(levels)) => Preparation::OneHot(&part.levels[..4 * levels]),
            (2, Some(levels)) => Preparation::Surprisal(&part.levels[..2 * levels]),
            (3, _) => Preparation::Flag(OneHot { off: part.codes[0], on: part.codes[1] }),
            (4, _) => Preparation::Cyclic(Cyclic { turn_per_step: part.cyclic.0, amplitude: part.cyclic.1 }),
            (5, _) => Preparation::Delta(part.affine),
            (6, _) => Preparation::RatioToMean { affine: part.affine, window_log2: part.window_log2 },
            (1 | 7, _) => Preparation::Logarithm(part.affine),
            (8, _) => Preparation::Symlog(Symlog {
                origin: part.range[0],
                width_log2: 2 * u32::from(part.window_log2),
                affine: part.affine,
            }),
            _ => Preparation::Numeric(part.affine),
        }
    }
}

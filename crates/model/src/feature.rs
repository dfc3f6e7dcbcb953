//! Fields and features: the record as the device gets it, and what becomes of it.

use crate::Sequence;
use serde::{Deserialize, Serialize};
use tillwatch_engine::feature::{Affine, Cyclic, OneHot, Symlog};
use tillwatch_engine::seeded::SeededField;

/// One raw integer of a record.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Field<'a> {
    /// Identifier, unique among the fields.
    pub name: &'a str,
    /// Unit of one step times the resolution, for documentation; may be empty.
    pub unit: &'a str,
    /// What one step is worth, as an exact decimal: `0.01`.
    pub resolution: &'a str,
    /// What the integer means.
    #[serde(borrow)]
    pub kind: FieldKind<'a>,
    /// True where the value may be missing.
    pub nullable: bool,
    /// Smallest raw value: declared by the schema, or else seen in training.
    pub low: i32,
    /// Largest raw value: declared by the schema, or else seen in training.
    pub high: i32,
    /// True where the schema declares the range, so that the typed input may be as narrow.
    pub range_is_declared: bool,
}

impl Field<'_> {
    /// What seeded records hold in this field, on every runtime of the model.
    #[must_use]
    pub const fn seeded(&self) -> SeededField {
        SeededField {
            low: self.low,
            span: self.high.wrapping_sub(self.low).wrapping_add(1) as u32,
            nullable: self.nullable,
        }
    }
}

/// What a field's integer means.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum FieldKind<'a> {
    /// Steps of the resolution.
    Number,
    /// A category: 0 is unknown, then the vocabulary in order from 1.
    Category {
        /// The known categories.
        #[serde(borrow)]
        vocabulary: Sequence<'a, &'a str>,
    },
    /// 0 or 1.
    Flag,
    /// Hour of the day, 0 to 23.
    Hour,
    /// Day of the week, Monday 0 to Sunday 6.
    Weekday,
    /// Minute of the day, 0 to 1439.
    Minute,
    /// Seconds since 2000-01-01 00:00.
    Seconds,
}

/// One feature: which field it reads and how.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Feature<'a> {
    /// Name, for reasons.
    pub name: &'a str,
    /// Index of its field.
    pub field: u16,
    /// How the raw value becomes wide codes.
    #[serde(borrow)]
    pub preparation: Preparation<'a>,
}

/// How a raw value becomes wide codes; the functions are those of `tillwatch_engine::feature`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Preparation<'a> {
    /// Standardised number.
    Numeric(#[serde(with = "AffineFields")] Affine),
    /// Standardised logarithm.
    Logarithm(#[serde(with = "AffineFields")] Affine),
    /// One column per level; pairs of i16, off and on, unknown first.
    OneHot(&'a [u8]),
    /// One column; an i16 per level, unknown first.
    Surprisal(&'a [u8]),
    /// One column of two codes.
    Flag(#[serde(with = "OneHotFields")] OneHot),
    /// Sine and cosine.
    Cyclic(#[serde(with = "CyclicFields")] Cyclic),
    /// Logarithm of the change since the previous record.
    Delta(#[serde(with = "AffineFields")] Affine),
    /// Logarithm of the ratio to the running mean.
    RatioToMean {
        /// Standardisation.
        #[serde(with = "AffineFields")]
        affine: Affine,
        /// The mean follows the last `2^window_log2` records.
        window_log2: u8,
    },
    /// Standardised distance from an origin on a logarithmic scale.
    Symlog(#[serde(with = "SymlogFields")] Symlog),
}

impl Preparation<'_> {
    /// Number of columns, 0 where the level table is empty.
    #[must_use]
    pub const fn n_columns(&self) -> usize {
        match self {
            Self::OneHot(levels) => levels.len() / 4,
            Self::Cyclic(_) => 2,
            _ => 1,
        }
    }

    /// True for features that look back and so keep a memory.
    #[must_use]
    pub const fn has_memory(&self) -> bool {
        matches!(self, Self::Delta(_) | Self::RatioToMean { .. })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Affine")]
struct AffineFields {
    center: i32,
    multiplier: i32,
    shift: u32,
    fill: i16,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Symlog")]
struct SymlogFields {
    origin: i32,
    width_log2: u32,
    #[serde(with = "AffineFields")]
    affine: Affine,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OneHot")]
struct OneHotFields {
    off: i16,
    on: i16,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Cyclic")]
struct CyclicFields {
    turn_per_step: u32,
    amplitude: i16,
}

//! A fitted feature, owned.

use tillwatch_engine::feature::{Affine, Cyclic, OneHot, Symlog};
use tillwatch_model::{Feature, Preparation};

/// A feature with its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FittedFeature {
    /// Name, for reasons.
    pub name: String,
    /// Index of its field.
    pub field: u16,
    /// The numbers.
    pub preparation: FittedPreparation,
}

/// The owned twin of [`Preparation`]; tables are bytes as the model file has them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are those of `Preparation`")]
pub enum FittedPreparation {
    Numeric(Affine),
    Logarithm(Affine),
    Symlog(Symlog),
    OneHot(Vec<u8>),
    Surprisal(Vec<u8>),
    Flag(OneHot),
    Cyclic(Cyclic),
    Delta(Affine),
    RatioToMean { affine: Affine, window_log2: u8 },
}

impl FittedFeature {
    /// The feature as the model file has it.
    #[must_use]
    pub fn borrow(&self) -> Feature<'_> {
        Feature { name: &self.name, field: self.field, preparation: self.preparation.borrow() }
    }

    /// Columns that it makes.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.preparation.borrow().n_columns()
    }
}

impl FittedPreparation {
    /// The preparation as the model file has it.
    #[must_use]
    pub fn borrow(&self) -> Preparation<'_> {
        match self {
            Self::Numeric(affine) => Preparation::Numeric(*affine),
            Self::Logarithm(affine) => Preparation::Logarithm(*affine),
            Self::Symlog(rule) => Preparation::Symlog(*rule),
            Self::OneHot(levels) => Preparation::OneHot(levels),
            Self::Surprisal(table) => Preparation::Surprisal(table),
            Self::Flag(codes) => Preparation::Flag(*codes),
            Self::Cyclic(rule) => Preparation::Cyclic(*rule),
            Self::Delta(affine) => Preparation::Delta(*affine),
            Self::RatioToMean { affine, window_log2 } => {
                Preparation::RatioToMean { affine: *affine, window_log2: *window_log2 }
            }
        }
    }
}

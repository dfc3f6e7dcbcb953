//! Why bytes are not a model.

use core::fmt;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Cause {
    /// The first bytes are not those of a model file.
    NotAModel = 1,
    /// The format is not the one that this crate reads.
    OtherFormat = 2,
    /// Fewer or more bytes than the header announces.
    Length = 3,
    /// A checksum does not match: the bytes are damaged.
    Checksum = 4,
    /// A block does not decode.
    Encoding = 5,
    /// The numeric contract is not this engine's.
    OtherContract = 6,
    /// A field or its vocabulary is not usable.
    Field = 7,
    /// A feature does not fit its field, or its numbers are out of range.
    Feature = 8,
    /// A layer's shape does not fit its neighbours or its weights.
    LayerShape = 9,
    /// A layer's output rule or table is out of range.
    LayerRule = 10,
    /// An accumulator could overflow.
    Accumulator = 11,
    /// Gains, rescale factors or prototypes do not fit the columns.
    Heads = 12,
    /// Thresholds or percentile anchors do not rise.
    Thresholds = 13,
    /// A self-test vector does not fit the fields, or there is none.
    SelfTest = 14,
    /// The float reference does not fit the layers.
    Reference = 15,
    /// The record has no sample, or its samples could be missing or look back.
    Samples = 16,
    /// There is no such latent layer, or its scale is not usable.
    Latent = 17,
    /// A weight of the layer is -128; the scale is symmetric.
    Weight = 18,
}

impl Cause {
    /// Every cause, in the order of their codes.
    pub const ALL: [Self; 18] = [
        Self::NotAModel,
        Self::OtherFormat,
        Self::Length,
        Self::Checksum,
        Self::Encoding,
        Self::OtherContract,
        Self::Field,
        Self::Feature,
        Self::LayerShape,
        Self::LayerRule,
        Self::Accumulator,
        Self::Heads,
        Self::Thresholds,
        Self::SelfTest,
        Self::Reference,
        Self::Samples,
        Self::Latent,
        Self::Weight,
    ];

    /// A stable number for logs.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    const fn message(self) -> &'static str {
        match self {
            Self::NotAModel => "these bytes are not a model file",
            Self::OtherFormat => {
                "the file has another format than this version of tillwatch reads; train it again, or upgrade"
            }
            Self::Length => "the file is shorter or longer than its header says",
            Self::Checksum => "a checksum does not match; the file is damaged",
            Self::Encoding => "a block does not decode",
            Self::OtherContract => "the model was made for another numeric contract; train it again",
            Self::Field => "the field is not usable",
            Self::Feature => "the feature does not fit its field or is out of range",
            Self::LayerShape => "the layer's shape does not fit its neighbours or its weights",
            Self::LayerRule => "the layer's output rule is out of range",
            Self::Accumulator => "the layer's accumulator could overflow",
            Self::Heads => "gains, rescale factors or prototypes do not fit the columns",
            Self::Thresholds => "thresholds do not rise",
            Self::SelfTest => "the self-test vector does not fit the fields",
            Self::Reference => "the float reference does not fit the layers",
            Self::Samples => "a window or an image has samples, none of which can be missing or look back",
            Self::Latent => "there is no such latent layer",
            Self::Weight => "a weight is -128, but weights are -127 to 127",
        }
    }
}

/// Why bytes are not a model, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// What is wrong.
    pub cause: Cause,
    /// Index of the field, feature, layer, channel's layer or vector meant; 0 where there is only one.
    pub place: u16,
}

impl ModelError {
    pub(crate) const fn new(cause: Cause) -> Self {
        Self { cause, place: 0 }
    }

    pub(crate) const fn at(cause: Cause, place: usize) -> Self {
        Self { cause, place: place as u16 }
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.cause {
            Cause::Field => "field",
            Cause::Feature => "feature",
            Cause::LayerShape | Cause::LayerRule | Cause::Accumulator | Cause::Weight => "layer",
            Cause::SelfTest => "self-test vector",
            _ => return f.write_str(self.cause.message()),
        };
        write!(f, "{kind} {}: {}", self.place, self.cause.message())
    }
}

impl core::error::Error for ModelError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::string::ToString;

    #[test]
    fn every_cause_has_its_own_code_and_text() {
        let codes: BTreeSet<u8> = Cause::ALL.iter().map(|cause| cause.code()).collect();
        let texts: BTreeSet<_> =
            Cause::ALL.iter().map(|&cause| ModelError::at(cause, 7).to_string()).collect();
        assert_eq!((codes.len(), texts.len()), (Cause::ALL.len(), Cause::ALL.len()));
        assert_eq!(
            ModelError::at(Cause::Accumulator, 3).to_string(),
            "layer 3: the layer's accumulator could overflow"
        );
    }
}

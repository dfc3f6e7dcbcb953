//! Bytes to a model that can be run: everything is checked here, once.

mod layers;
mod record;
mod scoring;

use crate::container::{decode, split};
use crate::{Body, Cause, Layer, ModelError, Reference, ThresholdBlock};

/// A model whose every length, index, shift and accumulator bound has been checked.
///
/// Only [`Model::validate`] makes one, so whoever holds it need not check again.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    body: Body<'a>,
    thresholds: ThresholdBlock<'a>,
    reference: Option<Reference<'a>>,
}

impl<'a> Model<'a> {
    /// Checks a model file.
    ///
    /// Nothing is copied; the time is proportional to the length of the file.
    ///
    /// # Errors
    /// The first thing that is wrong, and where. Truncated, damaged or hostile bytes are an error, never a panic.
    pub fn validate(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let [body, thresholds, reference] = split(bytes)?;
        let body: Body<'a> = decode(body)?;
        let thresholds = decode(thresholds)?;
        let reference = if reference.is_empty() { None } else { Some(decode(reference)?) };
        if body.contract != tillwatch_engine::CONTRACT {
            return Err(ModelError::new(Cause::OtherContract));
        }
        let whole = body.fields.is_whole()
            && body.features.is_whole()
            && body.layers.is_whole()
            && body.self_test.is_whole()
            && body.card.is_whole();
        if !whole || body.rim_fraction_bits > 15 {
            return Err(ModelError::new(Cause::Encoding));
        }
        record::check_fields(&body)?;
        let n_columns = record::check_features(&body)?;
        layers::check_layers(&body, n_columns)?;
        layers::check_latent(&body)?;
        scoring::check_heads(&body, n_columns)?;
        scoring::check_self_test(&body)?;
        scoring::check_thresholds(&thresholds)?;
        if let Some(reference) = &reference {
            scoring::check_reference(reference, n_columns)?;
        }
        Ok(Self { body, thresholds, reference })
    }

    /// The main block.
    #[must_use]
    pub const fn body(&self) -> &Body<'a> {
        &self.body
    }

    /// The thresholds.
    #[must_use]
    pub const fn thresholds(&self) -> &ThresholdBlock<'a> {
        &self.thresholds
    }

    /// The float model, where the file has one.
    #[must_use]
    pub const fn reference(&self) -> Option<&Reference<'a>> {
        self.reference.as_ref()
    }

    /// Number of columns of a record: the width of the network's input and output.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.body.samples.count() * self.sample_columns()
    }

    /// Number of columns that one sample makes.
    #[must_use]
    pub fn sample_columns(&self) -> usize {
        self.body.columns.iter().map(|&n| usize::from(n)).sum()
    }

    /// Number of raw values of a record.
    #[must_use]
    pub fn n_raw(&self) -> usize {
        self.body.samples.count() * self.body.fields.len()
    }

    /// Number of features that keep a memory.
    #[must_use]
    pub fn n_memories(&self) -> usize {
        self.body.features.iter().filter(|feature| feature.preparation.has_memory()).count()
    }

    /// The longest 8-bit activation, the network's input included.
    #[must_use]
    pub fn widest_activation(&self) -> usize {
        self.body.layers.iter().map(|layer| layer.in_len()).max().unwrap_or(0)
    }

    /// The longest patch that a convolution gathers; 0 without one.
    #[must_use]
    pub fn longest_patch(&self) -> usize {
        self.body.layers.iter().map(|layer| layer.patch_len()).max().unwrap_or(0)
    }

    /// Codes of the latent vector; 0 where there is none.
    #[must_use]
    pub fn latent_len(&self) -> usize {
        let latent = self.body.latent.and_then(|latent| self.body.layers.get(latent.layer.into()));
        latent.map_or(0, |layer: Layer<'_>| layer.out_len())
    }

    /// Multiply-accumulates of the network, prototypes not counted.
    #[must_use]
    pub fn network_macs(&self) -> usize {
        self.body.layers.iter().map(|layer| layer.macs()).sum()
    }
}

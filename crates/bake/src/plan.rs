//! What the generated code will look like: tiles, buffers, sizes.

mod arena;
mod layer;

use arena::Answer;
pub(crate) use arena::{Arena, Place};
pub(crate) use layer::{Kernel, LayerPlan, Sums};

use crate::BakeError;
use crate::identifier::{crate_name, features, field_name, type_names};
use std::collections::BTreeSet;
use tillwatch_model::{Feature, Field, FieldKind, Latent, Layer, Model, Samples};

/// Weights of a model above which they are included as bytes: source beyond it is slow to compile and nobody reads it.
const SOURCE_LIMIT: usize = 64 * 1024;

/// Everything that the emitters need.
#[derive(Clone, Debug)]
pub(crate) struct Plan<'a> {
    /// Name of the crate.
    pub(crate) name: String,
    pub(crate) model: Model<'a>,
    pub(crate) fields: Vec<Field<'a>>,
    /// Enum of each field that holds categories, empty for the others.
    pub(crate) types: Vec<String>,
    pub(crate) features: Vec<Feature<'a>>,
    /// Identifier of each feature.
    pub(crate) feature_names: Vec<String>,
    pub(crate) layers: Vec<LayerPlan>,
    /// Columns of a record.
    pub(crate) n_columns: usize,
    /// Where activations lie.
    pub(crate) arena: Arena,
    /// Groups of four of the longest patch; 0 where nothing is gathered.
    pub(crate) patch: usize,
    /// Where the latent vector is.
    pub(crate) latent: Option<LatentPlan>,
    encoder_only: bool,
    /// True where the weights become a file of bytes.
    pub(crate) includes_bytes: bool,
    /// Bytes of constants.
    pub(crate) constant_bytes: usize,
}

/// The latent vector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LatentPlan {
    /// Index of the layer that gives it.
    pub(crate) layer: usize,
    pub(crate) zero_code: i8,
    pub(crate) scale: f32,
}

impl<'a> Plan<'a> {
    /// Plans a whole model, or its encoder alone.
    pub(crate) fn new(model: &Model<'a>, name: Option<&str>, encoder_only: bool) -> Result<Self, BakeError> {
        let body = model.body();
        let fields: Vec<Field<'a>> = body.fields.iter().collect();
        let mut seen = BTreeSet::new();
        for field in &fields {
            if !seen.insert(field_name(field.name)?) {
                return Err(BakeError::Twice { found: field.name.to_owned() });
            }
        }
        let list: Vec<Feature<'a>> = body.features.iter().collect();
        let latent = body.latent.map(|Latent { layer, zero_code, scale }| LatentPlan {
            layer: layer.into(),
            zero_code,
            scale,
        });
        let n_layers = match (encoder_only, latent) {
            (false, _) => body.layers.len(),
            (true, Some(latent)) => latent.layer + 1,
            (true, None) => return Err(BakeError::NoEncoder),
        };
        let taken = || body.layers.iter().take(n_layers);
        let layers: Vec<LayerPlan> = taken().map(|layer: Layer<'_>| LayerPlan::new(&layer)).collect();
        let patch = taken().map(|layer| layer.patch_groups()).max().unwrap_or(0);
        let weights: usize = layers.iter().map(LayerPlan::weight_bytes).sum();
        let mut plan = Self {
            name: crate_name(name.unwrap_or(body.name))?,
            model: *model,
            types: types(&fields),
            feature_names: features(list.iter().map(|feature| feature.name)),
            features: list,
            n_columns: model.n_columns(),
            includes_bytes: weights > SOURCE_LIMIT,
            fields,
            arena: Arena::new(&layers, answer(model, &layers, encoder_only)),
            patch,
            latent,
            encoder_only,
            layers,
            constant_bytes: 0,
        };
        plan.constant_bytes = weights + plan.other_bytes();
        Ok(plan)
    }

    /// The crate's name as an identifier.
    pub(crate) fn module_name(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Multiply-accumulates of a score: the network and the prototypes.
    pub(crate) fn macs(&self) -> usize {
        let network: usize = self.layers.iter().map(|layer| layer.macs).sum();
        network + if self.encoder_only { 0 } else { self.model.body().heads.prototypes.len() }
    }

    /// True where the decoder is left out.
    pub(crate) fn is_encoder(&self) -> bool {
        self.encoder_only
    }

    /// True where the latent vector is part of the score.
    pub(crate) fn counts_latent(&self) -> bool {
        self.model.body().heads.latent_gain > 0
    }

    /// The layers that are computed at once: all, but for one whose outputs are computed as the score reads them.
    pub(crate) fn layers_at_once(&self) -> &[LayerPlan] {
        let n = self.layers.len() - usize::from(self.arena.piece.is_some());
        &self.layers[..n]
    }

    /// Name of the generated function that runs the network, up to what the score reads.
    pub(crate) const fn network_function(&self) -> &'static str {
        if self.arena.piece.is_some() { "run_hidden" } else { "reconstruct" }
    }

    /// What samples make a record.
    pub(crate) fn samples(&self) -> Samples {
        self.model.body().samples
    }

    /// True where a record is a row of a table.
    pub(crate) fn is_row(&self) -> bool {
        self.samples() == Samples::Row
    }

    /// Raw values of a record.
    pub(crate) fn n_raw(&self) -> usize {
        self.model.n_raw()
    }

    /// Samples of a record.
    pub(crate) fn n_samples(&self) -> usize {
        self.model.body().samples.count()
    }

    /// Bytes of the prototypes and of their norms.
    pub(crate) fn prototype_bytes(&self) -> usize {
        let entries = self.model.body().heads.prototypes.len();
        entries + size_of::<u32>() * (entries / self.n_columns)
    }

    fn other_bytes(&self) -> usize {
        let heads = &self.model.body().heads;
        let feature = |feature: &Feature<'_>| match feature.preparation {
            tillwatch_model::Preparation::OneHot(levels) => levels.len(),
            tillwatch_model::Preparation::Surprisal(table) => table.len(),
            _ => 16,
        };
        let scores = heads.gains.len()
            + heads.rescale.len()
            + self.prototype_bytes()
            + 16
            + self.model.thresholds().anchors.len();
        self.layers.iter().map(LayerPlan::other_bytes).sum::<usize>()
            + self.features.iter().map(feature).sum::<usize>()
            + if self.encoder_only { 0 } else { scores }
    }
}

/// What the last layer leaves: the peak of an image reads its answer again, and a window of several features walks over it once for
/// each of them.
fn answer(model: &Model<'_>, layers: &[LayerPlan], encoder_only: bool) -> Answer {
    let is_dense = layers.last().is_some_and(|layer| matches!(layer.kernel, Kernel::Dense(_)));
    let is_read_once = match model.body().samples {
        Samples::Row => true,
        Samples::Window { .. } => model.body().features.len() == 1,
        Samples::Image { .. } => false,
    };
    match (encoder_only, is_dense && is_read_once) {
        (true, _) => Answer::Narrow,
        (false, true) => Answer::WideReadOnce,
        (false, false) => Answer::Wide,
    }
}

/// The enum of each field, empty where the field holds no category.
fn types(fields: &[Field<'_>]) -> Vec<String> {
    let is_category = |field: &&Field<'_>| matches!(field.kind, FieldKind::Category { .. });
    let mut names = type_names(fields.iter().filter(is_category).map(|field| field.name)).into_iter();
    let name = |field: &Field<'_>| if is_category(&field) { names.next() } else { None };
    fields.iter().map(name).map(Option::unwrap_or_default).collect()
}

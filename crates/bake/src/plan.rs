//! What the generated code will look like: tiles, buffers, sizes.

use crate::BakeError;
use crate::identifier::{crate_name, features, field_name, type_names};
use std::collections::BTreeSet;
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::TILE;
use tillwatch_model::{Activation, Dense, Feature, Field, FieldKind, Layer, Model, channels, i16s};

/// Weights of a model above which they are included as bytes: source beyond it is slow to compile and nobody reads it.
const SOURCE_LIMIT: usize = 64 * 1024;

/// A dense layer in the kernel's layout.
#[derive(Clone, Debug)]
pub(crate) struct LayerPlan {
    pub(crate) in_len: usize,
    pub(crate) out_len: usize,
    /// Input groups of four.
    pub(crate) in_tiles: usize,
    /// Output groups of four.
    pub(crate) out_tiles: usize,
    /// Output-major tiles of four rows of four.
    pub(crate) tiles: Vec<[i8; TILE * TILE]>,
    pub(crate) channels: Vec<[Channel; TILE]>,
    pub(crate) rule: Requantise,
    /// Entries of the activation's table; empty for a clamp.
    pub(crate) table: Vec<i16>,
}

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
    pub(crate) n_columns: usize,
    /// Groups of four of the two activation buffers that layers take turns with.
    pub(crate) buffers: [usize; 2],
    /// True where the weights become a file of bytes.
    pub(crate) includes_bytes: bool,
    /// Bytes of constants.
    pub(crate) constant_bytes: usize,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(model: &Model<'a>, name: Option<&str>) -> Result<Self, BakeError> {
        let body = model.body();
        let fields: Vec<Field<'a>> = body.fields.iter().collect();
        let mut seen = BTreeSet::new();
        for field in &fields {
            if !seen.insert(field_name(field.name)?) {
                return Err(BakeError::Twice { found: field.name.to_owned() });
            }
        }
        let list: Vec<Feature<'a>> = body.features.iter().collect();
        let layers: Vec<LayerPlan> =
            body.layers.iter().map(|Layer::Dense(dense)| LayerPlan::new(&dense)).collect();
        let mut buffers = [1; 2];
        for (index, layer) in layers.iter().enumerate() {
            let buffer = &mut buffers[index % 2];
            *buffer = (*buffer).max(layer.in_tiles);
        }
        let weights: usize = layers.iter().map(|layer| layer.tiles.len() * TILE * TILE).sum();
        let mut plan = Self {
            name: crate_name(name.unwrap_or(body.name))?,
            model: *model,
            types: types(&fields),
            feature_names: features(list.iter().map(|feature| feature.name)),
            features: list,
            n_columns: model.n_columns(),
            includes_bytes: weights > SOURCE_LIMIT,
            fields,
            layers,
            buffers,
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
        self.model.network_macs() + self.model.body().heads.prototypes.len()
    }

    fn other_bytes(&self) -> usize {
        let heads = &self.model.body().heads;
        let layer = |layer: &LayerPlan| {
            let entry = if layer.table.len() > 256 { 2 } else { 1 };
            layer.channels.len() * TILE * 8 + layer.table.len() * entry
        };
        let feature = |feature: &Feature<'_>| match feature.preparation {
            tillwatch_model::Preparation::OneHot(levels) => levels.len(),
            tillwatch_model::Preparation::Surprisal(table) => table.len(),
            _ => 16,
        };
        let thresholds = 16 + self.model.thresholds().anchors.len();
        self.layers.iter().map(layer).sum::<usize>()
            + self.features.iter().map(feature).sum::<usize>()
            + heads.gains.len()
            + heads.rescale.len()
            + heads.prototypes.len()
            + thresholds
    }
}

/// The enum of each field, empty where the field holds no category.
fn types(fields: &[Field<'_>]) -> Vec<String> {
    let is_category = |field: &&Field<'_>| matches!(field.kind, FieldKind::Category { .. });
    let mut names = type_names(fields.iter().filter(is_category).map(|field| field.name)).into_iter();
    let name = |field: &Field<'_>| if is_category(&field) { names.next() } else { None };
    fields.iter().map(name).map(Option::unwrap_or_default).collect()
}

impl LayerPlan {
    fn new(dense: &Dense<'_>) -> Self {
        let (in_len, out_len) = (usize::from(dense.in_len), usize::from(dense.out_len));
        let (in_tiles, out_tiles) = (in_len.div_ceil(TILE), out_len.div_ceil(TILE));
        let weight = |row: usize, column: usize| {
            if row < out_len && column < in_len { dense.weights[row * in_len + column] as i8 } else { 0 }
        };
        let tile = |out: usize, input: usize| {
            core::array::from_fn(|index| weight(out * TILE + index / TILE, input * TILE + index % TILE))
        };
        let all: Vec<Channel> = channels(dense.channels).collect();
        let channel = |index: usize| all.get(index).copied().unwrap_or_default();
        Self {
            in_len,
            out_len,
            in_tiles,
            out_tiles,
            tiles: (0..out_tiles).flat_map(|out| (0..in_tiles).map(move |input| tile(out, input))).collect(),
            channels: (0..out_tiles)
                .map(|group| core::array::from_fn(|index| channel(group * TILE + index)))
                .collect(),
            rule: dense.rule,
            table: match dense.activation {
                Activation::Clamp => Vec::new(),
                Activation::Table(table) => table.iter().map(|&entry| i16::from(entry as i8)).collect(),
                Activation::RimTable(table) => i16s(table).collect(),
            },
        }
    }
}

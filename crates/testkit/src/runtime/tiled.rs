//! Any model file over the engine's tiled kernels, as generated code runs them, without generating any.

use super::{Answer, Runtime};
use crate::tiles::Tiles;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_engine::kernel::activation::{RIM_TABLE_LEN, narrow_table, rim_table};
use tillwatch_engine::kernel::{
    Code, Dense, TILE, average_pool, convolve_tiles, max_pool, narrow_input, top_k, transpose_tiles, upsample,
};
use tillwatch_engine::score::{Scored, latent_distance};
use tillwatch_loader::{Loader, Scratch, prepare_samples};
use tillwatch_model::{Activation, Convolution, Layer, Model, channels, i16s};

/// What fills up groups of inputs; their weights are zero, so it must not matter.
const FILLER: i8 = 99;

/// The engine on tiled weights; features and score as the loader has them.
pub struct Tiled<'a> {
    loader: Loader<'a>,
    layers: Vec<(Layer<'a>, Tiles)>,
    memories: Vec<Memory>,
}

impl<'a> Tiled<'a> {
    /// A fresh stream.
    #[must_use]
    pub fn new(model: Model<'a>) -> Self {
        let layers = model.body().layers.iter().map(|layer| (layer, tiles(&layer))).collect();
        Self { layers, memories: vec![Memory::EMPTY; model.n_memories()], loader: Loader::new(model) }
    }

    /// Scores the next record of the stream.
    pub fn scored(&mut self, raw: &[i32]) -> Scored {
        let (body, sizes) = (self.loader.model().body(), self.loader.sizes());
        let (mut codes, mut marks) = (vec![0; sizes.columns], vec![Mark::NONE; sizes.features]);
        let list = || body.features.iter().map(|feature| (feature.field, feature.preparation));
        prepare_samples(list, body.fields.len(), raw, &mut self.memories, &mut codes, &mut marks);
        let (mut reconstruction, latent) = self.reconstruct(&codes);
        let scratch = Scratch {
            codes: &mut codes,
            reconstruction: &mut reconstruction,
            activations: [&mut [], &mut []],
            patch: &mut [],
            marks: &mut marks,
            raw: &mut [],
        };
        self.loader.evaluate(latent, &scratch)
    }

    /// The network's answer to wide codes, and the latent part of the score.
    fn reconstruct(&self, codes: &[i16]) -> (Vec<i16>, u64) {
        let body = self.loader.model().body();
        let mut values = vec![0; codes.len()];
        narrow_input(codes, body.input.multiplier, body.input.rule, &mut values);
        let ((last, last_tiles), hidden) = self.layers.split_last().expect("a valid model has layers");
        let mut part = 0;
        for ((layer, tiles), index) in hidden.iter().zip(0..) {
            values = run_hidden(layer, tiles, &values);
            if let Some(latent) = body.latent.filter(|latent| latent.layer == index) {
                part = latent_distance(&values, latent.zero_code, body.heads.latent_gain);
            }
        }
        let mut answer = run_sums(last, last_tiles, &values);
        if let Some(Activation::RimTable(bytes)) = activation(last) {
            let entries: Vec<i16> = i16s(bytes).collect();
            let table: [i16; RIM_TABLE_LEN] = entries.try_into().expect("a valid table has 513 entries");
            rim_table(&mut answer, &table);
        }
        (answer, part)
    }
}

impl Runtime for Tiled<'_> {
    fn name(&self) -> &'static str {
        "engine"
    }

    fn score(&mut self, raw: &[i32]) -> Answer {
        Answer::Integer(self.scored(raw).score)
    }
}

fn tiles(layer: &Layer<'_>) -> Tiles {
    let own = |pairs| channels(pairs).collect::<Vec<_>>();
    let mut tiles = Tiles::default();
    match layer {
        Layer::Dense(layer) => return Tiles::dense(&signed(layer.weights), &own(layer.channels)),
        Layer::Convolution(layer) => {
            tiles.push(&signed(layer.weights), &own(layer.channels), layer.kernel[0].into());
        }
        Layer::Transposed(layer) => push_phases(layer, &mut tiles),
        Layer::MaxPool(_) | Layer::AveragePool(_) | Layer::Upsample(_) | Layer::TopK(_) => {}
    }
    tiles
}

fn push_phases(layer: &Convolution<'_>, tiles: &mut Tiles) {
    let weights = signed(layer.weights);
    let all: Vec<_> = channels(layer.channels).collect();
    let mut first = 0;
    for (phase, channels) in layer.phases().zip(all.chunks(layer.output.channels.into())) {
        let after = first + layer.phase_weights(phase);
        let [taps_h, _] = layer.transposed().taps(phase);
        tiles.push(&weights[first..after], channels, taps_h.into());
        first = after;
    }
}

fn run_hidden(layer: &Layer<'_>, tiles: &Tiles, input: &[i8]) -> Vec<i8> {
    let mut output = vec![0; layer.out_len()];
    match layer {
        Layer::MaxPool(pool) => max_pool(pool, input, &mut output),
        Layer::AveragePool(pool) => average_pool(pool, input, &mut output),
        Layer::Upsample(layer) => upsample(layer.input, layer.factor, input, &mut output),
        Layer::TopK(layer) => {
            output.copy_from_slice(input);
            top_k(&mut output, layer.keep.into(), layer.zero_code);
        }
        Layer::Dense(_) | Layer::Convolution(_) | Layer::Transposed(_) => {
            output = run_sums(layer, tiles, input);
        }
    }
    if let Some(Activation::Table(bytes)) = activation(layer) {
        let table: [i8; 256] = signed(bytes).try_into().expect("a valid table has 256 entries");
        narrow_table(&mut output, &table);
    }
    output
}

/// A layer with weights.
fn run_sums<C: Code>(layer: &Layer<'_>, tiles: &Tiles, input: &[i8]) -> Vec<C> {
    let mut patch = vec![[FILLER; TILE]; layer.patch_groups()];
    let mut output = vec![C::default(); layer.out_len()];
    match layer {
        Layer::Dense(dense) => {
            let mut groups = input.to_vec();
            groups.resize(input.len().next_multiple_of(TILE), FILLER);
            let mut out = vec![[C::default(); TILE]; tiles.channels.len()];
            Dense::new(&tiles.tiles, &tiles.channels, dense.rule).compute(groups.as_chunks().0, &mut out);
            output.copy_from_slice(&out.as_flattened()[..layer.out_len()]);
        }
        Layer::Convolution(layer) => {
            let (geometry, weights) = (layer.geometry(), tiles.weights());
            convolve_tiles(&geometry, weights, &tiles.channels, layer.rule, input, &mut patch, &mut output);
        }
        Layer::Transposed(layer) => {
            let (geometry, weights) = (layer.transposed(), tiles.weights());
            transpose_tiles(&geometry, weights, &tiles.channels, layer.rule, input, &mut patch, &mut output);
        }
        _ => unreachable!("the other layers have no sums, and a valid model does not end in one"),
    }
    output
}

const fn activation<'a>(layer: &Layer<'a>) -> Option<Activation<'a>> {
    match layer {
        Layer::Dense(dense) => Some(dense.activation),
        Layer::Convolution(layer) | Layer::Transposed(layer) => Some(layer.activation),
        _ => None,
    }
}

fn signed(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|&byte| byte as i8).collect()
}

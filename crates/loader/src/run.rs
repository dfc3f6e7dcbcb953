//! Scoring with a model file.

use crate::network::{run_last, run_layer};
use crate::prepare::{as_i8, prepare_samples};
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_engine::kernel::narrow_input;
use tillwatch_engine::monitor::{Baseline, code_limit};
use tillwatch_engine::score::{
    Heads, Scored, Tally, Thresholds, evaluate, evaluate_samples, latent_distance, nearest, square_norm,
};
use tillwatch_engine::self_test::{self, SelfTestFailure};
use tillwatch_model::{MAX_PROTOTYPES, Model, Samples, i32s, u32s};

/// Working memory, lent by the caller.
#[derive(Debug)]
pub struct Scratch<'s> {
    /// Wide codes, one per column.
    pub codes: &'s mut [i16],
    /// Reconstruction, one wide code per column.
    pub reconstruction: &'s mut [i16],
    /// Activations of a layer's input and output, each as long as the longest.
    pub activations: [&'s mut [i8]; 2],
    /// What a convolution gathers for one pixel.
    pub patch: &'s mut [i8],
    /// Marks, one per feature.
    pub marks: &'s mut [Mark],
    /// Raw values of a self-test vector, as many as a record has.
    pub raw: &'s mut [i32],
}

/// How long each part of a [`Scratch`] must be, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScratchSizes {
    /// Length of `codes` and of `reconstruction`.
    pub columns: usize,
    /// Length of each of `activations`.
    pub activations: usize,
    /// Length of `patch`.
    pub patch: usize,
    /// Length of `marks`.
    pub features: usize,
    /// Length of `raw`: the raw values of a record.
    pub raw: usize,
    /// Number of [`Memory`] slots.
    pub memories: usize,
}

/// A model ready to score.
#[derive(Clone, Copy, Debug)]
pub struct Loader<'a> {
    model: Model<'a>,
    thresholds: Thresholds,
    /// Of each prototype.
    norms: [u32; MAX_PROTOTYPES],
    sizes: ScratchSizes,
}

impl<'a> Loader<'a> {
    /// Takes a validated model.
    #[must_use]
    pub fn new(model: Model<'a>) -> Self {
        let sizes = ScratchSizes {
            columns: model.n_columns(),
            activations: model.widest_activation(),
            patch: model.longest_patch(),
            features: model.body().features.len(),
            raw: model.n_raw(),
            memories: model.n_memories(),
        };
        let mut norms = [0; MAX_PROTOTYPES];
        let prototypes = as_i8(model.body().heads.prototypes).chunks_exact(sizes.columns.max(1));
        norms.iter_mut().zip(prototypes).for_each(|(norm, row)| *norm = square_norm(row));
        Self { thresholds: model.thresholds().thresholds(), norms, model, sizes }
    }

    /// The model.
    #[must_use]
    pub const fn model(&self) -> &Model<'a> {
        &self.model
    }

    /// What a scratch needs.
    #[must_use]
    pub const fn sizes(&self) -> ScratchSizes {
        self.sizes
    }

    /// What a monitor of the scores compares a stream with.
    #[must_use]
    pub fn baseline(&self) -> Baseline<'_> {
        Baseline {
            columns: self.model.body().columns,
            limit: code_limit(self.model.body().rim_fraction_bits),
            alarm_rate_ppm: self.model.thresholds().alarm_rate_ppm,
            thresholds: &self.thresholds,
        }
    }

    /// Scores a record.
    ///
    /// # Shapes
    /// `raw`: one value per field of each sample; `memories` and `scratch` as [`Loader::sizes`] says. Shorter ones give a
    /// score of what fits, never a panic.
    /// # Exactness
    /// Bit-exact under the model's numeric contract, and equal to the baked crate.
    pub fn score(&self, raw: &[i32], memories: &mut [Memory], scratch: &mut Scratch<'_>) -> Scored {
        self.prepare(raw, memories, scratch);
        let latent = self.reconstruct(scratch);
        self.evaluate(latent, scratch)
    }

    /// The latent vector of a record: what the encoder makes of it, and what is inside [`Loader::score`].
    ///
    /// # Shapes
    /// As [`Loader::score`]; the result has [`Model::latent_len`] codes, none where the network has one layer only.
    /// # Units
    /// Codes; `body.latent` says what they stand for.
    /// # Exactness
    /// As [`Loader::score`].
    pub fn encode<'s>(&self, raw: &[i32], memories: &mut [Memory], scratch: &'s mut Scratch<'_>) -> &'s [i8] {
        self.prepare(raw, memories, scratch);
        self.encode_codes(scratch)
    }

    /// The latent vector of the wide codes in the scratch.
    ///
    /// # Shapes
    /// As [`Loader::encode`].
    pub fn encode_codes<'s>(&self, scratch: &'s mut Scratch<'_>) -> &'s [i8] {
        let Some(latent) = self.model.body().latent else { return &[] };
        let Scratch { codes, activations: [input, output], patch, .. } = scratch;
        self.run_hidden(usize::from(latent.layer) + 1, codes, patch, input, output)
    }

    /// Runs the network on the wide codes in the scratch, leaving its answer in `reconstruction`; gives the latent part of
    /// the score, 0 where it does not count.
    pub fn reconstruct(&self, scratch: &mut Scratch<'_>) -> u64 {
        let mut distance = 0;
        self.reconstruct_seeing(scratch, |latent| distance = self.latent_distance(latent));
        distance
    }

    /// [`Loader::reconstruct`] for those who need the latent vector as well: `see` is called with it once, or never where
    /// the network has none.
    ///
    /// # Shapes
    /// As [`Loader::encode`].
    pub fn reconstruct_seeing(&self, scratch: &mut Scratch<'_>, mut see: impl FnMut(&[i8])) {
        let body = self.model.body();
        let Scratch { codes, reconstruction, activations: [input, output], patch, .. } = scratch;
        let (mut input, mut output) = (&mut **input, &mut **output);
        narrow_input(codes, body.input.multiplier, body.input.rule, input);
        let last = body.layers.len() - 1;
        let latent = body.latent.map(|latent| usize::from(latent.layer));
        for (index, layer) in body.layers.iter().enumerate() {
            let taken = input.get(..layer.in_len()).unwrap_or_default();
            if index == last {
                run_last(&layer, taken, patch, reconstruction);
            } else {
                let given = output.get_mut(..layer.out_len()).unwrap_or_default();
                run_layer(&layer, taken, patch, given);
                if latent == Some(index) {
                    see(given);
                }
            }
            core::mem::swap(&mut input, &mut output);
        }
    }

    /// Scores the wide codes, marks and reconstruction in the scratch; `latent` is what [`Loader::reconstruct`] gave.
    #[must_use]
    pub fn evaluate(&self, latent: u64, scratch: &Scratch<'_>) -> Scored {
        self.evaluate_codes(latent, scratch.codes, scratch.reconstruction, scratch.marks)
    }

    /// Scores wide codes, their reconstruction and the marks of a record; `latent` is what [`Loader::latent_distance`] gave.
    ///
    /// # Shapes
    /// `codes`, `reconstruction`: one per column; `marks`: one per feature.
    #[must_use]
    pub fn evaluate_codes(
        &self,
        latent: u64,
        codes: &[i16],
        reconstruction: &[i16],
        marks: &[Mark],
    ) -> Scored {
        let body = self.model.body();
        let tally = Tally::of(marks);
        let shift = body.heads.prototype_shift.into();
        let norms = self.norms.iter().copied();
        let heads = Heads {
            columns: body.columns,
            prototype: nearest(as_i8(body.heads.prototypes), norms, shift, codes),
            prototype_shift: shift,
            prototype_gain: body.heads.prototype_gain,
            rescale: u32s(body.heads.rescale).nth(tally.missing.into()).unwrap_or(0),
            latent,
            tally,
        };
        let gains = u32s(body.heads.gains);
        match body.samples {
            Samples::Row => evaluate(&heads, codes, reconstruction, gains, marks, &self.thresholds),
            samples => {
                let count = samples.count();
                evaluate_samples(&heads, count, codes, reconstruction, gains, marks, &self.thresholds)
            }
        }
    }

    /// Scores the model's own vectors, each from empty memories, and compares.
    ///
    /// # Shapes
    /// `memories` and `scratch` as [`Loader::sizes`] says; the memories are left empty.
    /// # Errors
    /// The first vector whose score is not the recorded one.
    pub fn self_test(
        &self,
        memories: &mut [Memory],
        scratch: &mut Scratch<'_>,
    ) -> Result<(), SelfTestFailure> {
        let vectors = self.model.body().self_test.iter();
        self_test::check(vectors.map(|vector| (vector.raw, vector.score)), |bytes| {
            let raw = core::mem::take(&mut scratch.raw);
            raw.iter_mut().zip(i32s(bytes)).for_each(|(slot, value)| *slot = value);
            memories.fill(Memory::EMPTY);
            let score = self.score(raw, memories, scratch).score;
            memories.fill(Memory::EMPTY);
            scratch.raw = raw;
            score
        })
    }

    /// Turns a record into the wide codes and the marks in the scratch.
    ///
    /// # Shapes
    /// As [`Loader::score`].
    pub fn prepare(&self, raw: &[i32], memories: &mut [Memory], scratch: &mut Scratch<'_>) {
        let body = self.model.body();
        let list = || body.features.iter().map(|feature| (feature.field, feature.preparation));
        prepare_samples(list, body.fields.len(), raw, memories, scratch.codes, scratch.marks);
    }

    /// Runs the first `n_layers`, all of them hidden, and gives the activation that they end in.
    fn run_hidden<'s>(
        &self,
        n_layers: usize,
        codes: &[i16],
        patch: &mut [i8],
        input: &'s mut [i8],
        output: &'s mut [i8],
    ) -> &'s [i8] {
        let body = self.model.body();
        let (mut input, mut output) = (input, output);
        narrow_input(codes, body.input.multiplier, body.input.rule, input);
        let mut len = codes.len();
        for layer in body.layers.iter().take(n_layers) {
            len = layer.out_len();
            let taken = input.get(..layer.in_len()).unwrap_or_default();
            run_layer(&layer, taken, patch, output.get_mut(..len).unwrap_or_default());
            core::mem::swap(&mut input, &mut output);
        }
        input.get(..len).unwrap_or_default()
    }

    /// The latent part of the score of a latent vector; 0 where it does not count.
    ///
    /// # Shapes
    /// `latent`: what [`Loader::encode`] gives.
    #[must_use]
    pub fn latent_distance(&self, latent: &[i8]) -> u64 {
        let body = self.model.body();
        body.latent.map_or(0, |part| latent_distance(latent, part.zero_code, body.heads.latent_gain))
    }
}

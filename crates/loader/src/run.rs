//! Scoring with a model file.

use crate::prepare::{as_i8, prepare};
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_engine::kernel::activation::{RIM_TABLE_LEN, narrow_table, rim_table};
use tillwatch_engine::kernel::{dense_rows, narrow_input};
use tillwatch_engine::score::{Heads, Scored, Tally, Thresholds, evaluate, nearest};
use tillwatch_engine::self_test::{self, SelfTestFailure};
use tillwatch_model::{Activation, Dense, Layer, Model, channels, i16s, i32s, u32s};

/// Working memory, lent by the caller.
#[derive(Debug)]
pub struct Scratch<'s> {
    /// Wide codes, one per column.
    pub codes: &'s mut [i16],
    /// Reconstruction, one wide code per column.
    pub reconstruction: &'s mut [i16],
    /// Activations of a layer's input and output, each as long as the widest.
    pub activations: [&'s mut [i8]; 2],
    /// Marks, one per feature.
    pub marks: &'s mut [Mark],
    /// Raw values of a self-test vector, one per field.
    pub raw: &'s mut [i32],
}

/// How long each part of a [`Scratch`] must be, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScratchSizes {
    /// Length of `codes` and of `reconstruction`.
    pub columns: usize,
    /// Length of each of `activations`.
    pub activations: usize,
    /// Length of `marks`.
    pub features: usize,
    /// Length of `raw`.
    pub fields: usize,
    /// Number of [`Memory`] slots.
    pub memories: usize,
}

/// A model ready to score.
#[derive(Clone, Copy, Debug)]
pub struct Loader<'a> {
    model: Model<'a>,
    thresholds: Thresholds,
    sizes: ScratchSizes,
}

impl<'a> Loader<'a> {
    /// Takes a validated model.
    #[must_use]
    pub fn new(model: Model<'a>) -> Self {
        let sizes = ScratchSizes {
            columns: model.n_columns(),
            activations: model.widest_activation(),
            features: model.body().features.len(),
            fields: model.body().fields.len(),
            memories: model.n_memories(),
        };
        Self { thresholds: model.thresholds().thresholds(), model, sizes }
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

    /// Scores a record.
    ///
    /// # Shapes
    /// `raw`: one value per field; `memories` and `scratch` as [`Loader::sizes`] says. Shorter ones give a score of what
    /// fits, never a panic.
    /// # Exactness
    /// Bit-exact under the model's numeric contract, and equal to the baked crate.
    pub fn score(&self, raw: &[i32], memories: &mut [Memory], scratch: &mut Scratch<'_>) -> Scored {
        let features = self.model.body().features.iter();
        let list = features.map(|feature| (feature.field, feature.preparation));
        prepare(list, raw, memories, scratch.codes, scratch.marks);
        self.reconstruct(scratch);
        self.evaluate(scratch)
    }

    /// Runs the network on the wide codes in the scratch, leaving its answer in `reconstruction`.
    pub fn reconstruct(&self, scratch: &mut Scratch<'_>) {
        let body = self.model.body();
        let [input, output] = &mut scratch.activations;
        let (mut input, mut output) = (&mut **input, &mut **output);
        narrow_input(scratch.codes, body.input.multiplier, body.input.rule, input);
        let last = body.layers.len() - 1;
        for (index, Layer::Dense(dense)) in body.layers.iter().enumerate() {
            let codes = input.get(..usize::from(dense.in_len)).unwrap_or_default();
            if index == last {
                run_last(&dense, codes, scratch.reconstruction);
            } else {
                run_hidden(&dense, codes, output);
            }
            core::mem::swap(&mut input, &mut output);
        }
    }

    /// Scores the wide codes, marks and reconstruction in the scratch.
    #[must_use]
    pub fn evaluate(&self, scratch: &Scratch<'_>) -> Scored {
        let body = self.model.body();
        let missing = usize::from(Tally::of(scratch.marks).missing);
        let shift = body.heads.prototype_shift.into();
        let heads = Heads {
            columns: body.columns,
            prototype: nearest(as_i8(body.heads.prototypes), shift, scratch.codes),
            prototype_shift: shift,
            prototype_gain: body.heads.prototype_gain,
            rescale: u32s(body.heads.rescale).nth(missing).unwrap_or(0),
            latent: 0,
        };
        let gains = u32s(body.heads.gains);
        evaluate(&heads, scratch.codes, scratch.reconstruction, gains, scratch.marks, &self.thresholds)
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
}

fn run_hidden(dense: &Dense<'_>, input: &[i8], output: &mut [i8]) {
    let output = output.get_mut(..usize::from(dense.out_len)).unwrap_or_default();
    dense_rows(as_i8(dense.weights), channels(dense.channels), dense.rule, input, output);
    if let Activation::Table(table) = dense.activation
        && let Ok(table) = as_i8(table).try_into()
    {
        narrow_table(output, table);
    }
}

fn run_last(dense: &Dense<'_>, input: &[i8], reconstruction: &mut [i16]) {
    dense_rows(as_i8(dense.weights), channels(dense.channels), dense.rule, input, reconstruction);
    if let Activation::RimTable(bytes) = dense.activation {
        let mut table = [0; RIM_TABLE_LEN];
        table.iter_mut().zip(i16s(bytes)).for_each(|(entry, value)| *entry = value);
        rim_table(reconstruction, &table);
    }
}

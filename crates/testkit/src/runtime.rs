//! One interface over everything that can score a record.
//!
//! * [`Float`]: the float model that a file carries, on dequantised codes; compared within the tolerance table.
//! * [`Simulated`]: the numeric contract in wide integers, without the engine.
//! * [`Loaded`]: the model file in place, on row-major weights.
//! * [`Tiled`]: the engine on tiled weights, for any model file.
//! * [`Baked`]: the committed generated code.
//!
//! All but the first are equal bit for bit. The sixth runtime, the firmware on an emulated core, speaks through its printed
//! digest: `cargo xtask firmware` compares its scores with those of the host.

mod tiled;

pub use tiled::Tiled;

use crate::oracle::Oracle;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_engine::score::SCORE_ONE;
use tillwatch_inference::point_of_sale;
use tillwatch_loader::{Loader, prepare_samples};
use tillwatch_model::Model;
use tillwatch_trainer::evaluate::features;
use tillwatch_trainer::features::FittedFeature;
use tillwatch_trainer::float_model::FloatModel;
use tillwatch_trainer::quantise::rim_step;
use tillwatch_trainer::scoring::Bench;

/// A score: integer runtimes are equal bit for bit, the float model within the tolerance table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// Of the numeric contract.
    Integer(u64),
    /// Of the float model, in the same unit.
    Real(f64),
}

/// Something that scores a stream of records.
pub trait Runtime {
    /// Its name in messages.
    fn name(&self) -> &'static str;

    /// Scores the next record of the stream.
    fn score(&mut self, raw: &[i32]) -> Answer;
}

/// The float model on dequantised codes.
pub struct Float<'a> {
    model: Model<'a>,
    reference: FloatModel,
    features: Vec<FittedFeature>,
    memories: Vec<Memory>,
}

impl<'a> Float<'a> {
    /// The float model that a file carries; `None` where it carries none.
    #[must_use]
    pub fn new(model: Model<'a>) -> Option<Self> {
        let reference = FloatModel::from_file(model.body(), model.reference())?;
        Some(Self {
            reference,
            features: features(&model),
            memories: vec![Memory::EMPTY; model.n_memories()],
            model,
        })
    }
}

impl Runtime for Float<'_> {
    fn name(&self) -> &'static str {
        "float"
    }

    fn score(&mut self, raw: &[i32]) -> Answer {
        let (values, marks) = prepared(&self.model, &self.features, raw, &mut self.memories);
        Answer::Real(self.reference.scores(&values, &marks)[0] * SCORE_ONE as f64)
    }
}

/// A record as the float model takes it: standard deviations, and a mark per feature.
///
/// # Shapes
/// `features`: those of the model; `raw`: a record; `memories`: one per feature that keeps one.
#[must_use]
pub fn prepared(
    model: &Model<'_>,
    features: &[FittedFeature],
    raw: &[i32],
    memories: &mut [Memory],
) -> (Vec<f32>, Vec<Mark>) {
    let mut codes = vec![0; model.n_columns()];
    let mut marks = vec![Mark::NONE; features.len()];
    let list = || features.iter().map(|feature| (feature.field, feature.preparation.borrow()));
    prepare_samples(list, model.body().fields.len(), raw, memories, &mut codes, &mut marks);
    let step = rim_step(model.body().rim_fraction_bits.into()) as f32;
    (codes.iter().map(|&code| f32::from(code) * step).collect(), marks)
}

/// The contract's arithmetic simulated in wide integers, without the engine.
pub struct Simulated<'a>(Oracle<'a>);

impl<'a> Simulated<'a> {
    /// A fresh stream.
    #[must_use]
    pub fn new(model: &Model<'a>) -> Self {
        Self(Oracle::new(model))
    }
}

impl Runtime for Simulated<'_> {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn score(&mut self, raw: &[i32]) -> Answer {
        Answer::Integer(self.0.score(raw).scored.score)
    }
}

/// The model file run in place.
pub struct Loaded<'a> {
    loader: Loader<'a>,
    bench: Bench,
    memories: Vec<Memory>,
}

impl<'a> Loaded<'a> {
    /// A fresh stream.
    #[must_use]
    pub fn new(model: Model<'a>) -> Self {
        let loader = Loader::new(model);
        Self { bench: Bench::new(&loader), memories: vec![Memory::EMPTY; loader.sizes().memories], loader }
    }
}

impl Runtime for Loaded<'_> {
    fn name(&self) -> &'static str {
        "loaded"
    }

    fn score(&mut self, raw: &[i32]) -> Answer {
        Answer::Integer(self.bench.score(&self.loader, raw, &mut self.memories).score)
    }
}

/// The committed generated code, on tiled weights.
pub struct Baked {
    memories: point_of_sale::Memories,
    scratch: point_of_sale::Scratch,
}

impl Baked {
    /// A fresh stream.
    #[must_use]
    pub const fn point_of_sale() -> Self {
        Self { memories: point_of_sale::Memories::EMPTY, scratch: point_of_sale::Scratch::new() }
    }
}

impl Runtime for Baked {
    fn name(&self) -> &'static str {
        "baked"
    }

    fn score(&mut self, raw: &[i32]) -> Answer {
        let mut record = [0; point_of_sale::RAW_VALUES];
        record.iter_mut().zip(raw).for_each(|(slot, &value)| *slot = value);
        Answer::Integer(point_of_sale::score_raw(&record, &mut self.memories, &mut self.scratch).score)
    }
}

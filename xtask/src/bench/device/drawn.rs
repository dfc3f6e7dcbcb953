//! Models made by hand for counting: any layers, weights drawn by a seed. What is executed hardly depends on them, so nothing
//! is trained.

use tillwatch_engine::CONTRACT;
use tillwatch_engine::feature::Affine;
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{Code, Convolution as Geometry};
use tillwatch_engine::score::ANCHORS;
use tillwatch_engine::seeded::SeededWords;
use tillwatch_loader::Loader;
use tillwatch_model::{
    Activation, Body, CardEntry, Convolution, Dense, Feature, Field, FieldKind, Heads, InputRule, Latent,
    Layer, Model, Preparation, Samples, SelfTestVector, SequenceBuffer, ThresholdBlock, write,
};
use tillwatch_trainer::scoring::Bench;

/// A layer without its weights.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Plan {
    /// Inputs and outputs.
    Dense([u16; 2]),
    /// A convolution.
    Convolution(Geometry),
    /// A transposed convolution.
    Transposed(Geometry),
}

impl Plan {
    /// Codes that it gives.
    pub(crate) fn out_len(self) -> u16 {
        match self {
            Self::Dense([_, out_len]) => out_len,
            Self::Convolution(geometry) | Self::Transposed(geometry) => geometry.output.len() as u16,
        }
    }
}

/// A layer with its weights.
struct Drawn {
    plan: Plan,
    weights: Vec<u8>,
    channels: Vec<u8>,
    rule: Requantise,
}

/// A model without its weights.
#[derive(Clone, Debug)]
pub(crate) struct Shape<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Numbers of a sample.
    pub(crate) fields: usize,
    /// Samples of a record.
    pub(crate) samples: Samples,
    /// The network.
    pub(crate) plans: &'a [Plan],
    /// Index of the layer whose output is the latent vector; none in a network of one layer.
    pub(crate) latent: Option<u16>,
    /// Prototypes in the bank.
    pub(crate) prototypes: usize,
}

impl Shape<'_> {
    /// The bytes of a model file.
    ///
    /// # Errors
    /// The layers do not meet, or are too many.
    pub(crate) fn file(&self) -> Result<Vec<u8>, String> {
        // The score that the loader gives becomes the file's known answer.
        let without = self.written(0)?;
        let model = Model::validate(&without).map_err(|error| error.to_string())?;
        let loader = Loader::new(model);
        let score = Bench::new(&loader).score_fresh(&loader, &self.record()).score;
        self.written(score)
    }

    /// The record of the known answer.
    fn record(&self) -> Vec<i32> {
        (0..self.fields * self.samples.count()).map(|at| (at as i32 * 37) % RANGE).collect()
    }

    fn written(&self, score: u64) -> Result<Vec<u8>, String> {
        let too_many = || "the lists are too long to write".to_owned();
        let names: Vec<String> = (0..self.fields).map(|at| format!("f{at:03}")).collect();
        let fields: Vec<Field<'_>> = names.iter().map(|name| field(name)).collect();
        let features: Vec<Feature<'_>> =
            names.iter().enumerate().map(|(at, name)| feature(at as u16, name)).collect();
        let mut words = SeededWords::new(1);
        let last = self.plans.len() - 1;
        let drawn: Vec<Drawn> = self
            .plans
            .iter()
            .enumerate()
            .map(|(at, &plan)| Drawn::new(plan, at, at == last, &mut words))
            .collect();
        let layers: Vec<Layer<'_>> = drawn.iter().map(Drawn::borrow).collect();
        let raw: Vec<u8> = self.record().iter().flat_map(|value| value.to_le_bytes()).collect();
        let width = self.fields * self.samples.count();
        let prototypes: Vec<u8> = (0..self.prototypes * width).map(|_| drawn_weight(&mut words)).collect();
        let buffers = (
            SequenceBuffer::encode(&fields).ok_or_else(too_many)?,
            SequenceBuffer::encode(&features).ok_or_else(too_many)?,
            SequenceBuffer::encode(&layers).ok_or_else(too_many)?,
            SequenceBuffer::encode(&[SelfTestVector { raw: &raw, score }]).ok_or_else(too_many)?,
            SequenceBuffer::<CardEntry<'_>>::encode(&[]).ok_or_else(too_many)?,
        );
        let body = Body {
            contract: CONTRACT,
            name: self.name,
            model_version: 1,
            data_digest: [0; 32],
            config_digest: [0; 32],
            schema: "",
            rim_fraction_bits: 9,
            samples: self.samples,
            fields: buffers.0.borrow(),
            features: buffers.1.borrow(),
            columns: &vec![1; self.fields],
            input: InputRule {
                multiplier: 1 << 27,
                rule: Requantise { zero_point: 0, out_min: -128, out_max: 127, shift: 0, bias_shift: 0 },
            },
            layers: buffers.2.borrow(),
            latent: self.latent.map(|layer| Latent { layer, zero_code: 0, scale: 0.125 }),
            heads: Heads {
                gains: &40_000_u32.to_le_bytes().repeat(width),
                rescale: &(1_u32 << 16).to_le_bytes(),
                prototypes: &prototypes,
                prototype_shift: 5,
                prototype_gain: 30_000,
                latent_gain: 0,
            },
            self_test: buffers.3.borrow(),
            card: buffers.4.borrow(),
        };
        let anchors: Vec<u8> = (0..ANCHORS as u64).flat_map(|at| (1000 * at).to_le_bytes()).collect();
        let thresholds = ThresholdBlock {
            watch: 9000,
            alarm: 14_000,
            watch_rate_ppm: 10_000,
            alarm_rate_ppm: 1000,
            calibration_rows: 5000,
            anchors: &anchors,
        };
        write(&body, &thresholds, None).map_err(|error| error.to_string())
    }
}

/// Raw values are drawn from 0 up to this.
const RANGE: i32 = 1000;

fn field(name: &str) -> Field<'_> {
    Field {
        name,
        unit: "",
        resolution: "1",
        kind: FieldKind::Number,
        nullable: false,
        low: 0,
        high: RANGE - 1,
        range_is_declared: true,
    }
}

fn feature(field: u16, name: &str) -> Feature<'_> {
    let affine = Affine { center: RANGE / 2, multiplier: 1 << 28, shift: 5, fill: 0 };
    Feature { name, field, preparation: Preparation::Numeric(affine) }
}

/// The rule of a layer. Shifts differ from layer to layer as those of trained networks do, and so do channels: what is the same
/// everywhere becomes part of the code, which happens to no trained network.
fn rule(layer: usize, is_last: bool, inputs: usize) -> Requantise {
    let (zero_point, [out_min, out_max]) =
        if is_last { (0, <i16 as Code>::LIMITS) } else { (i8::MIN.into(), <i8 as Code>::LIMITS) };
    let shift = u32::from(inputs <= FEW_INPUTS);
    Requantise { zero_point, out_min, out_max, shift, bias_shift: 1 + layer as u32 % 4 }
}

/// Inputs up to which a scale is finer than a multiplier expresses without a shift.
const FEW_INPUTS: usize = 8;

/// A weight of -127 to 127, as a byte.
fn drawn_weight(words: &mut SeededWords) -> u8 {
    ((words.next_word() >> 24) as i8).max(-127) as u8
}

/// A channel with any bias and a scale of 2^-12 to 2^-11 on either kind of code.
fn drawn_channel(is_last: bool, words: &mut SeededWords) -> [u8; 4] {
    let word = words.next_word();
    let least = if is_last { 1 << 5 } else { 1 << 9 };
    let channel =
        Channel { bias: (word >> 20) as i16 - (1 << 11), multiplier: least + (word as i16 & (least - 1)) };
    let ([b0, b1], [m0, m1]) = (channel.bias.to_le_bytes(), channel.multiplier.to_le_bytes());
    [b0, b1, m0, m1]
}

impl Drawn {
    fn new(plan: Plan, at: usize, is_last: bool, words: &mut SeededWords) -> Self {
        let (inputs, outs, phases) = match plan {
            Plan::Dense([in_len, out_len]) => (in_len.into(), usize::from(out_len), 1),
            Plan::Convolution(geometry) | Plan::Transposed(geometry) => {
                let [down, across] = geometry.stride.map(usize::from);
                let phases = if matches!(plan, Plan::Transposed(_)) { down * across } else { 1 };
                (geometry.patch_len(), geometry.output.channels.into(), phases)
            }
        };
        Self {
            plan,
            weights: (0..inputs * outs).map(|_| drawn_weight(words)).collect(),
            channels: (0..outs * phases).flat_map(|_| drawn_channel(is_last, words)).collect(),
            rule: rule(at, is_last, inputs),
        }
    }

    fn borrow(&self) -> Layer<'_> {
        let Self { weights, channels, rule, .. } = self;
        let (rule, activation) = (*rule, Activation::Clamp);
        let window = |geometry| Convolution::new(geometry, weights, channels, rule, activation);
        match self.plan {
            Plan::Dense([in_len, out_len]) => {
                Layer::Dense(Dense { in_len, out_len, weights, channels, rule, activation })
            }
            Plan::Convolution(geometry) => Layer::Convolution(window(geometry)),
            Plan::Transposed(geometry) => Layer::Transposed(window(geometry)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_model_is_sound_and_the_same_every_time() {
        let plans = [Plan::Dense([6, 4]), Plan::Dense([4, 2]), Plan::Dense([2, 6])];
        let samples = Samples::Window { length: 2, hop: 1 };
        let shape = Shape { name: "m", fields: 3, samples, plans: &plans, latent: Some(1), prototypes: 2 };
        let file = shape.file().unwrap();
        let model = Model::validate(&file).unwrap();
        assert_eq!((model.n_columns(), model.network_macs(), model.latent_len()), (6, 44, 2));
        assert_ne!(model.body().self_test.iter().next().unwrap().score, 0);
        assert_eq!(shape.file().unwrap(), file);
    }

    #[test]
    fn layers_that_do_not_meet_are_refused() {
        let plans = [Plan::Dense([3, 4]), Plan::Dense([5, 3])];
        let samples = Samples::Row;
        let shape = Shape { name: "m", fields: 3, samples, plans: &plans, latent: None, prototypes: 0 };
        assert!(shape.file().unwrap_err().contains("layer"));
    }
}

//! A model file around a record and a network.

use super::layer::OwnedLayer;
use super::{RecordShape, any_gain, any_multiplier, requantise_rule, seeded_bytes};
use crate::oracle::Oracle;
use proptest::prelude::*;
use tillwatch_engine::CONTRACT;
use tillwatch_engine::fixed::Requantise;
use tillwatch_model::{
    Body, CardEntry, Heads, InputRule, Latent, Layer, Model, Samples, SelfTestVector, SequenceBuffer,
    ThresholdBlock, write,
};

/// A valid model file whose known answers are the oracle's, and records to score one after another.
#[derive(Clone, Debug)]
pub struct TinyModel {
    /// The bytes of the model file.
    pub file: Vec<u8>,
    /// Records, one raw value per field of each sample.
    pub records: Vec<Vec<i32>>,
}

/// What stands around the layers: input, heads, thresholds.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    input_multiplier: i32,
    input_rule: Requantise,
    gains: Vec<u32>,
    n_prototypes: usize,
    prototype_shift: u8,
    prototype_gain: u32,
    latent: Option<DrawnLatent>,
    anchors: Vec<u64>,
    cuts: [u64; 2],
    /// What prototypes and layers follow from.
    pub(super) seed: u32,
}

/// Where the latent vector is, and what it counts.
#[derive(Clone, Debug)]
struct DrawnLatent {
    layer: prop::sample::Index,
    zero_code: i8,
    gain: u32,
}

pub(super) fn surroundings() -> impl Strategy<Value = Surroundings> {
    // Scores of tiny models are of every size below 2^44.
    let anchor = || (any::<u64>(), 20_u32..64).prop_map(|(word, bits)| word >> bits);
    let latent = (any::<prop::sample::Index>(), any::<i8>(), prop_oneof![Just(0), any_gain()])
        .prop_map(|(layer, zero_code, gain)| DrawnLatent { layer, zero_code, gain });
    (
        (any_multiplier(), requantise_rule(-128, 127)),
        (prop::collection::vec(any_gain(), 40), 0..=6_usize, 0..=8_u8, any_gain()),
        prop::option::weighted(0.8, latent),
        (prop::collection::vec(anchor(), 16), [anchor(), anchor()]),
        any::<u32>(),
    )
        .prop_map(|((input_multiplier, input_rule), heads, latent, (mut anchors, mut cuts), seed)| {
            let (gains, n_prototypes, prototype_shift, prototype_gain) = heads;
            anchors.sort_unstable();
            cuts.sort_unstable();
            Surroundings {
                input_multiplier,
                input_rule,
                gains,
                n_prototypes,
                prototype_shift,
                prototype_gain,
                latent,
                anchors,
                cuts,
                seed,
            }
        })
}

impl Surroundings {
    /// A seed for each layer.
    pub(super) fn seeds(&self) -> impl Iterator<Item = u32> + use<> {
        let seed = self.seed;
        (1_u32..).map(move |index| seed.wrapping_add(index.wrapping_mul(0x9e37_79b9)))
    }

    /// The model of these layers on these records.
    pub(super) fn model(
        &self,
        shape: &RecordShape,
        samples: Samples,
        layers: &[OwnedLayer],
        records: Vec<Vec<i32>>,
    ) -> TinyModel {
        // The first pass has no answers yet, only room for them; a first record never depends on what follows.
        let mut answers = vec![0; 2.min(records.len())];
        let without = self.written(shape, samples, layers, &records, &answers);
        let model = Model::validate(&without).expect("the strategy makes sound models only");
        for (answer, record) in answers.iter_mut().zip(&records) {
            *answer = Oracle::new(&model).score(record).scored.score;
        }
        TinyModel { file: self.written(shape, samples, layers, &records, &answers), records }
    }

    fn written(
        &self,
        shape: &RecordShape,
        samples: Samples,
        layers: &[OwnedLayer],
        records: &[Vec<i32>],
        answers: &[u64],
    ) -> Vec<u8> {
        let short = "the lists are far shorter than 65,535";
        let columns = shape.columns();
        let width = samples.count() * columns.iter().map(|&n| usize::from(n)).sum::<usize>();
        let vocabularies = shape.vocabularies();
        let fields = SequenceBuffer::encode(&shape.fields(&vocabularies)).expect(short);
        let features = SequenceBuffer::encode(&shape.features()).expect(short);
        // A network of one layer has no latent vector.
        let latent = self.latent.as_ref().filter(|_| layers.len() > 1);
        let layer_of = |latent: &DrawnLatent| latent.layer.index(layers.len() - 1) as u16;
        let layers: Vec<Layer<'_>> = layers.iter().map(OwnedLayer::borrow).collect();
        let encoded = SequenceBuffer::encode(&layers).expect(short);
        let gains = self.gains.iter().cycle().take(width);
        let gains: Vec<u8> = gains.flat_map(|gain| gain.to_le_bytes()).collect();
        let rescale: Vec<u8> =
            rescale(shape.n_fields(), shape.n_may_miss()).into_iter().flat_map(u32::to_le_bytes).collect();
        let raws: Vec<Vec<u8>> =
            records.iter().map(|record| record.iter().flat_map(|raw| raw.to_le_bytes()).collect()).collect();
        let vectors: Vec<SelfTestVector<'_>> =
            raws.iter().zip(answers).map(|(raw, &score)| SelfTestVector { raw, score }).collect();
        let self_test = SequenceBuffer::encode(&vectors).expect(short);
        let card = SequenceBuffer::<CardEntry<'_>>::encode(&[]).expect(short);
        let prototypes = seeded_bytes(self.seed, self.n_prototypes * width);
        let body = Body {
            contract: CONTRACT,
            name: "tiny",
            model_version: 1,
            data_digest: [0; 32],
            config_digest: [0; 32],
            schema: "",
            rim_fraction_bits: 9,
            samples,
            fields: fields.borrow(),
            features: features.borrow(),
            columns: &columns,
            input: InputRule {
                multiplier: self.input_multiplier,
                rule: Requantise { bias_shift: 0, ..self.input_rule },
            },
            layers: encoded.borrow(),
            latent: latent.map(|latent| Latent {
                layer: layer_of(latent),
                zero_code: latent.zero_code,
                scale: 1.0,
            }),
            heads: Heads {
                gains: &gains,
                rescale: &rescale,
                prototypes: &prototypes,
                prototype_shift: self.prototype_shift,
                prototype_gain: self.prototype_gain,
                latent_gain: latent.map_or(0, |latent| latent.gain),
            },
            self_test: self_test.borrow(),
            card: card.borrow(),
        };
        let anchors: Vec<u8> = self.anchors.iter().flat_map(|anchor| anchor.to_le_bytes()).collect();
        let thresholds = ThresholdBlock {
            watch: self.cuts[0],
            alarm: self.cuts[1],
            watch_rate_ppm: 2_000,
            alarm_rate_ppm: 200,
            calibration_rows: 5_000,
            anchors: &anchors,
        };
        write(&body, &thresholds, None).expect("these types always encode")
    }
}

/// `round(2^16 n / (n - m))` for `m` missing features of `n`, and 0 where none is left.
fn rescale(n: usize, n_may_miss: usize) -> Vec<u32> {
    let factor = |m: usize| (n * (1 << 16) + (n - m) / 2).checked_div(n - m).unwrap_or(0) as u32;
    (0..=n_may_miss).map(factor).collect()
}

//! Whole models as file bytes, with records for them.

use super::{DenseCase, RecordShape, any_gain, any_multiplier, record_shape, requantise_rule, seeded_bytes};
use crate::oracle::Oracle;
use proptest::prelude::*;
use tillwatch_engine::CONTRACT;
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_model::{
    Activation, Body, CardEntry, Dense, Heads, InputRule, Layer, Model, Samples, SelfTestVector,
    SequenceBuffer, ThresholdBlock, i16s, write,
};

/// A valid model file whose known answers are the oracle's, and records to score one after another.
#[derive(Clone, Debug)]
pub struct TinyModel {
    /// The bytes of the model file.
    pub file: Vec<u8>,
    /// Records, one raw value per field.
    pub records: Vec<Vec<i32>>,
}

/// Models of one to eight features, one to five layers and widths from 1 to 40, with every preparation, activation and
/// head.
pub fn tiny_model() -> impl Strategy<Value = TinyModel> {
    let shape = record_shape().prop_flat_map(|shape| (shape.records(), Just(shape)));
    (shape, parts()).prop_map(|((records, shape), parts)| {
        let file = parts.file(&shape, &records);
        TinyModel { file, records }
    })
}

/// Everything but the record.
#[derive(Clone, Debug)]
struct Parts {
    input_multiplier: i32,
    input_rule: Requantise,
    hidden: Vec<(usize, Requantise, bool)>,
    last: (Requantise, bool),
    gains: Vec<u32>,
    n_prototypes: usize,
    prototype_shift: u8,
    prototype_gain: u32,
    anchors: Vec<u64>,
    cuts: [u64; 2],
    seed: u32,
}

fn parts() -> impl Strategy<Value = Parts> {
    let hidden = (1..=40_usize, requantise_rule(-128, 127), any::<bool>());
    // Scores of tiny models are of every size below 2^44.
    let anchor = || (any::<u64>(), 20_u32..64).prop_map(|(word, bits)| word >> bits);
    (
        (any_multiplier(), requantise_rule(-128, 127)),
        prop::collection::vec(hidden, 0..=4),
        (requantise_rule(-32_767, 32_767), any::<bool>()),
        (prop::collection::vec(any_gain(), 40), 0..=6_usize, 0..=8_u8, any_gain()),
        (prop::collection::vec(anchor(), 16), [anchor(), anchor()]),
        any::<u32>(),
    )
        .prop_map(
            |((input_multiplier, input_rule), hidden, last, heads, (mut anchors, mut cuts), seed)| {
                let (gains, n_prototypes, prototype_shift, prototype_gain) = heads;
                anchors.sort_unstable();
                cuts.sort_unstable();
                Parts {
                    input_multiplier,
                    input_rule,
                    hidden,
                    last,
                    gains,
                    n_prototypes,
                    prototype_shift,
                    prototype_gain,
                    anchors,
                    cuts,
                    seed,
                }
            },
        )
}

/// A layer's bytes, owned.
struct LayerBytes {
    widths: [u16; 2],
    weights: Vec<u8>,
    channels: Vec<u8>,
    rule: Requantise,
    table: Vec<u8>,
}

impl LayerBytes {
    fn new(widths: [usize; 2], rule: Requantise, table: Vec<u8>, seed: u32) -> Self {
        let case = DenseCase::seeded(widths[0], widths[1], rule, seed);
        let pair = |channel: Channel| [channel.bias.to_le_bytes(), channel.multiplier.to_le_bytes()].concat();
        Self {
            widths: widths.map(|width| width as u16),
            weights: case.weights.into_iter().map(|weight| weight as u8).collect(),
            channels: case.channels.into_iter().flat_map(pair).collect(),
            rule,
            table,
        }
    }

    fn borrow(&self) -> Layer<'_> {
        Layer::Dense(Dense {
            in_len: self.widths[0],
            out_len: self.widths[1],
            weights: &self.weights,
            channels: &self.channels,
            rule: self.rule,
            activation: match self.table.len() {
                0 => Activation::Clamp,
                256 => Activation::Table(&self.table),
                _ => Activation::RimTable(&self.table),
            },
        })
    }
}

/// 513 wide codes, of which neighbours differ by at most 2^15: halves of arbitrary codes.
fn rim_table(seed: u32) -> Vec<u8> {
    i16s(&seeded_bytes(seed, 1026)).flat_map(|code| (code / 2).to_le_bytes()).collect()
}

impl Parts {
    fn layers(&self, width: usize) -> Vec<LayerBytes> {
        let seeds = (1_u32..).map(|index| self.seed.wrapping_add(index.wrapping_mul(0x9e37_79b9)));
        let hidden = self.hidden.iter().map(|&(width, rule, has_table)| (width, rule, has_table, false));
        let last = (width, self.last.0, self.last.1, true);
        let mut in_len = width;
        let layer = |((out_len, rule, has_table, is_last), seed): ((usize, Requantise, bool, bool), u32)| {
            let table = match (has_table, is_last) {
                (false, _) => Vec::new(),
                (true, false) => seeded_bytes(!seed, 256),
                (true, true) => rim_table(!seed),
            };
            let widths = [core::mem::replace(&mut in_len, out_len), out_len];
            LayerBytes::new(widths, rule, table, seed)
        };
        hidden.chain([last]).zip(seeds).map(layer).collect()
    }

    fn file(&self, shape: &RecordShape, records: &[Vec<i32>]) -> Vec<u8> {
        // The first pass has no answers yet, only room for them; a first record never depends on what follows.
        let mut answers = vec![0; 2.min(records.len())];
        let without = self.written(shape, records, &answers);
        let model = Model::validate(&without).expect("the strategy makes sound models only");
        for (answer, record) in answers.iter_mut().zip(records) {
            *answer = Oracle::new(&model).score(record).scored.score;
        }
        self.written(shape, records, &answers)
    }

    fn written(&self, shape: &RecordShape, records: &[Vec<i32>], answers: &[u64]) -> Vec<u8> {
        let short = "the lists are far shorter than 65,535";
        let columns = shape.columns();
        let width = columns.iter().map(|&n| usize::from(n)).sum();
        let vocabularies = shape.vocabularies();
        let fields = SequenceBuffer::encode(&shape.fields(&vocabularies)).expect(short);
        let features = SequenceBuffer::encode(&shape.features()).expect(short);
        let layer_bytes = self.layers(width);
        let layers: Vec<Layer<'_>> = layer_bytes.iter().map(LayerBytes::borrow).collect();
        let layers = SequenceBuffer::encode(&layers).expect(short);
        let gains: Vec<u8> = self.gains[..width].iter().flat_map(|gain| gain.to_le_bytes()).collect();
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
            samples: Samples::Row,
            fields: fields.borrow(),
            features: features.borrow(),
            columns: &columns,
            input: InputRule { multiplier: self.input_multiplier, rule: self.input_rule },
            layers: layers.borrow(),
            latent: None,
            heads: Heads {
                gains: &gains,
                rescale: &rescale,
                prototypes: &prototypes,
                prototype_shift: self.prototype_shift,
                prototype_gain: self.prototype_gain,
                latent_gain: 0,
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

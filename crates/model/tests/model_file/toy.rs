//! The toy: ten fields of every kind, ten features of every preparation, sixteen columns, three layers. Its sister in
//! `picture.rs` has the layers of images.

use crate::run::score;
use tillwatch_engine::CONTRACT;
use tillwatch_engine::feature::{Affine, Cyclic, OneHot};
use tillwatch_engine::fixed::Requantise;
use tillwatch_model::{
    Activation, Body, CardEntry, Dense, Feature, Field, FieldKind, FloatActivation, Heads, InputRule, Latent,
    Layer, Model, Preparation, Reference, ReferenceKind, ReferenceLayer, Samples, SelfTestVector, Sequence,
    SequenceBuffer, ThresholdBlock, write,
};

/// The parts of a model file, to be edited before they are written.
///
/// What they borrow is never freed, which a test process can afford.
#[derive(Clone, Debug)]
pub(crate) struct Toy {
    pub(crate) body: Body<'static>,
    pub(crate) fields: Vec<Field<'static>>,
    pub(crate) features: Vec<Feature<'static>>,
    pub(crate) columns: Vec<u8>,
    pub(crate) layers: Vec<Layer<'static>>,
    pub(crate) self_test: Vec<SelfTestVector<'static>>,
    pub(crate) thresholds: ThresholdBlock<'static>,
    pub(crate) reference: Option<Reference<'static>>,
    pub(crate) reference_layers: Vec<ReferenceLayer<'static>>,
    /// Writes layers of the reference that do not decode.
    pub(crate) broken_reference: bool,
    /// What is done to the body last, its lists being encoded.
    pub(crate) finish: for<'a> fn(&mut Body<'a>),
}

/// Keeps a value until the process ends.
pub(crate) fn forever<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Bytes without a pattern that the tests could lean on.
pub(crate) fn noise(len: usize, salt: u32) -> &'static [u8] {
    let byte = |i: u32| ((i + 1).wrapping_mul(2_654_435_761).wrapping_add(salt.wrapping_mul(97)) >> 13) as u8;
    forever((0..len as u32).map(byte).collect::<Vec<u8>>())
}

pub(crate) fn bytes<const N: usize, const M: usize>(values: [[u8; N]; M]) -> &'static [u8] {
    forever(values.concat())
}

/// A list, possibly of other things than it says.
pub(crate) fn list<T: serde::Serialize + 'static, U: serde::Deserialize<'static>>(
    items: &[T],
) -> Sequence<'static, U> {
    forever(SequenceBuffer::encode(items).unwrap()).borrow()
}

impl Toy {
    pub(crate) fn new() -> Self {
        let toy = Self {
            body: body(),
            fields: fields(),
            features: features(),
            columns: vec![1, 1, 4, 1, 1, 2, 2, 2, 1, 1],
            layers: layers(),
            self_test: Vec::new(),
            thresholds: thresholds(),
            reference: Some(reference()),
            reference_layers: reference_layers(),
            broken_reference: false,
            finish: |_| (),
        };
        let records = [[40, 7, 1, 2, 0, 13, 4, 800, 1000, 30], [i32::MIN, 1 << 20, 9, 0, 1, 3, 6, 5, 60, -4]];
        toy.answered(&records.map(|raw| raw.to_vec()))
    }

    /// The toy with known answers, which come from the loader itself: they only show that a file survives unharmed.
    pub(crate) fn answered(mut self, records: &[Vec<i32>]) -> Self {
        let raw = |raw: &Vec<i32>| forever(raw.iter().flat_map(|raw| raw.to_le_bytes()).collect::<Vec<u8>>());
        self.self_test = records.iter().map(|record| SelfTestVector { raw: raw(record), score: 0 }).collect();
        let file = self.file();
        let model = Model::validate(&file).unwrap();
        for (vector, raw) in self.self_test.iter_mut().zip(records) {
            vector.score = score(&model, core::slice::from_ref(raw))[0].score;
        }
        self
    }

    /// A layer that is dense.
    pub(crate) fn dense(&mut self, index: usize) -> &mut Dense<'static> {
        match &mut self.layers[index] {
            Layer::Dense(dense) => dense,
            other => panic!("layer {index} is not dense: {other:?}"),
        }
    }

    /// The model file.
    pub(crate) fn file(&self) -> Vec<u8> {
        let mut body = Body {
            fields: list(&self.fields),
            features: list(&self.features),
            columns: &self.columns,
            layers: list(&self.layers),
            self_test: list(&self.self_test),
            ..self.body
        };
        (self.finish)(&mut body);
        let layers = if self.broken_reference { list(&[0xff_u8; 9]) } else { list(&self.reference_layers) };
        let reference = self.reference.map(|reference| Reference { layers, ..reference });
        write(&body, &self.thresholds, reference.as_ref()).unwrap()
    }

    /// The file after an edit.
    pub(crate) fn edited(edit: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut toy = Self::new();
        edit(&mut toy);
        toy.file()
    }
}

fn body() -> Body<'static> {
    Body {
        contract: CONTRACT,
        name: "toy",
        model_version: 3,
        data_digest: [7; 32],
        config_digest: [9; 32],
        schema: "# a schema in TOML",
        rim_fraction_bits: 9,
        samples: Samples::Row,
        fields: list::<Field<'_>, _>(&[]),
        features: list::<Feature<'_>, _>(&[]),
        columns: &[],
        input: InputRule {
            multiplier: 1 << 26,
            rule: Requantise { zero_point: 3, out_min: -128, out_max: 127, shift: 0, bias_shift: 0 },
        },
        layers: list::<Layer<'_>, _>(&[]),
        latent: Some(Latent { layer: 1, zero_code: -5, scale: 0.25 }),
        heads: Heads {
            gains: bytes([[0, 0, 1, 0]; 16]),
            // 65,536ths of ten over ten, nine, eight and seven features present.
            rescale: bytes([65_536_u32, 72_818, 81_920, 93_623].map(u32::to_le_bytes)),
            prototypes: noise(3 * 16, 5),
            prototype_shift: 4,
            prototype_gain: 1 << 15,
            latent_gain: 1 << 20,
        },
        self_test: list::<SelfTestVector<'_>, _>(&[]),
        card: list(&[CardEntry { key: "auroc", value: "0.93" }]),
    }
}

fn fields() -> Vec<Field<'static>> {
    let field = |name, kind, low, high| Field {
        name,
        unit: "",
        resolution: "1",
        kind,
        nullable: false,
        low,
        high,
        range_is_declared: true,
    };
    let vocabulary = |words: &[&'static str]| FieldKind::Category { vocabulary: list(words) };
    vec![
        Field { resolution: "0.01", unit: "EUR", ..field("amount", FieldKind::Number, -500, 1_000_000) },
        Field { nullable: true, ..field("tip", FieldKind::Number, 0, 10_000) },
        field("entry_mode", vocabulary(&["chip", "stripe", "keyed"]), 0, 3),
        field("tender", vocabulary(&["debit", "credit"]), 0, 2),
        field("is_offline", FieldKind::Flag, 0, 1),
        field("hour", FieldKind::Hour, 0, 23),
        field("weekday", FieldKind::Weekday, 0, 6),
        field("minute", FieldKind::Minute, 0, 1439),
        field("seconds", FieldKind::Seconds, 0, i32::MAX),
        field("items", FieldKind::Number, 0, 300),
    ]
}

fn features() -> Vec<Feature<'static>> {
    let octave = Affine { center: 300, multiplier: 1 << 24, shift: 0, fill: -40 };
    let cyclic = |turn_per_step| Preparation::Cyclic(Cyclic { turn_per_step, amplitude: 724 });
    let levels = [[-90, 700], [-400, 300], [-200, 410], [-100, 560]];
    let levels = levels.map(|[off, on]| u32::from(off as u16) | u32::from(on as u16) << 16);
    let preparations = [
        Preparation::Numeric(Affine { center: 40, multiplier: 1 << 27, shift: 5, fill: 12 }),
        Preparation::Logarithm(octave),
        Preparation::OneHot(bytes(levels.map(u32::to_le_bytes))),
        Preparation::Surprisal(bytes([900_i16, -30, 55].map(i16::to_le_bytes))),
        Preparation::Flag(OneHot { off: -100, on: 800 }),
        cyclic(178_956_971),
        cyclic(613_566_757),
        cyclic(2_982_616),
        Preparation::Delta(octave),
        Preparation::RatioToMean { affine: octave, window_log2: 4 },
    ];
    let names = [
        "amount",
        "tip_log",
        "entry_mode",
        "tender",
        "is_offline",
        "hour",
        "weekday",
        "minute",
        "gap",
        "items_ratio",
    ];
    let parts = (0_u16..).zip(names).zip(preparations);
    parts.map(|((field, name), preparation)| Feature { name, field, preparation }).collect()
}

fn dense(in_len: u16, out_len: u16, activation: Activation<'static>) -> Dense<'static> {
    let channel = |i: i16| [(i * 37 - 50).to_le_bytes(), ((i + 3) << 10).to_le_bytes()].concat();
    let is_last = matches!(activation, Activation::RimTable(_));
    let [out_min, out_max] = if is_last { [-32_767, 32_767] } else { [-128, 127] };
    Dense {
        in_len,
        out_len,
        weights: noise(usize::from(in_len) * usize::from(out_len), out_len.into()),
        channels: forever((0..out_len as i16).flat_map(channel).collect::<Vec<u8>>()),
        rule: Requantise {
            zero_point: -5,
            out_min,
            out_max,
            shift: if is_last { 2 } else { 0 },
            bias_shift: 3,
        },
        activation,
    }
}

fn layers() -> Vec<Layer<'static>> {
    let rim =
        (0..513).flat_map(|i: i32| ((i - 256) * 100).clamp(-20_000, 20_000).to_le_bytes()[..2].to_vec());
    vec![
        Layer::Dense(dense(16, 6, Activation::Clamp)),
        Layer::Dense(dense(6, 5, Activation::Table(noise(256, 11)))),
        Layer::Dense(dense(5, 16, Activation::RimTable(forever(rim.collect::<Vec<u8>>())))),
    ]
}

pub(crate) fn thresholds() -> ThresholdBlock<'static> {
    let anchors =
        [1_u64, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16].map(|i| (i << 12).to_le_bytes());
    ThresholdBlock {
        watch: 50_000,
        alarm: 60_000,
        watch_rate_ppm: 2_000,
        alarm_rate_ppm: 200,
        calibration_rows: 9_999,
        anchors: bytes(anchors),
    }
}

fn reference() -> Reference<'static> {
    Reference {
        layers: list::<ReferenceLayer<'_>, _>(&[]),
        column_weights: noise(4 * 16, 1),
        residual_mean: 1.5,
        prototypes: noise(4 * 16 * 3, 2),
        prototype_mean: 2.5,
        latent_mean: 0.5,
        alarm: 7.5,
    }
}

fn reference_layers() -> Vec<ReferenceLayer<'static>> {
    let layer = |in_len: u16, out_len: u16, activation| ReferenceLayer {
        kind: ReferenceKind::Dense { in_len, out_len },
        weights: noise(4 * usize::from(in_len) * usize::from(out_len), 3),
        bias: noise(4 * usize::from(out_len), 4),
        activation,
    };
    vec![
        layer(16, 6, FloatActivation::Relu),
        layer(6, 5, FloatActivation::Gelu),
        layer(5, 16, FloatActivation::Sigmoid),
    ]
}

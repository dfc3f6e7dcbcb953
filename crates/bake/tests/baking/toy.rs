//! Models for the tests, built by hand: every field kind, every preparation, every activation.

use tillwatch_engine::digest::Digest;
use tillwatch_engine::feature::Mark;
use tillwatch_engine::feature::{Affine, Cyclic, Memory, OneHot, Symlog};
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::score::ANCHORS;
use tillwatch_engine::seeded::{SeededWords, seeded_digest};
use tillwatch_loader::{Loader, Scratch};
use tillwatch_model::{
    Activation, Body, CardEntry, Dense, Feature, Field, FieldKind, Heads, InputRule, Latent, Layer, Model,
    Preparation, Samples, SelfTestVector, SequenceBuffer, ThresholdBlock, write,
};

/// What a test may change about the toy model.
#[derive(Clone, Debug)]
pub(crate) struct Toy<'v> {
    pub(crate) name: &'static str,
    /// Name of the first field.
    pub(crate) field: &'static str,
    /// Name of the first feature.
    pub(crate) feature: &'static str,
    /// Names of the two fields that hold categories.
    pub(crate) categories: [&'static str; 2],
    pub(crate) vocabulary: &'v [&'v str],
    pub(crate) unit: &'static str,
    pub(crate) card: &'static str,
    /// Width of the first hidden layer.
    pub(crate) hidden: u16,
    pub(crate) prototypes: usize,
    /// Whether the last layer ends in a table.
    pub(crate) has_rim_table: bool,
}

impl Toy<'_> {
    pub(crate) const PLAIN: Self = Self {
        name: "toy",
        field: "amount",
        feature: "amount_plain",
        categories: ["entry_mode", "outcome"],
        vocabulary: &["chip", "stripe"],
        unit: "EUR",
        card: "made by hand",
        hidden: 6,
        prototypes: 3,
        has_rim_table: true,
    };

    /// The model file, with self-test vectors that the loader scored.
    pub(crate) fn file(&self) -> Vec<u8> {
        let unscored = self.file_with_scores(&[0; VECTORS.len()]);
        let model = Model::validate(&unscored).unwrap();
        self.file_with_scores(&VECTORS.map(|raw| loader_score(&model, &raw)))
    }

    fn file_with_scores(&self, scores: &[u64]) -> Vec<u8> {
        let vocabulary = SequenceBuffer::encode(self.vocabulary).unwrap();
        let levels = self.vocabulary.len() + 1;
        let fields = SequenceBuffer::encode(&self.fields(&vocabulary)).unwrap();
        let one_hot: Vec<u8> =
            numbers(1, 2 * levels, 3000).flat_map(|code| (code as i16).to_le_bytes()).collect();
        let surprisal: Vec<u8> =
            numbers(2, levels, 3000).flat_map(|code| (code as i16).to_le_bytes()).collect();
        let features = self.features(&one_hot, &surprisal);
        let columns: Vec<u8> = features.iter().map(|f| f.preparation.n_columns() as u8).collect();
        let n_columns: usize = columns.iter().map(|&n| usize::from(n)).sum();
        let features = SequenceBuffer::encode(&features).unwrap();

        let narrow: Vec<u8> = (0..=255_u8).map(|i| (i ^ 0x80) / 2).collect();
        let wide: Vec<u8> = (0..513)
            .flat_map(|i| ((128 * i - 32_768) / 2_i32).max(-32_767).to_le_bytes()[..2].to_vec())
            .collect();
        let widths = [n_columns as u16, self.hidden, 5, n_columns as u16];
        let weights: Vec<Vec<u8>> = (0..3)
            .map(|i| {
                let len = usize::from(widths[i]) * usize::from(widths[i + 1]);
                numbers(10 + i as u32, len, 127).map(|w| w as i8 as u8).collect()
            })
            .collect();
        let channels: Vec<Vec<u8>> = (0..3)
            .map(|i| {
                let biases = numbers(20 + i as u32, widths[i + 1].into(), 4000);
                biases
                    .flat_map(|bias| {
                        [(bias as i16).to_le_bytes(), (1_i16 << [11, 11, 13][i]).to_le_bytes()].concat()
                    })
                    .collect()
            })
            .collect();
        let last = if self.has_rim_table { Activation::RimTable(&wide) } else { Activation::Clamp };
        let activations = [Activation::Table(&narrow), Activation::Clamp, last];
        let layers: Vec<Layer<'_>> = (0..3)
            .map(|i| {
                let end = if i == 2 { 32_767 } else { 127 };
                Layer::Dense(Dense {
                    in_len: widths[i],
                    out_len: widths[i + 1],
                    weights: &weights[i],
                    channels: &channels[i],
                    rule: Requantise {
                        zero_point: 3,
                        out_min: -end,
                        out_max: end,
                        shift: [0, 1, 2][i],
                        bias_shift: [0, 1, 0][i],
                    },
                    activation: activations[i],
                })
            })
            .collect();
        let layers = SequenceBuffer::encode(&layers).unwrap();

        let gains: Vec<u8> = (0..n_columns).flat_map(|i| (40_000 + 1000 * i as u32).to_le_bytes()).collect();
        // Delta, ratio and the two features of nullable fields may be missing.
        let rescale: Vec<u8> =
            (0..8_u32).flat_map(|missing| ((1 << 16) + 9000 * missing).to_le_bytes()).collect();
        let prototypes: Vec<u8> =
            numbers(30, self.prototypes * n_columns, 100).map(|p| p as i8 as u8).collect();
        let raws: Vec<Vec<u8>> =
            VECTORS.iter().map(|raw| raw.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
        let vectors: Vec<SelfTestVector<'_>> =
            raws.iter().zip(scores).map(|(raw, &score)| SelfTestVector { raw, score }).collect();
        let vectors = SequenceBuffer::encode(&vectors).unwrap();
        let card = SequenceBuffer::encode(&[CardEntry { key: "origin", value: self.card }]).unwrap();
        let body = Body {
            contract: tillwatch_engine::CONTRACT,
            name: self.name,
            model_version: 7,
            data_digest: [0xab; 32],
            config_digest: [0xcd; 32],
            schema: "",
            rim_fraction_bits: 9,
            samples: Samples::Row,
            fields: fields.borrow(),
            features: features.borrow(),
            columns: &columns,
            input: InputRule {
                multiplier: 1 << 27,
                rule: Requantise { zero_point: -2, out_min: -128, out_max: 127, shift: 0, bias_shift: 0 },
            },
            layers: layers.borrow(),
            latent: Some(Latent { layer: 1, zero_code: 3, scale: 0.125 }),
            heads: Heads {
                gains: &gains,
                rescale: &rescale,
                prototypes: &prototypes,
                prototype_shift: 5,
                prototype_gain: 30_000,
                latent_gain: 0,
            },
            self_test: vectors.borrow(),
            card: card.borrow(),
        };
        let anchors: Vec<u8> = (0..ANCHORS as u64).flat_map(|i| (1000 * i).to_le_bytes()).collect();
        let thresholds = ThresholdBlock {
            watch: 9000,
            alarm: 14_000,
            watch_rate_ppm: 10_000,
            alarm_rate_ppm: 200,
            calibration_rows: 5000,
            anchors: &anchors,
        };
        write(&body, &thresholds, None).unwrap()
    }

    fn fields<'a>(&self, vocabulary: &'a SequenceBuffer<&str>) -> Vec<Field<'a>>
    where
        Self: 'a,
    {
        let field = |name, kind, (low, high), nullable, range_is_declared| Field {
            name,
            unit: self.unit,
            resolution: "0.01",
            kind,
            nullable,
            low,
            high,
            range_is_declared,
        };
        let category = || FieldKind::Category { vocabulary: vocabulary.borrow() };
        let last = self.vocabulary.len() as i32;
        vec![
            field(self.field, FieldKind::Number, (-5, 40_000), true, false),
            field("count", FieldKind::Number, (-3, 200), false, true),
            field(self.categories[0], category(), (0, last), false, true),
            field(self.categories[1], category(), (0, last), true, true),
            field("approved", FieldKind::Flag, (0, 1), true, true),
            field("hour", FieldKind::Hour, (0, 23), false, true),
            field("weekday", FieldKind::Weekday, (0, 6), false, true),
            field("minute", FieldKind::Minute, (0, 1439), false, true),
            field("seconds", FieldKind::Seconds, (700_000_000, 700_100_000), false, false),
        ]
    }

    fn features<'a>(&self, one_hot: &'a [u8], surprisal: &'a [u8]) -> Vec<Feature<'a>> {
        let affine = |center, multiplier| Affine { center, multiplier, shift: 0, fill: 11 };
        let turn = |period: u32| Cyclic {
            turn_per_step: (u64::from(u32::MAX) / u64::from(period)) as u32,
            amplitude: 700,
        };
        // Numbers of a long line and of a short one: both have to be as rustfmt would have them.
        let symlog = |origin, width_log2, multiplier| {
            Preparation::Symlog(Symlog { origin, width_log2, affine: affine(0, multiplier) })
        };
        let feature = |name, field, preparation| Feature { name, field, preparation };
        vec![
            feature(self.feature, 0, Preparation::Numeric(Affine { shift: 2, ..affine(900, 1 << 26) })),
            feature("amount_log", 0, Preparation::Logarithm(affine(600_000, 1 << 24))),
            feature("amount_tail", 0, symlog(1250, 6, 2_000_000_000)),
            feature("count_tail", 1, symlog(0, 0, 1 << 20)),
            feature(
                "amount_ratio",
                0,
                Preparation::RatioToMean { affine: affine(0, 1 << 24), window_log2: 3 },
            ),
            feature("count", 1, Preparation::Numeric(affine(50, 1 << 30))),
            feature("entry_mode", 2, Preparation::OneHot(one_hot)),
            feature("outcome", 3, Preparation::Surprisal(surprisal)),
            feature("approved", 4, Preparation::Flag(OneHot { off: -500, on: 400 })),
            feature("hour", 5, Preparation::Cyclic(turn(24))),
            feature("weekday", 6, Preparation::Cyclic(turn(7))),
            feature("minute", 7, Preparation::Cyclic(turn(1440))),
            feature("seconds", 8, Preparation::Delta(affine(500_000, 1 << 24))),
        ]
    }
}

const MISSING: i32 = tillwatch_engine::feature::MISSING;

const VECTORS: [[i32; 9]; 3] = [
    [1250, 3, 1, 2, 1, 12, 2, 725, 700_000_100],
    [MISSING, 200, 0, MISSING, MISSING, 3, 6, 1439, 700_000_200],
    [39_999, -3, 2, 0, 0, 23, 0, 0, i32::MAX],
];

/// Numbers within `-limit..=limit` that follow from a seed.
pub(crate) fn numbers(seed: u32, len: usize, limit: i32) -> impl Iterator<Item = i32> {
    let mut words = SeededWords::new(seed);
    (0..len).map(move |_| (words.next_word() >> 1) as i32 % (2 * limit + 1) - limit)
}

/// Runs `work` with a loader of the model and what it needs to score.
fn with_loader<R>(
    model: &Model<'_>,
    work: impl FnOnce(&Loader<'_>, &mut [Memory], &mut Scratch<'_>) -> R,
) -> R {
    let loader = Loader::new(*model);
    let sizes = loader.sizes();
    let mut memories = vec![Memory::EMPTY; sizes.memories];
    let (mut codes, mut reconstruction) = (vec![0; sizes.columns], vec![0; sizes.columns]);
    let (mut even, mut odd) = (vec![0; sizes.activations], vec![0; sizes.activations]);
    let (mut marks, mut raw) = (vec![Mark::NONE; sizes.features], vec![0; sizes.raw]);
    let mut patch = vec![0; sizes.patch];
    let mut scratch = Scratch {
        codes: &mut codes,
        reconstruction: &mut reconstruction,
        activations: [&mut even, &mut odd],
        patch: &mut patch,
        marks: &mut marks,
        raw: &mut raw,
    };
    work(&loader, &mut memories, &mut scratch)
}

/// Score of a record by the loader, from empty memories.
pub(crate) fn loader_score(model: &Model<'_>, raw: &[i32]) -> u64 {
    with_loader(model, |loader, memories, scratch| loader.score(raw, memories, scratch).score)
}

/// The digest that the generated crate must give, by the loader.
pub(crate) fn loader_digest(model: &Model<'_>, records: u32, seed: u32) -> u64 {
    let fields: Vec<_> = model.body().fields.iter().map(|field| field.seeded()).collect();
    with_loader(model, |loader, memories, scratch| {
        seeded_digest(&fields, vec![0; model.n_raw()], records, seed, |raw| {
            loader.score(raw, memories, scratch).score
        })
    })
}

/// The digest that the generated encoder must give, by the loader: of the latent vectors.
pub(crate) fn loader_latent_digest(model: &Model<'_>, records: u32, seed: u32) -> u64 {
    let fields: Vec<_> = model.body().fields.iter().map(|field| field.seeded()).collect();
    with_loader(model, |loader, memories, scratch| {
        seeded_digest(&fields, vec![0; model.n_raw()], records, seed, |raw| {
            let mut digest = Digest::new();
            for &code in loader.encode(raw, memories, scratch) {
                digest.update(code as u64);
            }
            digest.finish()
        })
    })
}

//! Models of seeded weights.

use tillwatch_engine::CONTRACT;
use tillwatch_engine::feature::Affine;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::score::ANCHORS;
use tillwatch_engine::seeded::SeededWords;
use tillwatch_model::{
    Activation, Body, CardEntry, Dense, Feature, Field, FieldKind, Heads, InputRule, Latent, Layer,
    Preparation, Samples, SelfTestVector, SequenceBuffer, ThresholdBlock, write,
};

/// A model file of dense layers of these widths, ReLU between them, with a column for each of as many numbers.
pub(super) fn file(widths: &[usize], n_prototypes: usize) -> Vec<u8> {
    let short = "the lists are far shorter than 65,535";
    let columns = widths[0];
    let mut words = SeededWords::new(columns as u32);
    let mut bytes = |len: usize| -> Vec<u8> { (0..len).map(|_| (words.next_word() >> 24) as u8).collect() };
    let weights: Vec<Vec<u8>> = widths
        .windows(2)
        .map(|pair| bytes(pair[0] * pair[1]).into_iter().map(|byte| byte.max(0x81)).collect())
        .collect();
    let channel = [0_i32.to_le_bytes(), (1_i32 << 22).to_le_bytes()].concat();
    let channels: Vec<Vec<u8>> = widths[1..].iter().map(|&width| channel.repeat(width)).collect();
    let relu = Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };
    let rim = Requantise { zero_point: 0, out_min: -32_767, out_max: 32_767, shift: 3 };
    let layer = |(at, pair): (usize, &[usize])| {
        Layer::Dense(Dense {
            in_len: pair[0] as u16,
            out_len: pair[1] as u16,
            weights: &weights[at],
            channels: &channels[at],
            rule: if at + 2 == widths.len() { rim } else { relu },
            activation: Activation::Clamp,
        })
    };
    let layers: Vec<Layer<'_>> = widths.windows(2).enumerate().map(layer).collect();
    let layers = SequenceBuffer::encode(&layers).expect(short);
    let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
    let field = |name| Field {
        name,
        unit: "",
        resolution: "1",
        kind: FieldKind::Number,
        nullable: false,
        low: -1000,
        high: 1000,
        range_is_declared: false,
    };
    let fields: Vec<Field<'_>> = names.iter().map(|name| field(name)).collect();
    let fields = SequenceBuffer::encode(&fields).expect(short);
    let affine = Affine { center: 0, multiplier: 1 << 30, shift: 0, fill: 0 };
    let feature = |(field, name)| Feature { name, field, preparation: Preparation::Numeric(affine) };
    let features: Vec<Feature<'_>> = (0..).zip(names.iter().map(String::as_str)).map(feature).collect();
    let features = SequenceBuffer::encode(&features).expect(short);
    let raw = vec![0; 4 * columns];
    let self_test = SequenceBuffer::encode(&[SelfTestVector { raw: &raw, score: 0 }]).expect(short);
    let card = SequenceBuffer::<CardEntry<'_>>::encode(&[]).expect(short);
    let body = Body {
        contract: CONTRACT,
        name: "drawn",
        model_version: 1,
        data_digest: [0; 32],
        config_digest: [0; 32],
        schema: "",
        rim_fraction_bits: 9,
        samples: Samples::Row,
        fields: fields.borrow(),
        features: features.borrow(),
        columns: &vec![1; columns],
        input: InputRule { multiplier: 1 << 29, rule: Requantise { zero_point: 0, ..relu } },
        layers: layers.borrow(),
        latent: Some(Latent { layer: (widths.len() / 2 - 1) as u16, zero_code: -128, scale: 1.0 }),
        heads: Heads {
            gains: &(1_u32 << 10).to_le_bytes().repeat(columns),
            rescale: &(1_u32 << 16).to_le_bytes(),
            prototypes: &bytes(n_prototypes * columns),
            prototype_shift: 3,
            prototype_gain: 1 << 10,
            latent_gain: 0,
        },
        self_test: self_test.borrow(),
        card: card.borrow(),
    };
    let thresholds = ThresholdBlock {
        watch: 1 << 30,
        alarm: 1 << 31,
        watch_rate_ppm: 2000,
        alarm_rate_ppm: 200,
        calibration_rows: 5000,
        anchors: &(1_u64 << 29).to_le_bytes().repeat(ANCHORS),
    };
    write(&body, &thresholds, None).expect("these types always encode")
}

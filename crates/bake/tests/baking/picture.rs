//! Models of images and windows for the tests: a layer of every kind, output channels that fill no group of four.

use crate::toy::{loader_score, numbers};
use tillwatch_engine::feature::{Affine, OneHot};
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::{Pool, Shape};
use tillwatch_engine::score::ANCHORS;
use tillwatch_model::{
    Activation, Body, CardEntry, Convolution, Dense, Feature, Field, FieldKind, Heads, InputRule, Latent,
    Layer, Model, Preparation, Samples, SelfTestVector, SequenceBuffer, ThresholdBlock, TopK, Upsample,
    write,
};

/// What a test may change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture {
    pub(crate) name: &'static str,
    pub(crate) samples: Samples,
    /// Fields of a sample, one or two; with one alone all layers are dense.
    pub(crate) fields: u16,
    /// Channels of the first convolution; many make the weights a file. Of dense layers, the width of the first.
    pub(crate) channels: u16,
    pub(crate) latent_gain: u32,
}

const ZERO: i8 = -7;

impl Picture {
    pub(crate) const IMAGE: Self = Self {
        name: "picture",
        samples: Samples::Image { height: 6, width: 4 },
        fields: 2,
        channels: 6,
        latent_gain: 1 << 18,
    };
    pub(crate) const WINDOW: Self = Self {
        name: "window",
        samples: Samples::Window { length: 24, hop: 5 },
        fields: 2,
        channels: 5,
        latent_gain: 0,
    };
    /// So wide that its last layer is computed in pieces.
    pub(crate) const WAVE: Self = Self {
        name: "wave",
        samples: Samples::Window { length: 301, hop: 9 },
        fields: 1,
        channels: 30,
        latent_gain: 1 << 18,
    };

    /// Columns of a record, each of which is a raw value.
    fn width(&self) -> usize {
        usize::from(self.fields) * self.samples.count()
    }

    fn shape(&self, channels: u16) -> Shape {
        match self.samples {
            Samples::Image { height, width } => Shape { height, width, channels },
            samples => Shape { height: 1, width: samples.count() as u16, channels },
        }
    }

    /// The model file, with known answers that the loader scored.
    pub(crate) fn file(&self) -> Vec<u8> {
        let raws = [3, 4].map(|seed| numbers(seed, self.width(), 127).collect::<Vec<i32>>());
        let unscored = self.written(&raws, [0; 2]);
        let model = Model::validate(&unscored).unwrap();
        self.written(&raws, raws.each_ref().map(|raw| loader_score(&model, raw)))
    }

    fn written(&self, raws: &[Vec<i32>; 2], scores: [u64; 2]) -> Vec<u8> {
        // The second field is a flag.
        let own = usize::from(self.fields);
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
        let fields = [field("grey", FieldKind::Number, -127, 127), field("is_lit", FieldKind::Flag, 0, 1)];
        let affine = Affine { center: 3, multiplier: 1 << 30, shift: 4, fill: 0 };
        let features = [
            Feature { name: "grey", field: 0, preparation: Preparation::Numeric(affine) },
            Feature {
                name: "is_lit",
                field: 1,
                preparation: Preparation::Flag(OneHot { off: -300, on: 400 }),
            },
        ];
        let parts = self.parts();
        let layers: Vec<Layer<'_>> = parts.iter().map(Part::borrow).collect();
        let little =
            |values: &[u32]| -> Vec<u8> { values.iter().flat_map(|value| value.to_le_bytes()).collect() };
        let gains = little(&(0..self.width() as u32).map(|i| 50_000 + 700 * i).collect::<Vec<u32>>());
        let prototypes: Vec<u8> = numbers(9, 2 * self.width(), 100).map(|entry| entry as u8).collect();
        let bytes: Vec<Vec<u8>> =
            raws.iter().map(|raw| raw.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
        let vectors: Vec<SelfTestVector<'_>> =
            bytes.iter().zip(scores).map(|(raw, score)| SelfTestVector { raw, score }).collect();
        let buffers = (
            SequenceBuffer::encode(&fields[..own]).unwrap(),
            SequenceBuffer::encode(&features[..own]).unwrap(),
            SequenceBuffer::encode(&layers).unwrap(),
            SequenceBuffer::encode(&vectors).unwrap(),
            SequenceBuffer::encode(&[CardEntry { key: "origin", value: "made by hand" }]).unwrap(),
        );
        let body = Body {
            contract: tillwatch_engine::CONTRACT,
            name: self.name,
            model_version: 2,
            data_digest: [1; 32],
            config_digest: [2; 32],
            schema: "",
            rim_fraction_bits: 9,
            samples: self.samples,
            fields: buffers.0.borrow(),
            features: buffers.1.borrow(),
            columns: &[1, 1][..own],
            input: InputRule {
                multiplier: 1 << 29,
                rule: Requantise {
                    zero_point: ZERO.into(),
                    out_min: -128,
                    out_max: 127,
                    shift: 0,
                    bias_shift: 0,
                },
            },
            layers: buffers.2.borrow(),
            latent: Some(Latent { layer: if own == 1 { 1 } else { 4 }, zero_code: ZERO, scale: 0.0625 }),
            heads: Heads {
                gains: &gains,
                rescale: &little(&[1 << 16]),
                prototypes: &prototypes,
                prototype_shift: 6,
                prototype_gain: 20_000,
                latent_gain: self.latent_gain,
            },
            self_test: buffers.3.borrow(),
            card: buffers.4.borrow(),
        };
        let anchors: Vec<u8> = (0..ANCHORS as u64).flat_map(|i| (1000 * i).to_le_bytes()).collect();
        let thresholds = ThresholdBlock {
            watch: 90_000,
            alarm: 140_000,
            watch_rate_ppm: 10_000,
            alarm_rate_ppm: 200,
            calibration_rows: 5000,
            anchors: &anchors,
        };
        write(&body, &thresholds, None).unwrap()
    }

    /// Dense layers, or convolution, pools, dense layers with the k largest kept, enlargement, transposed convolution.
    fn parts(&self) -> Vec<Part> {
        let code = 11;
        if self.fields == 1 {
            let width = self.width() as u16;
            return vec![
                Part::dense(width, self.channels, 127),
                Part::dense(self.channels, code, 127),
                Part::dense(code, width, 32_767),
            ];
        }
        let input = self.shape(2);
        let wide = self.shape(self.channels);
        let [kernel, halves] = if input.height > 1 { [[3, 3], [2, 2]] } else { [[1, 5], [1, 2]] };
        let padding = kernel.map(|size: u8| size / 2);
        let pool = Pool { input: wide, kernel: halves, stride: halves };
        let halved = pool.output();
        let mean = Pool { input: halved, kernel: halves, stride: [1, 1] };
        let averaged = mean.output();
        let enlarged =
            Shape { height: averaged.height, width: averaged.width * 2, channels: averaged.channels };
        let geometry = |input, output, kernel, stride, padding| (input, output, kernel, stride, padding);
        vec![
            Part::convolution(geometry(input, wide, kernel, [1, 1], padding), false, 127),
            Part::Plain(Layer::MaxPool(pool)),
            Part::Plain(Layer::AveragePool(mean)),
            Part::dense(averaged.len() as u16, code, 127),
            Part::Plain(Layer::TopK(TopK { len: code, keep: 4, zero_code: ZERO })),
            Part::dense(code, averaged.len() as u16, 127),
            Part::Plain(Layer::Upsample(Upsample { input: averaged, factor: [1, 2] })),
            Part::convolution(geometry(enlarged, input, kernel, halves, padding), true, 32_767),
        ]
    }
}

/// A layer whose bytes are owned.
enum Part {
    Plain(Layer<'static>),
    Dense(u16, u16, i32, Vec<u8>, Vec<u8>),
    Convolution(Geometry, bool, i32, Vec<u8>, Vec<u8>),
}

type Geometry = (Shape, Shape, [u8; 2], [u8; 2], [u8; 2]);

/// Channels of a scale of 1/128.
fn channels(seed: u32, len: usize, is_wide: bool) -> Vec<u8> {
    let multiplier = if is_wide { 1_i16 << 10 } else { 1 << 14 };
    let pair = |bias: i32| [(bias as i16).to_le_bytes(), multiplier.to_le_bytes()].concat();
    numbers(seed, len, 3000).flat_map(pair).collect()
}

fn weights(seed: u32, len: usize) -> Vec<u8> {
    numbers(seed, len, 127).map(|weight| weight as u8).collect()
}

impl Part {
    fn dense(in_len: u16, out_len: u16, end: i32) -> Self {
        let len = usize::from(in_len) * usize::from(out_len);
        let channels = channels(out_len.into(), out_len.into(), end > 127);
        Self::Dense(in_len, out_len, end, weights(len as u32, len), channels)
    }

    fn convolution(geometry: Geometry, is_transposed: bool, end: i32) -> Self {
        let (input, output, kernel, stride, padding) = geometry;
        let (ins, outs) = (usize::from(input.channels), usize::from(output.channels));
        // Every tap of the kernel belongs to one phase.
        let len = usize::from(kernel[0]) * usize::from(kernel[1]) * ins * outs;
        let phases = if is_transposed { usize::from(stride[0]) * usize::from(stride[1]) } else { 1 };
        let geometry = (input, output, kernel, stride, padding);
        Self::Convolution(
            geometry,
            is_transposed,
            end,
            weights(77, len),
            channels(78, outs * phases, end > 127),
        )
    }

    fn borrow(&self) -> Layer<'_> {
        let rule = |end: i32| Requantise {
            zero_point: ZERO.into(),
            out_min: -end,
            out_max: end,
            shift: 0,
            bias_shift: 0,
        };
        match self {
            Self::Plain(layer) => *layer,
            Self::Dense(in_len, out_len, end, weights, channels) => Layer::Dense(Dense {
                in_len: *in_len,
                out_len: *out_len,
                weights,
                channels,
                rule: rule(*end),
                activation: Activation::Clamp,
            }),
            Self::Convolution(
                (input, output, kernel, stride, padding),
                is_transposed,
                end,
                weights,
                channels,
            ) => {
                let layer = Convolution {
                    input: *input,
                    output: *output,
                    kernel: *kernel,
                    stride: *stride,
                    padding: *padding,
                    pad_code: ZERO,
                    weights,
                    channels,
                    rule: rule(*end),
                    activation: Activation::Clamp,
                };
                if *is_transposed { Layer::Transposed(layer) } else { Layer::Convolution(layer) }
            }
        }
    }
}

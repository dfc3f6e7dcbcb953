//! The toy's sister: an image of two channels, and a layer of every kind that images have.

use crate::toy::{Toy, bytes, forever, noise};
use tillwatch_engine::feature::Affine;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::{Pool, Shape};
use tillwatch_model::{
    Activation, Convolution, Feature, Field, FieldKind, FloatActivation, Heads, Latent, Layer, Preparation,
    Reference, ReferenceConvolution, ReferenceKind, ReferenceLayer, Samples, TopK, Upsample,
};

const IMAGE: Shape = Shape { height: 6, width: 5, channels: 2 };
const WIDE: Shape = Shape { height: 6, width: 5, channels: 4 };
const POOLED: Shape = Shape { height: 3, width: 2, channels: 4 };
const ENLARGED: Shape = Shape { height: 3, width: 4, channels: 4 };
const SMOOTHED: Shape = Shape { height: 3, width: 3, channels: 4 };
const ZERO_CODE: i8 = -3;

/// A model of pictures of 6 rows of 5 pixels.
pub(crate) fn picture() -> Toy {
    let mut toy = Toy::new();
    let field = |name| Field {
        name,
        unit: "",
        resolution: "1",
        kind: FieldKind::Number,
        nullable: false,
        low: 0,
        high: 255,
        range_is_declared: true,
    };
    let affine = Affine { center: 128, multiplier: 1 << 28, shift: 0, fill: 0 };
    let feature = |name, field| Feature { name, field, preparation: Preparation::Numeric(affine) };
    toy.body.samples = Samples::Image { height: 6, width: 5 };
    toy.body.latent = Some(Latent { layer: 2, zero_code: ZERO_CODE, scale: 0.5 });
    toy.body.heads = Heads {
        gains: bytes([[0, 0, 1, 0]; 60]),
        rescale: bytes([65_536_u32.to_le_bytes()]),
        prototypes: noise(2 * 60, 6),
        ..toy.body.heads
    };
    toy.fields = vec![field("grey"), field("depth")];
    toy.features = vec![feature("grey", 0), feature("depth", 1)];
    toy.columns = vec![1, 1];
    toy.layers = layers();
    toy.reference = Some(Reference {
        column_weights: noise(4 * 60, 1),
        prototypes: noise(4 * 60, 2),
        latent_mean: 0.0,
        ..toy.reference.unwrap()
    });
    toy.reference_layers = reference_layers();
    let record = |salt: i32| (0..60).map(|at| (at * 37 + salt) % 256).collect::<Vec<i32>>();
    toy.answered(&[record(11), record(200)])
}

fn layers() -> Vec<Layer<'static>> {
    let rule = |low, high| Requantise {
        zero_point: ZERO_CODE.into(),
        out_min: low,
        out_max: high,
        shift: 0,
        bias_shift: 0,
    };
    let channels = |n: i16| {
        let pair = |i: i16| [(i * 21 - 30).to_le_bytes(), ((i + 2) << 11).to_le_bytes()].concat();
        forever((0..n).flat_map(pair).collect::<Vec<u8>>())
    };
    vec![
        Layer::Convolution(Convolution {
            input: IMAGE,
            output: WIDE,
            kernel: [3, 3],
            stride: [1, 1],
            padding: [1, 1],
            pad_code: ZERO_CODE,
            weights: noise(72, 7),
            channels: channels(4),
            rule: rule(-128, 127),
            activation: Activation::Clamp,
        }),
        Layer::MaxPool(Pool { input: WIDE, kernel: [2, 2], stride: [2, 2] }),
        Layer::TopK(TopK { len: 24, keep: 7, zero_code: ZERO_CODE }),
        Layer::Upsample(Upsample { input: POOLED, factor: [1, 2] }),
        Layer::AveragePool(Pool { input: ENLARGED, kernel: [1, 2], stride: [1, 1] }),
        // Phases of 2 x 1, 2 x 1, 1 x 1 and 1 x 1 taps: (2 + 2 + 1 + 1) * 4 * 2 weights.
        Layer::Transposed(Convolution {
            input: SMOOTHED,
            output: IMAGE,
            kernel: [3, 2],
            stride: [2, 2],
            padding: [1, 0],
            pad_code: ZERO_CODE,
            weights: noise(48, 9),
            channels: channels(8),
            rule: rule(-32_767, 32_767),
            activation: Activation::Clamp,
        }),
    ]
}

fn reference_layers() -> Vec<ReferenceLayer<'static>> {
    let plain = |kind| ReferenceLayer { kind, activation: FloatActivation::Linear, weights: &[], bias: &[] };
    let geometry = |input, output, kernel, stride, padding| ReferenceConvolution {
        input,
        output,
        kernel,
        stride,
        padding,
    };
    let convolution = geometry(IMAGE, WIDE, [3, 3], [1, 1], [1, 1]);
    let transposed = geometry(SMOOTHED, IMAGE, [3, 2], [2, 2], [1, 0]);
    vec![
        ReferenceLayer {
            kind: ReferenceKind::Convolution(convolution),
            activation: FloatActivation::Relu,
            weights: noise(4 * 72, 3),
            bias: noise(4 * 4, 4),
        },
        plain(ReferenceKind::MaxPool(Pool { input: WIDE, kernel: [2, 2], stride: [2, 2] })),
        plain(ReferenceKind::TopK { len: 24, keep: 7 }),
        plain(ReferenceKind::Upsample(Upsample { input: POOLED, factor: [1, 2] })),
        plain(ReferenceKind::AveragePool(Pool { input: ENLARGED, kernel: [1, 2], stride: [1, 1] })),
        ReferenceLayer {
            kind: ReferenceKind::Transposed(transposed),
            activation: FloatActivation::Linear,
            weights: noise(4 * 48, 5),
            bias: noise(4 * 2, 6),
        },
    ]
}

#[test]
fn the_picture_is_sound_and_gives_its_known_answers() {
    let file = picture().file();
    let model = tillwatch_model::Model::validate(&file).unwrap();
    assert_eq!(crate::run::self_test(&model), Ok(()));
    assert_eq!((model.n_columns(), model.latent_len(), model.longest_patch()), (60, 24, 18));
}

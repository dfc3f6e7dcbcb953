//! Layers of images, samples and the latent vector.

use super::{allowed_of, refused_of, zeros};
use crate::picture::picture;
use crate::toy::Toy;
use tillwatch_engine::kernel::{Pool, Shape};
use tillwatch_model::{Activation, Cause, Convolution, Latent, Layer, Preparation, Samples, TopK, Upsample};

/// The convolution or transposed convolution at an index.
fn window(toy: &mut Toy, index: usize) -> &mut Convolution<'static> {
    match &mut toy.layers[index] {
        Layer::Convolution(layer) | Layer::Transposed(layer) => layer,
        other => panic!("layer {index} is no convolution: {other:?}"),
    }
}

#[test]
fn convolutions() {
    refused_of(
        picture,
        &[
            ("no stride", |toy| window(toy, 0).stride = [1, 0], Cause::LayerShape, 0),
            ("no kernel", |toy| window(toy, 0).kernel = [0, 3], Cause::LayerShape, 0),
            ("padding as large as the kernel", |toy| window(toy, 0).padding = [1, 3], Cause::LayerShape, 0),
            ("a weight short", |toy| window(toy, 0).weights = zeros(71), Cause::LayerShape, 0),
            ("a channel short", |toy| window(toy, 0).channels = zeros(12), Cause::LayerShape, 0),
            ("a flat input", |toy| window(toy, 0).input.height = 0, Cause::LayerShape, 0),
            ("an input of another size", |toy| window(toy, 0).input.width = 6, Cause::LayerShape, 0),
            (
                "windows below the input",
                |toy| {
                    window(toy, 0).stride = [2, 1];
                },
                Cause::LayerShape,
                0,
            ),
            ("an output without channels", |toy| window(toy, 0).output.channels = 0, Cause::LayerShape, 0),
            ("hidden above an i8", |toy| window(toy, 0).rule.out_max = 128, Cause::LayerRule, 0),
            (
                "a rim table inside",
                |toy| window(toy, 0).activation = Activation::RimTable(zeros(1026)),
                Cause::LayerRule,
                0,
            ),
            (
                "a sum that overflows",
                |toy| {
                    window(toy, 0).rule.shift = 15;
                    window(toy, 0).weights = crate::toy::forever(vec![0x81; 72]);
                },
                Cause::Accumulator,
                0,
            ),
        ],
    );
    allowed_of(picture, &[("padding of any code", |toy| window(toy, 0).pad_code = 127)]);
}

#[test]
fn transposed_convolutions() {
    refused_of(
        picture,
        &[
            ("kernel below stride", |toy| window(toy, 5).stride = [2, 3], Cause::LayerShape, 5),
            ("a weight too many", |toy| window(toy, 5).weights = zeros(49), Cause::LayerShape, 5),
            ("channels of one phase only", |toy| window(toy, 5).channels = zeros(8), Cause::LayerShape, 5),
            (
                "an output far below its input",
                |toy| {
                    window(toy, 5).output = Shape { height: 30, width: 1, channels: 2 };
                },
                Cause::LayerShape,
                5,
            ),
            ("last above a wide code", |toy| window(toy, 5).rule.out_max = 32_768, Cause::LayerRule, 5),
            (
                "a sum of the last phase that overflows",
                |toy| {
                    let channels = super::with_word(window(toy, 5).channels, 7, i16::MAX.into());
                    window(toy, 5).channels = channels;
                    (window(toy, 5).rule.shift, window(toy, 5).rule.bias_shift) = (2, 14);
                },
                Cause::Accumulator,
                5,
            ),
        ],
    );
}

#[test]
fn layers_without_weights() {
    let edits: &[(&str, super::Edit, Cause, u16)] = &[
        (
            "a pool larger than its input",
            |toy| {
                let input = Shape { height: 6, width: 5, channels: 4 };
                toy.layers[1] = Layer::MaxPool(Pool { input, kernel: [7, 1], stride: [2, 2] });
            },
            Cause::LayerShape,
            1,
        ),
        (
            "a pool that stands still",
            |toy| {
                let input = Shape { height: 6, width: 5, channels: 4 };
                toy.layers[1] = Layer::AveragePool(Pool { input, kernel: [2, 2], stride: [0, 2] });
            },
            Cause::LayerShape,
            1,
        ),
        (
            "nothing kept",
            |toy| toy.layers[2] = Layer::TopK(TopK { len: 24, keep: 0, zero_code: 0 }),
            Cause::LayerShape,
            2,
        ),
        (
            "more kept than there are",
            |toy| toy.layers[2] = Layer::TopK(TopK { len: 24, keep: 25, zero_code: 0 }),
            Cause::LayerShape,
            2,
        ),
        (
            "a factor of nothing",
            |toy| {
                let input = Shape { height: 3, width: 2, channels: 4 };
                toy.layers[3] = Layer::Upsample(Upsample { input, factor: [1, 0] });
            },
            Cause::LayerShape,
            3,
        ),
        (
            "too large to be told",
            |toy| {
                let input = Shape { height: 1024, width: 1, channels: 1 };
                toy.layers[3] = Layer::Upsample(Upsample { input, factor: [255, 1] });
            },
            Cause::LayerShape,
            3,
        ),
        ("a last layer without weights", |toy| _ = toy.layers.pop(), Cause::LayerShape, 4),
    ];
    refused_of(picture, edits);
    allowed_of(
        picture,
        &[("all kept", |toy| {
            toy.layers[2] = Layer::TopK(TopK { len: 24, keep: 24, zero_code: 0 });
        })],
    );
}

#[test]
fn samples() {
    refused_of(
        picture,
        &[
            ("no pixel", |toy| toy.body.samples = Samples::Image { height: 0, width: 5 }, Cause::Samples, 0),
            (
                "more pixels than columns",
                |toy| toy.body.samples = Samples::Image { height: 65_535, width: 65_535 },
                Cause::Samples,
                0,
            ),
            ("no hop", |toy| toy.body.samples = Samples::Window { length: 30, hop: 0 }, Cause::Samples, 0),
            ("a pixel that may be missing", |toy| toy.fields[1].nullable = true, Cause::Samples, 0),
            (
                "a pixel that looks back",
                |toy| {
                    if let Preparation::Numeric(affine) = toy.features[1].preparation {
                        toy.features[1].preparation = Preparation::Delta(affine);
                    }
                },
                Cause::Samples,
                0,
            ),
            (
                "another number of pixels",
                |toy| toy.body.samples = Samples::Image { height: 5, width: 5 },
                Cause::LayerShape,
                0,
            ),
        ],
    );
    allowed_of(
        picture,
        &[
            ("the same as a window", |toy| toy.body.samples = Samples::Window { length: 30, hop: 7 }),
            ("the same lying down", |toy| toy.body.samples = Samples::Image { height: 5, width: 6 }),
        ],
    );
}

#[test]
fn latent_vectors() {
    refused_of(
        picture,
        &[
            (
                "no such layer",
                |toy| toy.body.latent = Some(Latent { layer: 6, zero_code: 0, scale: 1.0 }),
                Cause::Latent,
                0,
            ),
            (
                "the last layer",
                |toy| toy.body.latent = Some(Latent { layer: 5, zero_code: 0, scale: 1.0 }),
                Cause::Latent,
                0,
            ),
            (
                "no scale",
                |toy| toy.body.latent = Some(Latent { layer: 2, zero_code: 0, scale: 0.0 }),
                Cause::Latent,
                0,
            ),
            (
                "no number",
                |toy| toy.body.latent = Some(Latent { layer: 2, zero_code: 0, scale: f32::NAN }),
                Cause::Latent,
                0,
            ),
            ("a gain of nothing", |toy| toy.body.latent = None, Cause::Latent, 0),
        ],
    );
    allowed_of(
        picture,
        &[
            ("the largest gain", |toy| toy.body.heads.latent_gain = u32::MAX),
            ("none, and no gain", |toy| (toy.body.latent, toy.body.heads.latent_gain) = (None, 0)),
        ],
    );
}

#[test]
fn reference_layers() {
    use tillwatch_model::ReferenceKind;
    refused_of(
        picture,
        &[
            (
                "a pool larger than its input",
                |toy| {
                    if let ReferenceKind::MaxPool(pool) = &mut toy.reference_layers[1].kind {
                        pool.kernel = [7, 1];
                    }
                },
                Cause::Reference,
                0,
            ),
            (
                "no stride",
                |toy| {
                    if let ReferenceKind::Convolution(layer) = &mut toy.reference_layers[0].kind {
                        layer.stride = [0, 1];
                    }
                },
                Cause::Reference,
                0,
            ),
            (
                "kernel below stride",
                |toy| {
                    if let ReferenceKind::Transposed(layer) = &mut toy.reference_layers[5].kind {
                        layer.stride = [4, 2];
                    }
                },
                Cause::Reference,
                0,
            ),
            (
                "nothing kept",
                |toy| toy.reference_layers[2].kind = ReferenceKind::TopK { len: 24, keep: 0 },
                Cause::Reference,
                0,
            ),
        ],
    );
}

//! Shapes and kernels of float layers as the model file and the engine have them, and back.

use crate::nn;
use crate::nn::Activation;
use tillwatch_engine::kernel::{Convolution as Geometry, Pool, Shape};
use tillwatch_model::{ReferenceConvolution, Upsample};

fn shape(shape: nn::Shape) -> Shape {
    Shape { height: shape.height as u16, width: shape.width as u16, channels: shape.channels as u16 }
}

fn float_shape(shape: Shape) -> nn::Shape {
    nn::Shape::new(shape.height.into(), shape.width.into(), shape.channels.into())
}

fn narrow(pair: [usize; 2]) -> [u8; 2] {
    pair.map(|value| value as u8)
}

fn widen(pair: [u8; 2]) -> [usize; 2] {
    pair.map(usize::from)
}

/// A convolution's geometry for the engine.
pub(crate) fn of_convolution(layer: &nn::Convolution, pad_code: i8) -> Geometry {
    let ReferenceConvolution { input, output, kernel, stride, padding } = convolution_to_file(layer);
    Geometry { input, output, kernel, stride, padding, pad_code }
}

/// A transposed convolution's geometry for the engine.
pub(crate) fn of_transposed(layer: &nn::TransposedConvolution, pad_code: i8) -> Geometry {
    let ReferenceConvolution { input, output, kernel, stride, padding } = transposed_to_file(layer);
    Geometry { input, output, kernel, stride, padding, pad_code }
}

/// A pooling window.
pub(crate) fn of_max_pool(pool: &nn::MaxPool) -> Pool {
    Pool { input: shape(pool.input), kernel: narrow(pool.kernel), stride: narrow(pool.stride) }
}

/// A pooling window.
pub(crate) fn of_average_pool(pool: &nn::AveragePool) -> Pool {
    Pool { input: shape(pool.input), kernel: narrow(pool.kernel), stride: narrow(pool.stride) }
}

/// An enlargement.
pub(crate) fn of_upsample(layer: &nn::Upsample) -> Upsample {
    Upsample { input: shape(layer.input), factor: narrow(layer.factor) }
}

/// A convolution's geometry for the float reference.
pub(crate) fn convolution_to_file(layer: &nn::Convolution) -> ReferenceConvolution {
    ReferenceConvolution {
        input: shape(layer.input),
        output: shape(layer.output()),
        kernel: narrow(layer.kernel),
        stride: narrow(layer.stride),
        padding: narrow([layer.padding.top, layer.padding.left]),
    }
}

/// A transposed convolution's geometry for the float reference.
pub(crate) fn transposed_to_file(layer: &nn::TransposedConvolution) -> ReferenceConvolution {
    ReferenceConvolution {
        input: shape(layer.input),
        output: shape(layer.output),
        kernel: narrow(layer.kernel),
        stride: narrow(layer.stride),
        padding: narrow(layer.padding),
    }
}

/// The convolution of a validated file; what its output needs below and on the right is padding.
pub(crate) fn convolution_from_file(part: &ReferenceConvolution, activation: Activation) -> nn::Convolution {
    let below = |out: u16, stride: u8, kernel: u8, before: u8, within: u16| {
        let reach = (usize::from(out) - 1) * usize::from(stride) + usize::from(kernel);
        reach.saturating_sub(usize::from(before) + usize::from(within))
    };
    let ([down, across], [high, wide], [top, left]) = (part.stride, part.kernel, part.padding);
    nn::Convolution {
        input: float_shape(part.input),
        out_channels: part.output.channels.into(),
        kernel: widen(part.kernel),
        stride: widen(part.stride),
        padding: nn::Padding {
            top: top.into(),
            left: left.into(),
            bottom: below(part.output.height, down, high, top, part.input.height),
            right: below(part.output.width, across, wide, left, part.input.width),
        },
        activation,
    }
}

/// The transposed convolution of a validated file.
pub(crate) fn transposed_from_file(
    part: &ReferenceConvolution,
    activation: Activation,
) -> nn::TransposedConvolution {
    nn::TransposedConvolution {
        input: float_shape(part.input),
        output: float_shape(part.output),
        kernel: widen(part.kernel),
        stride: widen(part.stride),
        padding: widen(part.padding),
        activation,
    }
}

/// The pooling layer of a validated file.
pub(crate) fn max_pool_from_file(pool: &Pool) -> nn::MaxPool {
    nn::MaxPool { input: float_shape(pool.input), kernel: widen(pool.kernel), stride: widen(pool.stride) }
}

/// The pooling layer of a validated file.
pub(crate) fn average_pool_from_file(pool: &Pool) -> nn::AveragePool {
    nn::AveragePool { input: float_shape(pool.input), kernel: widen(pool.kernel), stride: widen(pool.stride) }
}

/// The enlargement of a validated file.
pub(crate) fn upsample_from_file(part: Upsample) -> nn::Upsample {
    nn::Upsample { input: float_shape(part.input), factor: widen(part.factor) }
}

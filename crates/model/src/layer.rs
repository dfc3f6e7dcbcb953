//! Layers of the integer network.

use serde::{Deserialize, Serialize};
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::{Convolution as Geometry, Pool, Shape, Transposed};

/// How wide codes become the network's 8-bit input.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct InputRule {
    /// Scale of the rim over scale of the input, as a fraction of 2^32.
    pub multiplier: i32,
    /// Zero point and range.
    #[serde(with = "RequantiseFields")]
    pub rule: Requantise,
}

/// One layer. Activations are `[height, width, channels]`, row-major; a plain vector is `[1, 1, n]`, a sequence has
/// height 1, so nothing has to be flattened or reshaped.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Layer<'a> {
    /// Fully connected.
    #[serde(borrow)]
    Dense(Dense<'a>),
    /// Convolution; weights `[out channels, kernel height, kernel width, in channels]`, row-major.
    #[serde(borrow)]
    Convolution(Convolution<'a>),
    /// Transposed convolution; weights and channels phase after phase, as `NUMERICS.md` has them.
    #[serde(borrow)]
    Transposed(Convolution<'a>),
    /// The largest code under each window.
    MaxPool(#[serde(with = "PoolFields")] Pool),
    /// The mean code under each window.
    AveragePool(#[serde(with = "PoolFields")] Pool),
    /// Nearest-neighbour enlargement.
    Upsample(Upsample),
    /// Keeps the largest codes.
    TopK(TopK),
}

/// A fully connected layer. The last layer's outputs are wide codes, the others' 8-bit activations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Dense<'a> {
    /// Number of inputs.
    pub in_len: u16,
    /// Number of outputs.
    pub out_len: u16,
    /// Weights as i8, `[out_len, in_len]` row-major.
    pub weights: &'a [u8],
    /// Bias and multiplier of each output, little-endian i16 pairs.
    pub channels: &'a [u8],
    /// What the outputs share.
    #[serde(with = "RequantiseFields")]
    pub rule: Requantise,
    /// What follows the requantisation.
    #[serde(borrow)]
    pub activation: Activation<'a>,
}

/// A convolution or a transposed one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Convolution<'a> {
    /// Shape of the input.
    #[serde(with = "ShapeFields")]
    pub input: Shape,
    /// Shape of the output.
    #[serde(with = "ShapeFields")]
    pub output: Shape,
    /// Height and width of the kernel.
    pub kernel: [u8; 2],
    /// Steps down and across.
    pub stride: [u8; 2],
    /// Padding above and to the left.
    pub padding: [u8; 2],
    /// Code of the padding: that of real zero in the input.
    pub pad_code: i8,
    /// Weights as i8.
    pub weights: &'a [u8],
    /// Bias and multiplier of each output channel, for a transposed convolution of each phase; little-endian i16 pairs.
    pub channels: &'a [u8],
    /// What the outputs share.
    #[serde(with = "RequantiseFields")]
    pub rule: Requantise,
    /// What follows the requantisation.
    #[serde(borrow)]
    pub activation: Activation<'a>,
}

/// An enlargement by whole factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upsample {
    /// Shape of the input.
    #[serde(with = "ShapeFields")]
    pub input: Shape,
    /// Factors down and across.
    pub factor: [u8; 2],
}

impl Upsample {
    /// Shape of the output.
    #[must_use]
    pub const fn output(&self) -> Shape {
        Shape {
            height: self.input.height * self.factor[0] as u16,
            width: self.input.width * self.factor[1] as u16,
            channels: self.input.channels,
        }
    }
}

/// Keeps the largest codes of a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopK {
    /// Number of codes.
    pub len: u16,
    /// How many stay.
    pub keep: u16,
    /// What the others become: the code of real zero.
    pub zero_code: i8,
}

/// What follows the requantisation.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Activation<'a> {
    /// Nothing: the rule's clamp is the activation.
    Clamp,
    /// A table of 256 i8, for 8-bit outputs.
    Table(&'a [u8]),
    /// A table of 513 little-endian i16, interpolated, for wide outputs.
    RimTable(&'a [u8]),
}

impl Layer<'_> {
    /// Number of input codes.
    #[must_use]
    pub fn in_len(&self) -> usize {
        match self {
            Self::Dense(dense) => dense.in_len.into(),
            Self::Convolution(layer) | Self::Transposed(layer) => layer.input.len(),
            Self::MaxPool(pool) | Self::AveragePool(pool) => pool.input.len(),
            Self::Upsample(upsample) => upsample.input.len(),
            Self::TopK(top) => top.len.into(),
        }
    }

    /// Number of output codes.
    #[must_use]
    pub fn out_len(&self) -> usize {
        match self {
            Self::Dense(dense) => dense.out_len.into(),
            Self::Convolution(layer) | Self::Transposed(layer) => layer.output.len(),
            Self::MaxPool(pool) | Self::AveragePool(pool) => pool.output().len(),
            Self::Upsample(upsample) => upsample.output().len(),
            Self::TopK(top) => top.len.into(),
        }
    }

    /// Codes of the largest patch that the layer gathers; 0 for layers that gather none.
    #[must_use]
    pub fn patch_len(&self) -> usize {
        match self {
            Self::Convolution(layer) => layer.geometry().patch_len(),
            Self::Transposed(layer) => layer.transposed().longest_patch_len(),
            _ => 0,
        }
    }

    /// Groups of four codes of the largest patch, where weights are tiled; 0 for layers that gather none.
    #[must_use]
    pub fn patch_groups(&self) -> usize {
        match self {
            Self::Convolution(layer) => layer.geometry().patch_groups(),
            Self::Transposed(layer) => layer.transposed().patch_groups([0, 0]),
            _ => 0,
        }
    }

    /// Multiply-accumulates of one record.
    #[must_use]
    pub fn macs(&self) -> usize {
        match self {
            Self::Dense(dense) => dense.weights.len(),
            Self::Convolution(layer) => layer.weights.len() * pixels(layer.output),
            // Every pixel of the output belongs to one phase and uses that phase's weights alone.
            Self::Transposed(layer) => {
                layer.phases().map(|phase| layer.phase_weights(phase) * layer.phase_pixels(phase)).sum()
            }
            _ => 0,
        }
    }
}

const fn pixels(shape: Shape) -> usize {
    shape.height as usize * shape.width as usize
}

impl<'a> Convolution<'a> {
    /// A layer of some geometry and the parts that a dense layer has as well.
    #[must_use]
    pub const fn new(
        geometry: Geometry,
        weights: &'a [u8],
        channels: &'a [u8],
        rule: Requantise,
        activation: Activation<'a>,
    ) -> Self {
        let Geometry { input, output, kernel, stride, padding, pad_code } = geometry;
        Self { input, output, kernel, stride, padding, pad_code, weights, channels, rule, activation }
    }
}

impl Convolution<'_> {
    /// What the engine's kernels need to know besides weights.
    #[must_use]
    pub const fn geometry(&self) -> Geometry {
        let Self { input, output, kernel, stride, padding, pad_code, .. } = *self;
        Geometry { input, output, kernel, stride, padding, pad_code }
    }

    /// The same of a transposed convolution.
    #[must_use]
    pub const fn transposed(&self) -> Transposed {
        let Self { input, output, kernel, stride, padding, pad_code, .. } = *self;
        Transposed { input, output, kernel, stride, padding, pad_code }
    }

    /// Row and column of every phase of a transposed convolution, in the order of its weights.
    pub fn phases(&self) -> impl Iterator<Item = [u8; 2]> + use<> {
        let [down, across] = self.stride;
        (0..down).flat_map(move |row| (0..across).map(move |column| [row, column]))
    }

    /// Number of weights of one phase of a transposed convolution.
    #[must_use]
    pub const fn phase_weights(&self, phase: [u8; 2]) -> usize {
        self.transposed().patch_len(phase) * self.output.channels as usize
    }

    /// Number of weights of all phases of a transposed convolution.
    pub(crate) fn all_phase_weights(&self) -> usize {
        self.phases().map(|phase| self.phase_weights(phase)).sum()
    }

    /// Number of output pixels of one phase of a transposed convolution.
    fn phase_pixels(&self, phase: [u8; 2]) -> usize {
        let count = |len: u16, stride: u8, padding: u8, phase: u8| {
            let is_in_phase = |&at: &u32| (at + u32::from(padding)) % u32::from(stride) == phase.into();
            (0..u32::from(len)).filter(is_in_phase).count()
        };
        count(self.output.height, self.stride[0], self.padding[0], phase[0])
            * count(self.output.width, self.stride[1], self.padding[1], phase[1])
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Requantise")]
struct RequantiseFields {
    zero_point: i32,
    out_min: i32,
    out_max: i32,
    shift: u32,
    bias_shift: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Pool")]
pub(crate) struct PoolFields {
    #[serde(with = "ShapeFields")]
    input: Shape,
    kernel: [u8; 2],
    stride: [u8; 2],
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Shape")]
pub(crate) struct ShapeFields {
    height: u16,
    width: u16,
    channels: u16,
}

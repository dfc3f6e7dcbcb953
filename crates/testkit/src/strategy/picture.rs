//! Whole models of windows and images, their layers of every kind.

use super::file::surroundings;
use super::layer::{Finish, OwnedLayer};
use super::{RecordShape, TinyModel, requantise_rule, sample_shape};
use proptest::prelude::*;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::{Convolution, Pool, Shape, Transposed};
use tillwatch_model::{Samples, TopK, Upsample};

/// Most columns of a record.
const MAX_COLUMNS: u16 = 120;
/// Longest side of what a convolution gives.
const MAX_SIDE: u16 = 6;
/// Most codes of what an enlargement gives.
const MAX_ENLARGED: usize = 256;

/// Models of windows and images of one to three features, one to five layers of every kind, odd numbers of channels, every
/// head, and at most 120 columns.
pub fn tiny_picture() -> impl Strategy<Value = TinyModel> {
    let shape = (sample_shape(), any::<bool>(), 1..=12_u16, [1..=5_u16, 1..=5_u16], 1..=9_u16)
        .prop_map(|(shape, is_image, length, sides, hop)| {
            let most = MAX_COLUMNS / n_columns(&shape);
            let height = sides[0].min(most);
            let samples = if is_image {
                Samples::Image { height, width: sides[1].min(most / height) }
            } else {
                Samples::Window { length: length.min(most), hop }
            };
            (shape, samples)
        })
        .prop_flat_map(|(shape, samples)| (shape.sample_records(samples.count()), Just((shape, samples))));
    let network = (prop::collection::vec(drawn_layer(-128, 127), 0..=4), drawn_layer(-32_767, 32_767));
    (shape, network, surroundings()).prop_map(
        |((records, (shape, samples)), (hidden, last), surroundings)| {
            let (height, width) = match samples {
                Samples::Image { height, width } => (height, width),
                samples => (1, samples.count() as u16),
            };
            let record = Shape { height, width, channels: n_columns(&shape) };
            let layers = layers(record, &hidden, &last, surroundings.seeds());
            surroundings.model(&shape, samples, &layers, records)
        },
    )
}

fn n_columns(shape: &RecordShape) -> u16 {
    shape.columns().iter().map(|&n| u16::from(n)).sum()
}

/// A layer whose input is not yet known; what does not fit it is bent until it does.
#[derive(Clone, Debug)]
struct DrawnLayer {
    kind: Kind,
    kernel: [u8; 2],
    stride: [u8; 2],
    padding: [u8; 2],
    output: Shape,
    keep: prop::sample::Index,
    /// Of the padding, or of what top-k takes away.
    zero_code: i8,
    rule: Requantise,
    has_table: bool,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Dense,
    Convolution,
    Transposed,
    MaxPool,
    AveragePool,
    Upsample,
    TopK,
}

fn drawn_layer(low: i32, high: i32) -> impl Strategy<Value = DrawnLayer> {
    let kind = prop_oneof![
        1 => Just(Kind::Dense),
        3 => Just(Kind::Convolution),
        3 => Just(Kind::Transposed),
        1 => Just(Kind::MaxPool),
        1 => Just(Kind::AveragePool),
        1 => Just(Kind::Upsample),
        1 => Just(Kind::TopK),
    ];
    let output = (prop_oneof![Just(1), 1..=MAX_SIDE], 1..=MAX_SIDE, 1..=6_u16)
        .prop_map(|(height, width, channels)| Shape { height, width, channels });
    (
        (kind, [1..=4_u8, 1..=4_u8], [1..=3_u8, 1..=3_u8], [0..=3_u8, 0..=3_u8]),
        (output, any::<prop::sample::Index>(), any::<i8>()),
        (requantise_rule(low, high), any::<bool>()),
    )
        .prop_map(|((kind, kernel, stride, padding), (output, keep, zero_code), (rule, has_table))| {
            // No window lies in the padding alone.
            let padding = [padding[0].min(kernel[0] - 1), padding[1].min(kernel[1] - 1)];
            DrawnLayer { kind, kernel, stride, padding, output, keep, zero_code, rule, has_table }
        })
}

fn layers(
    record: Shape,
    hidden: &[DrawnLayer],
    last: &DrawnLayer,
    mut seeds: impl Iterator<Item = u32>,
) -> Vec<OwnedLayer> {
    let mut shape = record;
    let mut seed = || seeds.next().unwrap_or_default();
    let mut layers: Vec<OwnedLayer> = Vec::new();
    for drawn in hidden {
        let (layer, output) = drawn.hidden(shape, seed());
        layers.push(layer);
        shape = output;
    }
    layers.push(last.last(shape, record, seed()));
    layers
}

impl DrawnLayer {
    /// The layer on this input, and the shape of what it gives.
    fn hidden(&self, input: Shape, seed: u32) -> (OwnedLayer, Shape) {
        let finish = Finish { rule: self.rule, has_table: self.has_table, is_last: false };
        match self.kind {
            Kind::Dense => (OwnedLayer::dense([input.len(), self.output.len()], finish, seed), self.output),
            Kind::Convolution => {
                let output = within(self.output, self.convolution_reach(input));
                (OwnedLayer::convolution(self.convolution(input, output), finish, seed), output)
            }
            Kind::Transposed => {
                let output = within(self.output, self.transposed_reach(input));
                (OwnedLayer::transposed(self.transposed(input, output), finish, seed), output)
            }
            Kind::MaxPool => (OwnedLayer::MaxPool(self.pool(input)), self.pool(input).output()),
            Kind::AveragePool => (OwnedLayer::AveragePool(self.pool(input)), self.pool(input).output()),
            Kind::Upsample => {
                let across = |down| Upsample { input, factor: [down, self.stride[1]] };
                let all = [across(self.stride[0]), across(1), Upsample { input, factor: [1, 1] }];
                let fits = |upsample: &&Upsample| upsample.output().len() <= MAX_ENLARGED;
                let upsample = all.iter().find(fits).copied().unwrap_or(all[2]);
                (OwnedLayer::Upsample(upsample), upsample.output())
            }
            Kind::TopK => {
                let len = input.len();
                let keep = 1 + self.keep.index(len);
                let top = TopK { len: len as u16, keep: keep as u16, zero_code: self.zero_code };
                (OwnedLayer::TopK(top), input)
            }
        }
    }

    /// The layer that comes back to the record's shape: a convolution where one was drawn and reaches that far, dense
    /// otherwise.
    fn last(&self, input: Shape, record: Shape, seed: u32) -> OwnedLayer {
        let finish = Finish { rule: self.rule, has_table: self.has_table, is_last: true };
        match self.kind {
            Kind::Convolution if within(record, self.convolution_reach(input)) == record => {
                OwnedLayer::convolution(self.convolution(input, record), finish, seed)
            }
            Kind::Transposed if within(record, self.transposed_reach(input)) == record => {
                OwnedLayer::transposed(self.transposed(input, record), finish, seed)
            }
            _ => OwnedLayer::dense([input.len(), record.len()], finish, seed),
        }
    }

    fn convolution(&self, input: Shape, output: Shape) -> Convolution {
        let Self { kernel, stride, padding, zero_code: pad_code, .. } = *self;
        Convolution { input, output, kernel, stride, padding, pad_code }
    }

    /// Most rows and columns of output: the last window begins inside the input or the padding before it.
    fn convolution_reach(&self, input: Shape) -> [u16; 2] {
        let reach =
            |len: u16, padding: u8, stride: u8| (len + u16::from(padding) - 1) / u16::from(stride) + 1;
        [
            reach(input.height, self.padding[0], self.stride[0]),
            reach(input.width, self.padding[1], self.stride[1]),
        ]
    }

    fn transposed(&self, input: Shape, output: Shape) -> Transposed {
        let Self { kernel, padding, zero_code: pad_code, .. } = *self;
        Transposed { input, output, kernel, stride: self.covered_stride(), padding, pad_code }
    }

    /// Most rows and columns of output: the last pixel's window begins no further below the input than it is high.
    fn transposed_reach(&self, input: Shape) -> [u16; 2] {
        let [down, across] = self.covered_stride();
        let reach = |len: u16, kernel: u8, stride: u8, padding: u8| {
            u16::from(stride) * (len + u16::from(kernel.div_ceil(stride))) - u16::from(padding)
        };
        [
            reach(input.height, self.kernel[0], down, self.padding[0]),
            reach(input.width, self.kernel[1], across, self.padding[1]),
        ]
    }

    /// A transposed kernel is at least as long as its stride.
    fn covered_stride(&self) -> [u8; 2] {
        [self.stride[0].min(self.kernel[0]), self.stride[1].min(self.kernel[1])]
    }

    fn pool(&self, input: Shape) -> Pool {
        let side = |kernel: u8, len: u16| u16::from(kernel).min(len) as u8;
        let kernel = [side(self.kernel[0], input.height), side(self.kernel[1], input.width)];
        Pool { input, kernel, stride: self.stride }
    }
}

/// A shape no larger than this many rows and columns.
fn within(shape: Shape, [height, width]: [u16; 2]) -> Shape {
    Shape { height: shape.height.min(height), width: shape.width.min(width), ..shape }
}

//! Layers as the model file has them, owned.

use super::{DenseCase, phases, seeded_bytes};
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{Convolution as Geometry, Pool, Transposed};
use tillwatch_model::{Activation, Convolution, Dense, Layer, TopK, Upsample, i16s};

/// One layer.
pub(super) enum OwnedLayer {
    Dense([usize; 2], Sums),
    Convolution(Geometry, Sums),
    Transposed(Transposed, Sums),
    MaxPool(Pool),
    AveragePool(Pool),
    Upsample(Upsample),
    TopK(TopK),
}

/// What follows the sums of a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finish {
    pub(super) rule: Requantise,
    pub(super) has_table: bool,
    pub(super) is_last: bool,
}

/// Weights, biases and what follows the sums.
pub(super) struct Sums {
    weights: Vec<u8>,
    channels: Vec<u8>,
    rule: Requantise,
    table: Vec<u8>,
}

impl OwnedLayer {
    /// A dense layer from `widths[0]` to `widths[1]` codes.
    pub(super) fn dense(widths: [usize; 2], finish: Finish, seed: u32) -> Self {
        Self::Dense(widths, Sums::seeded(&widths[..1], widths[1], finish, seed))
    }

    /// A convolution of this geometry.
    pub(super) fn convolution(geometry: Geometry, finish: Finish, seed: u32) -> Self {
        let sums = Sums::seeded(&[geometry.patch_len()], geometry.output.channels.into(), finish, seed);
        Self::Convolution(geometry, sums)
    }

    /// A transposed convolution of this geometry.
    pub(super) fn transposed(geometry: Transposed, finish: Finish, seed: u32) -> Self {
        let windows: Vec<usize> = phases(&geometry).map(|phase| geometry.patch_len(phase)).collect();
        Self::Transposed(geometry, Sums::seeded(&windows, geometry.output.channels.into(), finish, seed))
    }

    pub(super) fn borrow(&self) -> Layer<'_> {
        match self {
            Self::Dense([in_len, out_len], sums) => Layer::Dense(Dense {
                in_len: *in_len as u16,
                out_len: *out_len as u16,
                weights: &sums.weights,
                channels: &sums.channels,
                rule: sums.rule,
                activation: sums.activation(),
            }),
            Self::Convolution(geometry, sums) => Layer::Convolution(sums.window(*geometry)),
            Self::Transposed(geometry, sums) => {
                let Transposed { input, output, kernel, stride, padding, pad_code } = *geometry;
                Layer::Transposed(sums.window(Geometry { input, output, kernel, stride, padding, pad_code }))
            }
            Self::MaxPool(pool) => Layer::MaxPool(*pool),
            Self::AveragePool(pool) => Layer::AveragePool(*pool),
            Self::Upsample(upsample) => Layer::Upsample(*upsample),
            Self::TopK(top) => Layer::TopK(*top),
        }
    }
}

impl Sums {
    /// Rows of `windows` weights each, `outs` of them per window, one window per phase.
    fn seeded(windows: &[usize], outs: usize, finish: Finish, seed: u32) -> Self {
        // The largest shift that leaves room for the longest row: 128 * 128 * in_len * 2^shift < 2^31.
        let longest = windows.iter().copied().max().unwrap_or(1);
        let rule = Requantise { shift: finish.rule.shift.min(16 - longest.ilog2()), ..finish.rule };
        let (mut weights, mut channels) = (Vec::new(), Vec::new());
        for (&in_len, phase) in windows.iter().zip(0..) {
            let case = DenseCase::seeded(in_len, outs, rule, seed.wrapping_add(phase));
            weights.extend(case.weights.into_iter().map(|weight| weight as u8));
            channels.extend(case.channels.into_iter().flat_map(pair));
        }
        let table = match (finish.has_table, finish.is_last) {
            (false, _) => Vec::new(),
            (true, false) => seeded_bytes(!seed, 256),
            (true, true) => rim_table(!seed),
        };
        Self { weights, channels, rule, table }
    }

    fn window(&self, geometry: Geometry) -> Convolution<'_> {
        Convolution::new(geometry, &self.weights, &self.channels, self.rule, self.activation())
    }

    fn activation(&self) -> Activation<'_> {
        match self.table.len() {
            0 => Activation::Clamp,
            256 => Activation::Table(&self.table),
            _ => Activation::RimTable(&self.table),
        }
    }
}

fn pair(channel: Channel) -> Vec<u8> {
    [channel.bias.to_le_bytes(), channel.multiplier.to_le_bytes()].concat()
}

/// 513 wide codes, of which neighbours differ by at most 2^15: halves of arbitrary codes.
fn rim_table(seed: u32) -> Vec<u8> {
    i16s(&seeded_bytes(seed, 1026)).flat_map(|code| (code / 2).to_le_bytes()).collect()
}

//! Prints how many rows a second training takes:
//! `training_speed [fraud|ad01|ad01_norm|conv1d|conv2d] [ACTIVATION] [SECONDS] [THREADS]`.
//!
//! `fraud` is 30-16-8-16-30 in batches of 256, `ad01` is 640-128x4-8-128x4-640 in batches of 512, `ad01_norm` the same
//! with batch normalisation before each hidden activation. `conv1d` takes 64 samples of 3 channels through convolutions
//! 3-16-32 (kernel 5, stride 2), 512-16-512 and back, `conv2d` images of 28x28 through convolutions 1-8-16 (kernel 3,
//! stride 2), 784-16-784 and back, both in batches of 128. All with Adam and mean squared error on random rows, from
//! the seed 1. The rate is of whole epochs, shuffling and gathering included.

use std::env;
use std::error::Error;
use std::time::Instant;
use tillwatch_trainer::nn::{
    Activation, BatchNorm, Convolution, Dense, Elementwise, FitConfig, LayerKind, Network, Padding, Rows,
    Shape, TransposedConvolution, fit,
};

/// Rows of one epoch and rows per step, for each network.
const FRAUD: (usize, usize) = (200_000, 256);
const AD01: (usize, usize) = (8192, 512);
const CONVOLUTION: (usize, usize) = (8192, 128);

/// Dense layers of those widths; with `norm`, normalised before each hidden activation.
fn dense(widths: &[usize], activation: Activation, norm: bool) -> Vec<LayerKind> {
    let last = widths.len() - 2;
    let mut layers: Vec<LayerKind> = Vec::new();
    for (place, pair) in widths.windows(2).enumerate() {
        let (in_len, len) = (pair[0], pair[1]);
        let apart = norm && place < last;
        let activation_here = if apart || place == last { Activation::Linear } else { activation };
        layers.push(Dense { in_len, out_len: len, activation: activation_here }.into());
        if apart {
            layers.push(BatchNorm::new(Shape::flat(len)).into());
            layers.push(Elementwise { len, activation }.into());
        }
    }
    layers
}

/// Two convolutions of stride 2, a narrow dense layer, and the way back.
fn convolutional(
    input: Shape,
    channels: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    activation: Activation,
) -> Vec<LayerKind> {
    let down = |input, out_channels| Convolution {
        input,
        out_channels,
        kernel,
        stride,
        padding: Padding::same(input, kernel, stride),
        activation,
    };
    let up = |input, output, activation| {
        let padding = [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2];
        TransposedConvolution { input, output, kernel, stride, padding, activation }
    };
    let first = down(input, channels[0]);
    let second = down(first.output(), channels[1]);
    let len = second.output().len();
    vec![
        first.into(),
        second.into(),
        Dense { in_len: len, out_len: 16, activation: Activation::Linear }.into(),
        Dense { in_len: 16, out_len: len, activation }.into(),
        up(second.output(), first.output(), activation).into(),
        up(first.output(), input, Activation::Linear).into(),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument =
        |at: usize, otherwise: &'static str| arguments.get(at).map_or(otherwise, String::as_str).to_owned();
    let name = argument(1, "relu");
    let activation = Activation::from_name(&name).ok_or_else(|| format!("no activation is called {name}"))?;
    let ad01 = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640];
    let (kinds, (rows, batch_rows)) = match argument(0, "fraud").as_str() {
        "fraud" => (dense(&[30, 16, 8, 16, 30], activation, false), FRAUD),
        "ad01" => (dense(&ad01, activation, false), AD01),
        "ad01_norm" => (dense(&ad01, activation, true), AD01),
        "conv1d" => (convolutional(Shape::new(1, 64, 3), [16, 32], [1, 5], [1, 2], activation), CONVOLUTION),
        "conv2d" => (convolutional(Shape::new(28, 28, 1), [8, 16], [3, 3], [2, 2], activation), CONVOLUTION),
        other => {
            let names = "fraud, ad01, ad01_norm, conv1d or conv2d";
            return Err(format!("network is {other}, but must be {names}").into());
        }
    };
    let seconds: f64 = argument(2, "2").parse()?;
    let threads: usize = argument(3, "1").parse()?;

    let mut network = Network::new(kinds.into_iter().map(LayerKind::layer).collect(), 1)?;
    let columns = network.in_len();
    let mut values = vec![0.0f32; rows * columns];
    let mut state = 1u64;
    for value in &mut values {
        // Knuth's linear congruence: any noise will do here.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *value = (state >> 40) as f32 / 8_388_608.0 - 1.0;
    }
    let train = Rows::new(&values, None, columns)?;
    let none = Rows::new(&[], None, columns)?;
    let mut config = FitConfig { epochs: 1, batch_rows, patience: None, threads, ..FitConfig::default() };

    // One epoch to warm up and to choose how many fill the time.
    let start = Instant::now();
    fit(&mut network, train, none, &config, None, &mut |_| {})?;
    config.epochs = (seconds / start.elapsed().as_secs_f64()).ceil() as usize;
    let start = Instant::now();
    let report = fit(&mut network, train, none, &config, None, &mut |_| {})?;
    println!("{:.0}", report.samples_seen as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

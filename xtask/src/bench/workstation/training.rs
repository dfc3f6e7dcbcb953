//! How many rows a second training takes on this machine.
//!
//! All with Adam and mean squared error on random rows, from the seed 1. The rate is of whole epochs, shuffling and gathering
//! included; every round measures every network once, and the figures are medians over rounds.

use super::median;
use serde_json::{Value, json};
use std::fmt;
use std::time::Instant;
use tillwatch_engine::seeded::SeededWords;
use tillwatch_trainer::nn::{
    Activation, BatchNorm, Convolution, Dense, Elementwise, FitConfig, LayerKind, Network, Padding, Rows,
    Shape, TransposedConvolution, fit,
};

/// The networks, in the order of the page.
pub(crate) const NAMES: [&str; 5] = ["fraud", "ad01", "ad01_norm", "conv1d", "conv2d"];

/// How to train.
#[derive(Clone, Debug)]
pub(crate) struct Trial<'a> {
    /// Some of [`NAMES`].
    pub(crate) networks: Vec<&'a str>,
    /// Of hidden layers.
    pub(crate) activation: Activation,
    pub(crate) threads: usize,
    /// Least time of a measurement.
    pub(crate) seconds: f64,
    pub(crate) rounds: usize,
}

/// What training took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) network: &'static str,
    pub(crate) layers: &'static str,
    /// Rows of a step.
    pub(crate) batch_rows: usize,
    pub(crate) rows_a_second: f64,
}

impl Rate {
    pub(crate) fn to_json(self) -> Value {
        json!({
            "network": self.network, "layers": self.layers, "batch_rows": self.batch_rows,
            "rows_a_second": self.rows_a_second,
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { network, layers, batch_rows, rows_a_second } = self;
        write!(f, "{network:<12}{rows_a_second:>12.0} rows a second, {batch_rows} a step: {layers}")
    }
}

/// A network to train, and the rows to train it on.
struct Course {
    name: &'static str,
    layers: &'static str,
    kinds: Vec<LayerKind>,
    /// Of an epoch.
    rows: usize,
    batch_rows: usize,
}

/// Trains every network that is wanted.
///
/// # Errors
/// A network that cannot be, or cannot be trained.
pub(crate) fn train(trial: &Trial<'_>) -> Result<Vec<Rate>, String> {
    let courses = courses(trial.activation);
    let courses: Vec<Course> =
        courses.into_iter().filter(|course| trial.networks.contains(&course.name)).collect();
    let mut rates = vec![Vec::with_capacity(trial.rounds); courses.len()];
    for _ in 0..trial.rounds {
        for (course, rates) in courses.iter().zip(&mut rates) {
            rates.push(course.rows_a_second(trial)?);
        }
    }
    let rate = |(course, rates): (&Course, Vec<f64>)| Rate {
        network: course.name,
        layers: course.layers,
        batch_rows: course.batch_rows,
        rows_a_second: median(rates),
    };
    Ok(courses.iter().zip(rates).map(rate).collect())
}

impl Course {
    fn network(&self) -> Result<Network<f32>, String> {
        let layers = self.kinds.iter().map(|kind| kind.layer()).collect();
        Network::new(layers, 1).map_err(|error| format!("{}: {error}", self.name))
    }

    fn rows_a_second(&self, trial: &Trial<'_>) -> Result<f64, String> {
        let failed = |error: &dyn fmt::Display| format!("{}: {error}", self.name);
        let mut network = self.network()?;
        let columns = network.in_len();
        let mut words = SeededWords::new(1);
        let value = |_| (words.next_word() >> 8) as f32 / 8_388_608.0 - 1.0;
        let values: Vec<f32> = (0..self.rows * columns).map(value).collect();
        let rows = Rows::new(&values, None, columns).map_err(|error| failed(&error))?;
        let none = Rows::new(&[], None, columns).map_err(|error| failed(&error))?;
        let mut config = FitConfig {
            epochs: 1,
            batch_rows: self.batch_rows,
            patience: None,
            threads: trial.threads,
            ..FitConfig::default()
        };
        let mut epochs = |config: &FitConfig| {
            let start = Instant::now();
            let report =
                fit(&mut network, rows, none, config, None, &mut |_| {}).map_err(|error| failed(&error))?;
            Ok::<_, String>((report.samples_seen as f64, start.elapsed().as_secs_f64()))
        };
        // One epoch warms up and tells how many fill the time.
        let (_, seconds) = epochs(&config)?;
        config.epochs = (trial.seconds / seconds).ceil() as usize;
        let (rows, seconds) = epochs(&config)?;
        Ok(rows / seconds)
    }
}

/// What [`NAMES`] are, in their order.
fn courses(activation: Activation) -> [Course; 5] {
    let ad01 = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640];
    let sequence = convolutional(Shape::new(1, 64, 3), [16, 32], [1, 5], [1, 2], activation);
    let picture = convolutional(Shape::new(28, 28, 1), [8, 16], [3, 3], [2, 2], activation);
    let [fraud, plain, norm, conv1d, conv2d] = NAMES;
    let course = |name, layers, kinds, rows, batch_rows| Course { name, layers, kinds, rows, batch_rows };
    [
        course(fraud, "30-16-8-16-30", dense(&[30, 16, 8, 16, 30], activation, false), 200_000, 256),
        course(plain, "640-128x4-8-128x4-640", dense(&ad01, activation, false), 8192, 512),
        course(norm, "the same with batch normalisation", dense(&ad01, activation, true), 8192, 512),
        course(
            conv1d,
            "64 samples of 3 channels, convolutions of 5 taps and stride 2 to 16 and 32 channels, 512-16-512, and back",
            sequence,
            8192,
            128,
        ),
        course(
            conv2d,
            "28 by 28 pixels, convolutions of 3 by 3 and stride 2 to 8 and 16 channels, 784-16-784, and back",
            picture,
            8192,
            128,
        ),
    ]
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_reconstructs_what_it_takes() {
        for (course, name) in courses(Activation::Relu).iter().zip(NAMES) {
            assert_eq!(course.name, name);
            let network = course.network().expect(name);
            assert_eq!(network.in_len(), network.out_len(), "{name}");
        }
    }
}

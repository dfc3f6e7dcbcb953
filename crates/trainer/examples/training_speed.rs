//! Prints how many rows a second training takes: `training_speed [fraud|ad01] [ACTIVATION] [SECONDS] [THREADS]`.
//!
//! `fraud` is 30-16-8-16-30 in batches of 256, `ad01` is 640-128x4-8-128x4-640 in batches of 512; both with Adam and
//! mean squared error on random rows, from the seed 1. The rate is of whole epochs, shuffling and gathering included.

use std::env;
use std::error::Error;
use std::time::Instant;
use tillwatch_trainer::nn::{Activation, FitConfig, Network, Rows, fit};

/// Rows of one epoch and rows per step, for each network.
const FRAUD: (usize, usize) = (200_000, 256);
const AD01: (usize, usize) = (8192, 512);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument =
        |at: usize, otherwise: &'static str| arguments.get(at).map_or(otherwise, String::as_str).to_owned();
    let (columns, hidden, (rows, batch_rows)) = match argument(0, "fraud").as_str() {
        "fraud" => (30, vec![16, 8, 16], FRAUD),
        "ad01" => (640, vec![128, 128, 128, 128, 8, 128, 128, 128, 128], AD01),
        other => return Err(format!("network is {other}, but must be fraud or ad01").into()),
    };
    let name = argument(1, "relu");
    let activation = Activation::from_name(&name).ok_or_else(|| format!("no activation is called {name}"))?;
    let seconds: f64 = argument(2, "2").parse()?;
    let threads: usize = argument(3, "1").parse()?;

    let mut values = vec![0.0f32; rows * columns];
    let mut state = 1u64;
    for value in &mut values {
        // Knuth's linear congruence: any noise will do here.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *value = (state >> 40) as f32 / 8_388_608.0 - 1.0;
    }
    let train = Rows::new(&values, None, columns)?;
    let none = Rows::new(&[], None, columns)?;
    let mut network = Network::autoencoder(columns, &hidden, activation, Activation::Linear, 1)?;
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

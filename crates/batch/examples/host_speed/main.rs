//! Prints what a row costs on this machine, one thread: `host_speed [ROUNDS]`.
//!
//! `fraud` is 30-16-8-16-30 with ReLU and sixteen prototypes, `ad01` is 640-128x4-8-128x4-640 with ReLU, both of seeded
//! weights on seeded codes. *network* is from wide codes to their reconstruction, *score* goes on to score, percentile,
//! verdict and reasons. Every round measures every way once, so that what else the machine does meets all of them; the
//! figures are medians over rounds, and so are the ratios, each of two figures of one round.

mod drawn;

use std::hint::black_box;
use std::time::Instant;
use tillwatch_batch::Batch;
use tillwatch_engine::feature::Mark;
use tillwatch_engine::seeded::SeededWords;
use tillwatch_loader::{Loader, Model, ModelError};

/// Shapes, prototypes, and rows at once.
const CASES: [(&str, &[usize], usize, usize); 4] = [
    ("fraud", &[30, 16, 8, 16, 30], 16, 1),
    ("fraud", &[30, 16, 8, 16, 30], 16, 256),
    ("ad01", &[640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640], 0, 1),
    ("ad01", &[640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640], 0, 256),
];
/// Rows that are there to run, so that a processor cannot learn one row by heart.
const ROWS: usize = 256;
/// Least time of one measurement, in seconds: short, so that most are over before the scheduler takes the core away.
const LEAST: f64 = 0.0003;

fn main() -> Result<(), String> {
    let rounds = std::env::args().nth(1).unwrap_or_else(|| "101".to_owned());
    let rounds: usize = rounds.parse().map_err(|_| format!("ROUNDS: found `{rounds}`, wanted a number"))?;
    println!(
        "{:<8}{:>6}  {:<26}{:>10}{:>14}{:>10}",
        "network", "batch", "way", "us a row", "rows a s", "times"
    );
    for (name, widths, n_prototypes, together) in CASES {
        let file = drawn::file(widths, n_prototypes);
        let model = Model::validate(&file).map_err(|error: ModelError| error.to_string())?;
        measure(name, &Loader::new(model), together, rounds.max(1));
    }
    Ok(())
}

/// Prints a line for each way, with the portable one's time over its own.
fn measure(name: &str, loader: &Loader<'_>, together: usize, rounds: usize) {
    let mut words = SeededWords::new(1);
    let columns = loader.sizes().columns;
    let codes: Vec<i16> = (0..ROWS * columns).map(|_| (words.next_word() >> 21) as i16 - 1024).collect();
    let marks = vec![Mark::NONE; loader.sizes().features];
    let ways: Vec<Batch<'_>> = Batch::ways(loader).collect();
    let kinds = [false, true].into_iter().flat_map(|scores| (0..ways.len()).map(move |way| (scores, way)));
    let kinds: Vec<(bool, usize)> = kinds.collect();
    let mut times = vec![Vec::with_capacity(rounds); kinds.len()];
    for _ in 0..rounds {
        for (&(scores, way), times) in kinds.iter().zip(&mut times) {
            times.push(seconds_a_row(&ways[way], &codes, &marks, together, scores));
        }
    }
    for (at, &(scores, way)) in kinds.iter().enumerate() {
        let portable = if scores { kinds.len() - 1 } else { ways.len() - 1 };
        let ratios = times[portable].iter().zip(&times[at]).map(|(portable, own)| portable / own).collect();
        let seconds = median(times[at].clone());
        let what = if scores { "score" } else { "network" };
        let way = format!("{what}, {}", ways[way].name());
        println!(
            "{name:<8}{together:>6}  {way:<26}{:>10.4}{:>14.0}{:>10.1}",
            1e6 * seconds,
            1.0 / seconds,
            median(ratios)
        );
    }
}

/// Runs all rows, some together, again and again for a while.
fn seconds_a_row(batch: &Batch<'_>, codes: &[i16], marks: &[Mark], together: usize, scores: bool) -> f64 {
    let columns = batch.loader().sizes().columns;
    let mut room = batch.room();
    // The first turn warms the caches.
    let mut start = Instant::now();
    for turn in 0.. {
        if turn == 1 {
            start = Instant::now();
        }
        for codes in codes.chunks(together * columns) {
            let answers = batch.run(black_box(codes), &mut room);
            if scores {
                for (row, codes) in codes.chunks_exact(columns).enumerate() {
                    black_box(batch.score(answers, row, codes, marks));
                }
            }
            black_box(answers);
        }
        let seconds = start.elapsed().as_secs_f64();
        if turn > 0 && seconds > LEAST {
            return seconds / (turn * ROWS) as f64;
        }
    }
    f64::NAN
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

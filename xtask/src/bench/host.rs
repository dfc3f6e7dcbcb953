//! What a row costs on this machine, one thread, by every kernel that its processor has.
//!
//! The networks are those that are counted on devices, of seeded weights on seeded codes. *network* is from wide codes to their
//! reconstruction, *score* goes on to score, percentile, verdict and reasons. Every round measures every way once, so that what
//! else the machine does meets all of them; the figures are medians over rounds, and so are the ratios, each of two figures of one
//! round.

use super::device::NETWORKS;
use std::hint::black_box;
use std::time::Instant;
use tillwatch_batch::Batch;
use tillwatch_engine::feature::Mark;
use tillwatch_engine::seeded::SeededWords;
use tillwatch_loader::Loader;
use tillwatch_model::Model;

/// Rows at once.
const TOGETHER: [usize; 2] = [1, 256];
/// Rows that are there to run, so that a processor cannot learn one row by heart.
const ROWS: usize = 256;
/// Least time of one measurement, in seconds: short, so that most are over before the scheduler takes the core away.
const LEAST: f64 = 0.0003;

/// Prints what a row of each network costs, medians over so many rounds.
///
/// # Errors
/// A model that cannot be written or read.
pub(crate) fn host(rounds: usize) -> Result<(), String> {
    println!(
        "{:<14}{:>6}  {:<26}{:>10}{:>14}{:>10}",
        "network", "batch", "way", "us a row", "rows a s", "times"
    );
    for network in &NETWORKS {
        let file = network.file()?;
        let model = Model::validate(&file).map_err(|error| format!("{}: {error}", network.name))?;
        for together in TOGETHER {
            measure(network.name, &Loader::new(model), together, rounds.max(1));
        }
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
            "{name:<14}{together:>6}  {way:<26}{:>10.4}{:>14.0}{:>10.1}",
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

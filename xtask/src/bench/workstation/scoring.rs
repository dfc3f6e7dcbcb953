//! What a row costs on this machine, one thread, by every kernel that its processor has.
//!
//! The networks are those that are counted on devices, of seeded weights on seeded codes. Every round measures every way once;
//! the figures are medians over rounds, and so are the ratios, each of two figures of one round.

use super::median;
use crate::bench::device::NETWORKS;
use serde_json::{Value, json};
use std::fmt;
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

/// What a row of one network costs, one way.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    pub(crate) network: &'static str,
    /// Rows at once.
    pub(crate) together: usize,
    /// Beyond the network, from wide codes to their reconstruction: score, percentile, verdict and reasons.
    pub(crate) scores: bool,
    /// The instructions that it runs on.
    pub(crate) way: &'static str,
    /// Of a row.
    pub(crate) seconds: f64,
    /// The portable way's time over its own.
    pub(crate) times: f64,
}

impl Pace {
    pub(crate) const fn what(&self) -> &'static str {
        if self.scores { "score" } else { "network" }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "network": self.network, "rows_together": self.together, "what": self.what(), "way": self.way,
            "us_a_row": 1e6 * self.seconds, "rows_a_second": 1.0 / self.seconds, "times_portable": self.times,
        })
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = format!("{}, {}", self.what(), self.way);
        let (us, rows) = (1e6 * self.seconds, 1.0 / self.seconds);
        write!(
            f,
            "{:<14}{:>6}  {way:<26}{us:>10.4}{rows:>14.0}{:>10.1}",
            self.network, self.together, self.times
        )
    }
}

/// Measures every network in every way, medians over so many rounds; `tell` hears what a network was found to take.
///
/// # Errors
/// A model that cannot be written or read.
pub(crate) fn score(rounds: usize, tell: &mut impl FnMut(&Pace)) -> Result<Vec<Pace>, String> {
    let mut paces = Vec::new();
    for network in &NETWORKS {
        let file = network.file()?;
        let model = Model::validate(&file).map_err(|error| format!("{}: {error}", network.name))?;
        for together in TOGETHER {
            let found = measure(network.name, &Loader::new(model), together, rounds);
            found.iter().for_each(&mut *tell);
            paces.extend(found);
        }
    }
    Ok(paces)
}

/// One network in every way, the network alone and its whole score.
fn measure(network: &'static str, loader: &Loader<'_>, together: usize, rounds: usize) -> Vec<Pace> {
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
    let pace = |(at, &(scores, way)): (usize, &(bool, usize))| {
        let portable = if scores { kinds.len() - 1 } else { ways.len() - 1 };
        let ratios = times[portable].iter().zip(&times[at]).map(|(portable, own)| portable / own).collect();
        let (seconds, times) = (median(times[at].clone()), median(ratios));
        Pace { network, together, scores, way: ways[way].name(), seconds, times }
    };
    kinds.iter().enumerate().map(pace).collect()
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

//! Draws from distributions, by a generator whose bytes are the same everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A seeded source of chance.
#[derive(Clone, Debug)]
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// A source for one purpose of one seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Evenly between 0 and 1, 1 excluded.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in a share of the draws.
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Evenly from `low` to `high`, `high` excluded.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + (self.unit() * f64::from(high - low)) as u32
    }

    /// Standard normal, by the sum of twelve: tails end at six, which no amount needs to pass.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Exponential with the given mean.
    pub(crate) fn wait(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Log-normal around a median.
    pub(crate) fn around(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * self.normal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::MEANS_OF_20_000;

    #[test]
    fn means_are_met() {
        let mut chance = Chance::new(1, 2);
        let n = 20_000;
        let mean = |mut draw: Box<dyn FnMut() -> f64>| (0..n).map(|_| draw()).sum::<f64>() / f64::from(n);
        let mut other = chance.clone();
        let mut third = chance.clone();
        let [even, wait, normal] = MEANS_OF_20_000;
        assert!((mean(Box::new(move || chance.unit())) - 0.5).abs() < even);
        assert!((mean(Box::new(move || other.wait(3.0))) - 3.0).abs() < wait);
        assert!(mean(Box::new(move || third.normal())).abs() < normal);
    }
}

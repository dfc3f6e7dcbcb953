//! Seeded randomness: the same seed gives the same numbers on every machine and with any number of threads.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The generator that initialisation, shuffling and corruption draw from.
pub type Generator = ChaCha8Rng;

/// A generator for one purpose: generators of one seed and different streams do not overlap.
pub(super) fn generator(seed: u64, stream: u64) -> Generator {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}

/// A number drawn evenly from `[0, 1)`, a multiple of `2^-53`.
pub fn uniform(generator: &mut Generator) -> f64 {
    (generator.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

/// A number of the standard normal distribution (Box and Muller, through `libm`).
pub fn normal(generator: &mut Generator) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - uniform(generator))).sqrt();
    radius * libm::cos(std::f64::consts::TAU * uniform(generator))
}

/// Puts the items into random order (Fisher and Yates).
pub fn shuffle<I>(items: &mut [I], generator: &mut Generator) {
    for last in (1..items.len()).rev() {
        let below = last as u128 + 1;
        // The high half of a 64 by 64 bit product maps a draw to [0, last]; its bias is below 2^-32 for any slice
        // of fewer than 2^32 items.
        let chosen = ((u128::from(generator.next_u64()) * below) >> 64) as usize;
        items.swap(last, chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::MOMENTS_OF_40_000;

    #[test]
    fn shuffling_keeps_every_item_and_follows_the_seed() {
        let shuffled = |seed| {
            let mut items: Vec<usize> = (0..100).collect();
            shuffle(&mut items, &mut generator(seed, 0));
            items
        };
        let items = shuffled(1);
        assert_eq!(items, shuffled(1));
        assert_ne!(items, shuffled(2));
        let mut sorted = items.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn streams_differ() {
        assert_ne!(generator(1, 0).next_u64(), generator(1, 1).next_u64());
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        const DRAWS: usize = 40_000;
        let [mean_bound, variance_bound] = MOMENTS_OF_40_000;
        let mut generator = generator(3, 0);
        let draws: Vec<f64> = (0..DRAWS).map(|_| normal(&mut generator)).collect();
        let mean = draws.iter().sum::<f64>() / DRAWS as f64;
        let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / DRAWS as f64;
        assert!(mean.abs() < mean_bound, "{mean}");
        assert!((variance - 1.0).abs() < variance_bound, "{variance}");
    }
}

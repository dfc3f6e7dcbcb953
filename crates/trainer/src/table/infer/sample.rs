//! What is kept of a column too long to keep: an even sample of its numbers, and how many of its values differ.

use crate::nn::Generator;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeSet;

/// Numbers kept: the 99th percentile of so many is off by half a percent of the rows.
const SAMPLE_LEN: usize = 4096;
/// Hashes kept: the number of distinct values is right within about six percent.
const N_HASHES: usize = 256;

/// An even sample of a stream of numbers, the same for the same stream.
pub(super) struct Sample {
    numbers: Vec<f64>,
    n_seen: u64,
    generator: Generator,
}

impl Sample {
    /// An empty sample; streams draw independently of one another.
    pub(super) fn new(stream: u64) -> Self {
        let mut generator = Generator::seed_from_u64(0);
        generator.set_stream(stream);
        Self { numbers: Vec::new(), n_seen: 0, generator }
    }

    pub(super) fn add(&mut self, number: f64) {
        self.n_seen += 1;
        if self.numbers.len() < SAMPLE_LEN {
            self.numbers.push(number);
            return;
        }
        let place = ((u128::from(self.generator.next_u64()) * u128::from(self.n_seen)) >> 64) as usize;
        if let Some(kept) = self.numbers.get_mut(place) {
            *kept = number;
        }
    }

    /// The numbers of the sample, in order.
    pub(super) fn sorted(&self) -> Vec<f64> {
        let mut numbers = self.numbers.clone();
        numbers.sort_by(f64::total_cmp);
        numbers
    }
}

/// The smallest hashes of the values seen, from which their number follows.
#[derive(Default)]
pub(super) struct Distinct {
    hashes: BTreeSet<u64>,
}

impl Distinct {
    pub(super) fn add(&mut self, value: &str) {
        let hash = hash(value);
        if self.hashes.len() < N_HASHES {
            self.hashes.insert(hash);
        } else if self.hashes.last().is_some_and(|&largest| hash < largest) && self.hashes.insert(hash) {
            self.hashes.pop_last();
        }
    }

    /// Number of distinct values: exact below 256, else estimated from how close together the smallest hashes lie.
    pub(super) fn count(&self) -> u64 {
        match self.hashes.last() {
            Some(&largest) if self.hashes.len() == N_HASHES => {
                ((N_HASHES as u128 - 1) * (1 << 64) / (u128::from(largest) + 1)) as u64
            }
            _ => self.hashes.len() as u64,
        }
    }
}

/// FNV-1a, its bits then mixed: the estimate needs hashes that are even, not ones that are hard to guess.
fn hash(value: &str) -> u64 {
    let sum = value
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (sum ^ (sum >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_values_are_counted_and_estimated() {
        let mut distinct = Distinct::default();
        for value in 0..100 {
            distinct.add(&(value % 50).to_string());
        }
        assert_eq!(distinct.count(), 50);
        for value in 0..200_000 {
            distinct.add(&(value % 20_000).to_string());
        }
        assert!((17_000..=23_000).contains(&distinct.count()), "{}", distinct.count());
    }

    #[test]
    fn a_long_stream_is_sampled_evenly() {
        let mut sample = Sample::new(3);
        for number in 0..100_000 {
            sample.add(f64::from(number));
        }
        let numbers = sample.sorted();
        let median = numbers[numbers.len() / 2];
        assert!((45_000.0..55_000.0).contains(&median), "{median}");
        assert!(numbers.len() == SAMPLE_LEN && numbers.is_sorted());
    }
}

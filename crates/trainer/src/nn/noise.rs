//! Ready corruptions for denoising autoencoders.

use super::error::NetworkError;
use super::random::{normal, uniform};
use super::real::Real;
use super::shard::{Corrupted, Corruption};

/// A level that moves in a straight line from the first step to the end of training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// In the first step.
    pub start: f64,
    /// At the end.
    pub end: f64,
}

impl Level {
    /// The same level always.
    #[must_use]
    pub const fn fixed(level: f64) -> Self {
        Level { start: level, end: level }
    }

    /// The level when that share of training is done.
    #[must_use]
    pub fn at(self, progress: f64) -> f64 {
        self.start + (self.end - self.start) * progress
    }
}

/// A corruption of input rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// Adds draws of a normal distribution with this standard deviation, in the unit of the values.
    Gaussian(Level),
    /// Sets a value to 0 with this chance (Vincent and others, 2008).
    Masking(Level),
    /// Puts, with this chance, the value of the same column of another row of the shard in place of a value: each
    /// column keeps its distribution, whatever it is. A shard of one row stays as it is.
    Swap(Level),
}

impl Noise {
    /// Refuses levels that mean nothing.
    ///
    /// # Errors
    /// [`NetworkError::Setting`] for a deviation below 0 or a chance outside `[0, 1]`.
    pub fn check(self) -> Result<(), NetworkError> {
        let (name, level, most, wanted) = match self {
            Noise::Gaussian(level) => ("noise deviation", level, f64::MAX, "0 or more and finite"),
            Noise::Masking(level) => ("masking chance", level, 1.0, "from 0 to 1"),
            Noise::Swap(level) => ("swap chance", level, 1.0, "from 0 to 1"),
        };
        for found in [level.start, level.end] {
            if !(0.0..=most).contains(&found) {
                return Err(NetworkError::Setting { name, found, wanted });
            }
        }
        Ok(())
    }
}

impl<T: Real> Corruption<T> for Noise {
    fn corrupt(&self, part: Corrupted<'_, T>) {
        let Corrupted { rows, clean, columns, progress, generator } = part;
        match self {
            Noise::Gaussian(level) => {
                let level = level.at(progress);
                rows.iter_mut().for_each(|value| *value += T::from_f64(level * normal(generator)));
            }
            Noise::Masking(level) => {
                let level = level.at(progress);
                rows.iter_mut().filter(|_| uniform(generator) < level).for_each(|value| *value = T::ZERO);
            }
            Noise::Swap(level) => {
                let (level, count) = (level.at(progress), clean.len() / columns);
                if count < 2 {
                    return;
                }
                for (at, value) in rows.iter_mut().enumerate() {
                    if uniform(generator) < level {
                        // One of the other rows, counted from the next one on.
                        let further = 1 + (uniform(generator) * (count - 1) as f64) as usize;
                        *value = clean[(at + further * columns) % clean.len()];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::generator;
    use super::*;
    use tillwatch_testkit::tolerance::{DEVIATION_OF_20_000, SHARE_OF_20_000};

    const COLUMNS: usize = 4;
    const ROWS: usize = 5000;

    /// Value `100 * column + row / 100` in each place, so that its origin shows.
    fn corrupted(noise: Noise, progress: f64) -> (Vec<f64>, Vec<f64>) {
        let clean: Vec<f64> = (0..ROWS * COLUMNS)
            .map(|at| 100.0 * (at % COLUMNS + 1) as f64 + (at / COLUMNS) as f64 / 100.0)
            .collect();
        let mut rows = clean.clone();
        let generator = &mut generator(4, 0);
        noise.corrupt(Corrupted { rows: &mut rows, clean: &clean, columns: COLUMNS, progress, generator });
        (clean, rows)
    }

    fn changed(clean: &[f64], rows: &[f64]) -> f64 {
        clean.iter().zip(rows).filter(|(a, b)| a != b).count() as f64 / clean.len() as f64
    }

    #[test]
    fn a_level_moves_in_a_straight_line() {
        let level = Level { start: 0.5, end: 0.25 };
        assert_eq!([level.at(0.0), level.at(0.5), level.at(1.0)], [0.5, 0.375, 0.25]);
        assert_eq!(Level::fixed(0.2).at(0.7), 0.2);
    }

    #[test]
    fn masking_sets_its_share_to_zero() {
        for (progress, wanted) in [(0.0, 0.4), (0.75, 0.1)] {
            let (clean, rows) = corrupted(Noise::Masking(Level { start: 0.4, end: 0.0 }), progress);
            assert!((changed(&clean, &rows) - wanted).abs() < SHARE_OF_20_000);
            assert!(clean.iter().zip(&rows).all(|(a, b)| a == b || *b == 0.0));
        }
    }

    #[test]
    fn gaussian_noise_has_its_deviation() {
        let (clean, rows) = corrupted(Noise::Gaussian(Level { start: 0.0, end: 1.0 }), 0.5);
        let squares: f64 = clean.iter().zip(&rows).map(|(a, b)| (a - b) * (a - b)).sum();
        let deviation = (squares / clean.len() as f64).sqrt();
        assert!((deviation / 0.5 - 1.0).abs() < DEVIATION_OF_20_000, "{deviation}");
    }

    #[test]
    fn swapped_values_come_from_their_own_column_and_another_row() {
        let (clean, rows) = corrupted(Noise::Swap(Level::fixed(0.3)), 0.0);
        assert!((changed(&clean, &rows) - 0.3).abs() < SHARE_OF_20_000);
        for (at, value) in rows.iter().enumerate() {
            let column = (value / 100.0).floor() as usize;
            assert_eq!(column, at % COLUMNS + 1);
        }
        // Another row always: with a chance of 1 nothing stays.
        let (clean, rows) = corrupted(Noise::Swap(Level::fixed(1.0)), 0.0);
        assert_eq!(changed(&clean, &rows), 1.0);
    }

    #[test]
    fn levels_without_meaning_are_refused() {
        for noise in [
            Noise::Masking(Level::fixed(1.5)),
            Noise::Swap(Level { start: 0.0, end: -0.1 }),
            Noise::Gaussian(Level::fixed(f64::INFINITY)),
        ] {
            assert!(noise.check().is_err(), "{noise:?}");
        }
        assert_eq!(Noise::Gaussian(Level { start: 3.0, end: 0.0 }).check(), Ok(()));
    }
}

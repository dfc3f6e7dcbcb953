//! Denoising: damaged rows go in, clean ones are the target.

use super::{Plan, RecipeFault, Request, dense, fault};
use crate::nn::{Level, Noise};

/// What the input is damaged with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoiseKind {
    /// Normal noise is added; the level is its standard deviation, in standard deviations of the columns.
    Gaussian,
    /// Values become 0, the mean of their column; the level is their share.
    Masking,
    /// Values are those of other rows; the level is their share.
    #[default]
    Swap,
}

/// Hyperparameters of a denoising autoencoder.
///
/// # Source
/// Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008; for noise that
/// fades in training Sattarov, Schreyer and Borth, "Diffusion-scheduled denoising autoencoders", 2025.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Denoising {
    /// What the input is damaged with.
    pub noise: NoiseKind,
    /// How much, when training begins.
    pub start: f64,
    /// How much, when it ends; between them the level goes in a straight line.
    pub end: f64,
}

impl Default for Denoising {
    /// One value of ten is another row's: it detects best on public tables, see `DESIGN.md`.
    fn default() -> Self {
        Self { noise: NoiseKind::Swap, start: 0.1, end: 0.1 }
    }
}

impl Denoising {
    pub(super) fn plan(self, request: &Request<'_>) -> Result<Plan, RecipeFault> {
        let plan = dense::plan(request);
        let (noise, most) = match self.noise {
            NoiseKind::Gaussian => (Noise::Gaussian as fn(Level) -> Noise, f64::MAX),
            NoiseKind::Masking => (Noise::Masking as fn(Level) -> Noise, 1.0),
            NoiseKind::Swap => (Noise::Swap as fn(Level) -> Noise, 1.0),
        };
        for level in [self.start, self.end] {
            if !(0.0..=most).contains(&level) {
                let wanted = if most > 1.0 { "0 or more" } else { "a share from 0 to 1" };
                return Err(fault("--noise-level", &level, wanted));
            }
        }
        let level = Level { start: self.start, end: self.end };
        Ok(Plan { noise: Some(noise(level)), ..plan })
    }
}

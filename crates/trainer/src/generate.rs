//! Records that a variational model makes up.

use crate::float_model::FloatModel;
use crate::nn::{Generator, normal};
use crate::quantise::rim_step;
use crate::reconstruct::Inverse;
use crate::train::MEMBERS;
use rand_chacha::rand_core::SeedableRng;
use std::fmt;
use tillwatch_model::Model;

/// Records that go through the decoder together.
const TOGETHER: usize = 256;

/// Draws records from a variational model: latent vectors of the standard normal distribution, to which training pulled
/// those of the training rows, through the float decoder.
///
/// A record is the decoder's mean; the noise around it is not drawn. The same model and seed give the same records.
///
/// # Source
/// Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014.
#[derive(Debug)]
pub struct Sampler {
    float: FloatModel,
    inverse: Inverse,
    latent_len: usize,
    step: f64,
    generator: Generator,
}

/// Why a model cannot make up records.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GenerateError {
    /// The latent vectors of another recipe have no distribution to draw from.
    NotVariational {
        /// The model's recipe.
        recipe: String,
    },
    /// The file came without its float network.
    NoDecoder,
    /// Each member has latent vectors of its own; the mean of what they make of different draws is no record.
    Several {
        /// Number of members.
        members: String,
    },
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVariational { recipe } => write!(
                f,
                "found a model of recipe {recipe}, wanted a variational one, whose latent vectors have a distribution to \
                 draw from; train with --recipe variational"
            ),
            Self::NoDecoder => f.write_str(
                "found no float network in the file, wanted its decoder; give the file that training wrote",
            ),
            Self::Several { members } => write!(
                f,
                "found a model of {members} members, wanted one, whose decoder makes up whole records; train with --members 1"
            ),
        }
    }
}

impl std::error::Error for GenerateError {}

impl Sampler {
    /// Draws from a model.
    ///
    /// # Errors
    /// [`GenerateError`]
    pub fn new(model: &Model<'_>, seed: u64) -> Result<Self, GenerateError> {
        let card = model.body().card;
        let says = |key: &str| card.iter().find(|entry| entry.key == key).map(|entry| entry.value);
        let recipe = says("recipe").unwrap_or("unknown");
        if recipe != "variational" {
            return Err(GenerateError::NotVariational { recipe: recipe.to_owned() });
        }
        if let Some(members) = says(MEMBERS) {
            return Err(GenerateError::Several { members: members.to_owned() });
        }
        let float = FloatModel::from_file(model.body(), model.reference()).ok_or(GenerateError::NoDecoder)?;
        Ok(Self {
            latent_len: float.latent_len(),
            float,
            inverse: Inverse::of(model),
            step: rim_step(model.body().rim_fraction_bits.into()),
            generator: Generator::seed_from_u64(seed),
        })
    }

    /// The next records, one after another.
    ///
    /// # Shapes
    /// Result: one raw value per field of each sample of each record.
    pub fn draw(&mut self, n_records: usize) -> Vec<i32> {
        let mut raws = Vec::new();
        let mut left = n_records;
        while left > 0 {
            let n = left.min(TOGETHER);
            let latents: Vec<f32> =
                (0..n * self.latent_len).map(|_| normal(&mut self.generator) as f32).collect();
            let values = self.float.decode(&latents);
            let codes: Vec<f64> = values.iter().map(|&value| f64::from(value) / self.step).collect();
            raws.extend(self.inverse.raw(&codes));
            left -= n;
        }
        raws
    }
}

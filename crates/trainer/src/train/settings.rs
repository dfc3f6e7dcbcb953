//! What the user may choose, and what training tells while it runs.

use crate::nn::{Activation, EpochReport, LayerKind, Loss, OptimiserConfig, Schedule};
use crate::recipe::Recipe;

/// What the user may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Name of the model.
    pub name: String,
    /// Kind of autoencoder.
    pub recipe: Recipe,
    /// What training makes small.
    pub loss: Loss,
    /// Hidden widths; chosen from the data where there are none.
    pub hidden: Option<Vec<usize>>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Normalises every hidden layer over the batch.
    pub batch_norm: bool,
    /// Share of hidden values that training drops.
    pub dropout: f64,
    /// Networks that are trained from different seeds; the model's answer is the mean of theirs.
    pub members: usize,
    /// Rows of the prototype bank; chosen from the data where there are none.
    pub prototypes: Option<usize>,
    /// Alarms per normal record, at most.
    pub alarm_rate: f64,
    /// Passes over the training rows, at most.
    pub epochs: usize,
    /// Training algorithm.
    pub optimiser: OptimiserConfig,
    /// Course of the learning rate.
    pub schedule: Schedule,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Threads; the result does not depend on it.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "model".to_owned(),
            recipe: Recipe::Auto,
            loss: Loss::Mse,
            hidden: None,
            activation: Activation::Relu,
            batch_norm: false,
            dropout: 0.0,
            members: 1,
            prototypes: None,
            alarm_rate: 0.01,
            epochs: 200,
            optimiser: OptimiserConfig::ADAM,
            schedule: Schedule::Plateau { factor: 0.5, patience: 4, floor: 0.01 },
            seed: 1,
            threads: 1,
        }
    }
}

impl Settings {
    /// Most members: more detect hardly better, and flash grows with each.
    pub const MOST_MEMBERS: usize = 5;

    /// How many members there may be, in words.
    pub(crate) fn counts() -> String {
        format!("1 to {}", Self::MOST_MEMBERS)
    }

    /// True where targets have to lie in 0 to 1.
    #[must_use]
    pub const fn wants_unit_targets(&self) -> bool {
        matches!(self.loss, Loss::Bce | Loss::BceLogits)
    }

    /// True where the length of the latent vector is part of the score.
    #[must_use]
    pub const fn scores_latent(&self) -> bool {
        matches!(&self.recipe, Recipe::Variational(recipe) if recipe.scores_latent)
    }
}

/// What is about to be trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// Name of the recipe.
    pub recipe: &'static str,
    /// The layers as they are trained, from input to output.
    pub layers: Vec<LayerKind>,
    /// How many networks of such layers.
    pub members: usize,
    /// Why, in one sentence.
    pub reason: String,
}

impl Architecture {
    /// Values that each layer with weights gives, the last one left out.
    #[must_use]
    pub fn hidden_widths(&self) -> Vec<usize> {
        let gives = |kind: &LayerKind| kind.weight_len().is_some();
        let widths: Vec<usize> =
            self.layers.iter().filter(|kind| gives(kind)).map(|kind| kind.layer::<f32>().out_len()).collect();
        widths[..widths.len().saturating_sub(1)].to_vec()
    }
}

/// What training tells while it runs.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Layers, and why; before training starts.
    Plan {
        /// What will be trained.
        architecture: Architecture,
        /// Training, calibration and test rows.
        rows: [usize; 3],
    },
    /// An epoch is over.
    Epoch(EpochReport),
    /// Something worth a line.
    Note(String),
}

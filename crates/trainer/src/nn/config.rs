//! Settings of the training loop and their ranges.

use super::error::NetworkError;
use super::loss::Loss;
use super::optimiser::OptimiserConfig;
use super::schedule::Schedule;

/// Settings of the training loop.
#[derive(Clone, Debug, PartialEq)]
pub struct FitConfig {
    /// Most passes over the training rows, at least 1.
    pub epochs: usize,
    /// Rows per step, at least 1. The last batch of an epoch may be smaller.
    pub batch_rows: usize,
    /// First learning rate, above 0.
    pub learning_rate: f64,
    /// How steps are made from gradients.
    pub optimiser: OptimiserConfig,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// What is made small.
    pub loss: Loss,
    /// Weight of each column in the loss, not below 0; empty for all equal.
    pub column_weights: Vec<f64>,
    /// Longest gradient that is taken as it is, above 0.
    pub clip_norm: Option<f64>,
    /// Epochs without improvement after which training stops.
    pub patience: Option<usize>,
    /// By how much a loss must fall below the best one to count as better.
    pub min_improvement: f64,
    /// Decides shuffling and corruption.
    pub seed: u64,
    /// Threads to work with, at least 1; more than 4 do not help. The result does not depend on it.
    pub threads: usize,
}

impl Default for FitConfig {
    fn default() -> Self {
        FitConfig {
            epochs: 100,
            batch_rows: 256,
            learning_rate: 1e-3,
            optimiser: OptimiserConfig::ADAM,
            schedule: Schedule::Constant,
            loss: Loss::Mse,
            column_weights: Vec::new(),
            clip_norm: None,
            patience: Some(10),
            min_improvement: 0.0,
            seed: 1,
            threads: 1,
        }
    }
}

impl FitConfig {
    /// Refuses settings outside their ranges.
    ///
    /// # Errors
    /// [`NetworkError::Setting`] for the first such setting; [`NetworkError::Shape`] where the column weights are
    /// neither none nor one per column.
    pub fn check(&self, columns: usize) -> Result<(), NetworkError> {
        let found = self.column_weights.len();
        if found != 0 && found != columns {
            return Err(NetworkError::Shape { what: "the number of column weights", found, wanted: columns });
        }
        for (name, found) in
            [("epochs", self.epochs), ("batch_rows", self.batch_rows), ("threads", self.threads)]
        {
            setting(name, found as f64, found >= 1, "at least 1")?;
        }
        positive("learning_rate", self.learning_rate)?;
        positive("clip_norm", self.clip_norm.unwrap_or(1.0))?;
        not_negative("min_improvement", self.min_improvement)?;
        for weight in &self.column_weights {
            not_negative("column_weights", *weight)?;
        }
        if let Loss::Huber { delta } = self.loss {
            positive("delta", delta)?;
        }
        match self.optimiser {
            OptimiserConfig::Adam { beta1, beta2, epsilon, weight_decay, l1 } => {
                share("beta1", beta1)?;
                share("beta2", beta2)?;
                positive("epsilon", epsilon)?;
                not_negative("weight_decay", weight_decay)?;
                not_negative("l1", l1)?;
            }
            OptimiserConfig::Sgd { momentum, weight_decay, l1 } => {
                share("momentum", momentum)?;
                not_negative("weight_decay", weight_decay)?;
                not_negative("l1", l1)?;
            }
        }
        match self.schedule {
            Schedule::Constant => Ok(()),
            Schedule::Cosine { warm_up, floor } => {
                share("warm_up", warm_up)?;
                share("floor", floor)
            }
            Schedule::Plateau { factor, floor, .. } => {
                share("factor", factor)?;
                positive("factor", factor)?;
                share("floor", floor)
            }
        }
    }
}

fn setting(name: &'static str, found: f64, good: bool, wanted: &'static str) -> Result<(), NetworkError> {
    if good { Ok(()) } else { Err(NetworkError::Setting { name, found, wanted }) }
}

fn positive(name: &'static str, found: f64) -> Result<(), NetworkError> {
    setting(name, found, found.is_finite() && found > 0.0, "above 0 and finite")
}

fn not_negative(name: &'static str, found: f64) -> Result<(), NetworkError> {
    setting(name, found, found.is_finite() && found >= 0.0, "0 or more and finite")
}

fn share(name: &'static str, found: f64) -> Result<(), NetworkError> {
    setting(name, found, (0.0..1.0).contains(&found), "0 or more and below 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_accepted_and_each_range_is_held() {
        let good = FitConfig::default();
        assert_eq!(good.check(3), Ok(()));
        let sgd = OptimiserConfig::Sgd { momentum: 1.0, weight_decay: 0.0, l1: 0.0 };
        let l1 = OptimiserConfig::Sgd { momentum: 0.0, weight_decay: 0.0, l1: -1.0 };
        let cosine = Schedule::Cosine { warm_up: 0.1, floor: -0.5 };
        let plateau = Schedule::Plateau { factor: 0.0, patience: 2, floor: 0.1 };
        for (name, bad) in [
            ("epochs", FitConfig { epochs: 0, ..good.clone() }),
            ("batch_rows", FitConfig { batch_rows: 0, ..good.clone() }),
            ("learning_rate", FitConfig { learning_rate: f64::NAN, ..good.clone() }),
            ("clip_norm", FitConfig { clip_norm: Some(0.0), ..good.clone() }),
            ("min_improvement", FitConfig { min_improvement: -1.0, ..good.clone() }),
            ("column_weights", FitConfig { column_weights: vec![1.0, -1.0, 0.0], ..good.clone() }),
            ("delta", FitConfig { loss: Loss::Huber { delta: 0.0 }, ..good.clone() }),
            ("l1", FitConfig { optimiser: l1, ..good.clone() }),
            ("momentum", FitConfig { optimiser: sgd, ..good.clone() }),
            ("floor", FitConfig { schedule: cosine, ..good.clone() }),
            ("factor", FitConfig { schedule: plateau, ..good.clone() }),
        ] {
            match bad.check(3) {
                Err(NetworkError::Setting { name: found, .. }) => assert_eq!(found, name),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

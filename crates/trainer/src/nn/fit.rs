//! The training loop: shuffled batches, a schedule, early stopping, the best weights kept.

use super::config::FitConfig;
use super::crew::Crew;
use super::error::NetworkError;
use super::loss::LossSum;
use super::network::Network;
use super::optimiser::{Optimiser, clip};
use super::pass::Step;
use super::random::{generator, shuffle};
use super::real::Real;
use super::rows::Rows;
use super::schedule::Course;
use super::shard::{Corruption, Task};
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

/// Stream of the generator that shuffles.
const SHUFFLE_STREAM: u64 = 1;

/// Rows that are judged together: four shards of 256, whose buffers fit a second-level cache for common widths.
const JUDGED_ROWS: usize = 1024;

/// What one epoch brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochReport {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// Mean loss over the epoch's batches, each before its step, with the layers' penalties; with corruption, the
    /// loss from corrupted inputs.
    pub train_loss: f64,
    /// Loss of the validation rows after the epoch, with the layers' penalties, if there are any.
    pub valid_loss: Option<f64>,
    /// Learning rate of the epoch's last step.
    pub learning_rate: f64,
}

impl EpochReport {
    /// The loss that decides which epoch is best: of the validation rows where there are any.
    #[must_use]
    pub fn watched_loss(&self) -> f64 {
        self.valid_loss.unwrap_or(self.train_loss)
    }
}

/// What training did.
#[derive(Clone, Debug, PartialEq)]
pub struct FitReport {
    /// Each epoch in order.
    pub epochs: Vec<EpochReport>,
    /// The epoch, counted from 1, whose weights the network now has.
    pub best_epoch: usize,
    /// Its watched loss.
    pub best_loss: f64,
    /// Training rows seen, counted each time.
    pub samples_seen: u64,
    /// True when training stopped for lack of improvement.
    pub stopped_early: bool,
}

/// Trains a network to reproduce its input and leaves the weights of the best epoch in it.
///
/// # Shapes
/// `train` and `valid` have as many columns as the network has inputs and outputs. `valid` may be empty; then the
/// loss of training decides.
/// # Batches
/// The last batch of an epoch has the rows that are left. Where they are fewer than a layer can train on (batch
/// normalisation needs two values per channel), they join the batch before.
/// # Errors
/// [`NetworkError::Shape`] where columns do not fit or no row is there; [`NetworkError::FewRows`] where all rows, or
/// the rows of a batch, are fewer than a layer can train on; [`NetworkError::Target`] for a target that the loss is
/// not defined for; [`NetworkError::Setting`] for a setting
/// outside its range; [`NetworkError::Diverged`] when a loss is no longer finite, with the best weights so far (or
/// the first ones) left in the network.
/// # Exactness
/// The same bytes for the same arguments on one machine, whatever `threads` is.
pub fn fit<T: Real>(
    network: &mut Network<T>,
    train: Rows<'_, T>,
    valid: Rows<'_, T>,
    config: &FitConfig,
    corruption: Option<&dyn Corruption<T>>,
    progress: &mut dyn FnMut(&EpochReport),
) -> Result<FitReport, NetworkError> {
    config.check(train.columns())?;
    check_shapes(network, train, valid)?;
    check_rows(network.chain.least_rows(), train.len(), config.batch_rows)?;
    config.loss.check_targets(train)?;
    config.loss.check_targets(valid)?;
    let column_weights: Vec<T> = config.column_weights.iter().map(|weight| T::from_f64(*weight)).collect();
    let mut best = network.parameters.clone();
    let parameters = RwLock::new(std::mem::take(&mut network.parameters));
    let task = Task {
        chain: &network.chain,
        train,
        valid,
        loss: config.loss,
        column_weights: (!column_weights.is_empty()).then_some(&column_weights[..]),
        corruption,
    };
    let result = std::thread::scope(|scope| {
        let crew = Crew::start(scope, task, &parameters, config.seed, config.threads);
        run(crew, &task, &parameters, &mut best, config, progress)
    });
    network.parameters = best;
    result
}

/// Goes through the epochs. `best` holds the first weights and receives better ones.
fn run<T: Real>(
    mut crew: Crew<'_, T>,
    task: &Task<'_, T>,
    parameters: &RwLock<Vec<T>>,
    best: &mut [T],
    config: &FitConfig,
    progress: &mut dyn FnMut(&EpochReport),
) -> Result<FitReport, NetworkError> {
    let rows = task.train.len();
    let mut order: Vec<usize> = (0..rows).collect();
    let judged: Vec<usize> = (0..task.valid.len()).collect();
    let mut shuffler = generator(config.seed, SHUFFLE_STREAM);
    let mut stepper = Stepper::new(task, config);
    let least = task.chain.least_rows();
    let steps = batches(&order, config.batch_rows, least).count() as u64 * config.epochs as u64;
    let mut course = Course::new(config.schedule, config.learning_rate, steps);
    let mut step = 0;
    let mut report = FitReport {
        epochs: Vec::new(),
        best_epoch: 0,
        best_loss: f64::INFINITY,
        samples_seen: 0,
        stopped_early: false,
    };
    for epoch in 1..=config.epochs {
        shuffle(&mut order, &mut shuffler);
        let mut train_sum = LossSum::default();
        let mut learning_rate = config.learning_rate;
        for batch in batches(&order, config.batch_rows, least) {
            learning_rate = course.rate(step);
            let progress = step as f64 / steps as f64;
            train_sum.add(stepper.step(&mut crew, parameters, batch, learning_rate, progress));
            step += 1;
            report.samples_seen += batch.len() as u64;
        }
        let mut valid_sum = LossSum::default();
        for batch in judged.chunks(JUDGED_ROWS) {
            valid_sum.add(crew.run(batch, Step::EVALUATE));
        }
        let valid_loss = (!judged.is_empty()).then(|| valid_sum.mean());
        let entry = EpochReport { epoch, train_loss: train_sum.mean(), valid_loss, learning_rate };
        let current = parameters.read().unwrap_or_else(PoisonError::into_inner);
        let finite = entry.train_loss.is_finite()
            && entry.watched_loss().is_finite()
            && current.iter().all(|parameter| parameter.is_finite());
        if !finite {
            return Err(NetworkError::Diverged { epoch, learning_rate });
        }
        let improved = entry.watched_loss() < report.best_loss - config.min_improvement;
        if improved {
            best.copy_from_slice(&current);
            report.best_epoch = epoch;
            report.best_loss = entry.watched_loss();
        }
        drop(current);
        course.note(improved);
        progress(&entry);
        report.epochs.push(entry);
        if config.patience.is_some_and(|patience| epoch - report.best_epoch > patience) {
            report.stopped_early = true;
            break;
        }
    }
    Ok(report)
}

/// Cuts the rows of an epoch into batches; a rest of fewer than `least` rows joins the batch before.
fn batches(order: &[usize], batch_rows: usize, least: usize) -> impl Iterator<Item = &[usize]> {
    let joins = (1..least).contains(&(order.len() % batch_rows)) && order.len() > batch_rows;
    let count = order.len().div_ceil(batch_rows) - usize::from(joins);
    (0..count).map(move |batch| {
        let end = if batch + 1 == count { order.len() } else { (batch + 1) * batch_rows };
        &order[batch * batch_rows..end]
    })
}

/// Makes steps: what one needs beside the crew and the parameters.
struct Stepper<T> {
    optimiser: Optimiser<T>,
    clip_norm: Option<f64>,
    averaged: Vec<Range<usize>>,
    gradient: Vec<T>,
}

impl<T: Real> Stepper<T> {
    fn new(task: &Task<'_, T>, config: &FitConfig) -> Self {
        let len = task.chain.parameter_len();
        Stepper {
            optimiser: Optimiser::new(config.optimiser, len, task.chain.decayed()),
            clip_norm: config.clip_norm,
            averaged: task.chain.averaged(),
            gradient: vec![T::ZERO; len],
        }
    }

    /// Runs a batch and moves the parameters; gives the loss from before.
    fn step(
        &mut self,
        crew: &mut Crew<'_, T>,
        parameters: &RwLock<Vec<T>>,
        batch: &[usize],
        learning_rate: f64,
        progress: f64,
    ) -> LossSum {
        let sum = crew.run(batch, Step::train(progress));
        crew.gradient(batch, sum.weight, &self.averaged, &mut self.gradient);
        let mut parameters = parameters.write().unwrap_or_else(PoisonError::into_inner);
        // What follows an average moves by itself; to the optimiser and to clipping its gradient is zero.
        for range in &self.averaged {
            for (parameter, step) in
                parameters[range.clone()].iter_mut().zip(&mut self.gradient[range.clone()])
            {
                *parameter -= *step;
                *step = T::ZERO;
            }
        }
        if let Some(limit) = self.clip_norm {
            clip(&mut self.gradient, limit);
        }
        self.optimiser.step(&mut parameters, &self.gradient, learning_rate);
        sum
    }
}

fn check_rows(least: usize, rows: usize, batch_rows: usize) -> Result<(), NetworkError> {
    for (what, found) in [("the number of training rows", rows), ("setting batch_rows", batch_rows)] {
        if found < least {
            return Err(NetworkError::FewRows { what, found, wanted: least });
        }
    }
    Ok(())
}

fn check_shapes<T: Real>(
    network: &Network<T>,
    train: Rows<'_, T>,
    valid: Rows<'_, T>,
) -> Result<(), NetworkError> {
    let columns = train.columns();
    for (what, found, wanted) in [
        ("the number of network inputs", network.in_len(), columns),
        ("the number of network outputs", network.out_len(), columns),
        ("the number of validation columns", valid.columns(), columns),
        ("the number of training rows", train.len().min(1), 1),
    ] {
        if found != wanted {
            return Err(NetworkError::Shape { what, found, wanted });
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "curve_tests.rs"]
mod curves;

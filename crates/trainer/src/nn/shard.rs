//! The part of a batch that one thread works on at a time.

use super::layer::Mode;
use super::loss::{Loss, LossSum, Weights};
use super::pass::{Chain, Step, Workspace};
use super::random::{Generator, generator};
use super::real::Real;
use super::rows::Rows;

/// Most shards that a batch is cut into, and so the most threads that help.
pub(super) const SHARDS: usize = 4;

/// Fewest rows worth a shard: below, the calls around a product cost more than the product.
const SHARD_ROWS: usize = 32;

/// First stream of the generators of the shards; smaller ones initialise and shuffle.
const SHARD_STREAM: u64 = 2;

/// Damages the input of a network whose target stays the clean row: what a denoising autoencoder is trained with.
///
/// Closures `Fn(&mut [T], usize, f64, &mut Generator)` are corruptions: of the rows, their columns, the share of
/// training done and the generator.
pub trait Corruption<T>: Sync {
    /// Changes rows in place, drawing from the generator alone, so that training repeats.
    fn corrupt(&self, part: Corrupted<'_, T>);
}

/// Some rows of a batch that are to be corrupted.
#[derive(Debug)]
pub struct Corrupted<'a, T> {
    /// `[n, columns]`, to be changed.
    pub rows: &'a mut [T],
    /// `[n, columns]`: the same rows, which stay as they are.
    pub clean: &'a [T],
    /// Values per row.
    pub columns: usize,
    /// Share of training that is done, from 0 in the first step towards 1.
    pub progress: f64,
    /// What to draw from.
    pub generator: &'a mut Generator,
}

impl<T, F: Fn(&mut [T], usize, f64, &mut Generator) + Sync> Corruption<T> for F {
    fn corrupt(&self, part: Corrupted<'_, T>) {
        self(part.rows, part.columns, part.progress, part.generator);
    }
}

/// What all shards share.
#[derive(Clone, Copy)]
pub(super) struct Task<'a, T: Real> {
    pub(super) chain: &'a Chain<T>,
    pub(super) train: Rows<'a, T>,
    pub(super) valid: Rows<'a, T>,
    pub(super) loss: Loss,
    pub(super) column_weights: Option<&'a [T]>,
    pub(super) corruption: Option<&'a dyn Corruption<T>>,
}

/// Buffers and results of one shard.
#[derive(Debug)]
pub(super) struct Shard<T> {
    /// Numbers of the rows to work on, in the training or the validation rows according to the mode.
    pub(super) picked: Vec<usize>,
    /// Loss over those rows, with the layers' penalties.
    pub(super) sum: LossSum,
    /// The clean rows, where the input is corrupted.
    clean: Vec<T>,
    weights: Vec<T>,
    workspace: Workspace<T>,
}

impl<T: Real> Shard<T> {
    /// The empty shard with that number in each batch.
    pub(super) fn new(chain: &Chain<T>, seed: u64, number: usize) -> Self {
        Shard {
            picked: Vec::new(),
            sum: LossSum::default(),
            clean: Vec::new(),
            weights: Vec::new(),
            workspace: Workspace::new(chain, generator(seed, SHARD_STREAM + number as u64)),
        }
    }

    /// Derivative of the summed loss by the parameters, after a run in [`Mode::Train`].
    pub(super) fn parameter_gradient(&self) -> &[T] {
        &self.workspace.parameter_gradient
    }

    /// Runs the picked rows forward and, to train, backward.
    pub(super) fn run(&mut self, task: &Task<'_, T>, parameters: &[T], step: Step) {
        let Shard { picked, sum, clean, weights, workspace } = self;
        let rows = if step.mode == Mode::Train { task.train } else { task.valid };
        let columns = rows.columns();
        workspace.rows = picked.len();
        rows.gather(picked, &mut workspace.input, weights);
        let weights = Weights {
            element: rows.is_weighted().then_some(weights.as_slice()),
            column: task.column_weights,
        };
        weights.of_rows(picked.len(), columns, &mut workspace.row_weights);
        let corruption = task.corruption.filter(|_| step.mode == Mode::Train);
        if let Some(corruption) = corruption {
            clean.clear();
            clean.extend_from_slice(&workspace.input);
            corruption.corrupt(Corrupted {
                rows: &mut workspace.input,
                clean,
                columns,
                progress: step.progress,
                generator: &mut workspace.generator,
            });
        }
        task.chain.forward(parameters, workspace, step);
        let penalty = workspace.penalty();
        let (input, output, gradient) = workspace.ends();
        let target = if corruption.is_some() { clean } else { input };
        *sum = task.loss.sum(columns, output, target, weights, gradient);
        sum.total += penalty;
        if step.mode == Mode::Train {
            task.chain.backward(parameters, workspace);
        }
    }
}

/// Cuts a batch: the number of shards depends on the number of rows alone.
pub(super) fn cut(batch: &[usize]) -> impl Iterator<Item = &[usize]> {
    let shards = (batch.len() / SHARD_ROWS).clamp(1, SHARDS);
    (0..shards).map(move |shard| &batch[shard * batch.len() / shards..(shard + 1) * batch.len() / shards])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_a_batch_in_order() {
        for (len, shards) in [(1, 1), (31, 1), (63, 1), (64, 2), (127, 3), (256, 4), (1001, 4)] {
            let batch: Vec<usize> = (0..len).collect();
            let parts: Vec<&[usize]> = cut(&batch).collect();
            assert_eq!(parts.len(), shards);
            assert_eq!(parts.concat(), batch);
        }
    }
}

//! Runs the shards of a batch on a fixed set of threads.
//!
//! Which thread runs a shard has no influence on any result: shards own their buffers and their randomness, travel
//! whole, and are added in order.

use super::loss::LossSum;
use super::pass::Step;
use super::real::Real;
use super::shard::{SHARDS, Shard, Task, cut};
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{PoisonError, RwLock};
use std::thread::Scope;

type Job<T> = (Box<Shard<T>>, Step);

/// The way to a helper and the way back.
type Helper<T> = (Sender<Job<T>>, Receiver<Box<Shard<T>>>);

/// The calling thread and its helpers.
pub(super) struct Crew<'a, T: Real> {
    task: Task<'a, T>,
    parameters: &'a RwLock<Vec<T>>,
    shards: [Option<Box<Shard<T>>>; SHARDS],
    helpers: Vec<Helper<T>>,
}

impl<'a, T: Real> Crew<'a, T> {
    /// Starts `threads - 1` helpers, which end when the crew is dropped.
    pub(super) fn start<'scope>(
        scope: &'scope Scope<'scope, 'a>,
        task: Task<'a, T>,
        parameters: &'a RwLock<Vec<T>>,
        seed: u64,
        threads: usize,
    ) -> Self {
        let helpers = (1..threads.min(SHARDS))
            .map(|_| {
                let (job_sender, jobs) = channel::<Job<T>>();
                let (done, done_receiver) = channel();
                scope.spawn(move || {
                    for (mut shard, step) in jobs {
                        shard.run(&task, &parameters.read().unwrap_or_else(PoisonError::into_inner), step);
                        if done.send(shard).is_err() {
                            return;
                        }
                    }
                });
                (job_sender, done_receiver)
            })
            .collect();
        let shards = std::array::from_fn(|number| Some(Box::new(Shard::new(task.chain, seed, number))));
        Crew { task, parameters, shards, helpers }
    }

    /// Runs a batch of row numbers and adds up the loss.
    pub(super) fn run(&mut self, batch: &[usize], step: Step) -> LossSum {
        let threads = self.helpers.len() + 1;
        let mut used = 0;
        for (number, part) in cut(batch).enumerate() {
            let shard = self.shards[number].as_mut().expect("every shard is home between batches");
            shard.picked.clear();
            shard.picked.extend_from_slice(part);
            used = number + 1;
            if number % threads != 0 {
                let shard = self.shards[number].take().expect("it was home a moment ago");
                let (jobs, _) = &self.helpers[number % threads - 1];
                jobs.send((shard, step)).expect("a helper ends only after the crew");
            }
        }
        {
            let parameters = self.parameters.read().unwrap_or_else(PoisonError::into_inner);
            for shard in self.shards[..used].iter_mut().flatten() {
                shard.run(&self.task, &parameters, step);
            }
        }
        let mut sum = LossSum::default();
        for number in 0..used {
            if number % threads != 0 {
                let (_, done) = &self.helpers[number % threads - 1];
                self.shards[number] = Some(done.recv().expect("a helper that panics ends training with it"));
            }
            sum.add(self.shards[number].as_ref().expect("it came home").sum);
        }
        sum
    }

    /// Adds the gradients of the last batch, run to train, divided by its weight; those of the parameters in
    /// `averaged` divided by its rows.
    pub(super) fn gradient(
        &self,
        batch: &[usize],
        weight: f64,
        averaged: &[Range<usize>],
        gradient: &mut [T],
    ) {
        let scale = T::from_f64(if weight > 0.0 { 1.0 / weight } else { 0.0 });
        let used = cut(batch).count();
        for (number, shard) in self.shards[..used].iter().flatten().enumerate() {
            let parts = shard.parameter_gradient();
            if number == 0 {
                gradient.copy_from_slice(parts);
            } else {
                gradient.iter_mut().zip(parts).for_each(|(sum, part)| *sum += *part);
            }
        }
        let by_rows = T::from_f64(1.0 / batch.len() as f64);
        let mut done = 0;
        for range in averaged {
            gradient[done..range.start].iter_mut().for_each(|sum| *sum *= scale);
            gradient[range.clone()].iter_mut().for_each(|sum| *sum *= by_rows);
            done = range.end;
        }
        gradient[done..].iter_mut().for_each(|sum| *sum *= scale);
    }
}

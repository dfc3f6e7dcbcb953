//! Sparse: a hidden layer wider than the input, of which few units are active at a time.

use super::stack::Stack;
use super::{Plan, RecipeFault, Request, fault};
use crate::nn::{Activation, ActivityPenalty, Penalty, TopK};

/// What keeps units silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sparsity {
    /// The sum of activations is part of the loss.
    L1 {
        /// Its weight.
        weight: f64,
    },
    /// Every unit's mean activation is pulled to a target; the hidden layer ends in a sigmoid.
    ///
    /// # Source
    /// Ng, "Sparse autoencoder", CS294A lecture notes, Stanford 2011.
    KullbackLeibler {
        /// Mean activation that is aimed at, between 0 and 1.
        target: f64,
        /// Weight of the divergence.
        weight: f64,
    },
    /// Only the largest units stay active, in training and on the device.
    ///
    /// # Source
    /// Makhzani and Frey, "k-sparse autoencoders", ICLR 2014.
    TopK {
        /// How many.
        k: usize,
    },
}

/// Hyperparameters of a sparse autoencoder.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sparse {
    /// What keeps units silent; of every 15 hidden units the largest one stays where nothing is said.
    pub sparsity: Option<Sparsity>,
}

/// Hidden units per column where the user names no width.
const OVERCOMPLETE: usize = 3;
/// Hidden units per unit that stays active where the user says nothing.
const UNITS_PER_KEPT: usize = 15;
/// Fewest that stay active then.
const FEWEST_KEPT: usize = 2;
/// Most hidden units that are chosen.
const WIDEST: usize = 256;

impl Sparse {
    pub(super) fn plan(self, request: &Request<'_>) -> Result<Plan, RecipeFault> {
        let columns = request.shape.len();
        let (hidden, reason) = if let Some(hidden) = request.hidden {
            (hidden.to_vec(), "as asked for".to_owned())
        } else {
            let width = (OVERCOMPLETE * columns).next_multiple_of(4).min(WIDEST);
            (vec![width], format!("{OVERCOMPLETE} hidden units for each of {columns} columns"))
        };
        let middle = hidden.len() / 2;
        let units = hidden.get(middle).copied().unwrap_or(0);
        let k = units.div_ceil(UNITS_PER_KEPT).max(FEWEST_KEPT).min(units);
        let sparsity = self.sparsity.unwrap_or(Sparsity::TopK { k });
        let mut stack = Stack::new(request);
        for (index, &width) in hidden.iter().enumerate() {
            if index == middle {
                code(&mut stack, width, sparsity)?;
            } else {
                stack.dense(width);
            }
        }
        Ok(Plan { layers: stack.ending(columns), noise: None, reason })
    }
}

/// The sparse layer.
fn code(stack: &mut Stack, width: usize, sparsity: Sparsity) -> Result<(), RecipeFault> {
    let (penalty, weight) = match sparsity {
        Sparsity::L1 { weight } => {
            check_weight(weight)?;
            stack.dense(width);
            (Penalty::L1, weight)
        }
        Sparsity::KullbackLeibler { target, weight } => {
            check_weight(weight)?;
            if !(target > 0.0 && target < 1.0) {
                return Err(fault("--sparsity-target", &target, "more than 0 and less than 1"));
            }
            stack.dense_with(width, Activation::Sigmoid);
            (Penalty::Divergence { target }, weight)
        }
        Sparsity::TopK { k } => {
            if k == 0 || k > width {
                return Err(fault("--keep", &k, format!("1 to {width}, the units of the hidden layer")));
            }
            stack.dense(width);
            stack.push(TopK { len: width, k }, stack.shape());
            return Ok(());
        }
    };
    stack.push(ActivityPenalty { len: width, penalty, weight }, stack.shape());
    Ok(())
}

fn check_weight(weight: f64) -> Result<(), RecipeFault> {
    if weight.is_finite() && weight >= 0.0 {
        Ok(())
    } else {
        Err(fault("--sparsity-weight", &weight, "0 or more"))
    }
}

//! What a layer is: sizes, parameters, a forward and a backward pass.
//!
//! A layer holds no parameters and no buffers of its own. Parameters of all layers lie in one vector, so that an
//! optimiser is one loop; what a pass must remember lies on a [`Tape`], so that several shards of one batch can run
//! through the same layer at once.
//!
//! # Penalties
//! A layer may add to the loss. The loss of a batch is
//!
//! ```text
//! (sum of weighted element losses + sum over rows of row weight * penalty of the row) / sum of weights
//! ```
//!
//! where the weight of a row is the sum of the weights of its elements. So a penalty is a weighted mean over rows that
//! stands beside the mean over elements, whatever the batch, its shards or the number of columns; without weights it
//! is the plain mean over rows, as in `mse.mean() + lambda * penalty.mean()`.

use super::error::LayerSetting;
use super::kind::LayerKind;
use super::random::Generator;
use super::real::Real;
use std::fmt::Debug;
use std::ops::Range;

/// Whether a pass trains or only evaluates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Layers may drop, disturb and keep what the backward pass needs.
    Train,
    /// Layers do what they will do on the device.
    Evaluate,
}

/// What one layer remembers of one forward pass for the backward pass, for one shard of a batch. All room is reused.
#[derive(Clone, Debug, Default)]
pub struct Tape<T> {
    /// Values kept by the forward pass; the layer decides which.
    pub kept: Vec<T>,
    /// Places kept by the forward pass; the layer decides which.
    pub picked: Vec<u32>,
    /// Room to work in, for either pass; holds nothing between them.
    pub room: Vec<T>,
    /// Sum over the rows of row weight times penalty. A layer with a penalty sets it in each forward pass.
    pub penalty: f64,
}

/// The forward pass of one layer over one shard.
#[derive(Debug)]
pub struct Forward<'a, T> {
    /// Whether the pass trains.
    pub mode: Mode,
    /// Share of training that is done, from 0 in the first step towards 1; exactly 1 in [`Mode::Evaluate`].
    pub progress: f64,
    /// Number of rows in the shard.
    pub rows: usize,
    /// `[rows]`: weight of each row in the loss, the sum of the weights of its elements.
    pub row_weights: &'a [T],
    /// The layer's parameters.
    pub parameters: &'a [T],
    /// `[rows, in_len]`
    pub input: &'a [T],
    /// `[rows, out_len]`, to be overwritten.
    pub output: &'a mut [T],
    /// Where to keep what the backward pass needs.
    pub tape: &'a mut Tape<T>,
    /// Randomness of this shard, for layers that draw in training.
    pub generator: &'a mut Generator,
}

/// The backward pass of one layer over one shard.
#[derive(Debug)]
pub struct Backward<'a, T> {
    /// Number of rows in the shard.
    pub rows: usize,
    /// `[rows]`, as in the forward pass.
    pub row_weights: &'a [T],
    /// The layer's parameters.
    pub parameters: &'a [T],
    /// `[rows, in_len]`, as in the forward pass.
    pub input: &'a [T],
    /// `[rows, out_len]`, as the forward pass left it.
    pub output: &'a [T],
    /// `[rows, out_len]`: derivative of the loss by the output. The layer may change it in place.
    pub output_gradient: &'a mut [T],
    /// `[rows, in_len]`: derivative of the loss by the input, to be overwritten; that of the layer's own penalty,
    /// times the row's weight, is part of it. The first layer has none.
    pub input_gradient: Option<&'a mut [T]>,
    /// Derivative of the loss by the parameters, summed over the rows, to be overwritten; for the parameters of
    /// [`Layer::averaged`] what is written there.
    pub parameter_gradient: &'a mut [T],
    /// What the forward pass kept.
    pub tape: &'a mut Tape<T>,
}

/// One layer of a network.
pub trait Layer<T: Real>: Debug + Send + Sync {
    /// What the layer is, in full: [`LayerKind::layer`] makes the same layer of it.
    fn kind(&self) -> LayerKind;
    /// Refuses settings that mean nothing. Asked before any size.
    ///
    /// # Errors
    /// The first such setting.
    fn check(&self) -> Result<(), LayerSetting> {
        Ok(())
    }
    /// Values per input row.
    fn in_len(&self) -> usize;
    /// Values per output row.
    fn out_len(&self) -> usize;
    /// Number of parameters; a layer without any leaves this and what follows of them as it is.
    fn parameter_len(&self) -> usize {
        0
    }
    /// The parameters that weight decay shrinks; biases and scales are left out.
    fn decayed(&self) -> Range<usize> {
        0..0
    }
    /// The parameters that follow an average of the batches instead of the optimiser. For them the backward pass
    /// writes `rows * momentum * (parameter - statistic of the shard)`; a step subtracts the sum over the shards,
    /// divided by the rows of the batch. Neither the learning rate nor clipping nor decay touches them.
    fn averaged(&self) -> Range<usize> {
        0..0
    }
    /// Fewest rows of a batch that the layer can train on.
    fn least_rows(&self) -> usize {
        1
    }
    /// Sets the parameters before training.
    fn initialise(&self, _parameters: &mut [T], _generator: &mut Generator) {}
    /// Computes the output from the input.
    fn forward(&self, pass: Forward<'_, T>);
    /// Computes the gradients from the gradient of the output.
    fn backward(&self, pass: Backward<'_, T>);
}

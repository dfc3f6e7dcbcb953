//! What a layer is: sizes, parameters, a forward and a backward pass.
//!
//! A layer holds no parameters and no buffers of its own. Parameters of all layers lie in one vector, so that an
//! optimiser is one loop; what a pass must remember lies on a [`Tape`], so that several shards of one batch can run
//! through the same layer at once.

use super::activation::Activation;
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

/// What one layer remembers of one forward pass for the backward pass, for one shard of a batch.
#[derive(Clone, Debug, Default)]
pub struct Tape<T> {
    /// Values kept by the forward pass; the layer decides which. The room is reused.
    pub kept: Vec<T>,
}

/// The forward pass of one layer over one shard.
#[derive(Debug)]
pub struct Forward<'a, T> {
    /// Whether the pass trains.
    pub mode: Mode,
    /// Number of rows in the shard.
    pub rows: usize,
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
    /// The layer's parameters.
    pub parameters: &'a [T],
    /// `[rows, in_len]`, as in the forward pass.
    pub input: &'a [T],
    /// `[rows, out_len]`, as the forward pass left it.
    pub output: &'a [T],
    /// `[rows, out_len]`: derivative of the loss by the output. The layer may change it in place.
    pub output_gradient: &'a mut [T],
    /// `[rows, in_len]`: derivative of the loss by the input, to be overwritten. The first layer has none.
    pub input_gradient: Option<&'a mut [T]>,
    /// Derivative of the loss by the parameters, summed over the rows, to be overwritten.
    pub parameter_gradient: &'a mut [T],
    /// What the forward pass kept.
    pub tape: &'a Tape<T>,
}

/// What a layer is, for those who export it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayerKind {
    /// Fully connected. Parameters: weights `[out_len, in_len]` row-major, then biases `[out_len]`.
    Dense {
        /// What follows the sum.
        activation: Activation,
    },
    /// A function of each value by itself. No parameters.
    Elementwise {
        /// The function.
        activation: Activation,
    },
}

/// One layer of a network.
pub trait Layer<T: Real>: Debug + Send + Sync {
    /// What the layer is.
    fn kind(&self) -> LayerKind;
    /// Values per input row.
    fn in_len(&self) -> usize;
    /// Values per output row.
    fn out_len(&self) -> usize;
    /// Number of parameters.
    fn parameter_len(&self) -> usize;
    /// The parameters that weight decay shrinks; biases and scales are left out.
    fn decayed(&self) -> Range<usize>;
    /// Sets the parameters before training.
    fn initialise(&self, parameters: &mut [T], generator: &mut Generator);
    /// Computes the output from the input.
    fn forward(&self, pass: Forward<'_, T>);
    /// Computes the gradients from the gradient of the output.
    fn backward(&self, pass: Backward<'_, T>);
}

//! Layers put on one another, each with the normalisation and dropout that were asked for.

use super::Request;
use crate::nn::{
    Activation, BatchNorm, Convolution, Dense, Dropout, Elementwise, LayerKind, Shape, TransposedConvolution,
};

/// Layers so far, and the shape that they end in.
pub(super) struct Stack {
    layers: Vec<LayerKind>,
    shape: Shape,
    activation: Activation,
    batch_norm: bool,
    dropout: f64,
}

impl Stack {
    pub(super) fn new(request: &Request<'_>) -> Self {
        Self {
            layers: Vec::new(),
            shape: request.shape,
            activation: request.activation,
            batch_norm: request.batch_norm,
            dropout: request.dropout,
        }
    }

    pub(super) const fn shape(&self) -> Shape {
        self.shape
    }

    /// Adds a layer as it is.
    pub(super) fn push(&mut self, layer: impl Into<LayerKind>, output: Shape) {
        self.layers.push(layer.into());
        self.shape = output;
    }

    /// Adds a hidden dense layer.
    pub(super) fn dense(&mut self, out_len: usize) {
        self.dense_with(out_len, self.activation);
    }

    /// Adds a hidden dense layer with an activation of its own.
    pub(super) fn dense_with(&mut self, out_len: usize, activation: Activation) {
        let in_len = self.shape.len();
        self.hidden(activation, Shape::flat(out_len), |activation| {
            Dense { in_len, out_len, activation }.into()
        });
    }

    /// Adds a hidden convolution.
    pub(super) fn convolution(&mut self, layer: Convolution) {
        self.hidden(self.activation, layer.output(), |activation| Convolution { activation, ..layer }.into());
    }

    /// Adds a hidden transposed convolution.
    pub(super) fn transposed(&mut self, layer: TransposedConvolution) {
        self.hidden(self.activation, layer.output, |activation| {
            TransposedConvolution { activation, ..layer }.into()
        });
    }

    /// Adds a dense layer without an activation, a normalisation or dropout.
    pub(super) fn linear(&mut self, out_len: usize) {
        let in_len = self.shape.len();
        self.push(Dense { in_len, out_len, activation: Activation::Linear }, Shape::flat(out_len));
    }

    /// Takes what is there in another shape of the same length.
    pub(super) const fn reshape(&mut self, shape: Shape) {
        self.shape = shape;
    }

    /// The layers, after one more that gives `out_len` values.
    pub(super) fn ending(mut self, out_len: usize) -> Vec<LayerKind> {
        self.linear(out_len);
        self.layers
    }

    /// The layers.
    pub(super) fn into_layers(self) -> Vec<LayerKind> {
        self.layers
    }

    /// Batch normalisation stands between a layer's sums and its activation.
    fn hidden(&mut self, activation: Activation, output: Shape, layer: impl Fn(Activation) -> LayerKind) {
        if self.batch_norm {
            self.push(layer(Activation::Linear), output);
            self.push(BatchNorm::new(output), output);
            self.push(Elementwise { len: output.len(), activation }, output);
        } else {
            self.push(layer(activation), output);
        }
        if self.dropout > 0.0 {
            self.push(Dropout { len: output.len(), rate: self.dropout }, output);
        }
    }
}

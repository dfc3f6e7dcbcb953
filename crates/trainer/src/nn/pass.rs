//! Runs a chain of layers forward and backward over one shard of a batch, in buffers that are kept between batches.

use super::error::NetworkError;
use super::layer::{Backward, Forward, Layer, Mode, Tape};
use super::random::Generator;
use super::real::Real;
use std::ops::Range;

/// Layers in a row, without their parameters.
#[derive(Debug)]
pub(super) struct Chain<T: Real> {
    layers: Vec<Box<dyn Layer<T>>>,
    ranges: Vec<Range<usize>>,
}

/// What a pass is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Whether it trains.
    pub(super) mode: Mode,
    /// Share of training that is done.
    pub(super) progress: f64,
}

impl Step {
    /// A pass that only evaluates.
    pub(super) const EVALUATE: Step = Step { mode: Mode::Evaluate, progress: 1.0 };

    /// A pass that trains, when that share of training is done.
    pub(super) const fn train(progress: f64) -> Step {
        Step { mode: Mode::Train, progress }
    }
}

/// The buffers of one shard.
#[derive(Debug)]
pub(super) struct Workspace<T> {
    /// Rows in the shard.
    pub(super) rows: usize,
    /// `[rows]`: weight of each row in the loss.
    pub(super) row_weights: Vec<T>,
    /// `[rows, in_len]`
    pub(super) input: Vec<T>,
    /// Output of each layer, `[rows, out_len]`.
    outputs: Vec<Vec<T>>,
    /// Derivative of the loss by the network's output, before [`Chain::backward`].
    gradient: Vec<T>,
    /// The gradient one layer further down; the two change places.
    lower_gradient: Vec<T>,
    /// Derivative of the loss by all parameters, after [`Chain::backward`].
    pub(super) parameter_gradient: Vec<T>,
    tapes: Vec<Tape<T>>,
    /// Randomness of this shard.
    pub(super) generator: Generator,
}

impl<T: Real> Workspace<T> {
    /// Empty buffers for a chain.
    pub(super) fn new(chain: &Chain<T>, generator: Generator) -> Self {
        Workspace {
            rows: 0,
            row_weights: Vec::new(),
            input: Vec::new(),
            outputs: chain.layers.iter().map(|_| Vec::new()).collect(),
            gradient: Vec::new(),
            lower_gradient: Vec::new(),
            parameter_gradient: Vec::new(),
            tapes: chain.layers.iter().map(|_| Tape::default()).collect(),
            generator,
        }
    }

    /// Takes rows, each of weight 1, as the input of the next pass.
    ///
    /// # Shapes
    /// `values [n, in_len]`, whole rows.
    pub(super) fn set_input(&mut self, values: &[T], in_len: usize) {
        self.rows = values.len() / in_len;
        self.row_weights.clear();
        self.row_weights.resize(self.rows, T::ONE);
        self.input.clear();
        self.input.extend_from_slice(values);
    }

    /// What layer number `place` gave in the last [`Chain::forward`], `[rows, out_len]`.
    pub(super) fn output(&self, place: usize) -> &[T] {
        &self.outputs[place]
    }

    /// What the layers added to the summed loss in the last [`Chain::forward`].
    pub(super) fn penalty(&self) -> f64 {
        self.tapes.iter().map(|tape| tape.penalty).sum()
    }

    /// The input, the output of the last layer after [`Chain::forward`], and room for the derivative by the output.
    pub(super) fn ends(&mut self) -> (&[T], &[T], &mut [T]) {
        let output = self.outputs.last().map_or(&[][..], Vec::as_slice);
        self.gradient.resize(output.len(), T::ZERO);
        (&self.input, output, &mut self.gradient)
    }
}

impl<T: Real> Chain<T> {
    /// Checks that the layers fit each other.
    pub(super) fn new(layers: Vec<Box<dyn Layer<T>>>) -> Result<Self, NetworkError> {
        if layers.is_empty() {
            return Err(NetworkError::Shape { what: "the number of layers", found: 0, wanted: 1 });
        }
        let (mut before, mut from, mut ranges) = (None, 0, Vec::with_capacity(layers.len()));
        for (place, layer) in layers.iter().enumerate() {
            layer.check().map_err(|setting| NetworkError::LayerSetting { place, setting })?;
            let (in_len, out_len) = (layer.in_len(), layer.out_len());
            let wanted = before.unwrap_or(in_len);
            if in_len != wanted || wanted == 0 || out_len == 0 {
                return Err(NetworkError::Layer { place, in_len, out_len, wanted });
            }
            ranges.push(from..from + layer.parameter_len());
            from += layer.parameter_len();
            before = Some(out_len);
        }
        Ok(Chain { layers, ranges })
    }

    /// The layers, each with the place of its parameters.
    pub(super) fn layers(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&dyn Layer<T>, Range<usize>)> + ExactSizeIterator {
        self.layers.iter().zip(&self.ranges).map(|(layer, range)| (&**layer, range.clone()))
    }

    /// Number of parameters of all layers.
    pub(super) fn parameter_len(&self) -> usize {
        self.ranges.last().map_or(0, |range| range.end)
    }

    /// Values per input row.
    pub(super) fn in_len(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.in_len())
    }

    /// Values per output row.
    pub(super) fn out_len(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.out_len())
    }

    /// The parameters that weight decay shrinks.
    pub(super) fn decayed(&self) -> Vec<Range<usize>> {
        self.places(|layer| layer.decayed())
    }

    /// The parameters that follow an average of the batches.
    pub(super) fn averaged(&self) -> Vec<Range<usize>> {
        self.places(|layer| layer.averaged())
    }

    /// Fewest rows of a batch that every layer can train on.
    pub(super) fn least_rows(&self) -> usize {
        self.layers.iter().map(|layer| layer.least_rows()).max().unwrap_or(1)
    }

    /// Parts of the parameters of each layer, as places among all parameters.
    fn places(&self, part: impl Fn(&dyn Layer<T>) -> Range<usize>) -> Vec<Range<usize>> {
        let place = |(layer, range): (&dyn Layer<T>, Range<usize>)| {
            let part = part(layer);
            range.start + part.start..range.start + part.end
        };
        self.layers().map(place).filter(|range| !range.is_empty()).collect()
    }

    /// Runs the rows in `workspace.input` through the layers and gives the output, `[rows, out_len]`.
    pub(super) fn forward<'w>(
        &self,
        parameters: &[T],
        workspace: &'w mut Workspace<T>,
        step: Step,
    ) -> &'w [T] {
        let end = self.layers.len();
        self.forward_until(end, parameters, workspace, step)
    }

    /// [`Chain::forward`] through the first `end` layers.
    pub(super) fn forward_until<'w>(
        &self,
        end: usize,
        parameters: &[T],
        workspace: &'w mut Workspace<T>,
        step: Step,
    ) -> &'w [T] {
        let Workspace { rows, row_weights, input, outputs, tapes, generator, .. } = workspace;
        let mut input = input.as_slice();
        for (((layer, range), output), tape) in self.layers().take(end).zip(outputs).zip(tapes) {
            output.resize(*rows * layer.out_len(), T::ZERO);
            layer.forward(Forward {
                mode: step.mode,
                progress: step.progress,
                rows: *rows,
                row_weights,
                parameters: &parameters[range],
                input,
                output,
                tape,
                generator,
            });
            input = output;
        }
        input
    }

    /// Turns `workspace.gradient`, the derivative by the output of the last [`Chain::forward`] in [`Mode::Train`],
    /// into `workspace.parameter_gradient`.
    pub(super) fn backward(&self, parameters: &[T], workspace: &mut Workspace<T>) {
        let Workspace {
            rows,
            row_weights,
            input,
            outputs,
            gradient,
            lower_gradient,
            parameter_gradient,
            tapes,
            ..
        } = workspace;
        parameter_gradient.resize(self.parameter_len(), T::ZERO);
        for (place, (layer, range)) in self.layers().enumerate().rev() {
            let below = if place == 0 { &*input } else { &outputs[place - 1] };
            let input_gradient = if place == 0 {
                None
            } else {
                lower_gradient.resize(below.len(), T::ZERO);
                Some(lower_gradient.as_mut_slice())
            };
            layer.backward(Backward {
                rows: *rows,
                row_weights,
                parameters: &parameters[range.clone()],
                input: below,
                output: &outputs[place],
                output_gradient: gradient,
                input_gradient,
                parameter_gradient: &mut parameter_gradient[range],
                tape: &mut tapes[place],
            });
            std::mem::swap(gradient, lower_gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::activation::Activation;
    use super::super::dense::Dense;
    use super::super::elementwise::Elementwise;
    use super::super::gradient_check::{STEP, compare};
    use super::super::loss::{Loss, Weights};
    use super::super::random::{generator, uniform};
    use super::*;

    #[test]
    fn gradients_of_a_whole_network_equal_central_differences() {
        let chain = Chain::<f64>::new(vec![
            Box::new(Dense { in_len: 6, out_len: 5, activation: Activation::Gelu }),
            Box::new(Dense { in_len: 5, out_len: 3, activation: Activation::Linear }),
            Box::new(Elementwise { len: 3, activation: Activation::Tanh }),
            Box::new(Dense { in_len: 3, out_len: 6, activation: Activation::Sigmoid }),
        ])
        .unwrap();
        let mut random = generator(9, 0);
        let mut parameters = vec![0.0; chain.parameter_len()];
        for (layer, range) in chain.layers() {
            layer.initialise(&mut parameters[range], &mut random);
        }
        let input: Vec<f64> = (0..7 * 6).map(|_| uniform(&mut random)).collect();
        let weights = Weights { element: None, column: Some(&[1.0, 2.0, 0.0, 0.5, 1.0, 3.0][..]) };
        let mut workspace = Workspace::new(&chain, random);
        workspace.set_input(&input, 6);

        for loss in [Loss::Mse, Loss::Bce] {
            chain.forward(&parameters, &mut workspace, Step::train(0.0));
            let (_, output, gradient) = workspace.ends();
            loss.sum(6, output, &input, weights, gradient);
            chain.backward(&parameters, &mut workspace);
            let found = workspace.parameter_gradient.clone();
            for (at, found) in found.into_iter().enumerate() {
                let kept = parameters[at];
                let mut at_shift = |shift: f64| {
                    parameters[at] = kept + shift;
                    let output = chain.forward(&parameters, &mut workspace, Step::EVALUATE);
                    loss.sum(6, output, &input, weights, &mut [0.0; 42]).total
                };
                let wanted = (at_shift(STEP) - at_shift(-STEP)) / (2.0 * STEP);
                parameters[at] = kept;
                compare(&format!("{loss:?} parameter {at}"), found, wanted);
            }
        }
    }
}

//! Compares hand-written backward passes with central differences, in `f64`. Compiled for tests only.

use super::layer::{Backward, Forward, Layer, Mode, Tape};
use super::random::{Generator, generator, uniform};
use tillwatch_testkit::tolerance::CENTRAL_DIFFERENCE;

/// Half the distance between the two points of a difference: large against rounding (1e-16), small against curvature.
pub(super) const STEP: f64 = 1e-5;

fn draws(len: usize, generator: &mut Generator) -> Vec<f64> {
    (0..len).map(|_| 2.0 * uniform(generator) - 1.0).collect()
}

/// Runs a layer forward; every pass draws the same random numbers.
fn forward(
    layer: &dyn Layer<f64>,
    mode: Mode,
    progress: f64,
    [parameters, input, row_weights]: [&[f64]; 3],
    tape: &mut Tape<f64>,
) -> Vec<f64> {
    let rows = input.len() / layer.in_len();
    let mut output = vec![0.0; rows * layer.out_len()];
    layer.forward(Forward {
        mode,
        progress,
        rows,
        row_weights,
        parameters,
        input,
        output: &mut output,
        tape,
        generator: &mut generator(0, 0),
    });
    output
}

/// What a layer gives in evaluation.
pub(super) fn evaluate(layer: &dyn Layer<f64>, parameters: &[f64], input: &[f64]) -> Vec<f64> {
    let row_weights = vec![1.0; input.len() / layer.in_len()];
    forward(layer, Mode::Evaluate, 1.0, [parameters, input, &row_weights], &mut Tape::default())
}

/// What a layer adds to the loss in training.
pub(super) fn penalty(layer: &dyn Layer<f64>, input: &[f64], row_weights: &[f64], progress: f64) -> f64 {
    let mut tape = Tape::default();
    forward(layer, Mode::Train, progress, [&[], input, row_weights], &mut tape);
    tape.penalty
}

/// What a layer gives in training, and for a gradient of the output those of the parameters and the input.
pub(super) fn train(
    layer: &dyn Layer<f64>,
    parameters: &[f64],
    input: &[f64],
    output_gradient: &[f64],
) -> [Vec<f64>; 3] {
    let mut tape = Tape::default();
    let row_weights = vec![1.0; input.len() / layer.in_len()];
    let output = forward(layer, Mode::Train, 0.0, [parameters, input, &row_weights], &mut tape);
    let mut parameter_gradient = vec![f64::NAN; parameters.len()];
    let mut input_gradient = vec![f64::NAN; input.len()];
    layer.backward(Backward {
        rows: row_weights.len(),
        row_weights: &row_weights,
        parameters,
        input,
        output: &output,
        output_gradient: &mut output_gradient.to_vec(),
        input_gradient: Some(&mut input_gradient),
        parameter_gradient: &mut parameter_gradient,
        tape: &mut tape,
    });
    [output, parameter_gradient, input_gradient]
}

/// [`check_layer_from`] with inputs from -1 to 1.
pub(super) fn check_layer(layer: &dyn Layer<f64>, rows: usize, seed: u64) {
    check_layer_from(layer, rows, seed, -1.0);
}

/// Checks the gradients of a layer by every parameter and every input between `least` and 1, for a loss that is a
/// random weighting of the outputs plus the layer's penalty, half-way through training. Parameters that follow an
/// average have no gradient.
///
/// # Panics
/// When a gradient is wrong.
pub(super) fn check_layer_from(layer: &dyn Layer<f64>, rows: usize, seed: u64, least: f64) {
    const PROGRESS: f64 = 0.5;
    let mut random = generator(seed, 0);
    let mut parameters = draws(layer.parameter_len(), &mut random);
    let mut input = draws(rows * layer.in_len(), &mut random);
    input.iter_mut().for_each(|x| *x = least + (1.0 - least) * (*x + 1.0) / 2.0);
    let factors = draws(rows * layer.out_len(), &mut random);
    let row_weights: Vec<f64> = (0..rows).map(|_| 0.5 + uniform(&mut random)).collect();
    let mut tape = Tape::default();
    let loss = |parameters: &[f64], input: &[f64]| -> f64 {
        let mut tape = Tape::default();
        let output = forward(layer, Mode::Train, PROGRESS, [parameters, input, &row_weights], &mut tape);
        output.iter().zip(&factors).map(|(y, f)| y * f).sum::<f64>() + tape.penalty
    };

    // Buffers as an earlier and larger pass leaves them: full of what must not count.
    tape.kept.resize(3 * input.len(), f64::NAN);
    tape.room.resize(3 * input.len(), f64::NAN);
    let output = forward(layer, Mode::Train, PROGRESS, [&parameters, &input, &row_weights], &mut tape);
    let mut output_gradient = factors.clone();
    let mut input_gradient = vec![f64::NAN; input.len()];
    let mut parameter_gradient = vec![f64::NAN; parameters.len()];
    layer.backward(Backward {
        rows,
        row_weights: &row_weights,
        parameters: &parameters,
        input: &input,
        output: &output,
        output_gradient: &mut output_gradient,
        input_gradient: Some(&mut input_gradient),
        parameter_gradient: &mut parameter_gradient,
        tape: &mut tape,
    });

    for at in (0..parameters.len()).filter(|at| !layer.averaged().contains(at)) {
        let kept = parameters[at];
        let mut at_shift = |shift: f64| {
            parameters[at] = kept + shift;
            loss(&parameters, &input)
        };
        let wanted = (at_shift(STEP) - at_shift(-STEP)) / (2.0 * STEP);
        parameters[at] = kept;
        compare(&format!("{layer:?} parameter {at}"), parameter_gradient[at], wanted);
    }
    for at in 0..input.len() {
        let kept = input[at];
        let mut at_shift = |shift: f64| {
            input[at] = kept + shift;
            loss(&parameters, &input)
        };
        let wanted = (at_shift(STEP) - at_shift(-STEP)) / (2.0 * STEP);
        input[at] = kept;
        compare(&format!("{layer:?} input {at}"), input_gradient[at], wanted);
    }
}

/// Compares one gradient with its difference quotient.
///
/// # Panics
/// When they differ by more than [`CENTRAL_DIFFERENCE`].
pub(super) fn compare(place: &str, found: f64, wanted: f64) {
    let error = (found - wanted).abs() / (1.0 + wanted.abs());
    assert!(error < CENTRAL_DIFFERENCE, "{place}: gradient {found}, difference quotient {wanted}");
}

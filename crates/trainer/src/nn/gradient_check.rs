//! Compares hand-written backward passes with central differences, in `f64`. Compiled for tests only.

use super::layer::{Backward, Forward, Layer, Mode, Tape};
use super::random::{Generator, generator, uniform};

/// Half the distance between the two points of a difference: large against rounding (1e-16), small against curvature.
pub(super) const STEP: f64 = 1e-5;

/// Error of a central difference with [`STEP`], relative to `1 + |slope|`: its second-order term is about 1e-10 times
/// a third derivative, its rounding about 1e-11; a wrong formula is off by 1e-2 or more.
pub(super) const TOLERANCE: f64 = 1e-7;

fn draws(len: usize, generator: &mut Generator) -> Vec<f64> {
    (0..len).map(|_| 2.0 * uniform(generator) - 1.0).collect()
}

/// Checks the gradients of a layer by every parameter and every input, for a loss that is a random weighting of the
/// outputs. The layer must not draw random numbers.
///
/// # Panics
/// When a gradient is wrong.
pub(super) fn check_layer(layer: &dyn Layer<f64>, rows: usize, seed: u64) {
    let mut random = generator(seed, 0);
    let mut parameters = draws(layer.parameter_len(), &mut random);
    let mut input = draws(rows * layer.in_len(), &mut random);
    let factors = draws(rows * layer.out_len(), &mut random);
    let mut tape = Tape::default();

    let forward = |parameters: &[f64], input: &[f64], tape: &mut Tape<f64>| {
        let mut output = vec![0.0; factors.len()];
        layer.forward(Forward {
            mode: Mode::Train,
            rows,
            parameters,
            input,
            output: &mut output,
            tape,
            generator: &mut generator(0, 0),
        });
        output
    };
    let loss = |parameters: &[f64], input: &[f64]| -> f64 {
        forward(parameters, input, &mut Tape::default()).iter().zip(&factors).map(|(y, f)| y * f).sum()
    };

    let output = forward(&parameters, &input, &mut tape);
    let mut output_gradient = factors.clone();
    let mut input_gradient = vec![f64::NAN; input.len()];
    let mut parameter_gradient = vec![f64::NAN; parameters.len()];
    layer.backward(Backward {
        rows,
        parameters: &parameters,
        input: &input,
        output: &output,
        output_gradient: &mut output_gradient,
        input_gradient: Some(&mut input_gradient),
        parameter_gradient: &mut parameter_gradient,
        tape: &tape,
    });

    for at in 0..parameters.len() {
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
/// When they differ by more than [`TOLERANCE`].
pub(super) fn compare(place: &str, found: f64, wanted: f64) {
    let error = (found - wanted).abs() / (1.0 + wanted.abs());
    assert!(error < TOLERANCE, "{place}: gradient {found}, difference quotient {wanted}");
}

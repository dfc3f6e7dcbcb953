//! Assertions about what stands before the first layer: feature preparation and the network's input.

use super::message::{Message, stop};
use super::{CODES, assert_rule};
use crate::feature::{Affine, Symlog};
use crate::fixed::Requantise;

/// Stops where a standardisation's shift, multiplier or fill code is none that it takes.
///
/// # Bounds
/// As [`Affine::apply`]; the fill code is above -32,768, which is no wide code.
/// # Exactness
/// Exact.
/// # Panics
/// At compile time, with `name` and what is wrong.
/// # Source
/// `NUMERICS.md`, "Feature preparation".
pub const fn assert_affine(name: &str, affine: Affine) {
    if affine.shift > Affine::MAX_SHIFT {
        stop(Message::new(name).text(": the shift is above 30"));
    }
    if affine.multiplier < Affine::least_multiplier(affine.shift) {
        stop(Message::new(name).text(": the multiplier is too small for its shift"));
    }
    if affine.fill == i16::MIN {
        stop(Message::new(name).text(": the fill code is -32768"));
    }
}

/// Stops where the width of a logarithmic scale or its standardisation is none that it takes.
///
/// # Bounds
/// As [`assert_affine`]; `width_log2` is at most [`Symlog::MAX_WIDTH_LOG2`].
/// # Exactness
/// Exact.
/// # Panics
/// At compile time, with `name` and what is wrong.
/// # Source
/// `NUMERICS.md`, "Logarithm".
pub const fn assert_symlog(name: &str, rule: Symlog) {
    if rule.width_log2 > Symlog::MAX_WIDTH_LOG2 {
        stop(Message::new(name).text(": the width is above 2^30"));
    }
    assert_affine(name, rule.affine);
}

/// Stops where the rule from wide codes to the network's input is none that a requantisation takes.
///
/// # Bounds
/// As [`assert_rule`], with a multiplier from 0 and no shift of biases; a wide code shifted by 15 bits still fits an accumulator.
/// # Exactness
/// Exact.
/// # Panics
/// At compile time, with what is wrong.
/// # Source
/// `NUMERICS.md`, "Requantise".
pub const fn assert_input(multiplier: i32, rule: Requantise) {
    assert_rule("input", rule, CODES);
    if multiplier < 0 {
        stop(Message::new("input: the multiplier is negative"));
    }
    if rule.bias_shift != 0 {
        stop(Message::new("input: there are no biases to shift"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RULE, said};
    use super::*;

    const AFFINE: Affine = Affine { center: 5, multiplier: 1 << 17, shift: 30, fill: -32_767 };

    #[test]
    fn a_sound_feature_passes_and_each_fault_is_named() {
        let affine = |affine| said(move || assert_affine("FEATURE_AMOUNT", affine));
        let fault = |text: &str| Some(std::format!("FEATURE_AMOUNT: {text}"));
        assert_eq!(affine(AFFINE), None);
        assert_eq!(affine(Affine { multiplier: 0, shift: 0, ..AFFINE }), None);
        assert_eq!(affine(Affine { shift: 31, ..AFFINE }), fault("the shift is above 30"));
        let small = fault("the multiplier is too small for its shift");
        assert_eq!(affine(Affine { multiplier: (1 << 17) - 1, shift: 1, ..AFFINE }), small);
        assert_eq!(affine(Affine { multiplier: -1, shift: 0, ..AFFINE }), small);
        assert_eq!(affine(Affine { fill: i16::MIN, ..AFFINE }), fault("the fill code is -32768"));
    }

    #[test]
    fn a_logarithmic_scale_has_a_width_and_a_standardisation() {
        let check = |width_log2, affine| {
            said(move || assert_symlog("FEATURE_TAIL", Symlog { origin: 0, width_log2, affine }))
        };
        assert_eq!(check(30, AFFINE), None);
        assert_eq!(check(31, AFFINE).unwrap(), "FEATURE_TAIL: the width is above 2^30");
        let shift = check(30, Affine { shift: 31, ..AFFINE });
        assert_eq!(shift.unwrap(), "FEATURE_TAIL: the shift is above 30");
    }

    #[test]
    fn the_input_is_a_rule_like_any_other() {
        let check = |multiplier, rule| said(move || assert_input(multiplier, rule));
        assert_eq!(check(0, Requantise { shift: 15, ..RULE }), None);
        assert_eq!(check(0, Requantise { shift: 16, ..RULE }).unwrap(), "input: the shift is above 15");
        let range = check(0, Requantise { out_min: -129, ..RULE });
        assert_eq!(range.unwrap(), "input: the range of codes is none");
        assert_eq!(check(-1, RULE).unwrap(), "input: the multiplier is negative");
        let biases = check(0, Requantise { bias_shift: 1, ..RULE });
        assert_eq!(biases.unwrap(), "input: there are no biases to shift");
    }
}

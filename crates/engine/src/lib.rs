//! Scores records with a quantised autoencoder, in integers only.
//!
//! This is the arithmetic that a device runs and that training, calibration and evaluation run as well: there is
//! no second implementation. It knows fixed point, kernels, feature preparation, scores and verdicts; it knows
//! nothing of files, serde, floating point or the trainer. Every result is defined for every input by the numeric
//! contract [`CONTRACT`], whose normative text is `NUMERICS.md`.
//!
//! Invariants, each held by a check: no allocation, no panic in a linked image, no float outside the feature
//! `advisory`, no recursion, no `unsafe` outside `arch`. Shape errors cannot happen in generated code, because sizes are types
//! there; kernels given slices of unequal length process the shorter one and never index past it.
//!
//! Firmware does not call this crate directly: it calls a crate that `tillwatch bake` wrote, which calls this one.
//!
//! ```
//! use tillwatch_engine::fixed::Requantise;
//! // scale 0.25 = 2^30 / 2^32, zero point -3, output range of an i8
//! let rule = Requantise { zero_point: -3, out_min: -128, out_max: 127, shift: 0, bias_shift: 0 };
//! assert_eq!(rule.apply(10, 1 << 30), 0); // 2.5 rounds up to 3; 3 - 3 = 0
//! ```
#![no_std]
#![deny(unsafe_code)]
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg_attr(not(feature = "advisory"), deny(clippy::float_arithmetic))]
#![cfg_attr(
    test,
    allow(clippy::indexing_slicing, clippy::panic, clippy::expect_used, clippy::float_arithmetic)
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
extern crate std;

#[cfg(feature = "advisory")]
pub mod advisory;
#[allow(unsafe_code, reason = "inline assembly and a view of memory; each block says why it is sound")]
mod arch;
pub mod digest;
pub mod feature;
pub mod fixed;
pub mod kernel;
pub mod monitor;
pub mod proof;
pub mod score;
pub mod seeded;
pub mod self_test;
pub mod stream;

/// Name of the numeric contract that this engine implements: 8-bit weights and activations, a 16-bit rim, revision 2.
///
/// Any change of any result is a new name. Generated code and the loader refuse a model of another contract.
pub const CONTRACT: &str = "tw-w8a8-r16-2";

/// True when two contract names are equal; a `const fn`, so that generated code can assert it at compile time.
///
/// # Bounds
/// Any two strings.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
#[must_use]
pub const fn same_contract(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        match (left, right) {
            ([], []) => return true,
            ([a, left_rest @ ..], [b, right_rest @ ..]) if *a == *b => {
                left = left_rest;
                right = right_rest;
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_names_are_compared_whole() {
        assert!(same_contract(CONTRACT, "tw-w8a8-r16-2"));
        assert!(!same_contract(CONTRACT, "tw-w8a8-r16-20"));
        assert!(!same_contract(CONTRACT, "tw-w8a8-r16-1"));
        assert!(!same_contract("", CONTRACT));
    }
}

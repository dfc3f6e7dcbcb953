//! Proptest strategies for what is legal: output rules, layers, features, whole models as file bytes.
//!
//! Sizes, scales and formats shrink; weights and tables come from a seed, because a failure that depends on them does not
//! become clearer by their shrinking, and because thousands of weights would make a case slow.

mod convolution;
mod file;
mod layer;
mod model;
mod network;
mod picture;
mod record;

pub use convolution::{ImageCase, convolution_case, phases, pool_case, transposed_case, wide_image};
pub use file::TinyModel;
pub use model::tiny_model;
pub use network::{DenseCase, affine, dense_case, requantise_rule};
pub use picture::tiny_picture;
pub use record::{RecordShape, record_shape, sample_shape};

use proptest::prelude::*;
use tillwatch_engine::seeded::SeededWords;

/// An integer below `2^31` whose length in bits is uniform, so that small scales are as common as large ones.
fn any_multiplier() -> impl Strategy<Value = i32> {
    (0..=i32::MAX, 0_u32..31).prop_map(|(word, bits)| word >> bits)
}

/// An unsigned word whose length in bits is uniform.
fn any_gain() -> impl Strategy<Value = u32> {
    (any::<u32>(), 0_u32..32).prop_map(|(word, bits)| word >> bits)
}

/// A raw value: around nothing, anywhere, at the ends, or missing.
fn any_raw() -> impl Strategy<Value = i32> {
    use tillwatch_engine::feature::MISSING;
    prop_oneof![
        4 => -3..30_i32,
        4 => (any::<i32>(), 0_u32..31).prop_map(|(word, bits)| (word >> bits).max(MISSING + 1)),
        1 => prop_oneof![Just(i32::MAX), Just(MISSING + 1)],
        1 => Just(MISSING),
    ]
}

/// A raw value that is there: around nothing, or anywhere.
fn any_present() -> impl Strategy<Value = i32> {
    use tillwatch_engine::feature::MISSING;
    any_raw().prop_map(|raw| if raw == MISSING { 0 } else { raw })
}

/// `len` bytes that follow from a seed.
fn seeded_bytes(seed: u32, len: usize) -> Vec<u8> {
    let mut words = SeededWords::new(seed);
    (0..len).map(|_| (words.next_word() >> 24) as u8).collect()
}

//! The digest of the committed model's scores as a function that a WebAssembly host can call.

use tillwatch_inference::point_of_sale::{Scratch, digest};

/// Fingerprint of the scores of `records` seeded records of one stream.
#[unsafe(no_mangle)]
pub extern "C" fn tillwatch_digest(records: u32, seed: u32) -> u64 {
    digest(records, seed, &mut Scratch::new())
}

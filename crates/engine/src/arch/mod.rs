//! Inner loops for single cores, chosen by the build script; everywhere else the portable one, which is their oracle.

#[cfg(tile_sums = "dsp")]
mod dsp;
#[cfg(not(any(tile_sums = "dsp", tile_sums = "thumb2")))]
mod portable;
mod taps;
#[cfg(any(tile_sums = "dsp", tile_sums = "thumb2"))]
mod thumb;
#[cfg(tile_sums = "thumb2")]
mod thumb2;

#[cfg(tile_sums = "dsp")]
pub(crate) use dsp::{row_sum, tile_sums};
#[cfg(not(any(tile_sums = "dsp", tile_sums = "thumb2")))]
pub(crate) use portable::{row_sum, tile_sums};
pub(crate) use taps::Taps;
#[cfg(tile_sums = "thumb2")]
pub(crate) use thumb2::{row_sum, tile_sums};

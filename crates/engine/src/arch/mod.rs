//! Inner loops for single cores, chosen by the build script; everywhere else the portable one, which is their oracle.

#[cfg(tile_sums = "dsp")]
mod dense_dsp;
#[cfg(tile_sums = "dsp")]
mod dsp;
#[cfg(any(test, tile_sums = "dsp"))]
mod pairs;
#[cfg(not(any(tile_sums = "dsp", tile_sums = "thumb2")))]
mod portable;
#[cfg(not(tile_sums = "dsp"))]
mod row_major;
mod taps;
#[cfg(any(tile_sums = "dsp", tile_sums = "thumb2"))]
mod thumb;
#[cfg(tile_sums = "thumb2")]
mod thumb2;

#[cfg(tile_sums = "dsp")]
pub(crate) use dense_dsp::dense;
#[cfg(tile_sums = "dsp")]
pub(crate) use dsp::{row_sum, tile_sums};
#[cfg(tile_sums = "dsp")]
pub(crate) use pairs::{arrange, rows};
#[cfg(not(any(tile_sums = "dsp", tile_sums = "thumb2")))]
pub(crate) use portable::{dense_sums, row_sum, tile_sums};
#[cfg(not(tile_sums = "dsp"))]
pub(crate) use row_major::{arrange, rows};
pub(crate) use taps::Taps;
#[cfg(tile_sums = "thumb2")]
pub(crate) use thumb2::{dense_sums, row_sum, tile_sums};

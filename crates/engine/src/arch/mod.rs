//! Inner loops for single cores, chosen by the build script; everywhere else the portable one, which is their oracle. And the
//! one view of memory that safe code cannot have.

#[cfg(tile_sums = "dsp")]
mod dense_dsp;
#[cfg(tile_sums = "mve")]
mod dense_mve;
#[cfg(tile_sums = "riscv")]
mod dense_riscv;
#[cfg(tile_sums = "thumb1")]
mod dense_thumb1;
#[cfg(tile_sums = "dsp")]
mod dsp;
#[cfg(not(tile_sums = "dsp"))]
mod layer;
#[cfg(tile_sums = "dsp")]
mod layer_dsp;
#[cfg(tile_sums = "mve")]
mod mve;
mod narrow;
#[cfg(any(test, tile_sums = "dsp"))]
mod pairs;
#[cfg(any(tile_sums = "portable", tile_sums = "riscv"))]
mod portable;
#[cfg(any(test, tile_sums = "thumb1"))]
mod quads;
#[cfg(not(tile_sums = "thumb1"))]
mod range;
#[cfg(any(tile_sums = "portable", tile_sums = "riscv", tile_sums = "thumb1"))]
mod row;
#[cfg(any(tile_sums = "mve", tile_sums = "portable", tile_sums = "riscv", tile_sums = "thumb2"))]
mod row_major;
mod taps;
#[cfg(any(tile_sums = "dsp", tile_sums = "thumb2"))]
mod thumb;
#[cfg(tile_sums = "thumb1")]
mod thumb1;
#[cfg(tile_sums = "thumb2")]
mod thumb2;

#[cfg(tile_sums = "mve")]
pub(crate) use dense_mve::dense;
#[cfg(tile_sums = "riscv")]
pub(crate) use dense_riscv::dense;
#[cfg(tile_sums = "thumb1")]
pub(crate) use dense_thumb1::dense;
#[cfg(tile_sums = "dsp")]
pub(crate) use dsp::{row_sum, tile_sums};
#[cfg(not(tile_sums = "dsp"))]
pub(crate) use layer::Layer;
#[cfg(tile_sums = "dsp")]
pub(crate) use layer_dsp::{Layer, dense, dense_from};
#[cfg(tile_sums = "mve")]
pub(crate) use mve::{row_sum, tile_sums};
pub(crate) use narrow::narrow;
#[cfg(tile_sums = "dsp")]
pub(crate) use pairs::{arrange, rows};
#[cfg(tile_sums = "portable")]
pub(crate) use portable::dense_sums;
#[cfg(any(tile_sums = "portable", tile_sums = "riscv"))]
pub(crate) use portable::tile_sums;
#[cfg(tile_sums = "thumb1")]
pub(crate) use quads::{arrange, rows};
#[cfg(any(tile_sums = "portable", tile_sums = "riscv", tile_sums = "thumb1"))]
pub(crate) use row::row_sum;
#[cfg(any(tile_sums = "mve", tile_sums = "portable", tile_sums = "riscv", tile_sums = "thumb2"))]
pub(crate) use row_major::{arrange, rows};
pub(crate) use taps::Taps;
#[cfg(tile_sums = "thumb1")]
pub(crate) use thumb1::tile_sums;
#[cfg(tile_sums = "thumb2")]
pub(crate) use thumb2::{dense_sums, row_sum, tile_sums};

//! The model file: what training hands to baking and to the loader.
//!
//! It is a container of bytes, written by the trainer and read in place; `FORMAT.md` has the byte tables. Bytes are
//! checked once, by [`Model::validate`], and only its result can be run: afterwards nothing can fail. The weights stay
//! where they are.
//!
//! This crate knows nothing of how a model is trained, run or turned into source. It holds no allocator; writing
//! (feature `std`) does.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::indexing_slicing, clippy::panic, clippy::expect_used, clippy::unwrap_used))]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod body;
mod bytes;
mod container;
mod error;
mod feature;
mod frame;
mod layer;
mod reference;
mod sequence;
mod thresholds;
mod validate;

pub use body::{Body, CardEntry, Heads, Latent, MAX_PROTOTYPES, Samples, SelfTestVector};
pub use bytes::{CHANNEL_LEN, channels, i16s, i32s, one_hot_levels, u32s, u64s};
pub use container::{FORMAT_VERSION, HEADER_LEN, MAGIC};
pub use error::{Cause, ModelError};
pub use feature::{Feature, Field, FieldKind, Preparation};
pub use frame::{FRAME_MAGIC, frame_len, model_id, write_frame};
pub use layer::{Activation, Convolution, Dense, InputRule, Layer, TopK, Upsample};
pub use reference::{FloatActivation, Reference, ReferenceConvolution, ReferenceKind, ReferenceLayer};
pub use sequence::Sequence;
pub use thresholds::ThresholdBlock;
pub use validate::Model;

#[cfg(feature = "std")]
pub use {
    container::write,
    frame::{Frame, FrameError},
    sequence::SequenceBuffer,
};

//! The numeric contract once more, slowly: every formula of `NUMERICS.md` in wide integers, as it stands on the page.
//!
//! Nothing here calls the engine's arithmetic. There are no shifts but floor divisions, no tables but those computed from
//! libm, no loops over two things at once. What the engine computes must be equal, bit for bit.

mod convolution;
mod discrete;
mod feature;
mod layer;
mod model;
mod network;
mod score;

pub use convolution::{
    anomaly_map, average_pool, convolve, max_pool, top_k, transpose, upsample, whole_kernel,
};
pub use discrete::{count_ngrams, strongest};
pub use feature::{Past, Prepared, affine, log2_1p, log2_1p_over, prepare, sine};
pub use model::{Answer, Oracle};
pub use network::{Codes, dense, narrow_input, narrow_table, output, requantise, rim_table};
pub use score::{Scoring, evaluate, evaluate_samples, latent_distance, nearest, percentile, verdict};

/// The one rounding rule: `floor((numerator + divisor / 2) / divisor)`, for an even divisor.
fn round_half_up(numerator: i128, divisor: i128) -> i128 {
    (numerator + divisor / 2).div_euclid(divisor)
}

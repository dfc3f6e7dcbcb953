//! Fixed-point arithmetic: the one rounding rule and what is built on it.
//!
//! The rule is round half up: add half of the divisor, then shift right arithmetically, once. It is stated and
//! its error bound proven in `NUMERICS.md` under "Requantise".

mod log2;
mod multiply;
mod requantise;
mod sine;

pub use log2::{LOG2_FRACTION_BITS, log2_1p, log2_1p_over};
pub use multiply::{multiply_round_high, multiply_round_short, multiply_wide};
pub use requantise::{Channel, Requantise};
pub use sine::{SINE_FRACTION_BITS, sine};

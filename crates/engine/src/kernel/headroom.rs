//! The proof, at compile time, that accumulators cannot overflow.

use super::TILE;
use crate::fixed::Channel;

/// Largest magnitude of an 8-bit code.
const CODE_MAX: i64 = 128;

/// True when no input whatever can overflow an accumulator of the layer, shifted for requantisation.
///
/// A `const fn`, so that generated code asserts it beside the weights and rustc proves it again.
///
/// # Shapes
/// As [`super::dense_tiles`]; `in_tiles` is its number of input groups.
/// # Bounds
/// `shift <= 15`; tiles and channels of a layer that fits in memory.
/// # Exactness
/// Exact: `(|bias| + 128 * sum |weight|) * 2^shift <= 2^31 - 1` for every channel.
/// # Panics
/// At compile time only, where there are fewer tiles than channels need.
/// # Source
/// `NUMERICS.md`, "Accumulators".
#[must_use]
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub const fn accumulators_fit(
    tiles: &[[i8; TILE * TILE]],
    channels: &[[Channel; TILE]],
    in_tiles: usize,
    shift: u32,
) -> bool {
    let mut output = 0;
    while output < channels.len() * TILE {
        let (group, row) = (output / TILE, output % TILE);
        let mut bound = (channels[group][row].bias as i64).abs();
        let mut input = 0;
        while input < in_tiles * TILE {
            let weight = tiles[group * in_tiles + input / TILE][row * TILE + input % TILE];
            bound += CODE_MAX * (weight as i64).abs();
            input += 1;
        }
        if bound << shift > i32::MAX as i64 {
            return false;
        }
        output += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_tight() {
        let tiles = [[0, 0, 0, 0, 0, -128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]];
        let with_bias = |bias| {
            let mut channels = [[Channel::default(); 4]];
            channels[0][1].bias = bias;
            channels
        };
        let limit = i32::MAX - 128 * 128;
        assert!(accumulators_fit(&tiles, &with_bias(limit), 1, 0));
        assert!(!accumulators_fit(&tiles, &with_bias(limit + 1), 1, 0));
        assert!(!accumulators_fit(&tiles, &with_bias(-limit - 1), 1, 0));
        assert!(!accumulators_fit(&tiles, &with_bias(limit / 2 + 1), 1, 1));
    }
}

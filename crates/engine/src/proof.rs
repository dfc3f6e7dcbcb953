//! Assertions that generated code makes about its own constants: where one does not hold, rustc stops and names the layer
//! and the channel.
//!
//! They run at compile time only and are never linked.

mod entrance;
mod headroom;
mod message;
mod window;

pub use entrance::{assert_affine, assert_input, assert_symlog};
pub use headroom::{convolution_overflow, dense_overflow, transposed_overflow};
pub use window::{assert_convolution, assert_transposed};

use crate::fixed::{Channel, Requantise};
use crate::kernel::{TILE, Tile};
use message::{Message, stop};

/// Codes between layers.
const CODES: [i32; 2] = [i8::MIN as i32, i8::MAX as i32];

/// Stops where a rule's shifts, range or zero point are none that a requantisation takes.
///
/// # Bounds
/// Output codes are `low..=high`, `shift <= 15`, `bias_shift <= 14`, `|zero_point| <= 2^16`.
/// # Exactness
/// Exact.
/// # Panics
/// At compile time, with `name` and what is wrong.
/// # Source
/// `NUMERICS.md`, "Requantise".
pub const fn assert_rule(name: &str, rule: Requantise, [low, high]: [i32; 2]) {
    if rule.shift > Requantise::MAX_SHIFT {
        stop(Message::new(name).text(": the shift is above 15"));
    }
    if rule.bias_shift > Requantise::MAX_BIAS_SHIFT {
        stop(Message::new(name).text(": the shift of biases is above 14"));
    }
    if rule.out_min > rule.out_max || rule.out_min < low || rule.out_max > high {
        stop(Message::new(name).text(": the range of codes is none"));
    }
    if rule.zero_point.unsigned_abs() > Requantise::MAX_ZERO_POINT {
        stop(Message::new(name).text(": the zero point is beyond 2^16"));
    }
}

/// Stops where a dense layer could overflow, reads beyond its weights, or has a weight or a multiplier out of range.
///
/// # Shapes
/// As [`crate::kernel::Dense::new`]; `in_groups` and `out_groups` are its numbers of input and output groups.
/// # Bounds
/// Output codes are -128 to 127 between layers and -32,767 to 32,767 for the last one.
/// # Exactness
/// Exact, as [`dense_overflow`].
/// # Panics
/// At compile time, with `name`, the channel where it is one, and what is wrong.
/// # Source
/// `NUMERICS.md`, "Accumulators".
pub const fn assert_dense(
    name: &str,
    tiles: &[Tile],
    channels: &[[Channel; TILE]],
    [in_groups, out_groups]: [usize; 2],
    rule: Requantise,
    codes: [i32; 2],
) {
    assert_rule(name, rule, codes);
    assert_counts(name, [channels.len(), tiles.len()], [out_groups, in_groups * out_groups]);
    assert_channels(name, channels);
    if let Some(channel) = dense_overflow(tiles, channels, in_groups, rule) {
        stop(Message::new(name).channel(channel).text(": an accumulator could overflow"));
    }
    assert_tiles(name, tiles, in_groups);
}

/// Stops where a table has another number of entries than the code that reads it was generated for.
///
/// # Bounds
/// Any lengths.
/// # Exactness
/// Exact.
/// # Panics
/// At compile time, with `name` and both numbers.
pub const fn assert_entries(name: &str, found: usize, wanted: usize) {
    if found != wanted {
        stop(Message::new(name).text(": ").number(found).text(" entries instead of ").number(wanted));
    }
}

/// Stops where a buffer is shorter than what is put into it.
///
/// # Bounds
/// Any lengths.
/// # Exactness
/// Exact.
/// # Panics
/// At compile time, with `name` and both numbers.
pub const fn assert_room(name: &str, room: usize, needed: usize) {
    if room < needed {
        let message = Message::new(name).text(": needs a buffer of ").number(needed);
        stop(message.text(" groups, which has ").number(room));
    }
}

/// Stops where the sum of squared residuals, weighted and rescaled, could leave 64 bits, or where features and columns do
/// not add up.
///
/// # Shapes
/// `columns_of_features`: columns of each feature in one sample; `columns`: those of a record of `samples` samples.
/// # Bounds
/// A column contributes less than 2^41. Of one sample the columns' sum stays below 2^49 and factors below 2^31, so that the
/// product without its 16 fraction bits fits; `prototype_shift <= 8`.
/// # Exactness
/// Exact.
/// # Panics
/// At compile time, with what is wrong.
/// # Source
/// `NUMERICS.md`, "Score".
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
pub const fn assert_score(
    columns_of_features: &[u8],
    samples: usize,
    columns: usize,
    rescale: &[u32],
    prototype_shift: u32,
) {
    let (mut at, mut sum) = (0, 0);
    while at < columns_of_features.len() {
        sum += columns_of_features[at] as usize;
        at += 1;
    }
    assert_entries("columns of features", sum * samples, columns);
    let mut missing = 0;
    while missing < rescale.len() {
        if rescale[missing] >= 1 << 31 {
            let message = Message::new("score: with ").number(missing);
            stop(message.text(" missing features the residual sum could overflow"));
        }
        missing += 1;
    }
    if prototype_shift > 8 {
        stop(Message::new("score: the shift of the prototypes is above 8"));
    }
}

/// Channels and weights are as many as the kernel will read.
const fn assert_counts(name: &str, found: [usize; 2], wanted: [usize; 2]) {
    if found[0] != wanted[0] || found[1] != wanted[1] {
        stop(Message::new(name).text(": weights or channels are not as many as its outputs need"));
    }
}

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
const fn assert_channels(name: &str, channels: &[[Channel; TILE]]) {
    let mut channel = 0;
    while channel < TILE * channels.len() {
        if channels[channel / TILE][channel % TILE].multiplier < 0 {
            stop(Message::new(name).channel(channel).text(": the multiplier is negative"));
        }
        channel += 1;
    }
}

/// Weights are symmetric; a group of outputs has `in_groups` tiles.
#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is an error"
)]
const fn assert_tiles(name: &str, tiles: &[Tile], in_groups: usize) {
    let mut at = 0;
    while at < tiles.len() {
        let rows = tiles[at].rows();
        let mut index = 0;
        while index < TILE * TILE {
            if rows[index] == i8::MIN {
                let channel = TILE * (at / in_groups) + index / TILE;
                stop(Message::new(name).channel(channel).text(": a weight is -128"));
            }
            index += 1;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;
    use std::string::String;

    pub(super) const RULE: Requantise =
        Requantise { zero_point: 0, out_min: -128, out_max: 127, shift: 0, bias_shift: 0 };

    /// What an assertion stops with; nothing where it holds.
    pub(super) fn said(assertion: impl FnOnce() + std::panic::UnwindSafe) -> Option<String> {
        catch_unwind(assertion).err().map(|panic| *panic.downcast::<String>().unwrap())
    }

    /// A layer of 4 inputs and 8 outputs with one thing changed.
    fn dense(
        change: impl FnOnce(&mut [[i8; 16]; 2], &mut [[Channel; 4]; 2], &mut Requantise),
    ) -> Option<String> {
        let (mut rows, mut channels, mut rule) = ([[3; 16]; 2], [[Channel::default(); 4]; 2], RULE);
        change(&mut rows, &mut channels, &mut rule);
        said(move || assert_dense("layer 4", &rows.map(Tile::new), &channels, [1, 2], rule, [-128, 127]))
    }

    #[test]
    fn a_sound_layer_passes_and_each_fault_is_named() {
        assert_eq!(dense(|_, _, _| {}), None);
        assert_eq!(dense(|_, _, rule| (rule.zero_point, rule.shift) = (1 << 16, 15)), None);
        assert_eq!(dense(|_, _, rule| rule.zero_point = -(1 << 16)), None);
        let overflow = dense(|_, channels, rule| {
            channels[1][2].bias = i16::MIN;
            (rule.shift, rule.bias_shift) = (2, 14);
        });
        assert_eq!(overflow.unwrap(), "layer 4, channel 6: an accumulator could overflow");
        let weight = dense(|rows, _, _| rows[1][5] = -128);
        assert_eq!(weight.unwrap(), "layer 4, channel 5: a weight is -128");
        let multiplier = dense(|_, channels, _| channels[1][3].multiplier = -1);
        assert_eq!(multiplier.unwrap(), "layer 4, channel 7: the multiplier is negative");
        assert_eq!(dense(|_, _, rule| rule.shift = 16).unwrap(), "layer 4: the shift is above 15");
        let bias_shift = dense(|_, _, rule| rule.bias_shift = 15);
        assert_eq!(bias_shift.unwrap(), "layer 4: the shift of biases is above 14");
        let range = dense(|_, _, rule| rule.out_max = 128);
        assert_eq!(range.unwrap(), "layer 4: the range of codes is none");
        let turned = dense(|_, _, rule| (rule.out_min, rule.out_max) = (8, 7));
        assert_eq!(turned.unwrap(), "layer 4: the range of codes is none");
        assert_eq!(dense(|_, _, rule| (rule.out_min, rule.out_max) = (7, 7)), None);
        let zero = dense(|_, _, rule| rule.zero_point = (1 << 16) + 1);
        assert_eq!(zero.unwrap(), "layer 4: the zero point is beyond 2^16");
        let second = said(|| {
            let mut rows = [[3; 16]; 4];
            rows[3][4] = i8::MIN;
            let channels = [[Channel::default(); TILE]; 2];
            assert_dense("x", &rows.map(Tile::new), &channels, [2, 2], RULE, [-128, 127]);
        });
        assert_eq!(second.unwrap(), "x, channel 5: a weight is -128");
        let missing = said(|| assert_dense("x", &[], &[[Channel::default(); 4]], [1, 1], RULE, [-128, 127]));
        assert_eq!(missing.unwrap(), "x: weights or channels are not as many as its outputs need");
    }

    #[test]
    fn tables_buffers_and_scores_have_bounds() {
        assert_eq!(said(|| assert_entries("GAINS", 19, 19)), None);
        assert_eq!(said(|| assert_entries("GAINS", 20, 109)).unwrap(), "GAINS: 20 entries instead of 109");
        assert_eq!(said(|| assert_room("layer 1", 9, 9)), None);
        let room = said(|| assert_room("layer 1", 8, 9));
        assert_eq!(room.unwrap(), "layer 1: needs a buffer of 9 groups, which has 8");
        assert_eq!(said(|| assert_score(&[1, 2], 3, 9, &[65536, 80000], 8)), None);
        let sum = said(|| assert_score(&[1], 1, 1, &[0, 1 << 31], 0));
        assert_eq!(sum.unwrap(), "score: with 1 missing features the residual sum could overflow");
        let columns = said(|| assert_score(&[1, 3], 1, 5, &[], 0));
        assert_eq!(columns.unwrap(), "columns of features: 4 entries instead of 5");
        assert!(said(|| assert_score(&[1], 1, 1, &[], 9)).unwrap().contains("above 8"));
    }
}

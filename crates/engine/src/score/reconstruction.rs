//! What a network expects of a record, as scores read it.

use crate::kernel::{Pieces, TILE};

/// The wide codes that a network expects, one per column.
pub trait Reconstruction {
    /// The codes of the columns from `first` on.
    ///
    /// # Panics
    /// Never.
    fn codes(&mut self, first: usize) -> impl Iterator<Item = i16>;

    /// The code of one column; 0 where there is none.
    ///
    /// # Panics
    /// Never.
    fn code(&mut self, column: usize) -> i16;
}

/// Codes in memory.
impl<Codes: AsRef<[i16]>> Reconstruction for Codes {
    #[inline]
    fn codes(&mut self, first: usize) -> impl Iterator<Item = i16> {
        (*self).as_ref().get(first..).unwrap_or_default().iter().copied()
    }

    #[inline]
    fn code(&mut self, column: usize) -> i16 {
        (*self).as_ref().get(column).copied().unwrap_or(0)
    }
}

/// Codes computed when they are read: a walk over all of them computes the layer once, a code by its column the four of its group.
impl<Compute: FnMut(usize, &mut [[i16; TILE]])> Reconstruction for Pieces<'_, Compute> {
    #[inline]
    fn codes(&mut self, first: usize) -> impl Iterator<Item = i16> {
        let (mut group, mut at, mut len) = (first / TILE, first % TILE, 0);
        core::iter::from_fn(move || {
            if at >= len {
                at -= len;
                len = self.outputs(group, self.piece.len()).len();
                group += len / TILE;
            }
            let code = self.piece.as_flattened().get(at).filter(|_| at < len).copied();
            at += 1;
            code
        })
    }

    #[inline]
    fn code(&mut self, column: usize) -> i16 {
        self.outputs(column / TILE, 1).get(column % TILE).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        ANCHORS, GAIN_FRACTION_BITS, Heads, Scored, Tally, Thresholds, evaluate, evaluate_samples,
    };
    use super::*;
    use crate::feature::Mark;
    use crate::fixed::{Channel, Requantise};
    use crate::kernel::{Dense, Tile};
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    /// The score of a row, or of two samples.
    fn scored(samples: usize, codes: &[i16], reconstruction: impl Reconstruction) -> Scored {
        let columns = vec![1; codes.len() / samples];
        let heads = Heads {
            columns: &columns,
            prototype: &[],
            prototype_shift: 0,
            prototype_gain: 0,
            rescale: 1 << 16,
            latent: 0,
            tally: Tally::default(),
        };
        let thresholds = Thresholds { watch: 50, alarm: 100, anchors: [10; ANCHORS] };
        let (gains, marks) =
            (core::iter::repeat_n(1 << GAIN_FRACTION_BITS, codes.len()), vec![Mark::NONE; columns.len()]);
        match samples {
            1 => evaluate(&heads, codes, reconstruction, gains, &marks, &thresholds),
            _ => evaluate_samples(&heads, samples, codes, reconstruction, gains, &marks, &thresholds),
        }
    }

    proptest! {
        #[test]
        fn pieces_of_any_length_are_the_layer(
            (input, tiles, biases) in (1_usize..5, 1_usize..8).prop_flat_map(|(ins, outs)| (
                prop::collection::vec(any::<[i8; TILE]>(), ins),
                prop::collection::vec(prop::array::uniform16(-127_i8..=127), ins * outs),
                prop::collection::vec(any::<[i16; TILE]>(), outs),
            )),
            codes in prop::collection::vec(-32_767..=i16::MAX, 32),
            groups in 1_usize..9, first in 0_usize..40,
        ) {
            let rule = Requantise { zero_point: 5, out_min: -32_767, out_max: 32_767, shift: 1, bias_shift: 1 };
            let tiles: Vec<Tile> = tiles.into_iter().map(Tile::new).collect();
            let channels: Vec<[Channel; TILE]> =
                biases.iter().map(|four| four.map(|bias| Channel { bias, multiplier: 20_000 })).collect();
            let mut whole = vec![[0_i16; TILE]; channels.len()];
            let layer = Dense::new(&tiles, &channels, rule);
            layer.compute(&input, &mut whole);
            let mut whole = whole.as_flattened();

            let mut piece = vec![[77; TILE]; groups];
            let compute = |first: usize, out: &mut [[i16; TILE]]| layer.compute_from(first, &input, out);
            let all = channels.len();
            let mut pieces = Pieces { groups: all, piece: &mut piece, compute };
            let rest = whole.get(first..).unwrap_or_default();
            prop_assert_eq!(pieces.codes(first).collect::<Vec<_>>(), rest);
            prop_assert_eq!(whole.codes(first).collect::<Vec<_>>(), rest);
            prop_assert_eq!(pieces.code(first), rest.first().copied().unwrap_or(0));
            prop_assert_eq!(whole.code(first), rest.first().copied().unwrap_or(0));

            // Reasons ask for codes once more; several features of two samples walk over all of them several times.
            for samples in [1, 2] {
                let want = scored(samples, &codes[..whole.len()], whole);
                let pieces = Pieces { groups: all, piece: &mut piece, compute };
                prop_assert_eq!(&scored(samples, &codes[..whole.len()], pieces), &want);
            }
        }
    }
}

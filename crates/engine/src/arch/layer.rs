//! The constants of a dense layer as its core takes them: by slices. Cores with DSP instructions have their own, in `layer_dsp`.

#[cfg(tile_sums = "thumb1")]
use super::dense_thumb1::{Scale, scale};
#[cfg(not(tile_sums = "thumb1"))]
use super::range::range;
use crate::fixed::{Channel, Requantise};
use crate::kernel::{Code, TILE, Tile};
use core::marker::PhantomData;

/// What outputs share, in as few bytes as hold it: the rule.
#[cfg(not(tile_sums = "thumb1"))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    zero_point: i32,
    range: [i16; 2],
    shifts: [u8; 2],
}

/// The rule within the limits of codes.
#[cfg(not(tile_sums = "thumb1"))]
const fn scale<C: Code>(rule: Requantise) -> Scale {
    Scale {
        zero_point: rule.zero_point,
        range: range::<C>(rule),
        shifts: [rule.shift as u8, rule.bias_shift as u8],
    }
}

#[cfg(not(tile_sums = "thumb1"))]
impl Scale {
    /// The rule.
    #[inline]
    pub(super) const fn rule(self) -> Requantise {
        let Self { zero_point, range: [out_min, out_max], shifts: [shift, bias_shift] } = self;
        Requantise {
            zero_point,
            out_min: out_min as i32,
            out_max: out_max as i32,
            shift: shift as u32,
            bias_shift: bias_shift as u32,
        }
    }
}

/// The constants of a layer with codes of one kind. There are at least as many tiles as groups of inputs times groups of outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a, C> {
    pub(super) tiles: &'a [Tile],
    pub(super) channels: &'a [[Channel; TILE]],
    pub(super) scale: Scale,
    /// Groups of inputs.
    pub(super) groups: usize,
    codes: PhantomData<C>,
}

impl<'a, C: Code> Layer<'a, C> {
    /// As many groups of inputs as every group of outputs has tiles for.
    pub(crate) const fn new(tiles: &'a [Tile], channels: &'a [[Channel; TILE]], rule: Requantise) -> Self {
        let groups = match tiles.len().checked_div(channels.len()) {
            Some(groups) => groups,
            None => 0,
        };
        Self { tiles, channels, scale: scale::<C>(rule), groups, codes: PhantomData }
    }

    /// The layer without its first groups of outputs.
    #[inline]
    pub(crate) fn skip(&self, first: usize) -> Self {
        let channels = self.channels.get(first..).unwrap_or_default();
        // Wraps where no channels are left, so that it does not matter which tiles are.
        let tiles = self.tiles.get(first.wrapping_mul(self.groups)..).unwrap_or_default();
        Self { tiles, channels, ..*self }
    }

    /// How many groups of outputs there are to compute; none without inputs.
    #[cfg(dense_in_assembly)]
    #[inline]
    pub(super) fn blocks(&self, input: &[[i8; TILE]], out: &[[C; TILE]]) -> usize {
        if self.groups == 0 || input.len() < self.groups { 0 } else { self.channels.len().min(out.len()) }
    }

    /// Tiles, channels and rule.
    #[cfg(not(dense_in_assembly))]
    #[inline]
    pub(crate) const fn parts(&self) -> (&'a [Tile], &'a [[Channel; TILE]], Requantise) {
        (self.tiles, self.channels, self.scale.rule())
    }

    /// Groups of inputs.
    #[cfg(not(dense_in_assembly))]
    #[inline]
    pub(crate) const fn groups(&self) -> usize {
        self.groups
    }
}

//! The constants of a dense layer as its core takes them: by slices. Cores with DSP instructions have their own, in `layer_dsp`.

#[cfg(tile_sums = "thumb1")]
use super::dense_thumb1::{Scale, scale};
#[cfg(not(tile_sums = "thumb1"))]
use super::range::range;
use crate::fixed::{Channel, Requantise};
use crate::kernel::{Code, TILE, Tile};
use core::marker::PhantomData;

/// What outputs share, in as few bytes as hold it: the rule, and groups of inputs.
#[cfg(not(tile_sums = "thumb1"))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    zero_point: i32,
    out_min: i16,
    out_max: i16,
    shift: u8,
    bias_shift: u8,
    pub(super) groups: u16,
}

/// Of a rule within the limits of codes.
#[cfg(not(tile_sums = "thumb1"))]
const fn scale<C: Code>(rule: Requantise, groups: u16) -> Scale {
    let [out_min, out_max] = range::<C>(rule);
    Scale {
        zero_point: rule.zero_point,
        out_min,
        out_max,
        shift: rule.shift as u8,
        bias_shift: rule.bias_shift as u8,
        groups,
    }
}

#[cfg(not(tile_sums = "thumb1"))]
impl Scale {
    /// The rule.
    #[inline]
    pub(super) const fn rule(&self) -> Requantise {
        Requantise {
            zero_point: self.zero_point,
            out_min: self.out_min as i32,
            out_max: self.out_max as i32,
            shift: self.shift as u32,
            bias_shift: self.bias_shift as u32,
        }
    }
}

/// The constants of a layer with codes of one kind. There are at least as many tiles as groups of inputs times groups of outputs, and where
/// there are outputs there are inputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a, C> {
    pub(super) tiles: &'a [Tile],
    pub(super) channels: &'a [[Channel; TILE]],
    pub(super) scale: Scale,
    codes: PhantomData<C>,
}

impl<'a, C: Code> Layer<'a, C> {
    /// As many groups of inputs as every group of outputs has tiles for; none of 2^16 groups or more.
    pub(crate) const fn new(tiles: &'a [Tile], channels: &'a [[Channel; TILE]], rule: Requantise) -> Self {
        let groups = match tiles.len().checked_div(channels.len()) {
            Some(groups) if groups >> 16 == 0 => groups as u16,
            _ => 0,
        };
        // Without inputs there is nothing to compute.
        let channels = if groups > 0 { channels } else { &[] };
        Self { tiles, channels, scale: scale::<C>(rule, groups), codes: PhantomData }
    }

    /// The layer without its first groups of outputs.
    #[inline]
    pub(crate) fn skip(&self, first: usize) -> Self {
        let channels = self.channels.get(first..).unwrap_or_default();
        // Wraps where no channels are left, so that it does not matter which tiles are.
        let tiles = self.tiles.get(first.wrapping_mul(self.groups())..).unwrap_or_default();
        Self { tiles, channels, ..*self }
    }

    /// How many groups of outputs there are to compute.
    #[cfg(dense_in_assembly)]
    #[inline]
    pub(super) fn blocks(&self, input: &[[i8; TILE]], out: &[[C; TILE]]) -> usize {
        if input.len() < self.groups() { 0 } else { self.channels.len().min(out.len()) }
    }

    /// Tiles, channels and rule.
    #[cfg(not(dense_in_assembly))]
    #[inline]
    pub(crate) const fn parts(&self) -> (&'a [Tile], &'a [[Channel; TILE]], Requantise) {
        (self.tiles, self.channels, self.scale.rule())
    }

    /// Groups of inputs.
    #[inline]
    pub(crate) const fn groups(&self) -> usize {
        self.scale.groups as usize
    }
}

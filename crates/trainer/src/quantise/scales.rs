//! Scales that a layer's channels can express: multipliers of 15 bits under one shift.

use super::TWO_POW_32;
use tillwatch_engine::fixed::Requantise;

/// The multipliers of a layer's channels.
pub(super) struct Scales {
    /// Left shift of the accumulators, the least that serves every channel.
    pub(super) shift: u32,
    /// One per channel, at least 1.
    pub(super) multipliers: Vec<i16>,
    /// What a multiplier of 1 stands for.
    step: f64,
}

/// Multipliers that are tried for a channel, and the share by which the last one exceeds the first.
const TRIED: u16 = 32;
const BEYOND: f64 = 1.0 / 16.0;

impl Scales {
    /// For each channel the scale with the least cost of those that it can express from the wanted one on, up to little more.
    ///
    /// # Units
    /// `wanted`: steps of the output for one of the accumulator; `multiplier_shift`: that of the output's codes; `cost`: of a
    /// channel at a scale.
    pub(super) fn reaching(wanted: &[f64], multiplier_shift: u32, cost: impl Fn(usize, f64) -> f64) -> Self {
        const MOST: f64 = i16::MAX as f64;
        let step = |shift: u32| f64::from(1_u32 << (multiplier_shift + shift)) / TWO_POW_32;
        let multiplier = |scale: f64, shift: u32| (scale / step(shift)).ceil();
        let largest = wanted.iter().copied().fold(0.0, f64::max);
        let fits = |&shift: &u32| multiplier(largest, shift) <= MOST;
        let shift = (0..Requantise::MAX_SHIFT).find(fits).unwrap_or(Requantise::MAX_SHIFT);
        let step = step(shift);
        let cheapest = |(channel, &scale): (usize, &f64)| {
            let least = multiplier(scale, shift).clamp(1.0, MOST);
            let tried =
                (0..TRIED).map(|at| least + (least * BEYOND * f64::from(at) / f64::from(TRIED)).floor());
            let costs = tried.filter(|&m| m <= MOST).map(|m| (cost(channel, m * step), m));
            let best = costs.min_by(|a, b| a.0.total_cmp(&b.0));
            best.map_or(least, |(_, multiplier)| multiplier) as i16
        };
        Self { shift, multipliers: wanted.iter().enumerate().map(cheapest).collect(), step }
    }

    /// The largest scale that needs no shift.
    pub(super) fn largest_unshifted(multiplier_shift: u32) -> f64 {
        f64::from(i16::MAX) * f64::from(1_u32 << multiplier_shift) / TWO_POW_32
    }

    /// The scale of a channel.
    pub(super) fn of(&self, channel: usize) -> f64 {
        f64::from(self.multipliers[channel]) * self.step
    }

    /// The largest scale of any channel.
    pub(super) fn largest(&self) -> f64 {
        f64::from(self.multipliers.iter().copied().max().unwrap_or(1)) * self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_engine::kernel::Code;

    #[test]
    fn scales_are_the_next_that_a_multiplier_expresses() {
        let of = |wanted: &[f64], multiplier_shift| {
            let scales = Scales::reaching(wanted, multiplier_shift, |_, _| 0.0);
            (scales.shift, scales.multipliers)
        };
        let [narrow, wide] = [i8::MULTIPLIER_SHIFT, i16::MULTIPLIER_SHIFT];
        let exp2 = libm::exp2;
        assert_eq!(of(&[exp2(-7.0), exp2(-21.0), exp2(-21.5), 0.0], narrow), (0, vec![1 << 14, 1, 1, 1]));
        assert_eq!(of(&[exp2(-6.0), 5.5 * exp2(-20.0)], narrow), (1, vec![1 << 14, 6]));
        assert_eq!(of(&[Scales::largest_unshifted(wide)], wide), (0, vec![i16::MAX]));
        assert_eq!(of(&[exp2(-2.0)], wide), (1, vec![1 << 14]));
        assert_eq!(of(&[1e9, 1.0], wide), (15, vec![i16::MAX, 4]));
        // What a scale stands for, and its double, are expressed as they are.
        let scales = Scales::reaching(&[0.013, 0.0041], narrow, |_, _| 0.0);
        let again = Scales::reaching(&[scales.of(0), 2.0 * scales.of(1)], narrow, |_, _| 0.0);
        assert_eq!(again.multipliers, [scales.multipliers[0], 2 * scales.multipliers[1]]);
        assert!(scales.of(0) >= 0.013 && scales.of(0) == scales.largest());
    }
    #[test]
    fn the_cheapest_of_scales_a_little_larger_is_taken() {
        let narrow = i8::MULTIPLIER_SHIFT;
        let wanted = [1000.0 * libm::exp2(-21.0), libm::exp2(-21.0), 32_760.0 * libm::exp2(-21.0)];
        let up = Scales::reaching(&wanted, narrow, |_, scale| -scale);
        assert_eq!(up.multipliers, [1060, 1, 32_760]); // a step of the largest would be too large
        let near = Scales::reaching(&wanted, narrow, |_, scale| (scale / wanted[0] - 1.025).abs());
        assert_eq!(near.multipliers[0], 1025);
    }
}

//! The interval of real values that 8-bit codes span.

use super::{TWO_POW_32, rim_step};
use tillwatch_model::InputRule;

/// An interval that contains zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Lower end, at most 0.
    pub low: f64,
    /// Upper end, at least 0.
    pub high: f64,
}

/// Shares of the full range that are tried.
const SHARES: [f64; 12] = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1];
/// Narrowest range: a step of an 8-bit code is then still far above the smallest scale that a multiplier can express.
const NARROWEST: f64 = 1e-3;

impl Range {
    /// The smallest interval with all values and zero.
    #[must_use]
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let start = Self { low: 0.0, high: 0.0 };
        let range = values.fold(start, |r, v| Self { low: r.low.min(v), high: r.high.max(v) });
        if range.high - range.low < NARROWEST {
            Self { low: range.low, high: range.low + NARROWEST }
        } else {
            range
        }
    }

    /// The share of the full range whose 8-bit rendering, clipping included, has the least mean squared error.
    ///
    /// # Source
    /// Banner, Nahshan and Soudry, "Post training 4-bit quantization of convolutional networks", NeurIPS 2019, with
    /// a search in place of their closed form.
    #[must_use]
    pub fn least_error(values: &[f32]) -> Self {
        let full = Self::of(values.iter().map(|&value| value.into()));
        let error =
            |range: &Self| values.iter().map(|&value| range.rendering_error(value.into())).sum::<f64>();
        let candidates = SHARES.map(|share| Self { low: full.low * share, high: full.high * share });
        let scored = candidates.into_iter().map(|range| (error(&range), range));
        scored.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(full, |(_, range)| range)
    }

    /// The range that an input rule spans.
    #[must_use]
    pub fn of_rule(rule: &InputRule, fraction_bits: u32) -> Self {
        let scale = rim_step(fraction_bits) * TWO_POW_32 / f64::from(rule.multiplier.max(1));
        let end = |code: i32| f64::from(code - rule.rule.zero_point) * scale;
        Self { low: end(-128).min(0.0), high: end(127).max(0.0) }
    }

    /// The nearest value inside.
    #[must_use]
    pub fn clamp(&self, value: f64) -> f64 {
        value.clamp(self.low, self.high)
    }

    /// Scale and zero point of the 8-bit codes that span the range; zero is exactly a code.
    #[must_use]
    pub fn affine(&self) -> (f64, i32) {
        let scale = (self.high - self.low) / 255.0;
        let zero_point = (-128.0 - self.low / scale).round().clamp(-128.0, 127.0);
        (scale, zero_point as i32)
    }

    /// What the nearest 8-bit code stands for.
    #[must_use]
    pub fn render(&self, value: f64) -> f64 {
        let (scale, zero_point) = self.affine();
        let code = ((value / scale).round() + f64::from(zero_point)).clamp(-128.0, 127.0);
        (code - f64::from(zero_point)) * scale
    }

    fn rendering_error(&self, value: f64) -> f64 {
        let error = value - self.render(value);
        error * error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_a_code() {
        let range = Range::of([2.0, 5.1].into_iter());
        assert_eq!(range, Range { low: 0.0, high: 5.1 });
        assert_eq!(range.affine().1, -128);
        let (scale, zero_point) = Range { low: -1.0, high: 3.0 }.affine();
        assert_eq!(zero_point, -64);
        assert!((scale - 4.0 / 255.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_lone_giant_is_clipped() {
        let mut values: Vec<f32> = (0..2000).map(|i| (i % 200) as f32 / 100.0 - 1.0).collect();
        assert_eq!(
            Range::least_error(&values).high,
            Range::of([0.99].into_iter()).high.max(f64::from(0.99_f32))
        );
        values.push(4.0);
        let range = Range::least_error(&values);
        assert!(range.high <= 4.0 && range.high >= 0.99, "{range:?}");
    }

    #[test]
    fn constants_still_have_a_width() {
        let range = Range::of([0.0].into_iter());
        assert!(range.affine().0 > 0.0);
    }
}

//! Distance of a record's latent vector from the middle of the latent space.

use super::GAIN_FRACTION_BITS;
use crate::fixed::multiply_wide;

/// The squared distance of a latent vector from real zero, as a part of the score: `(sum of (code - zero_point)^2 * gain) >>
/// 24`.
///
/// # Shapes
/// `codes`: one record's latent vector, any length.
/// # Units
/// `codes`: activation codes; `zero_point`: the code of real zero; `gain`: score per squared code, in steps of 2^-24.
/// # Bounds
/// Any codes and gain. Beyond 66,051 codes, which are more than a layer has, the sum of squares can saturate.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`; the product is wide, so it is rounded down once.
/// # Panics
/// Never.
/// # Cost
/// One multiply-accumulate per code.
/// # Source
/// `NUMERICS.md`, "Latent distance".
/// # Examples
/// ```
/// use tillwatch_engine::score::latent_distance;
/// assert_eq!(latent_distance(&[3, -1, 0], -1, 1 << 23), 8); // (16 + 0 + 1) / 2
/// ```
#[must_use]
pub fn latent_distance(codes: &[i8], zero_point: i8, gain: u32) -> u64 {
    let mut sum = 0_u32;
    for &code in codes {
        let difference = i32::from(code) - i32::from(zero_point);
        sum = sum.saturating_add((difference * difference) as u32);
    }
    multiply_wide(sum, gain) >> GAIN_FRACTION_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_latent_vector_fits() {
        let codes = std::vec![127; 65_535];
        let want = (u128::from(65_535_u64 * 255 * 255) * u128::from(u32::MAX)) >> 24;
        assert_eq!(u128::from(latent_distance(&codes, -128, u32::MAX)), want);
        assert_eq!(latent_distance(&codes, 127, u32::MAX), 0);
        assert_eq!(latent_distance(&[], 5, 1), 0);
    }
}

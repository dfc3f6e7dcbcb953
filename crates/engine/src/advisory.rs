//! Display values in floating point. Nothing here enters a score or a verdict.
//!
//! Built on micromath, whose logarithm is off by up to 0.12 (natural) over 1e-3..1e6: good for a bar on a screen.

use micromath::F32Ext;

/// How far above the alarm threshold a score is, in octaves; negative below it.
///
/// # Bounds
/// Any scores; 0 counts as 1.
/// # Exactness
/// Within 0.4 octaves of the real ratio: display only. The error is tested against libm.
/// # Panics
/// Never.
#[must_use]
pub fn severity_octaves(score: u64, alarm: u64) -> f32 {
    let log2 = |value: u64| F32Ext::log2(value.max(1) as f32);
    log2(score) - log2(alarm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_the_stated_error() {
        for shift in 0..40 {
            for score in [1_u64 << shift, 3 << shift, 7 << shift] {
                let exact = libm::log2(score as f64 / 65_536.0);
                let error = f64::from(severity_octaves(score, 65_536)) - exact;
                assert!((-0.4..=0.4).contains(&error), "{score}: off by {error}");
            }
        }
        assert!(severity_octaves(10, 1000) < 0.0);
    }
}

//! At which resolution a column of numbers is kept, and on which scale it is seen.

use super::super::decimal::Resolution;
use super::column::Numbers;

/// A raw integer should hold values so many times larger than any seen: an anomaly must not be cut off.
const HEADROOM: f64 = 256.0;
/// A step should be at most this part of a standard deviation.
const STEPS_PER_DEVIATION: f64 = 64.0;
/// Fewest positive numbers from which the shape of their distribution is judged.
const FEWEST_FOR_SHAPE: usize = 20;
/// From this lean of the upper tail on, a column is tried on a log scale; an exponential distribution has 0.7.
const HEAVY_LEAN: f64 = 0.6;

/// The resolution with the decimals seen, or coarser where the range or noise digits ask for it; and what was done.
pub(super) fn resolution(numbers: &Numbers) -> (Resolution, String) {
    let largest = numbers.low.abs().max(numbers.high.abs());
    let fitting = |room: f64| most_places(f64::from(i32::MAX) / room, largest);
    let seen = i64::from(numbers.most_places);
    if seen == 0 && fitting(1.0) >= 0 {
        return (Resolution::ONE, "whole numbers".to_owned());
    }
    if seen <= fitting(HEADROOM) {
        return (Resolution::power_of_ten(-seen), format!("{seen} decimals"));
    }
    // One place more than the most at which a deviation stays within the wanted steps has at least that many.
    let needed = most_places(STEPS_PER_DEVIATION, numbers.deviation()) + 1;
    let places = fitting(HEADROOM).max(needed.min(seen)).min(fitting(1.0));
    let resolution = Resolution::power_of_ten(-places);
    (resolution, format!("{seen} decimals seen, steps of {resolution} leave room for larger values"))
}

/// Why a log scale suits the numbers: none is negative, and the long upper tail gets much shorter.
pub(super) fn log_reason(numbers: &Numbers, resolution: Resolution) -> Option<String> {
    if numbers.low < 0.0 {
        return None;
    }
    let positive = numbers.sample.positive();
    if positive.len() < FEWEST_FOR_SHAPE {
        return None;
    }
    let at = |permille: usize| positive[(positive.len() - 1) * permille / 1000];
    let quantiles = [at(10), at(500), at(990)];
    let step: f64 = resolution.to_string().parse().unwrap_or(1.0); // every decimal is a float's text
    let plain = lean(quantiles);
    let logarithmic = lean(quantiles.map(|number| libm::log2(1.0 + number / step)));
    let is_heavy = plain > HEAVY_LEAN && logarithmic.abs() < plain / 2.0;
    is_heavy.then(|| {
        let [_, median, high] = quantiles;
        format!("a long tail (median {median}, 99th percentile {high}), so its logarithm")
    })
}

/// Which side of the median the outer quantiles lie: 0 for both alike, 1 for above only.
fn lean([low, median, high]: [f64; 3]) -> f64 {
    if high > low { (high + low - 2.0 * median) / (high - low) } else { 0.0 }
}

/// Largest number of decimal places, negative for tens and hundreds, at which `value` stays within `bound`.
fn most_places(bound: f64, value: f64) -> i64 {
    if value > 0.0 { libm::floor(libm::log10(bound / value)) as i64 } else { i64::from(u8::MAX) }
}

//! At which resolution a column of numbers is kept, and on which scale it is seen.

use super::super::decimal::Resolution;
use super::column::Numbers;

/// A raw integer should hold values so many times larger than any seen: an anomaly must not be cut off.
const HEADROOM: f64 = 256.0;
/// A step should be at most this part of a standard deviation.
const STEPS_PER_DEVIATION: f64 = 64.0;
/// Fewest numbers from which the shape of their distribution is judged.
const FEWEST_FOR_SHAPE: usize = 20;
/// Normal numbers further from their mean than this many standard deviations are a long tail; of a million draws from a
/// normal distribution the furthest is at 5. DESIGN.md, "Long tails", compares limits.
const HEAVY_DEVIATIONS: f64 = 6.0;

/// The resolution with the decimals seen, or coarser where the range or noise digits ask for it; and what was done.
pub(super) fn resolution(numbers: &Numbers) -> (Resolution, String) {
    let largest = numbers.low().abs().max(numbers.high().abs());
    let fitting = |room: f64| most_places(f64::from(i32::MAX) / room, largest);
    let seen = i64::from(numbers.most_places);
    if seen == 0 && fitting(1.0) >= 0 {
        return (Resolution::ONE, "whole numbers".to_owned());
    }
    if seen <= fitting(HEADROOM) {
        let plural = if seen == 1 { "" } else { "s" };
        return (Resolution::power_of_ten(-seen), format!("{seen} decimal{plural}"));
    }
    // One place more than the most at which a deviation stays within the wanted steps has at least that many.
    let needed = most_places(STEPS_PER_DEVIATION, numbers.deviation()) + 1;
    let places = fitting(HEADROOM).max(needed.min(seen)).min(fitting(1.0));
    let resolution = Resolution::power_of_ten(-places);
    (resolution, format!("{seen} decimals seen, steps of {resolution} leave room for larger values"))
}

/// Why a scale suits the numbers that is logarithmic far from their median: some are very far.
pub(super) fn symlog_reason(numbers: &Numbers) -> Option<String> {
    let sample = numbers.sample.sorted();
    if sample.len() < FEWEST_FOR_SHAPE {
        return None;
    }
    let at = |percent: usize| sample[(sample.len() - 1) * percent / 100];
    let furthest = numbers.furthest_in_deviations();
    // Where nearly all are equal, nothing tells what is far.
    let is_heavy = at(98) > at(2) && furthest > HEAVY_DEVIATIONS;
    is_heavy.then(|| {
        format!("long tails (up to {furthest:.0} standard deviations), so logarithmic far from the median")
    })
}

/// Largest number of decimal places, negative for tens and hundreds, at which `value` stays within `bound`.
fn most_places(bound: f64, value: f64) -> i64 {
    if value > 0.0 { libm::floor(libm::log10(bound / value)) as i64 } else { i64::from(u8::MAX) }
}

#[cfg(test)]
mod tests {
    use super::super::column::Column;
    use super::*;

    fn numbers(cells: impl Iterator<Item = String>) -> Numbers {
        let mut column = Column::new("x".to_owned(), 0);
        cells.for_each(|cell| column.add(&cell, 2, false));
        column.numbers
    }

    fn chosen(cells: &[&str]) -> String {
        resolution(&numbers(cells.iter().map(|&cell| cell.to_owned()))).0.to_string()
    }

    #[test]
    fn decimals_seen_are_kept_while_there_is_room() {
        assert_eq!(chosen(&["1.25", "-80000.5"]), "0.01"); // 256 times larger still fits
        assert_eq!(chosen(&["1.25", "-90000.5"]), "0.1");
        assert_eq!(chosen(&["3", "2000000000"]), "1");
        assert_eq!(chosen(&["3", "5000000000"]), "1000"); // what has to be coarser gets room too
        assert_eq!(chosen(&["0.004912314661768384", "9.5"]), "0.00001");
        assert_eq!(chosen(&["0", "0.0"]), "1");
    }

    #[test]
    fn small_changes_of_large_numbers_are_kept() {
        let cells = (0..100).map(|index| format!("20000000.{index:02}"));
        assert_eq!(resolution(&numbers(cells)).0.to_string(), "0.01");
    }

    #[test]
    fn long_tails_are_seen_logarithmically() {
        let reason = |f: fn(u32) -> f64| {
            let numbers = numbers((0..1000).map(|index| format!("{:.3}", f(index))));
            symlog_reason(&numbers)
        };
        let stray = |index: u32| if index == 0 { -1e6 } else { f64::from(index) };
        assert_eq!(
            reason(stray).unwrap(),
            "long tails (up to 32 standard deviations), so logarithmic far from the median"
        );
        assert_eq!(reason(f64::from), None);
        assert_eq!(reason(|index| f64::from(index % 200 == 0)), None); // ones among zeros have no scale
    }
}

//! Page-Hinkley: has the mean of the scores risen?

use super::average::Average;

/// Events that the mean looks back, as a power of two.
const WINDOW_LOG2: u32 = 10;
/// Rise that is tolerated, in steps of 2^-16 octaves: half an octave.
const TOLERANCE: i32 = 1 << 15;
/// Sum beyond which the mean counts as risen: 32 octaves, such as 64 events that are one octave above.
const LIMIT: i32 = 32 << 16;

/// The test, on logarithms of scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageHinkley {
    mean: Average,
    sum: i32,
}

impl PageHinkley {
    pub(super) const EMPTY: Self = Self { mean: Average::EMPTY, sum: 0 };

    /// Takes the value of event `age`.
    ///
    /// The sum `m_t` of `x - mean - tolerance` less its smallest value so far is kept directly: it is
    /// `max(0, sum + x - mean - tolerance)`.
    pub(super) fn update(&mut self, value: i32, age: u16) {
        let mean = self.mean.update(value, age, WINDOW_LOG2);
        self.sum = self.sum.saturating_add(value - mean - TOLERANCE).max(0);
    }

    /// Octaves by which events were above the mean, beyond what is tolerated, in steps of 2^-16.
    pub(super) const fn sum(self) -> i32 {
        self.sum
    }

    pub(super) const fn has_risen(self) -> bool {
        self.sum > LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_lasting_rise_is_heard_and_a_single_one_is_not() {
        let mut test = PageHinkley::EMPTY;
        for age in 0..500 {
            test.update(16 << 16, age);
        }
        assert_eq!((test.sum(), test.has_risen()), (0, false));
        test.update(26 << 16, 500); // 1,024 times the usual score, once
        assert!(!test.has_risen());
        for age in 501..600 {
            test.update(16 << 16, age);
        }
        assert_eq!(test.sum(), 0); // half an octave an event, and it is forgotten
        for age in 600..690 {
            test.update(17 << 16, age);
        }
        assert!(test.has_risen());
    }

    #[test]
    fn at_the_limit_it_has_not_risen() {
        let at = |sum| PageHinkley { sum, ..PageHinkley::EMPTY }.has_risen();
        assert_eq!([at(32 << 16), at((32 << 16) + 1)], [false, true]);
    }

    proptest! {
        #[test]
        fn it_is_the_sum_above_its_smallest_value(values in prop::collection::vec(0..=31 << 16_i32, 1..300)) {
            let (mut test, mut mean) = (PageHinkley::EMPTY, Average::EMPTY);
            let (mut sum, mut smallest) = (0_i64, 0_i64);
            for (age, &value) in values.iter().enumerate() {
                test.update(value, age as u16);
                sum += i64::from(value - mean.update(value, age as u16, WINDOW_LOG2) - TOLERANCE);
                smallest = smallest.min(sum);
                prop_assert_eq!(i64::from(test.sum()), sum - smallest);
            }
        }
    }
}

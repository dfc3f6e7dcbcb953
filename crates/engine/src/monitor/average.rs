//! An exponentially weighted mean that begins as a plain one.

/// A running mean of the last events, about `2^window_log2` of them.
///
/// The gain of event `n`, counted from 0, is `2^-floor(log2(n + 1))` until it reaches `2^-window_log2`: the first value is
/// taken as it is, the next ones weigh about as much as in a plain mean, and no division is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Average(pub(super) i32);

impl Average {
    pub(super) const EMPTY: Self = Self(0);

    /// Takes the value of event `age`; gives the new mean. Values are logarithms, below 2^21, so differences fit.
    pub(super) fn update(&mut self, value: i32, age: u16, window_log2: u32) -> i32 {
        let gain_log2 = (u32::from(age) + 1).ilog2().min(window_log2);
        self.0 += (value - self.0) >> gain_log2;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_values_weigh_as_in_a_plain_mean() {
        let mut average = Average::EMPTY;
        assert_eq!(average.update(100, 0, 5), 100);
        assert_eq!(average.update(300, 1, 5), 200);
        assert_eq!(average.update(400, 2, 5), 300); // a half again, where a plain mean takes a third
        assert_eq!(average.update(299, 3, 5), 299); // -1 / 4 rounds down
    }

    proptest! {
        #[test]
        fn it_is_the_floor_of_the_weighted_mean_and_stays_within_what_it_saw(
            values in prop::collection::vec(0..=31 << 16_i32, 1..200), window_log2 in 0..12_u32,
        ) {
            let (mut average, mut mean) = (Average::EMPTY, 0_i64);
            for (age, &value) in values.iter().enumerate() {
                let mut divisor = 1_i64;
                while divisor * 2 <= age as i64 + 1 && divisor < 1 << window_log2 {
                    divisor *= 2;
                }
                mean += (i64::from(value) - mean).div_euclid(divisor);
                prop_assert_eq!(i64::from(average.update(value, age as u16, window_log2)), mean);
                let seen = &values[..=age];
                prop_assert!(average.0 >= *seen.iter().min().unwrap() && average.0 <= *seen.iter().max().unwrap());
            }
        }
    }
}

//! A binomial CUSUM: are there more alarms than promised?

/// One alarm in the unit of the sum.
const ALARM: u32 = 1_000_000;
/// Alarms beyond twice the promised rate, as a sum, that are too many.
const LIMIT: u32 = 5 * ALARM;

/// The sum of alarms less twice the promised number, never below nothing: in millionths of an alarm.
///
/// Twice the rate lies between the promised one and its threefold, for which the test is made: the reference value that is
/// best for a tripled rate is 1.82 times the promised one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AlarmRate(u32);

impl AlarmRate {
    pub(super) const EMPTY: Self = Self(0);

    /// Takes an event; `promised` in alarms per million.
    pub(super) const fn update(&mut self, is_alarm: bool, promised: u32) {
        let gained = if is_alarm { self.0.saturating_add(ALARM) } else { self.0 };
        self.0 = gained.saturating_sub(promised.saturating_mul(2));
    }

    pub(super) const fn sum(self) -> u32 {
        self.0
    }

    pub(super) const fn is_exceeded(self) -> bool {
        self.0 > LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::SeededWords;
    use proptest::prelude::*;

    /// Events until the sum says that a rate is exceeded, of a stream with `per_million` alarms.
    fn events_to_signal(per_million: u64, seed: u32, most: u32) -> Option<u32> {
        let (mut rate, mut words) = (AlarmRate::EMPTY, SeededWords::new(seed));
        (0..most).find(|_| {
            rate.update((u64::from(words.next_word()) * 1_000_000) >> 32 < per_million, 2_000);
            rate.is_exceeded()
        })
    }

    #[test]
    fn a_tripled_rate_is_heard_soon_and_the_promised_one_hardly_ever() {
        let mut delays: std::vec::Vec<u32> =
            (1..=41).map(|seed| events_to_signal(6_000, seed, 100_000).unwrap()).collect();
        delays.sort_unstable();
        assert!((1_000..4_000).contains(&delays[20]), "{}", delays[20]);
        // 20 streams of 20,000 events, 40 alarms each as promised.
        let false_signals = (1..=20).filter(|&seed| events_to_signal(2_000, seed, 20_000).is_some()).count();
        assert!(false_signals <= 3, "{false_signals}");
    }

    #[test]
    fn five_alarms_too_many_are_not_yet_exceeding() {
        let mut rate = AlarmRate::EMPTY;
        for alarm in 1..=6 {
            rate.update(true, 0);
            assert_eq!((rate.sum(), rate.is_exceeded()), (alarm * 1_000_000, alarm > 5));
        }
    }

    proptest! {
        #[test]
        fn it_is_the_sum_above_its_smallest_value(
            alarms in prop::collection::vec(any::<bool>(), 1..300), promised in 0..=500_000_u32,
        ) {
            let (mut rate, mut sum, mut smallest) = (AlarmRate::EMPTY, 0_i64, 0_i64);
            for is_alarm in alarms {
                rate.update(is_alarm, promised);
                sum += i64::from(is_alarm) * 1_000_000 - 2 * i64::from(promised);
                smallest = smallest.min(sum);
                prop_assert_eq!(i64::from(rate.sum()), sum - smallest);
            }
        }
    }
}

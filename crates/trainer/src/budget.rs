//! The unit that people set alarms in: so many alarms per so many events.

use std::fmt;

/// Budgets are counted in events out of so many.
const MILLION: u32 = 1_000_000;
/// Half of all events: beyond it an alarm says nothing.
const LARGEST_PPM: u32 = MILLION / 2;

/// At most so many alarms per million normal events.
///
/// Shown as `at most 2 alarms per 1,000 events`, with the smallest power of ten that leaves a whole number of alarms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlarmBudget {
    ppm: u32,
}

impl AlarmBudget {
    /// A budget of whole alarms per million; a fraction of one is given away. None below 1 per million and above a half.
    #[must_use]
    pub fn of_rate(rate: f64) -> Option<Self> {
        // The slack is for decimals such as 0.000007, whose product with a million is a hair below 7.
        let ppm = (rate * f64::from(MILLION) + 1e-6).floor();
        (1.0..=f64::from(LARGEST_PPM)).contains(&ppm).then_some(Self { ppm: ppm as u32 })
    }

    /// Alarms per million normal events.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.ppm
    }

    /// Alarms per normal event.
    #[must_use]
    pub fn rate(self) -> f64 {
        f64::from(self.ppm) / f64::from(MILLION)
    }

    /// Factors of ten that alarms and events share.
    fn reduced(self) -> (u32, u32) {
        let (mut alarms, mut events) = (self.ppm, MILLION);
        while alarms > 0 && alarms.is_multiple_of(10) && events > 1 {
            alarms /= 10;
            events /= 10;
        }
        (alarms, events)
    }
}

impl fmt::Display for AlarmBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (alarms, events) = self.reduced();
        let plural = if alarms == 1 { "" } else { "s" };
        write!(f, "at most {} alarm{plural} per {} events", grouped(alarms), grouped(events))
    }
}

/// A rate as it is written on a command line: a decimal such as `0.002`, or alarms per events such as `2/1000`.
#[must_use]
pub fn parse_rate(text: &str) -> Option<f64> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match text.split_once('/') {
        None => number(text),
        Some((alarms, events)) => {
            let events = number(events).filter(|&events| events > 0.0)?;
            Some(number(alarms)? / events)
        }
    }
}

/// A whole number with its thousands apart.
#[must_use]
pub fn grouped(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_as_people_say_them() {
        for (rate, wanted) in [
            (0.002, "at most 2 alarms per 1,000 events"),
            (0.01, "at most 1 alarm per 100 events"),
            (0.0002, "at most 2 alarms per 10,000 events"),
            (0.05, "at most 5 alarms per 100 events"),
            (0.5, "at most 5 alarms per 10 events"),
            (0.000_007, "at most 7 alarms per 1,000,000 events"),
            (1.0 / 3000.0, "at most 333 alarms per 1,000,000 events"),
        ] {
            assert_eq!(AlarmBudget::of_rate(rate).unwrap().to_string(), wanted);
        }
        assert_eq!(grouped(1_234_567_u32), "1,234,567");
        assert_eq!([grouped(0_u32), grouped(999_u32)], ["0", "999"]);
    }

    #[test]
    fn what_is_no_budget() {
        for rate in [0.0, -0.1, 0.51, f64::NAN, 1e-7, f64::INFINITY] {
            assert_eq!(AlarmBudget::of_rate(rate), None, "{rate}");
        }
    }

    #[test]
    fn every_whole_budget_is_kept() {
        for ppm in (1..=LARGEST_PPM).step_by(7) {
            let budget = AlarmBudget::of_rate(f64::from(ppm) / 1e6).unwrap();
            assert_eq!((budget.ppm(), AlarmBudget::of_rate(budget.rate())), (ppm, Some(budget)));
        }
    }

    #[test]
    fn rates_are_decimals_or_alarms_per_events() {
        assert_eq!(parse_rate("0.002"), Some(0.002));
        assert_eq!(parse_rate("2/1000"), Some(0.002));
        assert_eq!(parse_rate("1 / 8"), Some(0.125));
        for text in ["", "x", "1/0", "1/-5", "1/2/3", "inf", "2/x"] {
            assert_eq!(parse_rate(text), None, "{text}");
        }
    }
}

//! Seconds since 2024-01-01 00:00 as date and time.

use std::fmt;

/// Seconds of a day.
pub(crate) const DAY: u32 = 86_400;

/// Hour of the day, 0 to 23.
pub(crate) const fn hour(seconds: u32) -> u32 {
    seconds % DAY / 3600
}

/// Day of the week, Monday 0.
pub(crate) const fn weekday(seconds: u32) -> u32 {
    seconds / DAY % 7
}

/// Writes `YYYY-MM-DD HH:MM:SS`.
pub(crate) struct Stamp(pub(crate) u32);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut year, mut day) = (2024, self.0 / DAY);
        while day >= year_days(year) {
            day -= year_days(year);
            year += 1;
        }
        let mut month = 1;
        for days in [31, 28 + u32::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if day < days {
                break;
            }
            day -= days;
            month += 1;
        }
        let second = self.0 % DAY;
        write!(
            f,
            "{year}-{month:02}-{:02} {:02}:{:02}:{:02}",
            day + 1,
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

/// Leap years until 2099.
const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4)
}

const fn year_days(year: u32) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_years_turn() {
        assert_eq!(Stamp(0).to_string(), "2024-01-01 00:00:00");
        assert_eq!(Stamp(59 * DAY + 3661).to_string(), "2024-02-29 01:01:01");
        assert_eq!(Stamp(366 * DAY - 1).to_string(), "2024-12-31 23:59:59");
        assert_eq!(Stamp((366 + 59) * DAY).to_string(), "2025-03-01 00:00:00");
        assert_eq!((weekday(6 * DAY), weekday(7 * DAY), hour(DAY + 7200)), (6, 0, 2));
    }
}

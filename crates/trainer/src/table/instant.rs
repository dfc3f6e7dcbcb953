//! Points in time as written in a cell.

/// Unix time of 2000-01-01 00:00, from which raw seconds count.
const UNIX_TIME_OF_2000: i64 = 946_684_800;
/// Largest Unix time taken as seconds: the end of the year 9999. Larger ones are milliseconds.
const LARGEST_UNIX_TIME: i64 = 253_402_300_799;
const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time, in seconds since 2000-01-01 00:00. Zones are not converted: the hour is the hour written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant(pub(super) i64);

impl Instant {
    /// Reads a date with or without a time of day, or Unix seconds.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::parse_date_time(text).or_else(|| Self::parse_unix_seconds(text))
    }

    /// Reads `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` or `YYYY-MM-DDTHH:MM:SS`; a fraction of a second is dropped, and `Z` or
    /// `+00:00` may follow.
    pub(super) fn parse_date_time(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = text.get(..10)?.as_bytes();
        let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
        if date[4] != b'-' || date[7] != b'-' || !(1..=12).contains(&month) {
            return None;
        }
        let leap = i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
        let n_days = [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1];
        if !(1..=n_days).contains(&day) {
            return None;
        }
        let seconds = match text.as_bytes().get(10) {
            None => 0,
            Some(b' ' | b'T' | b't') => second_of_day(&text[11..])?,
            Some(_) => return None,
        };
        Some(Self(days_since_2000(year, month, day) * SECONDS_PER_DAY + seconds))
    }

    fn parse_unix_seconds(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let seconds: i64 = whole.parse().ok()?;
        let is_unix =
            seconds.abs() <= LARGEST_UNIX_TIME && fraction.bytes().all(|byte| byte.is_ascii_digit());
        is_unix.then(|| Self(seconds - UNIX_TIME_OF_2000))
    }

    /// Hour of the day, 0 to 23.
    pub(super) fn hour(self) -> i32 {
        (self.0.rem_euclid(SECONDS_PER_DAY) / 3600) as i32
    }

    /// Minute of the day, 0 to 1439.
    pub(super) fn minute(self) -> i32 {
        (self.0.rem_euclid(SECONDS_PER_DAY) / 60) as i32
    }

    /// Day of the week, Monday 0 to Sunday 6.
    pub(super) fn weekday(self) -> i32 {
        // 2000-01-01 was a Saturday.
        ((self.0.div_euclid(SECONDS_PER_DAY) + 5).rem_euclid(7)) as i32
    }

    /// Seconds since 2000-01-01 00:00, saturating above the missing value.
    pub(super) fn seconds(self) -> i32 {
        self.0.clamp(-i64::from(i32::MAX), i64::from(i32::MAX)) as i32
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, and `Z` or `+00:00`. A leap second counts as the second before it.
fn second_of_day(text: &str) -> Option<i64> {
    let text = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    let bytes = text.as_bytes();
    let two = |at: usize| bytes.get(at..at + 2).and_then(number);
    let (hour, minute) = (two(0)?, two(3)?);
    let second = match bytes.get(5) {
        None => 0,
        Some(b':') => two(6).filter(|&second| second <= 60)?.min(59),
        Some(_) => return None,
    };
    let fraction_is_digits = match bytes.get(8..) {
        Some([b'.', digits @ ..]) => {
            number(digits.get(..1)?).is_some() && digits.iter().all(u8::is_ascii_digit)
        }
        Some([]) | None => true,
        Some(_) => false,
    };
    let is_time = bytes[2] == b':' && hour < 24 && minute < 60 && fraction_is_digits;
    is_time.then_some(hour * 3600 + minute * 60 + second)
}

/// Days from 2000-01-01 in the Gregorian calendar; years count from March, so that the leap day is the last one.
fn days_since_2000(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 730_426 is what the rest of the formula gives for 2000-01-01.
    365 * year + leap_days + (153 * month + 2) / 5 + day - 730_426
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        for (text, seconds) in [
            ("2000-01-01", 0),
            ("2000-03-01 00:00", 60 * 86_400),
            ("1999-12-31T23:59:59Z", -1),
            ("2018-04-01T00:00:31", 1_522_540_831 - UNIX_TIME_OF_2000),
            ("2018-04-01 00:00:31.999+00:00", 1_522_540_831 - UNIX_TIME_OF_2000),
            ("1522540831", 1_522_540_831 - UNIX_TIME_OF_2000),
            ("1522540831.75", 1_522_540_831 - UNIX_TIME_OF_2000),
            ("2100-03-01", 4_107_542_400 - UNIX_TIME_OF_2000), // 2100 is no leap year
        ] {
            assert_eq!(Instant::parse(text), Some(Instant(seconds)), "{text}");
        }
    }

    #[test]
    fn parts() {
        let instant = Instant::parse("2018-04-01 13:07:31").unwrap();
        assert_eq!((instant.hour(), instant.minute(), instant.weekday()), (13, 787, 6)); // a Sunday
        let before = Instant::parse("1999-12-31 23:30").unwrap();
        assert_eq!(
            (before.hour(), before.minute(), before.weekday(), before.seconds()),
            (23, 1410, 4, -1800)
        );
        assert_eq!(Instant::parse("9000-01-01").unwrap().seconds(), i32::MAX);
        assert_eq!(Instant::parse("0001-01-01").unwrap().seconds(), -i32::MAX);
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        for text in [
            "",
            "abc",
            "2018-13-01",
            "2018-02-29",
            "2018-00-10",
            "2018-01-00",
            "2018/01/01",
            "2018-01-01x",
            "2018-01-01 24:00",
            "2018-01-01 10:60:00",
            "2018-01-01 10:00:61",
            "2018-01-01 1:00",
            "2018-01-01 10:00:00+02:00",
            "2018-01-01 10:00:00.",
            "1522540831000",
            "12.x",
            "２018-01-01",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
        assert!(Instant::parse("2020-02-29").is_some() && Instant::parse("1900-02-29").is_none());
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = days_since_2000(1899, 12, 31);
        for year in 1900..2101 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, n_days) in
                (1..).zip([31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
            {
                for day in 1..=n_days {
                    expected += 1;
                    assert_eq!(days_since_2000(year, month, day), expected, "{year}-{month}-{day}");
                }
            }
        }
        assert_eq!(days_since_2000(2000, 1, 1), 0);
    }
}

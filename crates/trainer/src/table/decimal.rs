//! Decimals as text and as steps of a resolution, exactly.
//!
//! No value passes through a float: what a cell says is what the device gets, and two machines cannot disagree.

use std::fmt;

/// Most digits of a value that are kept; the digits after them only decide which side of a half it is on.
const KEPT_DIGITS: u32 = 28;
/// Most significant digits of a resolution.
const RESOLUTION_DIGITS: usize = 9;
/// Largest magnitude of a resolution's exponent.
const RESOLUTION_EXPONENT: i64 = 18;

/// Why a text is not a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDecimal {
    /// `NaN` in any case, signed or not.
    Nan,
    /// `inf` or `infinity` in any case, signed or not.
    Infinite,
    /// Any other text, the empty one included.
    Text,
}

/// A decimal taken apart: `±(digits + rest) * 10^exponent` with `0 <= rest < 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: u128,
    /// True where non-zero digits follow the kept ones, that is where `rest > 0`.
    rest: bool,
    exponent: i64,
}

impl Decimal {
    /// Reads `-12.340`, `1e-3`, `+5`, `.5`, with spaces around it.
    pub(super) fn parse(text: &str) -> Result<Self, NotDecimal> {
        let text = text.trim();
        let (negative, unsigned) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let mut decimal = Self { negative, digits: 0, rest: false, exponent: 0 };
        let (mut n_kept, mut n_digits, mut after_point) = (0, 0_usize, false);
        let mut bytes = unsigned.iter();
        loop {
            match bytes.next() {
                Some(&byte @ b'0'..=b'9') => {
                    n_digits += 1;
                    if n_kept < KEPT_DIGITS {
                        decimal.digits = decimal.digits * 10 + u128::from(byte - b'0');
                        n_kept += u32::from(decimal.digits != 0); // zeros in front are free
                        decimal.exponent -= i64::from(after_point);
                    } else {
                        decimal.rest |= byte != b'0';
                        decimal.exponent += i64::from(!after_point);
                    }
                }
                Some(b'.') if !after_point => after_point = true,
                Some(b'e' | b'E') if n_digits > 0 => {
                    decimal.exponent = decimal.exponent.saturating_add(exponent(bytes.as_slice())?);
                    return Ok(decimal);
                }
                None if n_digits > 0 => return Ok(decimal),
                _ => return Err(not_decimal(unsigned)),
            }
        }
    }

    pub(super) const fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Decimal places that are not a trailing zero: 2 for `12.340`, 0 for `1e3`.
    pub(super) fn places(self) -> u32 {
        let (mut digits, mut exponent) = (self.digits, self.exponent);
        while digits != 0 && exponent < 0 && digits.is_multiple_of(10) {
            digits /= 10;
            exponent += 1;
        }
        if digits == 0 { 0 } else { exponent.saturating_neg().clamp(0, i64::from(u32::MAX)) as u32 }
    }
}

/// The exponent after `e`, saturating at a size at which every value is either 0 or out of range.
fn exponent(bytes: &[u8]) -> Result<i64, NotDecimal> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NotDecimal::Text);
    }
    let magnitude = digits
        .iter()
        .fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Ok(if negative { -magnitude } else { magnitude })
}

fn not_decimal(unsigned: &[u8]) -> NotDecimal {
    let is = |word: &str| unsigned.eq_ignore_ascii_case(word.as_bytes());
    if is("nan") {
        NotDecimal::Nan
    } else if is("inf") || is("infinity") {
        NotDecimal::Infinite
    } else {
        NotDecimal::Text
    }
}

/// What one step of a raw integer is worth: an exact positive decimal such as 0.01, 1 or 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Not a multiple of ten, below `10^9`.
    digits: u64,
    /// Within `±18`.
    exponent: i64,
}

impl Resolution {
    /// One.
    pub const ONE: Self = Self { digits: 1, exponent: 0 };

    /// Reads a resolution; none where the text is not a decimal above 0 with at most nine significant digits and an
    /// exponent within ±18.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value =
            Decimal::parse(text).ok().filter(|value| !value.negative && !value.rest && value.digits > 0)?;
        let (mut digits, mut exponent) = (value.digits, value.exponent);
        while digits.is_multiple_of(10) {
            digits /= 10;
            exponent = exponent.saturating_add(1);
        }
        let is_short = digits < 10_u128.pow(RESOLUTION_DIGITS as u32);
        (is_short && exponent.saturating_abs() <= RESOLUTION_EXPONENT)
            .then_some(Self { digits: digits as u64, exponent })
    }

    /// The power of ten `10^exponent`, `exponent` clamped to ±18.
    pub(super) fn power_of_ten(exponent: i64) -> Self {
        Self { digits: 1, exponent: exponent.clamp(-RESOLUTION_EXPONENT, RESOLUTION_EXPONENT) }
    }

    /// A decimal as steps: `floor(value / resolution + 1/2)`, exactly; half a step rounds towards plus infinity.
    ///
    /// Saturates at `i32::MAX` and at `i32::MIN + 1`: `i32::MIN` stands for a missing value.
    ///
    /// # Errors
    /// [`NotDecimal`] where the text is not a decimal.
    ///
    /// # Examples
    /// ```
    /// use tillwatch_trainer::table::{NotDecimal, Resolution};
    /// let cents = Resolution::parse("0.01").expect("a decimal");
    /// assert_eq!(cents.steps("12.345"), Ok(1235));
    /// assert_eq!(cents.steps("-12.345"), Ok(-1234));
    /// assert_eq!(cents.steps("nan"), Err(NotDecimal::Nan));
    /// ```
    pub fn steps(&self, text: &str) -> Result<i32, NotDecimal> {
        Decimal::parse(text).map(|value| self.steps_of(value))
    }

    pub(super) fn steps_of(&self, value: Decimal) -> i32 {
        let saturated = if value.negative { -i32::MAX } else { i32::MAX };
        if value.digits == 0 {
            return 0;
        }
        // |value| / resolution = numerator / denominator, both integers, up to the digits that were not kept.
        let shift = value.exponent.saturating_sub(self.exponent);
        let (numerator, denominator) = if shift >= 0 {
            let power = u32::try_from(shift).ok().and_then(|shift| 10_u128.checked_pow(shift));
            match power.and_then(|power| value.digits.checked_mul(power)) {
                Some(numerator) if numerator < 1 << 100 => (numerator, u128::from(self.digits)),
                _ => return saturated, // above 2^100 / 10^9
            }
        } else if shift < -i64::from(KEPT_DIGITS) {
            return 0; // below 10^28 / 10^29: less than half a step
        } else {
            (value.digits, u128::from(self.digits) * 10_u128.pow(shift.unsigned_abs() as u32))
        };
        // A digit that was not kept cannot move the value across a half: halves of a step are multiples of a half of
        // the last kept place, and more than 28 digits within i32 leave the denominator even.
        let doubled = 2 * numerator + u128::from(value.rest);
        let steps = if value.negative {
            doubled.saturating_sub(denominator).div_ceil(2 * denominator)
        } else {
            (doubled + denominator) / (2 * denominator)
        };
        match i32::try_from(steps) {
            Ok(steps) if value.negative => -steps,
            Ok(steps) => steps,
            Err(_) => saturated,
        }
    }

    /// The decimal that a number of steps stands for, written out: 1234 steps of 0.01 are `12.34`.
    #[must_use]
    pub fn decimal(&self, steps: i32) -> String {
        let product = i128::from(steps) * i128::from(self.digits);
        let mut digits = product.unsigned_abs().to_string();
        if self.exponent >= 0 {
            if product != 0 {
                digits.extend(std::iter::repeat_n('0', self.exponent as usize));
            }
        } else {
            let places = self.exponent.unsigned_abs() as usize;
            if digits.len() <= places {
                digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
            }
            digits.insert(digits.len() - places, '.');
        }
        if product < 0 { format!("-{digits}") } else { digits }
    }

    /// `round(2^32 * resolution / period)`: the part of a turn that one step is, for a cyclic feature whose period is
    /// the given decimal in the field's unit. None where the period is not a decimal of at least two steps.
    #[must_use]
    pub fn turn_per_step(&self, period: &str) -> Option<u32> {
        let period = Self::parse(period)?;
        let shift = self.exponent - period.exponent;
        let power = 10_u128.checked_pow(shift.unsigned_abs() as u32)?;
        let (step, turn) = if shift >= 0 {
            (u128::from(self.digits).checked_mul(power)?, u128::from(period.digits))
        } else {
            (u128::from(self.digits), u128::from(period.digits).checked_mul(power)?)
        };
        let scaled = step.checked_mul(1 << 32)?;
        u32::try_from((scaled + turn / 2) / turn).ok().filter(|&part| part > 0 && part <= 1 << 31)
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.decimal(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steps(resolution: &str, text: &str) -> Result<i32, NotDecimal> {
        Resolution::parse(resolution).unwrap().steps(text)
    }

    #[test]
    fn rounds_half_towards_plus_infinity() {
        for (text, expected) in
            [("0.5", 1), ("-0.5", 0), ("1.5", 2), ("-1.5", -1), ("-1.51", -2), ("0.4999", 0), ("2.5", 3)]
        {
            assert_eq!(steps("1", text), Ok(expected), "{text}");
        }
        assert_eq!(steps("5", "7.5"), Ok(2));
        assert_eq!(steps("5", "-7.5"), Ok(-1));
        assert_eq!(steps("0.25", "0.125"), Ok(1));
    }

    #[test]
    fn reads_every_spelling() {
        for (text, expected) in [
            ("-12.340", -1234),
            ("1e-3", 0),
            (" +5 ", 500),
            (".5", 50),
            ("5.", 500),
            ("1.2E2", 12000),
            ("-0", 0),
        ] {
            assert_eq!(steps("0.01", text), Ok(expected), "{text}");
        }
        for text in
            ["", " ", "-", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "1 5", "0x1", "1_000", "--1", "1e1.5", "½"]
        {
            assert_eq!(steps("0.01", text), Err(NotDecimal::Text), "{text}");
        }
        assert_eq!(steps("1", "-NaN"), Err(NotDecimal::Nan));
        assert_eq!(steps("1", "+Infinity"), Err(NotDecimal::Infinite));
        assert_eq!(steps("1", "-inf"), Err(NotDecimal::Infinite));
    }

    #[test]
    fn saturates_above_the_missing_value() {
        for text in ["2147483647", "2147483648", "1e30", "1e99999999999999999999", "9".repeat(400).as_str()] {
            assert_eq!(steps("1", text), Ok(i32::MAX), "{text}");
            assert_eq!(steps("1", &format!("-{text}")), Ok(-i32::MAX), "{text}");
        }
        assert_eq!(steps("1", "2147483646.5"), Ok(i32::MAX));
        assert_eq!(steps("1", "-2147483646.5"), Ok(-2147483646));
        assert_eq!(steps("0.000000000000000001", "1e-9"), Ok(1_000_000_000));
        assert_eq!(steps("1e18", "1e-999999999999999999999"), Ok(0));
    }

    #[test]
    fn digits_beyond_the_kept_ones_still_count() {
        let zeros = "0".repeat(60);
        assert_eq!(steps("1", &format!("-0.5{zeros}1")), Ok(-1));
        assert_eq!(steps("1", &format!("-0.5{zeros}0")), Ok(0));
        assert_eq!(steps("1", &format!("0.4{}", "9".repeat(60))), Ok(0));
        assert_eq!(steps("1", &format!("{zeros}7.5")), Ok(8));
        assert_eq!(steps("1", &format!("1{zeros}e-60")), Ok(1));
        assert_eq!(steps("1", &format!("-1234567.5{zeros}1")), Ok(-1234568));
    }

    #[test]
    fn resolutions() {
        for text in ["0", "-1", "abc", "", "1.234567891234", "1e-19", "nan"] {
            assert_eq!(Resolution::parse(text), None, "{text}");
        }
        for (text, shown) in
            [("0.010", "0.01"), ("5", "5"), ("1e3", "1000"), ("0.000001", "0.000001"), ("2.5", "2.5")]
        {
            assert_eq!(Resolution::parse(text).unwrap().to_string(), shown);
        }
        let cents = Resolution::parse("0.01").unwrap();
        assert_eq!((cents.decimal(-5), cents.decimal(1234)), ("-0.05".to_owned(), "12.34".to_owned()));
        assert_eq!(Resolution::parse("10").unwrap().decimal(0), "0");
    }

    #[test]
    fn turns() {
        assert_eq!(Resolution::ONE.turn_per_step("24"), Some(178_956_971));
        assert_eq!(Resolution::parse("0.5").unwrap().turn_per_step("360"), Some(5_965_232)); // 2^32 / 720
        assert_eq!(Resolution::ONE.turn_per_step("2"), Some(1 << 31));
        assert_eq!(Resolution::ONE.turn_per_step("1.5"), None);
        assert_eq!(Resolution::ONE.turn_per_step("0"), None);
    }

    #[test]
    fn places_leave_trailing_zeros_out() {
        let places = |text| Decimal::parse(text).unwrap().places();
        assert_eq!((places("12.340"), places("1e3"), places("0.000"), places("1e-3")), (2, 0, 0, 3));
    }

    proptest! {
        #[test]
        fn agrees_with_wide_arithmetic(
            digits in -10_i128.pow(15)..10_i128.pow(15), places in 0_u32..9, step in 1_u64..1_000_000, step_places in 0_u32..9,
        ) {
            let sign = if digits < 0 { "-" } else { "" };
            let padded = format!("{:0>width$}", digits.unsigned_abs(), width = places as usize + 1);
            let (whole, part) = padded.split_at(padded.len() - places as usize);
            let resolution = Resolution::parse(&format!("{step}e-{step_places}")).unwrap();
            // value / resolution = digits * 10^step_places / (step * 10^places)
            let (numerator, denominator) = (digits * 10_i128.pow(step_places), step as i128 * 10_i128.pow(places));
            let exact = (2 * numerator + denominator).div_euclid(2 * denominator);
            let expected = exact.clamp(-i128::from(i32::MAX), i128::from(i32::MAX)) as i32;
            prop_assert_eq!(resolution.steps(&format!("{sign}{whole}.{part}")), Ok(expected));
            prop_assert_eq!(resolution.steps(&format!(" {sign}{whole}{part}e-{places}")), Ok(expected));
        }

        #[test]
        fn steps_come_back_from_their_decimal(value in -i32::MAX..=i32::MAX, step in 1_u64..1_000_000_000, exponent in -18_i64..10) {
            let resolution = Resolution::parse(&format!("{step}e{exponent}")).unwrap();
            prop_assert_eq!(resolution.steps(&resolution.decimal(value)), Ok(value));
        }

        #[test]
        fn never_panics(text in "[-+0-9.eE]{0,60}", resolution in "[1-9]{1,9}e-?1?[0-8]") {
            if let Some(resolution) = Resolution::parse(&resolution) {
                let _ = resolution.steps(&text);
            }
        }
    }
}

//! How much a basket costs.

use crate::random::Generator;
use crate::transaction::Cents;

/// No amount leaves these bounds: 0.20 to 25,000.00.
const SMALLEST_CENTS: f64 = 20.0;
const LARGEST_CENTS: f64 = 2_500_000.0;

/// The figures a price tends to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// Sums of many prices: any cent.
    Cent,
    /// Multiples of so many cents.
    Step(u32),
    /// One cent below a multiple of 100, or five.
    Charm,
}

/// One kind of basket: amounts around a median, log-normal before rounding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Basket {
    /// Its share of customers, against the sum of the weights of all baskets.
    pub(crate) weight: u32,
    /// Median amount.
    pub(crate) median_cents: u32,
    /// Spread: the standard deviation of the amount's natural logarithm.
    pub(crate) sigma: f64,
    pub(crate) rounding: Rounding,
}

impl Basket {
    /// The price of one basket at a shop whose prices are `price_level` times the usual.
    pub(crate) fn price(&self, price_level: f64, generator: &mut Generator) -> Cents {
        let cents = generator.log_normal(f64::from(self.median_cents) * price_level, self.sigma);
        self.rounding.apply(cents, generator)
    }
}

impl Rounding {
    /// The nearest amount of this kind, within the bounds of all amounts.
    pub(crate) fn apply(self, cents: f64, generator: &mut Generator) -> Cents {
        let cents = (cents.clamp(SMALLEST_CENTS, LARGEST_CENTS) + 0.5) as u32;
        Cents(match self {
            Self::Cent => cents,
            Self::Step(step) => (cents + step / 2) / step * step,
            Self::Charm => (cents + 50) / 100 * 100 - generator.pick(&[1, 1, 1, 5]),
        }
        .max(SMALLEST_CENTS as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_reaches_the_nearest_amount_of_its_kind() {
        let mut generator = Generator::new(1, 0);
        assert_eq!(Rounding::Cent.apply(1234.4, &mut generator), Cents(1234));
        assert_eq!(Rounding::Step(50).apply(1234.4, &mut generator), Cents(1250));
        assert!([Cents(1199), Cents(1195)].contains(&Rounding::Charm.apply(1234.4, &mut generator)));
    }

    #[test]
    fn amounts_stay_within_their_bounds() {
        let mut generator = Generator::new(2, 0);
        for rounding in [Rounding::Cent, Rounding::Step(1000), Rounding::Charm] {
            assert!(rounding.apply(0.0, &mut generator) >= Cents(20));
            assert!(rounding.apply(1e12, &mut generator) <= Cents(2_500_000));
        }
    }
}

//! Kinds of merchants: when they open, what they charge, how their customers pay.

use crate::chance::Chance;
use crate::clock::{hour, weekday};
use crate::transaction::{EntryMode, Kind, Outcome, Scenario, Transaction};

/// One kind of merchant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merchant {
    /// Opening and closing hour on working days.
    open: (u32, u32),
    /// Opening and closing hour at weekends; equal where it is closed.
    weekend: (u32, u32),
    /// Mean seconds between transactions while open.
    pub(crate) pace: f64,
    /// Median amount in cents, and spread of its logarithm.
    amount: (f64, f64),
    /// Usual prices in cents.
    prices: &'static [u32],
    /// Share of purchases at a usual price.
    fixed: f64,
    /// Shares of contactless, stripe and keyed; the rest is chip.
    modes: (f64, f64, f64),
    /// Share of refunds.
    refunds: f64,
    /// Share of declined cards.
    declines: f64,
}

/// Cents up to which contactless needs no PIN.
const NO_PIN_LIMIT: u32 = 5_000;
/// Share of purchases that are dear without being wrong.
const DEAR: f64 = 0.004;

/// The kinds there are; terminals take turns.
pub(crate) const MERCHANTS: [Merchant; 6] = [
    // Grocery
    Merchant {
        open: (7, 21),
        weekend: (8, 20),
        pace: 420.0,
        amount: (2_400.0, 0.8),
        prices: &[],
        fixed: 0.0,
        modes: (0.55, 0.01, 0.001),
        refunds: 0.008,
        declines: 0.012,
    },
    // Café
    Merchant {
        open: (6, 18),
        weekend: (8, 17),
        pace: 300.0,
        amount: (620.0, 0.5),
        prices: &[320, 380, 450, 650],
        fixed: 0.5,
        modes: (0.8, 0.005, 0.0),
        refunds: 0.002,
        declines: 0.008,
    },
    // Fuel
    Merchant {
        open: (5, 23),
        weekend: (6, 23),
        pace: 600.0,
        amount: (5_200.0, 0.4),
        prices: &[2_000, 3_000, 5_000],
        fixed: 0.2,
        modes: (0.3, 0.05, 0.001),
        refunds: 0.002,
        declines: 0.02,
    },
    // Restaurant
    Merchant {
        open: (11, 23),
        weekend: (11, 23),
        pace: 900.0,
        amount: (4_300.0, 0.6),
        prices: &[],
        fixed: 0.0,
        modes: (0.4, 0.02, 0.01),
        refunds: 0.003,
        declines: 0.01,
    },
    // Electronics, with orders by telephone
    Merchant {
        open: (10, 19),
        weekend: (10, 16),
        pace: 1_500.0,
        amount: (9_000.0, 1.1),
        prices: &[1_999, 4_999, 9_999, 19_900],
        fixed: 0.35,
        modes: (0.25, 0.01, 0.06),
        refunds: 0.03,
        declines: 0.03,
    },
    // Pharmacy, closed at weekends
    Merchant {
        open: (8, 19),
        weekend: (0, 0),
        pace: 500.0,
        amount: (1_800.0, 0.7),
        prices: &[500, 1_000],
        fixed: 0.25,
        modes: (0.5, 0.01, 0.004),
        refunds: 0.004,
        declines: 0.01,
    },
];

impl Merchant {
    /// True while the doors are open.
    pub(crate) const fn is_open(&self, seconds: u32) -> bool {
        let (from, to) = if weekday(seconds) < 5 { self.open } else { self.weekend };
        let hour = hour(seconds);
        from <= hour && hour < to
    }

    /// An ordinary transaction.
    pub(crate) fn transaction(&self, seconds: u32, terminal: u32, chance: &mut Chance) -> Transaction {
        let at_price = !self.prices.is_empty() && chance.happens(self.fixed);
        let mut cents = if at_price {
            self.prices[chance.between(0, self.prices.len() as u32) as usize]
        } else {
            chance.around(self.amount.0, self.amount.1) as u32
        };
        if chance.happens(DEAR) {
            cents = cents.saturating_mul(chance.between(5, 15));
        }
        let cents = cents.clamp(50, 2_000_000);
        let entry_mode = self.entry_mode(cents, chance);
        let kind = if chance.happens(self.refunds) { Kind::Refund } else { Kind::Purchase };
        let is_declined = kind == Kind::Purchase && chance.happens(self.declines);
        let pin_verified = match entry_mode {
            EntryMode::Chip => chance.happens(0.97),
            EntryMode::Contactless => cents > NO_PIN_LIMIT && chance.happens(0.9),
            EntryMode::Stripe => chance.happens(0.4),
            EntryMode::Keyed => false,
        };
        Transaction {
            seconds,
            terminal,
            cents,
            entry_mode,
            kind,
            outcome: if is_declined { Outcome::Declined } else { Outcome::Approved },
            pin_verified: pin_verified && kind == Kind::Purchase,
            scenario: Scenario::Normal,
        }
    }

    fn entry_mode(&self, cents: u32, chance: &mut Chance) -> EntryMode {
        let (contactless, stripe, keyed) = self.modes;
        let draw = chance.unit();
        if draw < keyed {
            EntryMode::Keyed
        } else if draw < keyed + stripe {
            EntryMode::Stripe
        } else if draw < keyed + stripe + contactless && (cents <= 4 * NO_PIN_LIMIT) {
            EntryMode::Contactless
        } else {
            EntryMode::Chip
        }
    }
}

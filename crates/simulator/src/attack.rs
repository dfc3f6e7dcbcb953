//! Attacks: a plan for one, and the transactions it makes.

use crate::chance::Chance;
use crate::transaction::{EntryMode, Kind, Outcome, Scenario, Transaction};

/// An attack under way at one terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attack {
    scenario: Scenario,
    /// Transactions left.
    left: u32,
    /// Mean seconds between them.
    pub(crate) pace: f64,
    /// 0 is timid, 1 is blatant.
    boldness: f64,
}

impl Attack {
    /// Plans an attack of any kind.
    pub(crate) fn plan(chance: &mut Chance) -> Self {
        let boldness = chance.unit();
        match chance.between(0, 3) {
            0 => Self {
                scenario: Scenario::CardTesting,
                left: chance.between(6, 30),
                pace: 25.0 - 15.0 * boldness,
                boldness,
            },
            1 => Self { scenario: Scenario::KeyedSpike, left: chance.between(2, 6), pace: 900.0, boldness },
            _ => {
                Self { scenario: Scenario::RefundAbuse, left: chance.between(3, 9), pace: 5_400.0, boldness }
            }
        }
    }

    /// True when it is over.
    pub(crate) const fn is_over(&self) -> bool {
        self.left == 0
    }

    /// Its next transaction.
    pub(crate) fn transaction(&mut self, seconds: u32, terminal: u32, chance: &mut Chance) -> Transaction {
        self.left -= 1;
        let boldness = self.boldness;
        let declined = |chance: &mut Chance, share| {
            if chance.happens(share) { Outcome::Declined } else { Outcome::Approved }
        };
        let (cents, kind, outcome) = match self.scenario {
            Scenario::CardTesting => {
                (chance.between(50, 400), Kind::Purchase, declined(chance, 0.5 + 0.4 * boldness))
            }
            Scenario::KeyedSpike => {
                let cents = chance.around(12_000.0 + 90_000.0 * boldness, 0.5) as u32;
                (cents, Kind::Purchase, declined(chance, 0.3))
            }
            // Round sums, as an insider would pay himself.
            _ => (5_000 * chance.between(1, 3 + (8.0 * boldness) as u32), Kind::Refund, Outcome::Approved),
        };
        let entry_mode = match kind {
            Kind::Refund if chance.happens(0.6) => EntryMode::Stripe,
            _ => EntryMode::Keyed,
        };
        Transaction {
            seconds,
            terminal,
            cents: cents.clamp(50, 2_000_000),
            entry_mode,
            kind,
            outcome,
            pin_verified: false,
            scenario: self.scenario,
        }
    }
}

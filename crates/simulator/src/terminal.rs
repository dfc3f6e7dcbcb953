//! One terminal: a merchant's profile with the shop's own hours, prices and volume, and the purchases it remembers.

use crate::calendar::{Date, DateTime};
use crate::payment;
use crate::profile::Profile;
use crate::random::Generator;
use crate::transaction::{Cents, EntryMode, Kind, Outcome, Scenario, TerminalId, Transaction};

/// Purchases kept so that refunds have something to refund.
const REMEMBERED: usize = 64;
/// Price points that one terminal favours.
const FAVOURITES: usize = 4;

/// What is fixed about a terminal, and its recent purchases.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    pub(crate) id: TerminalId,
    pub(crate) profile: &'static Profile,
    /// This shop's prices against the usual.
    price_level: f64,
    /// This shop's customers against the usual.
    volume: f64,
    /// Minutes that this shop opens and closes later (or earlier, where negative) than the profile says.
    shift_minutes: i32,
    favourites: [Cents; FAVOURITES],
    /// Recent approved purchases, the oldest overwritten first.
    remembered: Vec<(Cents, EntryMode)>,
    next_slot: usize,
}

impl Terminal {
    pub(crate) fn new(id: TerminalId, generator: &mut Generator) -> Self {
        let profile = Profile::of_terminal(id.0);
        Self {
            id,
            profile,
            price_level: generator.log_normal(1.0, 0.12),
            volume: generator.log_normal(1.0, 0.2),
            shift_minutes: generator.pick(&[-30, -15, 0, 0, 15, 30]),
            favourites: std::array::from_fn(|_| Cents(generator.pick(profile.price_points))),
            remembered: Vec::with_capacity(REMEMBERED),
            next_slot: 0,
        }
    }

    /// First and last second of business, from midnight; `None` where closed. The last is not open any more.
    pub(crate) fn opening(&self, date: Date) -> Option<(u32, u32)> {
        let (open, close) = self.profile.hours[date.weekday()]?;
        if (open, close) == (0, 1440) {
            return Some((0, 86_400));
        }
        let second = |minute: u32| minute.saturating_add_signed(self.shift_minutes).min(1440) * 60;
        Some((second(open), second(close)))
    }

    /// Customers expected on that day, where it is open.
    pub(crate) fn customers(&self, date: Date) -> f64 {
        let percent = f64::from(self.profile.weekday_percent[date.weekday()]);
        self.profile.customers_per_day * self.volume * percent / 100.0
    }

    /// The median of the most frequent basket.
    pub(crate) fn usual(&self) -> Cents {
        let commonest = self.profile.baskets.iter().max_by_key(|basket| basket.weight);
        Cents(commonest.map_or(0, |basket| (f64::from(basket.median_cents) * self.price_level) as u32))
    }

    /// What one customer pays.
    pub(crate) fn price(&self, generator: &mut Generator) -> Cents {
        if generator.chance(self.profile.price_point_rate) {
            // The first favourites sell best.
            return self.favourites[generator.weighted([4, 3, 2, 1].into_iter())];
        }
        let baskets = self.profile.baskets;
        let chosen = generator.weighted(baskets.iter().map(|basket| basket.weight));
        baskets[chosen].price(self.price_level, generator)
    }

    /// A genuine transaction, answered by the issuer.
    pub(crate) fn genuine(
        &self,
        time: DateTime,
        kind: Kind,
        amount: Cents,
        entry_mode: EntryMode,
        generator: &mut Generator,
    ) -> Transaction {
        let outcome = payment::outcome(kind, entry_mode, amount, self.usual(), generator);
        let pin = payment::pin_verified(kind, entry_mode, amount, generator);
        Transaction {
            time,
            terminal: self.id,
            amount,
            entry_mode,
            kind,
            outcome,
            // A declined request may have ended before the PIN.
            pin_verified: pin && (outcome == Outcome::Approved || generator.chance(800)),
            scenario: Scenario::Normal,
        }
    }

    /// Keeps an approved purchase for a refund to come.
    pub(crate) fn remember(&mut self, purchase: &Transaction) {
        let entry = (purchase.amount, purchase.entry_mode);
        if self.remembered.len() < REMEMBERED {
            self.remembered.push(entry);
        } else {
            self.remembered[self.next_slot] = entry;
            self.next_slot = (self.next_slot + 1) % REMEMBERED;
        }
    }

    /// Takes a remembered purchase: each is refunded once at most.
    pub(crate) fn forget(&mut self, generator: &mut Generator) -> Option<(Cents, EntryMode)> {
        let last = self.remembered.len().checked_sub(1)?;
        let chosen = generator.between(0, last as u32) as usize;
        self.next_slot = 0;
        Some(self.remembered.swap_remove(chosen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(number: u32) -> (Terminal, Generator) {
        let mut generator = Generator::new(11, u64::from(number));
        (Terminal::new(TerminalId(number), &mut generator), generator)
    }

    #[test]
    fn shops_of_one_kind_differ() {
        assert_ne!(terminal(0).0.usual(), terminal(7).0.usual());
    }

    #[test]
    fn fuel_never_closes_and_the_grocery_rests_on_sunday() {
        let sunday = Date::new(2025, 3, 9).unwrap();
        assert_eq!(terminal(2).0.opening(sunday), Some((0, 86_400)));
        assert_eq!(terminal(0).0.opening(sunday), None);
        let (open, close) = terminal(0).0.opening(sunday.plus(1)).unwrap();
        assert!((open, close) >= (23_400, 73_800) && (open, close) <= (27_000, 77_400), "{open} {close}");
    }

    #[test]
    fn each_purchase_is_refunded_once_and_old_ones_are_forgotten() {
        let (mut terminal, mut generator) = terminal(4);
        assert_eq!(terminal.forget(&mut generator), None);
        let time = Date::new(2025, 3, 3).unwrap().at(40_000);
        let row = terminal.genuine(time, Kind::Purchase, Cents(1), EntryMode::Chip, &mut generator);
        for cents in 1..=100 {
            terminal.remember(&Transaction { amount: Cents(cents), ..row });
        }
        let mut refunded: Vec<u32> =
            std::iter::from_fn(|| terminal.forget(&mut generator)).map(|(amount, _)| amount.0).collect();
        refunded.sort_unstable();
        assert_eq!(refunded, (37..=100).collect::<Vec<_>>());
    }
}

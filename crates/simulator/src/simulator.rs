//! Many terminals, one stream in order of time.

use crate::attack::Attack;
use crate::chance::Chance;
use crate::clock::DAY;
use crate::merchant::MERCHANTS;
use crate::transaction::Transaction;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What to simulate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Terminals; the kinds of merchants take turns.
    pub terminals: u32,
    /// Days, from Monday 2024-01-01.
    pub days: u32,
    /// Attacks per terminal and 30 days.
    pub attacks: f64,
}

impl Default for Config {
    /// About 60,000 transactions, of which about 1 % are attacks.
    fn default() -> Self {
        Self { seed: 1, terminals: 24, days: 35, attacks: 1.6 }
    }
}

/// Transactions of all terminals, in order of time.
///
/// # Exactness
/// The same configuration gives the same transactions on every machine.
/// # Cost
/// Memory for one transaction per terminal.
/// # Examples
/// ```
/// use tillwatch_simulator::{Config, Simulator};
/// let config = Config { terminals: 2, days: 1, ..Config::default() };
/// assert!(Simulator::new(config).is_sorted_by_key(|transaction| transaction.seconds));
/// ```
#[derive(Clone, Debug)]
pub struct Simulator {
    end: u32,
    terminals: Vec<Terminal>,
    /// Time and terminal of each next event.
    queue: BinaryHeap<Reverse<(u32, u32)>>,
}

#[derive(Clone, Debug)]
struct Terminal {
    chance: Chance,
    next_normal: f64,
    next_attack: f64,
    attack: Option<Attack>,
    attack_gap: f64,
}

impl Simulator {
    /// Starts on Monday, 2024-01-01.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let gap = 30.0 * f64::from(DAY) / config.attacks.max(f64::MIN_POSITIVE);
        let terminal = |number: u32| {
            let mut chance = Chance::new(config.seed, number.into());
            let next_normal = chance.wait(merchant(number).pace);
            let next_attack = if config.attacks > 0.0 { chance.wait(gap) } else { f64::INFINITY };
            Terminal { chance, next_normal, next_attack, attack: None, attack_gap: gap }
        };
        let terminals: Vec<Terminal> = (0..config.terminals).map(terminal).collect();
        let queue =
            (0..).zip(&terminals).map(|(number, terminal)| Reverse((terminal.next(), number))).collect();
        Self { end: config.days * DAY, terminals, queue }
    }
}

impl Iterator for Simulator {
    type Item = Transaction;

    fn next(&mut self) -> Option<Transaction> {
        loop {
            let Reverse((seconds, number)) = self.queue.pop()?;
            if seconds >= self.end {
                continue; // this terminal is done; others may not be
            }
            let terminal = &mut self.terminals[number as usize];
            let transaction = terminal.event(seconds, number);
            self.queue.push(Reverse((terminal.next(), number)));
            if transaction.is_some() {
                return transaction;
            }
        }
    }
}

impl Terminal {
    /// Time of the next event.
    fn next(&self) -> u32 {
        self.next_normal.min(self.next_attack) as u32 // saturates at the end of time
    }

    /// What happens then; nothing while the doors are closed.
    fn event(&mut self, seconds: u32, number: u32) -> Option<Transaction> {
        let merchant = merchant(number);
        if self.next_attack < self.next_normal {
            let attack = self.attack.get_or_insert_with(|| Attack::plan(&mut self.chance));
            let transaction = attack.transaction(seconds, number, &mut self.chance);
            let wait = if attack.is_over() { self.attack_gap } else { attack.pace };
            if attack.is_over() {
                self.attack = None;
            }
            self.next_attack += self.chance.wait(wait).max(1.0);
            return Some(transaction);
        }
        self.next_normal += self.chance.wait(merchant.pace).max(1.0);
        merchant.is_open(seconds).then(|| merchant.transaction(seconds, number, &mut self.chance))
    }
}

fn merchant(number: u32) -> &'static crate::merchant::Merchant {
    &MERCHANTS[number as usize % MERCHANTS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;
    use std::collections::BTreeMap;

    #[test]
    fn the_default_has_every_scenario_and_few_attacks() {
        let mut counts: BTreeMap<Scenario, usize> = BTreeMap::new();
        let mut all = 0;
        for transaction in Simulator::new(Config::default()) {
            *counts.entry(transaction.scenario).or_default() += 1;
            all += 1;
            assert!(transaction.cents > 0);
        }
        assert!((40_000..90_000).contains(&all), "{all}");
        assert_eq!(counts.len(), 4);
        let attacks = all - counts[&Scenario::Normal];
        assert!((all / 300..all / 50).contains(&attacks), "{attacks} of {all}");
    }

    #[test]
    fn a_seed_is_a_stream() {
        let take = |seed| Simulator::new(Config { seed, ..Config::default() }).take(500).collect::<Vec<_>>();
        assert_eq!(take(3), take(3));
        assert_ne!(take(3), take(4));
    }

    #[test]
    fn normal_days_keep_opening_hours() {
        let normal = Simulator::new(Config::default()).filter(|t| t.scenario == Scenario::Normal);
        for transaction in normal {
            assert!(merchant(transaction.terminal).is_open(transaction.seconds), "{transaction:?}");
        }
    }

    #[test]
    fn without_attacks_all_is_normal() {
        let config = Config { attacks: 0.0, ..Config::default() };
        assert!(Simulator::new(config).all(|transaction| transaction.scenario == Scenario::Normal));
    }
}

//! What a card payment looks like to the terminal: how it is read, whether a PIN is typed, what the issuer says.

use crate::random::Generator;
use crate::transaction::{Cents, EntryMode, Kind, Outcome};

/// Up to this amount a contactless card pays without a PIN.
const CONTACTLESS_LIMIT: Cents = Cents(5000);

/// The card reading of a customer, by weights of chip, contactless, magstripe and keyed. Above the contactless limit
/// many insert the card at once.
pub(crate) fn entry_mode(weights: &[u32; 4], amount: Cents, generator: &mut Generator) -> EntryMode {
    let mut weights = *weights;
    if amount > CONTACTLESS_LIMIT {
        weights[0] += weights[1] / 2;
        weights[1] -= weights[1] / 2;
    }
    EntryMode::ALL[generator.weighted(weights.into_iter())]
}

/// Whether the card holder typed the right PIN.
pub(crate) fn pin_verified(kind: Kind, mode: EntryMode, amount: Cents, generator: &mut Generator) -> bool {
    let permille = match (kind, mode) {
        (Kind::Refund | Kind::Void, EntryMode::Chip) => 40,
        (Kind::Refund | Kind::Void, _) | (_, EntryMode::Keyed) => 0,
        // The rest sign, or use a card without a PIN.
        (Kind::Purchase, EntryMode::Chip) => 955,
        (Kind::Purchase, EntryMode::Magstripe) => 250,
        // Issuers ask for a PIN once in a while even for small amounts.
        (Kind::Purchase, EntryMode::Contactless) if amount <= CONTACTLESS_LIMIT => 35,
        // Telephones verify their owner themselves.
        (Kind::Purchase, EntryMode::Contactless) => 520,
    };
    generator.chance(permille)
}

/// The issuer's answer to a genuine card at a shop whose usual amount is `usual`.
pub(crate) fn outcome(
    kind: Kind,
    mode: EntryMode,
    amount: Cents,
    usual: Cents,
    generator: &mut Generator,
) -> Outcome {
    let for_mode = match mode {
        EntryMode::Chip => 12,
        EntryMode::Contactless => 14,
        EntryMode::Magstripe => 45,
        EntryMode::Keyed => 60,
    };
    let for_amount = if amount.0 > 4 * usual.0 { 30 } else { 0 };
    declined_in(if kind == Kind::Purchase { for_mode + for_amount } else { 4 }, generator)
}

/// Declined in `permille` of 1000 draws.
pub(crate) fn declined_in(permille: u32, generator: &mut Generator) -> Outcome {
    if generator.chance(permille) { Outcome::Declined } else { Outcome::Approved }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 10_000;

    fn pins(kind: Kind, mode: EntryMode, cents: u32) -> usize {
        let mut generator = Generator::new(3, 0);
        (0..DRAWS).filter(|_| pin_verified(kind, mode, Cents(cents), &mut generator)).count()
    }

    #[test]
    fn pins_go_with_the_entry_mode_and_the_amount() {
        assert_eq!(pins(Kind::Purchase, EntryMode::Keyed, 100_000), 0);
        let small = pins(Kind::Purchase, EntryMode::Contactless, 5000);
        let large = pins(Kind::Purchase, EntryMode::Contactless, 5001);
        let chip = pins(Kind::Purchase, EntryMode::Chip, 5001);
        assert!(0 < small && small < large / 5 && large < chip && chip < DRAWS, "{small} {large} {chip}");
    }

    #[test]
    fn large_amounts_are_inserted_rather_than_tapped() {
        let taps = |cents| {
            let mut generator = Generator::new(4, 0);
            let modes = (0..DRAWS).map(|_| entry_mode(&[300, 650, 40, 10], Cents(cents), &mut generator));
            modes.filter(|mode| *mode == EntryMode::Contactless).count()
        };
        assert!(taps(9000) * 3 < taps(900) * 2);
    }

    #[test]
    fn keyed_and_unusually_large_payments_are_declined_more_often() {
        let declined = |mode, cents| {
            let mut generator = Generator::new(5, 0);
            let answers =
                (0..DRAWS).map(|_| outcome(Kind::Purchase, mode, Cents(cents), Cents(1000), &mut generator));
            answers.filter(|answer| *answer == Outcome::Declined).count()
        };
        assert!(declined(EntryMode::Chip, 1000) * 2 < declined(EntryMode::Chip, 4001));
        assert!(declined(EntryMode::Chip, 1000) * 2 < declined(EntryMode::Keyed, 1000));
    }
}

//! What a terminal knows about a transaction.

/// One transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Seconds since 2024-01-01 00:00, a Monday.
    pub seconds: u32,
    /// Number of the terminal, from 0.
    pub terminal: u32,
    /// Amount in cents, above 0.
    pub cents: u32,
    /// How the card was read.
    pub entry_mode: EntryMode,
    /// Which way the money goes.
    pub kind: Kind,
    /// What the issuer said.
    pub outcome: Outcome,
    /// True where the cardholder's PIN was checked.
    pub pin_verified: bool,
    /// Normal, or which attack.
    pub scenario: Scenario,
}

/// How the card was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryMode {
    /// Chip in the slot.
    Chip,
    /// Chip by radio.
    Contactless,
    /// Magnetic stripe.
    Stripe,
    /// Number typed in.
    Keyed,
}

/// Which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// To the merchant.
    Purchase,
    /// Back to the cardholder.
    Refund,
}

/// What the issuer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Yes.
    Approved,
    /// No.
    Declined,
}

/// Normal, or which attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// A day like any other.
    Normal,
    /// Stolen numbers tried out with small amounts, one after another.
    CardTesting,
    /// Large amounts with typed-in numbers.
    KeyedSpike,
    /// Refunds that no purchase stands behind.
    RefundAbuse,
}

impl EntryMode {
    /// The word in a CSV file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Chip => "chip",
            Self::Contactless => "contactless",
            Self::Stripe => "stripe",
            Self::Keyed => "keyed",
        }
    }
}

impl Kind {
    /// The word in a CSV file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Refund => "refund",
        }
    }
}

impl Outcome {
    /// The word in a CSV file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }
}

impl Scenario {
    /// The word in a CSV file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::CardTesting => "card_testing",
            Self::KeyedSpike => "keyed_spike",
            Self::RefundAbuse => "refund_abuse",
        }
    }
}

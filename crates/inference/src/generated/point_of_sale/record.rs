//! The record to be scored. It has no byte strings: nothing that could hold a card number.

/// Levels of `entry_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryMode {
    /// Any level that is not listed.
    Unknown = 0,
    /// "chip"
    Chip = 1,
    /// "contactless"
    Contactless = 2,
    /// "stripe"
    Stripe = 3,
    /// "keyed"
    Keyed = 4,
}

/// Levels of `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any level that is not listed.
    Unknown = 0,
    /// "purchase"
    Purchase = 1,
    /// "refund"
    Refund = 2,
}

/// Levels of `outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Any level that is not listed.
    Unknown = 0,
    /// "approved"
    Approved = 1,
    /// "declined"
    Declined = 2,
}

/// One record, in raw steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// `amount`, in steps of 0.01 currency; declared 0 to 2000000.
    pub amount: i32,
    /// `entry_mode`, a category.
    pub entry_mode: EntryMode,
    /// `kind`, a category.
    pub kind: Kind,
    /// `outcome`, a category.
    pub outcome: Outcome,
    /// `hour`, hour of the day, 0 to 23.
    pub hour: u8,
    /// `weekday`, Monday 0 to Sunday 6.
    pub weekday: u8,
    /// `seconds`, seconds since 2000-01-01 00:00.
    pub seconds: i32,
    /// `pin_verified`, yes or no.
    pub pin_verified: bool,
}

impl Record {
    /// The raw values, in the order of [`super::FIELD_NAMES`].
    #[must_use]
    pub const fn to_raw(&self) -> [i32; 8] {
        [
            self.amount,
            self.entry_mode as i32,
            self.kind as i32,
            self.outcome as i32,
            self.hour as i32,
            self.weekday as i32,
            self.seconds,
            self.pin_verified as i32,
        ]
    }
}

//! Transactions as a CSV file.

use crate::clock::Stamp;
use crate::transaction::{Scenario, Transaction};
use std::io::{self, Write};

/// The first line.
pub const HEADER: &str = "datetime,terminal,amount,entry_mode,type,outcome,pin_verified,label,scenario";

/// Writes a header and the transactions; returns their number.
///
/// # Errors
/// Those of the writer.
pub fn write_csv(out: &mut impl Write, transactions: impl Iterator<Item = Transaction>) -> io::Result<u64> {
    writeln!(out, "{HEADER}")?;
    let mut rows = 0;
    for transaction in transactions {
        let Transaction { seconds, terminal, cents, entry_mode, kind, outcome, pin_verified, scenario } =
            transaction;
        writeln!(
            out,
            "{},T{terminal:04},{}.{:02},{},{},{},{},{},{}",
            Stamp(seconds),
            cents / 100,
            cents % 100,
            entry_mode.word(),
            kind.word(),
            outcome.word(),
            u8::from(pin_verified),
            u8::from(scenario != Scenario::Normal),
            scenario.word()
        )?;
        rows += 1;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EntryMode, Kind, Outcome};

    #[test]
    fn a_line_by_hand() {
        let transaction = Transaction {
            seconds: 3601,
            terminal: 7,
            cents: 1205,
            entry_mode: EntryMode::Keyed,
            kind: Kind::Refund,
            outcome: Outcome::Approved,
            pin_verified: false,
            scenario: Scenario::RefundAbuse,
        };
        let mut out = Vec::new();
        assert_eq!(write_csv(&mut out, [transaction].into_iter()).unwrap(), 1);
        let want =
            format!("{HEADER}\n2024-01-01 01:00:01,T0007,12.05,keyed,refund,approved,0,1,refund_abuse\n");
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }
}

//! Prints simulated transactions as CSV: `transactions [SEED [TERMINALS [DAYS]]]`.

use std::error::Error;
use std::io::{BufWriter, Write, stdout};
use tillwatch_simulator::{Config, Simulator, write_csv};

fn main() -> Result<(), Box<dyn Error>> {
    let mut config = Config::default();
    let mut arguments = std::env::args().skip(1);
    if let Some(seed) = arguments.next() {
        config.seed = seed.parse()?;
    }
    if let Some(terminals) = arguments.next() {
        config.terminals = terminals.parse()?;
    }
    if let Some(days) = arguments.next() {
        config.days = days.parse()?;
    }
    let mut out = BufWriter::new(stdout().lock());
    write_csv(&mut out, Simulator::new(config))?;
    out.flush()?;
    Ok(())
}

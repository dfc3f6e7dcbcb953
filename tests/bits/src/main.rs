//! Prints the digest of the committed model's scores: `tillwatch-bits RECORDS SEED`.

use std::process::ExitCode;
use tillwatch_bits::tillwatch_digest;

fn main() -> ExitCode {
    let numbers: Option<Vec<u32>> = std::env::args().skip(1).map(|text| text.parse().ok()).collect();
    if let Some(&[records, seed]) = numbers.as_deref() {
        println!("{:016x}", tillwatch_digest(records, seed));
        ExitCode::SUCCESS
    } else {
        eprintln!("usage: tillwatch-bits RECORDS SEED");
        ExitCode::from(2)
    }
}

//! The part of `BENCHMARKS.md` that the rows make.

use super::measure::timing;
use super::networks::{NETWORKS, Part};
use super::rivals::{ORIGIN, RIVALS, Rival};
use super::{Bytes, Row};
use crate::witness::CORES;
use std::fmt::Write;

const HEAD: &str = "# What models take on devices

Written by `cargo xtask bench device`; never by hand. The same figures as JSON: `fixtures/sizes/device.json`, against which
`cargo xtask test` counts the two drawn networks again.

**Counted** are instructions, on emulated cores: each one between the call of the scoring function and its return, those of a conditional
block whose condition fails included. QEMU counts by a plugin (`tests/counter`), where that does not load by its log; armagnac steps, on
Cortex-M0 and M3, and must have executed the same at every address. Images for Cortex-M0 run on an emulated Cortex-M3, whose instructions
include them all. Where records take different numbers of instructions, the largest of the measured records stands here.

**Modelled** are cycles: what was counted at each address, times what Arm's manual of the core says that the instruction takes, without wait
states. No manual gives times for Cortex-M33, Cortex-M55 overlaps its vector instructions, which no table of times tells, and RV32IMAC is no
single core, so they have none. A count is no time and a modelled cycle is no measured one: flash that is slower than the core adds to both.

**Weighed** are bytes: an image with the model less the same image with an empty one, stack painted and read back. Constants hold weights,
biases, multipliers and tables.

`point_of_sale` is the committed model (19-14-10-14-19). `fraud` (30-16-8-16-30) and `ad01` (640-128-128-128-128-8-128-128-128-128-640, the
shape of MLPerf Tiny's anomaly detector, on windows of 640 numbers) have weights drawn by a seed, since no count depends on what they are by
more than a few per cent, and 16 prototypes, as the committed model has.
";

const LAYERS: &str = "Instructions counted per multiply-accumulate, behind the stroke cycles modelled: an encoder with the layer less the encoder \
without it, so that requantising and gathering are in it and nothing else is.\n\n";

/// The part, of rows in the order of networks, levels and cores.
pub(crate) fn page(rows: &[Row]) -> String {
    let mut text = HEAD.to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\nCycle tables: {}.", sources().join("; "));
    text.push_str("\n## Networks: layers alone, from 8-bit codes to the reconstruction\n\n");
    text.push_str("RAM is the memory that activations and the reconstruction share.\n\n");
    wholes(&mut text, rows, Part::Network);
    text.push_str("\n## Whole scores: preparation, network, score, percentile, verdict, reasons\n\n");
    wholes(&mut text, rows, Part::Score);
    text.push_str("\n## Layers by kind\n\n");
    text.push_str(LAYERS);
    kinds(&mut text, rows);
    let _ = write!(text, "\n## Others\n\n{ORIGIN}\n\n");
    others(&mut text, rows);
    text
}

fn sources() -> Vec<String> {
    let timings = CORES.iter().filter_map(|core| timing(core.name));
    timings.map(|timing| format!("{}, {}", timing.core, timing.source)).collect()
}

/// A table of all rows that have bytes, of one part.
fn wholes(text: &mut String, rows: &[Row], part: Part) {
    text.push_str(
        "| model | core | opt-level | instructions, counted | per MAC | cycles, modelled | flash | of it constants | RAM | stack |\n\
         |---|---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for network in NETWORKS {
        for row in rows.iter().filter(|row| row.subject == network.subject(part)) {
            let _ = write!(text, "| {} | {} | {} | ", network.name, row.core, row.level);
            let _ =
                write!(text, "{} | {} | ", grouped(row.instructions.1), rate(row.instructions.1, row.macs));
            let _ = write!(text, "{} |", row.cycles.map_or_else(|| "-".to_owned(), grouped));
            if let Some(Bytes { flash, constants, ram, stack }) = row.bytes {
                for bytes in [flash, constants, ram, stack] {
                    let _ = write!(text, " {} |", grouped(bytes));
                }
            }
            text.push('\n');
        }
    }
}

/// A table of all rows that have none: a line for a kind and a level, a column for a core.
fn kinds(text: &mut String, rows: &[Row]) {
    let names: Vec<&str> = CORES.iter().map(|core| core.name).collect();
    let _ = writeln!(
        text,
        "| layer | MACs | opt-level | {} |\n|---|--:|---|{}",
        names.join(" | "),
        "--:|".repeat(names.len())
    );
    let of_layers = || rows.iter().filter(|row| row.bytes.is_none());
    for first in of_layers().filter(|row| row.core == CORES[0].name) {
        let cells: Vec<String> = CORES
            .iter()
            .map(|core| {
                let is_it = |row: &&Row| {
                    row.subject == first.subject && row.level == first.level && row.core == core.name
                };
                of_layers().find(is_it).map_or_else(String::new, |row| {
                    let cycles = row
                        .cycles
                        .map_or_else(String::new, |cycles| format!(" / {}", rate(cycles, row.macs)));
                    rate(row.instructions.1, row.macs) + &cycles
                })
            })
            .collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            first.subject,
            grouped(first.macs),
            first.level,
            cells.join(" | ")
        );
    }
}

/// Other libraries and this one, by core and network.
fn others(text: &mut String, rows: &[Row]) {
    text.push_str(
        "| core | network | library | instructions, counted | times ours | cycles, modelled | flash | RAM | stack |\n\
         |---|---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut shown: Option<(&str, &str)> = None;
    for rival in RIVALS {
        let place = (rival.core, rival.network);
        let ours: Vec<Rival> = NETWORKS
            .iter()
            .filter(|network| network.name == rival.network)
            .flat_map(|network| rows.iter().filter(|row| row.subject == network.subject(Part::Network)))
            .filter(|row| row.core == rival.core)
            .map(|row| own(row, rival.core, rival.network))
            .collect();
        let fewest = ours.iter().map(|own| own.instructions).min();
        if shown.replace(place) != Some(place) {
            ours.iter().for_each(|own| other(text, own, fewest));
        }
        other(text, &rival, fewest);
    }
}

/// A row of this one in the form of the others.
fn own(row: &Row, core: &'static str, network: &'static str) -> Rival {
    Rival {
        core,
        network,
        library: format!("**Tillwatch, opt-level {}**", row.level).into(),
        instructions: row.instructions.1,
        cycles: row.cycles,
        bytes: row.bytes.map(|Bytes { flash, ram, stack, .. }| [flash, ram, stack]),
    }
}

fn other(text: &mut String, rival: &Rival, fewest: Option<u64>) {
    let none = || "-".to_owned();
    let bytes = rival.bytes.map_or_else(|| [none(), none(), none()], |bytes| bytes.map(grouped));
    let cells = [
        rival.core.to_owned(),
        rival.network.to_owned(),
        rival.library.to_string(),
        grouped(rival.instructions),
        fewest.map_or_else(none, |fewest| rate(rival.instructions, fewest)),
        rival.cycles.map_or_else(none, grouped),
    ];
    let _ = writeln!(text, "| {} | {} |", cells.join(" | "), bytes.join(" | "));
}

/// A quotient with two digits.
fn rate(of: u64, by: u64) -> String {
    format!("{:.2}", of as f64 / by as f64)
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(subject: &str, bytes: Option<Bytes>) -> Row {
        Row {
            subject: subject.to_owned(),
            core: "Cortex-M4".to_owned(),
            level: "3".to_owned(),
            macs: 1216,
            instructions: (1, 2432),
            cycles: Some(4864),
            bytes,
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_network_stands_in_its_table_and_beside_the_others() {
        let bytes = Bytes { flash: 2300, constants: 1700, ram: 128, stack: 96 };
        let rows = [row("fraud, network", Some(bytes))];
        let page = page(&rows);
        let own = "| fraud | Cortex-M4 | 3 | 2,432 | 2.00 | 4,864 | 2,300 | 1,700 | 128 | 96 |\n";
        assert!(page.contains(own), "{page}");
        let beside =
            "| Cortex-M4 | fraud | **Tillwatch, opt-level 3** | 2,432 | 1.00 | 4,864 | 2,300 | 128 | 96 |\n";
        assert_eq!(page.matches(beside).count(), 1, "{page}");
        assert!(page.contains("| CMSIS-NN called directly | 6,518 | 2.68 |"), "{page}");
        let known = |rival: &&Rival| NETWORKS.iter().any(|network| network.name == rival.network);
        assert!(RIVALS.iter().all(|rival| known(&rival)));
    }

    #[test]
    fn a_layer_has_a_line_with_a_cell_for_each_core() {
        let rows = CORES.each_ref().map(|core| Row { core: core.name.to_owned(), ..row("dense", None) });
        let page = page(&rows);
        let cells = ["2.00 / 4.00"; CORES.len()].join(" | ");
        assert!(page.contains(&format!("| dense | 1,216 | 3 | {cells} |\n")), "{page}");
    }
}

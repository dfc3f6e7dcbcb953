//! The table of all images, and how far `opt-level = "s"` lies behind 3.

use super::examined::Examined;
use super::promise::Promise;
use crate::emulate::firmware::Profile;
use std::fmt::Write;

/// Instructions at `opt-level = "s"` that are wanted at most of those at 3, in percent.
const WANTED_PERCENT: u64 = 115;

/// One line per image.
pub(crate) fn sheet(rows: &[Examined]) -> String {
    let mut text = format!(
        "{:<20}{:>4}{:>7}{:>11}{:>6}{:>7}{:>9}{:>15}{:>8}",
        "core", "opt", "code", "constants", "RAM", "stack", "touched", "instructions", "spread"
    );
    for promise in Promise::ALL {
        // Writing to a string cannot fail.
        let _ = write!(text, "{:>width$}", promise.word(), width = promise.word().len() + 2);
    }
    for row in rows {
        let (code, constants) = (row.footprint.code, row.footprint.constants);
        let (core, level, ram, stack) = (row.core, row.profile.level(), row.ram(), row.audit.stack);
        let _ = write!(text, "\n{core:<20}{level:>4}{code:>7}{constants:>11}{ram:>6}{stack:>7}");
        let _ = match &row.counted {
            Ok(counted) => {
                let (least, most) = counted.range();
                write!(text, "{:>9}{most:>15}{:>8}", counted.stack, most - least)
            }
            Err(_) => write!(text, "{:>9}{:>15}{:>8}", "-", "-", "-"),
        };
        for promise in Promise::ALL {
            let (broken, width) = (row.audit.offences_against(promise), promise.word().len() + 2);
            let _ = write!(text, "{broken:>width$}");
        }
    }
    text.push('\n');
    text
}

/// For each core the instructions at `opt-level = "s"` against those at 3.
pub(crate) fn slow_at_s(rows: &[Examined]) -> String {
    let mut text = String::new();
    let most = |row: &Examined| row.counted.as_ref().ok().map(|counted| counted.range().1);
    for small in rows.iter().filter(|row| row.profile == Profile::Size) {
        let fast = rows.iter().find(|row| row.core == small.core && row.profile == Profile::Speed);
        let (Some(fast), Some(small_most)) = (fast.and_then(most), most(small)) else { continue };
        let percent = (small_most * 1000 / fast.max(1)) as f64 / 10.0;
        let verdict = if small_most * 100 > fast * WANTED_PERCENT { "more than" } else { "within" };
        let core = small.core;
        let _ = writeln!(
            text,
            "{core}: opt-level \"s\" takes {percent:.1} % of the instructions of 3, {verdict} the {WANTED_PERCENT} % that are wanted"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Audit;
    use crate::audit::footprint::Footprint;
    use crate::emulate::counted::Counted;

    fn row(profile: Profile, instructions: &[u64]) -> Examined {
        let counted = Counted { instructions: instructions.to_vec(), stack: 4 };
        Examined {
            core: "Cortex-M3",
            profile,
            audit: Audit::default(),
            footprint: Footprint::default(),
            counted: if instructions.is_empty() { Err("no emulator".to_owned()) } else { Ok(counted) },
        }
    }

    #[test]
    fn a_line_shows_the_greatest_count_and_the_spread() {
        let text = sheet(&[row(Profile::Size, &[7, 9]), row(Profile::Speed, &[])]);
        let words = |at: usize| text.lines().nth(at).unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(words(1)[..9], ["Cortex-M3", "s", "0", "0", "0", "0", "4", "9", "2"]);
        assert_eq!(words(2)[6..9], ["-", "-", "-"]);
    }

    #[test]
    fn what_is_slow_at_s_is_told() {
        let told = |small: u64| slow_at_s(&[row(Profile::Speed, &[1000]), row(Profile::Size, &[small])]);
        assert!(told(1150).contains("115.0 % of the instructions of 3, within"), "{}", told(1150));
        assert!(told(1151).contains(", more than the 115 %"), "{}", told(1151));
        assert!(slow_at_s(&[row(Profile::Size, &[5])]).is_empty());
    }
}

//! Who calls a function: branches and stored addresses, found in the linked code.
//!
//! Every half-word is tried as the beginning of a branch. A constant that looks like a branch to exactly the wanted
//! address would be reported too; nothing is missed that is reached by a direct branch or by a stored address.

use crate::emulate::image::{Content, Image, Instructions, Section};
use std::collections::BTreeSet;

/// Names, mangled, of the functions that reach `address`; `a table` where only constants or variables hold it.
///
/// A number in a table may equal an address by chance, so tables count only where no code reaches the function.
pub(super) fn callers(image: &Image, address: u32) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_in_table = false;
    for section in &image.sections {
        for at in (0..section.bytes.len()).step_by(2) {
            let place = section.address + at as u32;
            let stored = at % 4 == 0 && word(section, at).is_some_and(|word| stores(image, word, address));
            let branches = section.content == Content::Code
                && match image.instructions {
                    Instructions::Thumb => thumb_target(section, at, place) == Some(address),
                    Instructions::Rv32 => rv32_target(section, at, place) == Some(address),
                };
            if section.content == Content::Code {
                let holder = image.function_at(place).filter(|_| branches || stored);
                found.extend(holder.map(|symbol| symbol.name.clone()));
            } else {
                is_in_table |= stored;
            }
        }
    }
    if found.is_empty() && is_in_table {
        found.insert("a table".to_owned());
    }
    found
}

fn stores(image: &Image, word: u32, address: u32) -> bool {
    // Address 0 is the vector table on Arm and every zero word in memory.
    let pointer = if image.instructions == Instructions::Thumb { address | 1 } else { address };
    address != 0 && word == pointer
}

fn half(section: &Section, at: usize) -> Option<u32> {
    let bytes = section.bytes.get(at..at + 2)?;
    Some(u32::from(u16::from_le_bytes([bytes[0], bytes[1]])))
}

fn word(section: &Section, at: usize) -> Option<u32> {
    Some(half(section, at)? | half(section, at + 2)? << 16)
}

/// Sign-extends the low `bits` of a value.
fn signed(value: u32, bits: u32) -> u32 {
    (((value << (32 - bits)) as i32) >> (32 - bits)) as u32
}

/// Target of `B` (T2, T4) or `BL` (T1): Arm DDI 0403E, sections A7.7.12 and A7.7.18.
fn thumb_target(section: &Section, at: usize, place: u32) -> Option<u32> {
    let first = half(section, at)?;
    let offset = if first >> 11 == 0b11100 {
        signed((first & 0x7ff) << 1, 12)
    } else {
        let second = half(section, at + 2)?;
        if first >> 11 != 0b11110 || second >> 15 != 1 || second >> 12 & 1 == 0 {
            return None;
        }
        let sign = first >> 10 & 1;
        let i1 = !(second >> 13 ^ sign) & 1;
        let i2 = !(second >> 11 ^ sign) & 1;
        signed(sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1, 25)
    };
    Some(place.wrapping_add(4).wrapping_add(offset))
}

/// Target of `JAL`, of `AUIPC` with `JALR`, of `C.JAL` or `C.J`: RISC-V unprivileged specification, chapters 2 and 26.
fn rv32_target(section: &Section, at: usize, place: u32) -> Option<u32> {
    let first = half(section, at)?;
    if first & 3 == 1 && (first >> 13 == 0b001 || first >> 13 == 0b101) {
        let bit = |from: u32, to: u32| (first >> from & 1) << to;
        let offset = bit(12, 11) | bit(11, 4) | bit(10, 9) | bit(9, 8) | bit(8, 10) | bit(7, 6) | bit(6, 7);
        let offset = offset | (first >> 3 & 7) << 1 | bit(2, 5);
        return Some(place.wrapping_add(signed(offset, 12)));
    }
    let word = word(section, at)?;
    match word & 0x7f {
        0x6f => {
            let offset = (word >> 31) << 20 | (word >> 12 & 0xff) << 12 | (word >> 20 & 1) << 11;
            Some(place.wrapping_add(signed(offset | (word >> 21 & 0x3ff) << 1, 21)))
        }
        0x17 => {
            let next = self::word(section, at + 4)?;
            let same_register = next >> 15 & 31 == word >> 7 & 31;
            (next & 0x707f == 0x67 && same_register)
                .then(|| place.wrapping_add(word & 0xffff_f000).wrapping_add(signed(next >> 20, 12)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::image::Symbol;

    fn section(halves: &[u16]) -> Section {
        let bytes = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        Section { content: Content::Code, address: 0x100, bytes }
    }

    #[test]
    fn thumb_branches_are_followed() {
        // Assembled at 0x100: bl 0x108; bl 0xfc (from 0x104); b 0x100 (from 0x108); b.w 0x10e (from 0x10a).
        let code = section(&[0xf000, 0xf802, 0xf7ff, 0xfffa, 0xe7fa, 0xf000, 0xb800]);
        let target = |at| thumb_target(&code, at, code.address + at as u32);
        assert_eq!(
            [target(0), target(4), target(8), target(10)],
            [Some(0x108), Some(0xfc), Some(0x100), Some(0x10e)]
        );
    }

    #[test]
    fn rv32_branches_are_followed() {
        // jal ra, +8; auipc ra, 0 with jalr ra, -4(ra); c.j +2.
        let code = section(&[0x00ef, 0x0080, 0x0097, 0x0000, 0x80e7, 0xffc0, 0xa009]);
        let target = |at| rv32_target(&code, at, code.address + at as u32);
        assert_eq!([target(0), target(4), target(12)], [Some(0x108), Some(0x100), Some(0x10e)]);
    }

    #[test]
    fn a_stored_address_counts_as_a_call() {
        let symbol = |name: &str, address| Symbol { name: name.into(), address, size: 4, is_code: true };
        let code = section(&[0xbf00, 0xbf00, 0x0109, 0, 0x4770, 0xbf00]);
        let mut image = Image {
            sections: vec![code],
            symbols: vec![symbol("main", 0x100), symbol("callee", 0x108)],
            ..Image::default()
        };
        assert_eq!(callers(&image, 0x108), BTreeSet::from(["main".to_owned()]));
        image.sections[0].content = Content::Constants;
        assert_eq!(callers(&image, 0x108), BTreeSet::from(["a table".to_owned()]));
        assert!(callers(&image, 0x100).is_empty());
    }
}

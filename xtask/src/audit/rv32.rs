//! RV32IMAC: branches and the stack pointer. Encodings after the RISC-V Instruction Set Manual, Volume I, chapters 2 and 26.

use super::step::{Flow, Stack, Step, added, signed};

/// The return address, the stack pointer, and the return address of what the compiler moved out of functions for size.
const RA: u32 = 1;
const SP: u32 = 2;
const T0: u32 = 5;

/// Decodes one instruction.
pub(super) fn decode(
    place: u32,
    first: u32,
    second: Option<u32>,
    before: Option<(u32, u32)>,
) -> Option<Step> {
    if first & 3 == 3 {
        Some(wide(place, first | second? << 16, before))
    } else {
        Some(narrow(place, first, before))
    }
}

fn narrow(place: u32, first: u32, before: Option<(u32, u32)>) -> Step {
    let step = Step::plain(2);
    let (kind, register) = (first >> 13, first >> 7 & 31);
    let bit = |from: u32, to: u32| (first >> from & 1) << to;
    match (first & 3, kind) {
        // Loads and stores of floats: their encodings mean nothing else on RV32.
        (0 | 2, 1 | 3 | 5 | 7) => Step { is_float: true, ..step },
        (1, 0) if register == SP => step.stacking(added(signed(bit(12, 5) | first >> 2 & 31, 6))),
        (1, 1 | 5) => {
            let offset =
                bit(12, 11) | bit(11, 4) | bit(10, 9) | bit(9, 8) | bit(8, 10) | bit(7, 6) | bit(6, 7);
            let offset = offset | (first >> 3 & 7) << 1 | bit(2, 5);
            let target = place.wrapping_add(signed(offset, 12));
            step.flowing(if kind == 1 { Flow::Call(target) } else { Flow::Jump(target) })
        }
        (1, 2) if register == SP => step.stacking(Stack::Unknown),
        (1, 3) if register == SP => {
            let value = bit(12, 9) | bit(6, 4) | bit(5, 6) | bit(4, 8) | bit(3, 7) | bit(2, 5);
            step.stacking(added(signed(value, 10)))
        }
        (1, 6 | 7) => {
            let offset = bit(12, 8) | (first >> 10 & 3) << 3 | bit(6, 7) | bit(5, 6) | (first >> 3 & 3) << 1;
            step.flowing(Flow::Branch(place.wrapping_add(signed(offset | bit(2, 5), 9))))
        }
        (2, 4) if first >> 2 & 31 != 0 => {
            // C.MV and C.ADD.
            if register == SP { step.stacking(Stack::Unknown) } else { step }
        }
        (2, 4) if register != 0 => {
            // C.JR and C.JALR.
            let links = if first >> 12 & 1 == 1 { RA } else { 0 };
            step.flowing(jump(links, register, 0, before))
        }
        _ => step,
    }
}

fn wide(place: u32, word: u32, before: Option<(u32, u32)>) -> Step {
    let step = Step::plain(4);
    let (destination, source, function) = (word >> 7 & 31, word >> 15 & 31, word >> 12 & 7);
    match word & 0x7f {
        0x6f => {
            let offset = (word >> 31) << 20 | (word >> 12 & 0xff) << 12 | (word >> 20 & 1) << 11;
            let target = place.wrapping_add(signed(offset | (word >> 21 & 0x3ff) << 1, 21));
            step.flowing(if destination == 0 { Flow::Jump(target) } else { Flow::Call(target) })
        }
        0x67 => step.flowing(jump(destination, source, signed(word >> 20, 12), before)),
        0x63 => {
            let offset = (word >> 31) << 12 | (word >> 7 & 1) << 11 | (word >> 25 & 63) << 5;
            step.flowing(Flow::Branch(place.wrapping_add(signed(offset | (word >> 8 & 15) << 1, 13))))
        }
        0x17 => {
            let upper = Step { sets: Some((destination, place.wrapping_add(word & 0xffff_f000))), ..step };
            if destination == SP { upper.stacking(Stack::Unknown) } else { upper }
        }
        0x13 if destination == SP && source == SP && function == 0 => {
            step.stacking(added(signed(word >> 20, 12)))
        }
        // ADDI behind an AUIPC of the same register: an address that may be a function's.
        0x13 if source == destination && function == 0 => {
            let upper = before.filter(|&(set, _)| set == source);
            let sets = upper.map(|(_, upper)| (destination, upper.wrapping_add(signed(word >> 20, 12))));
            Step { sets, ..step }
        }
        // Any other arithmetic, or a load, into the stack pointer.
        0x03 | 0x13 | 0x33 | 0x37 if destination == SP => step.stacking(Stack::Unknown),
        0x07 | 0x27 | 0x43 | 0x47 | 0x4b | 0x4f | 0x53 => Step { is_float: true, ..step },
        _ => step,
    }
}

/// `JALR`: behind an `AUIPC` of the same register the code names its target.
fn jump(links: u32, register: u32, offset: u32, before: Option<(u32, u32)>) -> Flow {
    match before.filter(|&(set, _)| set == register) {
        Some((_, upper)) if links == 0 => Flow::Jump(upper.wrapping_add(offset)),
        Some((_, upper)) => Flow::Call(upper.wrapping_add(offset)),
        None if links == 0 && (register == RA || register == T0) => Flow::Return,
        None => Flow::Through,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(place: u32, word: u32, before: Option<(u32, u32)>) -> Step {
        decode(place, word & 0xffff, Some(word >> 16), before).unwrap()
    }

    #[test]
    fn branches_are_followed() {
        for (word, flow) in [
            (0x0080_00ef, Flow::Call(0x108)),  // jal ra, +8
            (0xffdf_f06f, Flow::Jump(0xfc)),   // j -4
            (0xa009, Flow::Jump(0x102)),       // c.j +2
            (0x2011, Flow::Call(0x104)),       // c.jal +4
            (0xfe05_1ee3, Flow::Branch(0xfc)), // bnez a0, -4
            (0xfd75, Flow::Branch(0xfc)),      // c.bnez a0, -4
            (0x8082, Flow::Return),            // ret
            (0x8282, Flow::Return),            // c.jr t0
            (0x9502, Flow::Through),           // c.jalr a0
            (0x8502, Flow::Through),           // c.jr a0
            (0x0005_00e7, Flow::Through),      // jalr a0
        ] {
            assert_eq!(at(0x100, word, None).flow, flow, "{word:08x}");
        }
        // auipc ra, 0; jalr ra, -4(ra), and auipc t1, 0; jr 8(t1).
        let upper = at(0x104, 0x0000_0097, None).sets;
        assert_eq!(at(0x108, 0xffc0_80e7, upper).flow, Flow::Call(0x100));
        let upper = at(0x104, 0x0000_0317, None).sets;
        assert_eq!(at(0x108, 0x0083_0067, upper).flow, Flow::Jump(0x10c));
        // auipc s0, 1; addi s0, s0, -4.
        let upper = at(0x104, 0x0000_1417, None).sets;
        assert_eq!(at(0x108, 0xffc4_0413, upper).sets, Some((8, 0x1100)));
    }

    #[test]
    fn the_stack_pointer_is_followed() {
        for (word, stack) in [
            (0xf401_0113, Stack::Lowered(192)), // addi sp, sp, -192
            (0x7139, Stack::Lowered(64)),       // c.addi16sp sp, -64
            (0x1141, Stack::Lowered(16)),       // c.addi sp, -16
            (0x6121, Stack::Kept),              // c.addi16sp sp, 64
            (0x0c01_0113, Stack::Kept),         // addi sp, sp, 192
            (0x4051_0133, Stack::Unknown),      // sub sp, sp, t0
            (0x812a, Stack::Unknown),           // c.mv sp, a0
            (0x0001_0513, Stack::Kept),         // addi a0, sp, 0
        ] {
            assert_eq!(at(0x100, word, None).stack, stack, "{word:08x}");
        }
    }

    #[test]
    fn instructions_of_a_floating_point_unit_are_known() {
        // fadd.s fa0, fa0, fa1; c.flwsp fa0, 0; against mul a0, a0, a1.
        assert_eq!([at(0, 0x00b5_7553, None).is_float, at(0, 0x6502, None).is_float], [true; 2]);
        assert!(!at(0, 0x02b5_0533, None).is_float);
    }
}

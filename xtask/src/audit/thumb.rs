//! Thumb: branches and the stack pointer. Encodings after the Armv7-M Architecture Reference Manual, Arm DDI 0403E, chapter
//! A7; ARMv6-M is a part of it, and ARMv8-M adds nothing that compilers use here.

use super::step::{Flow, Stack, Step, added, signed};

const SP: u32 = 13;
const LR: u32 = 14;
const PC: u32 = 15;

/// Decodes one instruction; `word` reads the image, for constants that lie behind the code.
pub(super) fn decode(
    place: u32,
    first: u32,
    second: Option<u32>,
    before: Option<(u32, u32)>,
    word: impl Fn(u32) -> Option<u32>,
) -> Option<Step> {
    if first >> 11 >= 0b11101 {
        Some(wide(place, first, second?, before, word))
    } else {
        Some(narrow(place, first, before, word))
    }
}

fn narrow(place: u32, first: u32, before: Option<(u32, u32)>, word: impl Fn(u32) -> Option<u32>) -> Step {
    let step = Step::plain(2);
    let to = |offset: u32| place.wrapping_add(4).wrapping_add(offset);
    let register = first >> 3 & 15;
    match first {
        // B, conditional (T1); conditions 14 and 15 are UDF and SVC.
        _ if first >> 12 == 0b1101 && first >> 9 & 7 != 7 => {
            step.flowing(Flow::Branch(to(signed((first & 0xff) << 1, 9))))
        }
        // B (T2).
        _ if first >> 11 == 0b11100 => step.flowing(Flow::Jump(to(signed((first & 0x7ff) << 1, 12)))),
        // CBZ, CBNZ.
        _ if first & 0xf500 == 0xb100 => {
            step.flowing(Flow::Branch(to((first >> 9 & 1) << 6 | (first >> 3 & 31) << 1)))
        }
        // BLX and BX with a register; a register that was popped just before holds the return address.
        _ if first & 0xff80 == 0x4780 => step.flowing(Flow::Through),
        _ if first & 0xff80 == 0x4700 => {
            let is_return = register == LR || before == Some((register, POPPED));
            step.flowing(if is_return { Flow::Return } else { Flow::Through })
        }
        // MOV and ADD to the program counter.
        _ if first & 0xff87 == 0x4687 && register == LR => step.flowing(Flow::Return),
        _ if first & 0xff87 == 0x4687 || first & 0xff87 == 0x4487 => step.flowing(Flow::Through),
        // PUSH, POP; the highest popped register is remembered for a BX.
        _ if first & 0xfe00 == 0xb400 => step.stacking(Stack::Lowered(4 * (first & 0x1ff).count_ones())),
        _ if first & 0xff00 == 0xbd00 => step.flowing(Flow::Return),
        _ if first & 0xff00 == 0xbc00 && first & 0xff != 0 => {
            Step { sets: Some(((first & 0xff).ilog2(), POPPED)), ..step }
        }
        // SUB (SP minus immediate), MOV and ADD to the stack pointer, LDR of a literal.
        _ if first & 0xff80 == 0xb080 => step.stacking(Stack::Lowered((first & 0x7f) * 4)),
        _ if first & 0xff87 == 0x4685 => step.stacking(Stack::Unknown),
        _ if first & 0xff87 == 0x4485 => {
            let known = before.filter(|&(set, _)| set == register);
            step.stacking(known.map_or(Stack::Unknown, |(_, value)| added(value)))
        }
        _ if first >> 11 == 0b01001 => {
            let literal = word((place & !3).wrapping_add(4).wrapping_add((first & 0xff) * 4));
            Step { sets: literal.map(|literal| (first >> 8 & 7, literal)), ..step }
        }
        _ => step,
    }
}

/// Stands for the value of a register that was popped: no literal that moves the stack pointer has it.
const POPPED: u32 = 0x8000_0000;

fn wide(
    place: u32,
    first: u32,
    second: u32,
    before: Option<(u32, u32)>,
    word: impl Fn(u32) -> Option<u32>,
) -> Step {
    let step = Step { is_float: first & 0xec00 == 0xec00, ..Step::plain(4) };
    if first >> 11 == 0b11110 && second >> 15 == 1 {
        return step.flowing(branch(place, first, second));
    }
    let destination = second >> 8 & 15;
    match first {
        // LDM and POP with the program counter, LDR to it, TBB and TBH.
        _ if first & 0xffd0 == 0xe890 && second >> PC == 1 => step.flowing(Flow::Return),
        _ if first == 0xf85d && second == 0xfb04 => step.flowing(Flow::Return),
        _ if first & 0xff70 == 0xf850 && second >> 12 == PC => step.flowing(Flow::Through),
        _ if first & 0xfff0 == 0xe8d0 && second & 0xffe0 == 0xf000 => step.flowing(Flow::Switch),
        // LDR of a literal; MOVW, and MOVT behind it.
        0xf85f | 0xf8df => {
            let offset = second & 0xfff;
            let offset = if first == 0xf8df { offset } else { offset.wrapping_neg() };
            let literal = word((place & !3).wrapping_add(4).wrapping_add(offset));
            Step { sets: literal.map(|literal| (second >> 12, literal)), ..step }
        }
        _ if first & 0xfbf0 == 0xf240 => {
            Step { sets: Some((destination, (first & 15) << 12 | immediate(first, second))), ..step }
        }
        _ if first & 0xfbf0 == 0xf2c0 => {
            let upper = ((first & 15) << 12 | immediate(first, second)) << 16;
            let low = before.filter(|&(set, _)| set == destination);
            Step { sets: low.map(|(_, low)| (destination, upper | low & 0xffff)), ..step }
        }
        // STMDB, STR and STRD that write a lowered stack pointer back.
        0xe92d => step.stacking(Stack::Lowered(4 * second.count_ones())),
        0xf84d if second & 0x0f00 == 0x0d00 => step.stacking(Stack::Lowered(second & 0xff)),
        0xe96d => step.stacking(Stack::Lowered(4 * (second & 0xff))),
        // SUB and SUBW of an immediate, from the stack pointer; any other arithmetic that ends in it is not followed.
        _ if first & 0xfbef == 0xf1ad && destination == SP => {
            step.stacking(Stack::Lowered(expanded(first, second)))
        }
        _ if first & 0xfbff == 0xf2ad && destination == SP => {
            step.stacking(Stack::Lowered(immediate(first, second)))
        }
        // ADD and ADDW of an immediate raise it.
        _ if first & 0xfbef == 0xf10d || first & 0xfbff == 0xf20d => step,
        _ if is_arithmetic(first) && destination == SP => step.stacking(Stack::Unknown),
        _ => step,
    }
}

/// Data processing with an immediate or a shifted register: both have their destination in the same place.
const fn is_arithmetic(first: u32) -> bool {
    // Of the comparisons the destination is 15; 0xf000 to 0xf3ff and 0xf400 to 0xf7ff are immediates, 0xea00 to 0xebff registers.
    first >> 11 == 0b11110 || first & 0xfe00 == 0xea00
}

/// `BL`, `B` (T3, T4), or a system instruction.
fn branch(place: u32, first: u32, second: u32) -> Flow {
    let sign = first >> 10 & 1;
    let (j1, j2) = (second >> 13 & 1, second >> 11 & 1);
    let to = |offset: u32| place.wrapping_add(4).wrapping_add(offset);
    if second >> 12 & 1 == 1 {
        let (i1, i2) = (!(j1 ^ sign) & 1, !(j2 ^ sign) & 1);
        let offset = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
        let target = to(signed(offset, 25));
        return if second >> 14 & 1 == 1 { Flow::Call(target) } else { Flow::Jump(target) };
    }
    if second >> 14 & 1 == 1 || first >> 7 & 7 == 7 {
        return Flow::Next;
    }
    let offset = sign << 20 | j2 << 19 | j1 << 18 | (first & 0x3f) << 12 | (second & 0x7ff) << 1;
    Flow::Branch(to(signed(offset, 21)))
}

const fn immediate(first: u32, second: u32) -> u32 {
    (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff
}

/// The function `ThumbExpandImm` of the manual, section A5.3.2.
const fn expanded(first: u32, second: u32) -> u32 {
    let packed = immediate(first, second);
    let byte = packed & 0xff;
    match packed >> 8 {
        0 => byte,
        1 => byte << 16 | byte,
        2 => byte << 24 | byte << 8,
        3 => byte << 24 | byte << 16 | byte << 8 | byte,
        _ => (byte | 0x80).rotate_right(packed >> 7),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes at 0x100, where the word behind the code is -528.
    fn at(place: u32, halves: &[u32], before: Option<(u32, u32)>) -> Step {
        decode(place, halves[0], halves.get(1).copied(), before, |_| Some(0_u32.wrapping_sub(528))).unwrap()
    }

    #[test]
    fn branches_are_followed() {
        for (place, halves, flow) in [
            (0x100, &[0xf000, 0xf802][..], Flow::Call(0x108)), // bl 0x108
            (0x104, &[0xf7ff, 0xfffa], Flow::Call(0xfc)),      // bl 0xfc
            (0x108, &[0xe7fa], Flow::Jump(0x100)),             // b 0x100
            (0x10a, &[0xf000, 0xb800], Flow::Jump(0x10e)),     // b.w 0x10e
            (0x100, &[0xd0fe], Flow::Branch(0x100)),           // beq 0x100
            (0x100, &[0xf43f, 0xaffe], Flow::Branch(0x100)),   // beq.w 0x100
            (0x100, &[0xb908], Flow::Branch(0x106)),           // cbnz r0, 0x106
            (0x100, &[0x4770], Flow::Return),                  // bx lr
            (0x100, &[0xbdf0], Flow::Return),                  // pop {r4-r7, pc}
            (0x100, &[0xe8bd, 0x8ff0], Flow::Return),          // pop.w {r4-r11, pc}
            (0x100, &[0x4780], Flow::Through),                 // blx r0
            (0x100, &[0x4718], Flow::Through),                 // bx r3
            (0x100, &[0x4497], Flow::Through),                 // add pc, r2
            (0x100, &[0xe8df, 0xf000], Flow::Switch),          // tbb [pc, r0]
            (0x100, &[0xdf01], Flow::Next),                    // svc #1
            (0x100, &[0xf3bf, 0x8f4f], Flow::Next),            // dsb sy
        ] {
            assert_eq!(at(place, halves, None).flow, flow, "{halves:04x?}");
        }
        // pop {r3}; bx r3
        let popped = at(0x100, &[0xbc08], None).sets;
        assert_eq!(at(0x102, &[0x4718], popped).flow, Flow::Return);
    }

    #[test]
    fn constants_that_may_be_functions_are_followed() {
        // ldr r5, =-528; ldr.w r8, =-528; movw r6, #0x1384; movt r6, #0x2001.
        let sets = |halves: &[u32], before| at(0x100, halves, before).sets;
        assert_eq!(sets(&[0x4d6b], None), Some((5, 0_u32.wrapping_sub(528))));
        assert_eq!(sets(&[0xf8df, 0x8010], None), Some((8, 0_u32.wrapping_sub(528))));
        let low = sets(&[0xf241, 0x3684], None);
        assert_eq!(low, Some((6, 0x1384)));
        assert_eq!(sets(&[0xf2c2, 0x0601], low), Some((6, 0x2001_1384)));
        assert_eq!(sets(&[0xf2c2, 0x0601], None), None);
    }

    #[test]
    fn the_stack_pointer_is_followed() {
        for (halves, stack) in [
            (&[0xb5f0][..], Stack::Lowered(20)),       // push {r4-r7, lr}
            (&[0xe92d, 0x0f00], Stack::Lowered(16)),   // push.w {r8-r11}
            (&[0xf84d, 0xbd04], Stack::Lowered(4)),    // str r11, [sp, #-4]!
            (&[0xb0d5], Stack::Lowered(340)),          // sub sp, #340
            (&[0xf5ad, 0x7d00], Stack::Lowered(512)),  // sub.w sp, sp, #512
            (&[0xf2ad, 0x4d04], Stack::Lowered(1028)), // subw sp, sp, #1028
            (&[0xb055], Stack::Kept),                  // add sp, #340
            (&[0xf50d, 0x7d00], Stack::Kept),          // add.w sp, sp, #512
            (&[0x46a5], Stack::Unknown),               // mov sp, r4
            (&[0xebad, 0x0d04], Stack::Unknown),       // sub.w sp, sp, r4
            (&[0x44bd], Stack::Unknown),               // add sp, r7
            (&[0xf8cd, 0x0d00], Stack::Kept),          // str.w r0, [sp, #3328]
        ] {
            assert_eq!(at(0x100, halves, None).stack, stack, "{halves:04x?}");
        }
        // ldr r7, =-528; add sp, r7
        let literal = at(0x100, &[0x4f00], None).sets;
        assert_eq!(at(0x102, &[0x44bd], literal).stack, Stack::Lowered(528));
    }

    #[test]
    fn instructions_of_a_floating_point_unit_are_known() {
        // vadd.f32 s0, s0, s1; vpush {s0}; against smlal r0, r1, r2, r3.
        let is_float = |halves: &[u32]| at(0x100, halves, None).is_float;
        assert_eq!([is_float(&[0xee30, 0x0a20]), is_float(&[0xed2d, 0x0a01])], [true; 2]);
        assert!(!is_float(&[0xfbc2, 0x0103]));
    }
}

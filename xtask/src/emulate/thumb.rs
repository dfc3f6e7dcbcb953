//! Thumb instructions by what their time depends on.
//!
//! Encodings are those of the ARMv7-M Architecture Reference Manual (ARM DDI 0403), chapter A5, with the DSP extension. What
//! scoring never executes is no class: floats, exclusive access, system registers, barriers.

/// A register number.
type Register = u8;

/// What an instruction does, as far as its time depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Arithmetic, logic, moves, shifts, comparisons, saturation, 32-bit products, hints, IT.
    Plain,
    /// A 32-bit product that is added or subtracted: MLA, MLS.
    MultiplyAdd,
    /// A product of the DSP extension, and its packed arithmetic.
    Dsp,
    /// A 64-bit product.
    LongMultiply,
    /// A 64-bit product that is added.
    LongMultiplyAdd,
    /// A quotient.
    Divide,
    /// One register from memory; its address comes from up to two others.
    Load { to: Register, from: [Option<Register>; 2] },
    /// One register to memory. With an offset from a register it takes longer.
    Store { from: [Option<Register>; 2], by_register: bool },
    /// Several registers from memory, the program counter not among them.
    LoadMany(u32),
    /// Several registers to memory.
    StoreMany(u32),
    /// Several registers from memory, the last being the program counter.
    Return(u32),
    /// Control goes elsewhere, where its condition holds.
    Branch,
    /// A call of a fixed function.
    Call,
    /// Control goes where a table says.
    TableBranch,
}

const PC: Register = 15;

/// The class of an instruction; `second` is the half behind `first`, which the short ones do not have.
pub(super) fn class(first: u16, second: u16) -> Option<Class> {
    if first < 0xe800 { short(first) } else { long(first, second) }
}

fn short(half: u16) -> Option<Class> {
    let field = |at: u32| (half >> at & 7) as Register;
    let by_register = |to| {
        let from = [Some(field(3)), Some(field(6))];
        if to { Class::Load { to: field(0), from } } else { Class::Store { from, by_register: true } }
    };
    let by_constant = |is_load, to, base| {
        let from = [Some(base), None];
        if is_load { Class::Load { to, from } } else { Class::Store { from, by_register: false } }
    };
    let is_load = half & 0x0800 != 0;
    Some(match half >> 8 {
        // Moves and sums of high registers, of which the program counter may be one; BX and BLX; CBZ; B.
        0x44 | 0x46 if half & 0x87 == 0x87 => Class::Branch,
        0x47 | 0xb1 | 0xb3 | 0xb9 | 0xbb | 0xd0..=0xdd | 0xe0..=0xe7 => Class::Branch,
        0x48..=0x4f => Class::Load { to: field(8), from: [None; 2] },
        0x50..=0x55 => by_register(false),
        0x56..=0x5f => by_register(true),
        0x60..=0x8f => by_constant(is_load, field(0), field(3)),
        0x90..=0x9f => by_constant(is_load, field(8), 13),
        0xb4 | 0xb5 => Class::StoreMany((half & 0x01ff).count_ones()),
        0xbd => Class::Return((half & 0x01ff).count_ones()),
        0xc0..=0xc7 => Class::StoreMany((half & 0xff).count_ones()),
        0xbc | 0xc8..=0xcf => Class::LoadMany((half & 0xff).count_ones()),
        // Change of processor state, breakpoint, undefined on purpose, supervisor's call; hints that wait for something.
        0xb6 | 0xbe | 0xde | 0xdf => return None,
        0xbf if matches!(half, 0xbf10 | 0xbf20 | 0xbf30 | 0xbf40) => return None,
        _ => Class::Plain,
    })
}

fn long(first: u16, second: u16) -> Option<Class> {
    Some(match first >> 4 {
        0xe88 | 0xe8a | 0xe90 | 0xe92 => Class::StoreMany(second.count_ones()),
        0xe89 | 0xe8b | 0xe91 | 0xe93 if second & 0x8000 != 0 => Class::Return(second.count_ones()),
        0xe89 | 0xe8b | 0xe91 | 0xe93 => Class::LoadMany(second.count_ones()),
        0xe80..=0xe9f => double(first, second)?,
        0xea0..=0xebf => Class::Plain,
        0xf00..=0xf7f if second & 0x8000 == 0 => Class::Plain,
        0xf00..=0xf7f if second & 0xd000 == 0xd000 => Class::Call,
        0xf00..=0xf7f if second & 0xd000 == 0x9000 => Class::Branch,
        // A condition below 14; above are system registers and barriers.
        0xf00..=0xf7f if second & 0xd000 == 0x8000 && first & 0x0380 != 0x0380 => Class::Branch,
        0xf80..=0xf9f if first & 0x10 == 0 => store(first, second),
        0xf80..=0xf9f => load(first, second)?,
        0xfa0..=0xfaf => packed(first, second),
        0xfb0 => {
            if second & 0xf000 == 0xf000 {
                Class::Plain
            } else {
                Class::MultiplyAdd
            }
        }
        0xfb1..=0xfb7 | 0xfbd => Class::Dsp,
        0xfb8 | 0xfba => Class::LongMultiply,
        0xfb9 | 0xfbb => Class::Divide,
        0xfbc | 0xfbe => Class::LongMultiplyAdd,
        _ => return None,
    })
}

/// Two registers at once, or a jump by a table; exclusive access, which shares their encodings, has no class.
fn double(first: u16, second: u16) -> Option<Class> {
    let (moves_base_or_is_indexed, is_load) = (first & 0x0120 != 0, first & 0x10 != 0);
    if first & 0x40 == 0 {
        None
    } else if moves_base_or_is_indexed {
        Some(if is_load { Class::LoadMany(2) } else { Class::StoreMany(2) })
    } else {
        (first >> 4 == 0xe8d && second & 0x00e0 == 0).then_some(Class::TableBranch)
    }
}

/// The register that is added to the base, where the offset is none of the two kinds of constants.
fn offset_register(first: u16, second: u16) -> Option<Register> {
    (first & 0x80 == 0 && second & 0x0fc0 == 0).then_some((second & 15) as Register)
}

fn store(first: u16, second: u16) -> Class {
    let offset = offset_register(first, second);
    Class::Store { from: [Some((first & 15) as Register), offset], by_register: offset.is_some() }
}

/// A load of one register; of the program counter it is a return, and of less than a word into that it only prefetches.
fn load(first: u16, second: u16) -> Option<Class> {
    let (base, to) = ((first & 15) as Register, (second >> 12) as Register);
    let from = if base == PC { [None; 2] } else { [Some(base), offset_register(first, second)] };
    match (to, first & 0x60) {
        (PC, 0x40) => Some(Class::Return(1)),
        (PC, _) => None,
        _ => Some(Class::Load { to, from }),
    }
}

/// Shifts by registers, extensions of one value and reversals are of every core; the rest is of the DSP extension.
fn packed(first: u16, second: u16) -> Class {
    let is_shift = first & 0x0080 == 0 && second & 0x00f0 == 0;
    // SXTH, UXTH, SXTB, UXTB without a sum: the packed pairs and the sums are of the extension.
    let is_extension =
        first & 0x000f == 0x000f && second & 0x0080 != 0 && matches!(first >> 4 & 15, 0 | 1 | 4 | 5);
    let is_reversal = matches!(first >> 4, 0xfa9 | 0xfab) && second & 0x00c0 == 0x0080;
    if is_shift || is_extension || is_reversal { Class::Plain } else { Class::Dsp }
}

#[cfg(test)]
mod tests {
    use super::*;
    use armagnac::core::{ArmVersion, ItState};
    use armagnac::decoder::{InstructionDecode, Lut16AndGrouped32InstructionDecoder};
    use armagnac::instructions::InstructionSize;
    use tillwatch_engine::seeded::SeededWords;

    /// Whether a class is one that an instruction of this name may have.
    fn fits(name: &str, class: Option<Class>) -> bool {
        match name {
            "tbb" | "tbh" => class == Some(Class::TableBranch),
            "bl" => class == Some(Class::Call),
            "mla" | "mls" => class == Some(Class::MultiplyAdd),
            "smull" | "umull" => class == Some(Class::LongMultiply),
            "smlal" | "umlal" => class == Some(Class::LongMultiplyAdd),
            "sdiv" | "udiv" => class == Some(Class::Divide),
            "bic" | "bfc" | "bfi" => class == Some(Class::Plain),
            "add" | "mov" => matches!(class, Some(Class::Plain | Class::Branch)),
            "pld" | "pli" | "bkpt" | "svc" | "udf" | "wfe" | "wfi" | "sev" | "yield" => class.is_none(),
            "ldm" | "ldmdb" | "pop" => matches!(class, Some(Class::LoadMany(_) | Class::Return(_))),
            "ldrd" => class == Some(Class::LoadMany(2)),
            "stm" | "stmdb" | "push" => matches!(class, Some(Class::StoreMany(_))),
            "strd" => class == Some(Class::StoreMany(2)),
            _ if name.starts_with("ldrex") || name.starts_with("strex") => class.is_none(),
            _ if name.starts_with("ldr") => matches!(class, Some(Class::Load { .. } | Class::Return(1))),
            _ if name.starts_with("str") => matches!(class, Some(Class::Store { .. })),
            _ if name.starts_with('b') || name.starts_with("cb") => class == Some(Class::Branch),
            // Coprocessors, processor state, system registers, barriers.
            _ if ["cdp", "ldc", "stc", "mcr", "mrc", "mrrc", "cps", "mrs", "msr", "dmb", "dsb", "isb"]
                .iter()
                .any(|start| name.starts_with(start)) =>
            {
                class.is_none()
            }
            _ => class == Some(Class::Plain),
        }
    }

    /// All short encodings and many long ones, against the decoder of the emulator inside.
    #[test]
    fn classes_are_those_of_the_names_that_another_decoder_gives() {
        let decoder = Lut16AndGrouped32InstructionDecoder::new(ArmVersion::V7M);
        let mut words = SeededWords::new(1);
        let long =
            std::iter::repeat_with(|| words.next_word() | 0xe000_0000).filter(|&word| word >= 0xe800_0000);
        let short = (0..0xe800).map(|half| (half, InstructionSize::Ins16));
        let mut known = 0;
        for (ins, size) in short.chain(long.take(200_000).map(|word| (word, InstructionSize::Ins32))) {
            let Ok(decoded) = decoder.try_decode(ins, size, ItState(0)) else { continue };
            let (first, second) = if size == InstructionSize::Ins16 {
                (ins as u16, 0)
            } else {
                ((ins >> 16) as u16, ins as u16)
            };
            let name = decoded.name();
            // That decoder takes some branches for a difference of the stack pointer: bit 15 of the second half tells them apart.
            if name == "sub" && second & 0x8000 != 0 {
                continue;
            }
            known += 1;
            assert!(fits(&name, class(first, second)), "{name} {ins:08x} is {:?}", class(first, second));
        }
        assert!(known > 100_000, "the other decoder knew only {known}");
    }

    #[test]
    fn registers_and_their_number_are_read() {
        // ldr r2, [r1, r3]; ldr.w r2, [r1, r3, lsl #2]; ldr.w r2, [r1, #4]; ldr r0, [pc, #8].
        let by_register = Some(Class::Load { to: 2, from: [Some(1), Some(3)] });
        assert_eq!((class(0x58ca, 0), class(0xf851, 0x2023)), (by_register, by_register));
        assert_eq!(class(0xf8d1, 0x2004), Some(Class::Load { to: 2, from: [Some(1), None] }));
        assert_eq!(class(0x4802, 0), Some(Class::Load { to: 0, from: [None; 2] }));
        // str r0, [sp, #4]; strb.w r0, [r1, r2].
        assert_eq!(class(0x9001, 0), Some(Class::Store { from: [Some(13), None], by_register: false }));
        assert_eq!(class(0xf801, 0x0002), Some(Class::Store { from: [Some(1), Some(2)], by_register: true }));
        // push {r4-r7, lr}; pop {r4-r7, pc}; ldm.w r1!, {r2-r5}; ldr pc, [sp], #4.
        assert_eq!((class(0xb5f0, 0), class(0xbdf0, 0)), (Some(Class::StoreMany(5)), Some(Class::Return(5))));
        assert_eq!(class(0xe8b1, 0x003c), Some(Class::LoadMany(4)));
        assert_eq!(class(0xf85d, 0xfb04), Some(Class::Return(1)));
    }

    #[test]
    fn the_dsp_extension_is_told_from_what_every_core_has() {
        // smlad, smmlar, sxtb16, sxtab, sadd16, qadd; then sxtb.w, lsl.w, rev.w, clz, mul.
        for dsp in [0xfb21_3002, 0xfb51_3012, 0xfa2f_f081, 0xfa41_f082, 0xfa91_f002, 0xfa82_f081_u32] {
            assert_eq!(class((dsp >> 16) as u16, dsp as u16), Some(Class::Dsp), "{dsp:08x}");
        }
        for plain in [0xfa4f_f081, 0xfa01_f002, 0xfa91_f081, 0xfab1_f081, 0xfb01_f002_u32] {
            assert_eq!(class((plain >> 16) as u16, plain as u16), Some(Class::Plain), "{plain:08x}");
        }
    }
}

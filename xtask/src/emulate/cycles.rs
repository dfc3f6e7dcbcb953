//! A model of the time that a call takes: what was executed, times what Arm's manuals say that each instruction takes.
//!
//! It is no measurement. Memory answers at once, which flash behind a fast clock does not. Where a manual gives a range, the
//! upper end is taken, but for the refill of the pipeline after a jump, 1 to 3 cycles on Cortex-M3 and M4, which is 2
//! here. The wait for an address that the instruction before has just computed, at most a cycle, is left out.

use super::image::{Image, Instructions};
use super::recorder::Call;
use super::thumb::{Class, class};

/// What a core's manual says; in cycles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// The core, as it stands on a page.
    pub(crate) core: &'static str,
    /// The manual and the place in it.
    pub(crate) source: &'static str,
    /// After a jump.
    refill: u64,
    /// A store at a constant distance from its base.
    store: u64,
    /// True where a load or store takes a cycle less when it follows a load that does not give its address.
    pairs: bool,
    /// Of the classes that not every core has.
    wide: Option<Wide>,
}

/// Instructions of ARMv7-M.
#[derive(Clone, Copy, Debug)]
struct Wide {
    multiply_add: u64,
    long_multiply: u64,
    long_multiply_add: u64,
    divide: u64,
    /// None where the core lacks the extension.
    dsp: Option<u64>,
}

/// Cortex-M0+ with the fast multiplier.
pub(crate) const CORTEX_M0_PLUS: Timing = Timing {
    core: "Cortex-M0+",
    source: "Arm DDI 0484C, table 3-1",
    refill: 1,
    store: 2,
    pairs: false,
    wide: None,
};

/// Cortex-M3.
pub(crate) const CORTEX_M3: Timing = Timing {
    core: "Cortex-M3",
    source: "Arm DDI 0337I, table 3-1 and section 3.3.3",
    refill: 2,
    store: 1,
    pairs: true,
    wide: Some(Wide { multiply_add: 2, long_multiply: 5, long_multiply_add: 7, divide: 12, dsp: None }),
};

/// Cortex-M4 without the floating-point unit.
pub(crate) const CORTEX_M4: Timing = Timing {
    core: "Cortex-M4",
    source: "Arm 100166 r0p1, table 3-1 and section 3.3.2",
    wide: Some(Wide { multiply_add: 1, long_multiply: 1, long_multiply_add: 1, divide: 12, dsp: Some(1) }),
    ..CORTEX_M3
};

impl Timing {
    /// Cycles of a call, modelled.
    ///
    /// # Errors
    /// An instruction that the table does not have, with its address.
    pub(crate) fn cycles(&self, image: &Image, call: &Call) -> Result<u64, String> {
        if image.instructions != Instructions::Thumb {
            return Err(format!("{}: the image is not of Thumb instructions", self.core));
        }
        let mut cycles = 0;
        // Where the instruction before ends in memory, how often control went on there, and what it was.
        let mut before: Option<(u32, u64, Class)> = None;
        for (&address, place) in call {
            let half = |at| image.half(at).unwrap_or(0);
            let found = class(half(address), half(address + 2));
            let timed = found.and_then(|class| Some((class, self.each(class)?)));
            let Some((class, each)) = timed else {
                let bits = format!("{:04x} {:04x}", half(address), half(address + 2));
                return Err(format!("{}: no time for the instruction {bits} at {address:#010x}", self.core));
            };
            let size = image.instruction_bytes(address);
            let went_on = if size == 2 { place.two_behind } else { place.four_behind };
            cycles += place.count * each + (place.count - went_on) * self.jump(class);
            if let Some((end, passed, loaded)) = before
                && self.pairs
                && end == address
                && is_paired(loaded, class)
            {
                cycles -= passed;
            }
            before = Some((address + size, went_on, class));
        }
        Ok(cycles)
    }

    /// Cycles of an instruction when control goes on behind it.
    fn each(&self, class: Class) -> Option<u64> {
        Some(match class {
            Class::Plain | Class::Branch => 1,
            Class::Load { .. } | Class::Store { by_register: true, .. } | Class::TableBranch => 2,
            Class::Store { by_register: false, .. } => self.store,
            Class::LoadMany(registers) | Class::StoreMany(registers) => 1 + u64::from(registers),
            // Two cycles to refill, on all three.
            Class::Return(registers) => 1 + u64::from(registers) + 2,
            Class::Call => 1 + 2,
            Class::MultiplyAdd => self.wide?.multiply_add,
            Class::LongMultiply => self.wide?.long_multiply,
            Class::LongMultiplyAdd => self.wide?.long_multiply_add,
            Class::Divide => self.wide?.divide,
            Class::Dsp => self.wide?.dsp?,
        })
    }

    /// Cycles that a jump takes beyond that; calls and returns have theirs included.
    const fn jump(&self, class: Class) -> u64 {
        match class {
            Class::Branch | Class::TableBranch => self.refill,
            _ => 0,
        }
    }
}

/// True where the second of two neighbours goes through memory while the first still does.
fn is_paired(first: Class, second: Class) -> bool {
    match (first, second) {
        (Class::Load { to, .. }, Class::Load { from, .. } | Class::Store { from, by_register: true }) => {
            !from.contains(&Some(to))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::image::Segment;
    use super::super::recorder::Place;
    use super::*;

    /// Cycles of instructions in a row, each begun once per turn, of which the last goes back all turns but one.
    fn cycles(timing: &Timing, halves: &[u16], turns: u64) -> Result<u64, String> {
        let bytes = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        let image = Image { segments: vec![Segment { address: 0, bytes }], ..Image::default() };
        let mut call = Call::new();
        let mut at = 0;
        while at < 2 * halves.len() as u32 {
            let size = image.instruction_bytes(at);
            at += size;
            // All but the last turn go back from the last instruction.
            let behind = if at < 2 * halves.len() as u32 { turns } else { 1 };
            let place = Place { count: turns, two_behind: behind, four_behind: behind };
            call.insert(at - size, place);
        }
        timing.cycles(&image, &call)
    }

    #[test]
    fn a_loop_takes_what_the_tables_say() {
        // subs r0, #1; bne back.
        let turns = [0x3801, 0xd1fd];
        assert_eq!(cycles(&CORTEX_M0_PLUS, &turns, 10), Ok(2 * 10 + 9));
        assert_eq!(cycles(&CORTEX_M3, &turns, 10), Ok(2 * 10 + 2 * 9));
        // push {r4, lr}; bl; pop {r4, pc}.
        let called = [0xb510, 0xf000, 0xf800, 0xbd10];
        assert_eq!(cycles(&CORTEX_M0_PLUS, &called, 1), Ok(3 + 3 + 5));
        assert_eq!(cycles(&CORTEX_M4, &called, 1), Ok(3 + 3 + 5));
    }

    #[test]
    fn loads_in_a_row_overlap_unless_one_gives_the_address_of_the_next() {
        // ldr r0, [r1]; ldr r2, [r3]: the manual's first example takes three cycles.
        assert_eq!(cycles(&CORTEX_M3, &[0x6808, 0x681a], 1), Ok(3));
        // ldr r0, [r1]; ldr r2, [r0].
        assert_eq!(cycles(&CORTEX_M3, &[0x6808, 0x6802], 1), Ok(4));
        // ldr r0, [r1, r2]; str r1, [r3, r2]: three; the store alone two.
        assert_eq!(cycles(&CORTEX_M3, &[0x5888, 0x5099], 1), Ok(3));
        // str r0, [r1]; ldr r2, [r3]: nothing follows a store so.
        assert_eq!(cycles(&CORTEX_M4, &[0x6008, 0x681a], 1), Ok(3));
        assert_eq!(cycles(&CORTEX_M0_PLUS, &[0x6808, 0x681a], 1), Ok(4));
    }

    #[test]
    fn products_differ_between_cores_and_an_unknown_instruction_is_named() {
        // smull r0, r1, r2, r3; smlad r0, r1, r2, r3.
        assert_eq!(cycles(&CORTEX_M3, &[0xfb82, 0x0103], 1), Ok(5));
        assert_eq!(cycles(&CORTEX_M4, &[0xfb82, 0x0103, 0xfb21, 0x3002], 1), Ok(2));
        let message = cycles(&CORTEX_M3, &[0x0000, 0xfb21, 0x3002], 1).unwrap_err();
        assert!(message.contains("fb21 3002 at 0x00000002"), "{message}");
        // vadd.f32 s0, s0, s1.
        assert!(cycles(&CORTEX_M4, &[0xee30, 0x0a20], 1).is_err());
    }
}

//! A decoder that remembers what it decoded.
//!
//! Decoding a 32-bit instruction searches patterns and allocates; a loop decodes the same few hundred instructions a
//! million times. One slot per hash of the instruction is enough: a collision only costs a search.

use armagnac::core::{ArmVersion, ItState};
use armagnac::decoder::{InstructionDecode, InstructionDecodeError, Lut16AndGrouped32InstructionDecoder};
use armagnac::instructions::{Instruction, InstructionSize};
use std::cell::RefCell;
use std::rc::Rc;

/// Slots, as a power of two.
const SLOT_BITS: u32 = 13;

/// The instruction, its size in bytes and the state of the conditional block around it.
type Key = (u32, u8, u8);

/// An instruction with the key under which it was decoded.
type Remembered = (Key, Rc<dyn Instruction>);

/// Remembers decoded instructions.
pub(super) struct RememberingDecoder {
    decoder: Lut16AndGrouped32InstructionDecoder,
    slots: RefCell<Vec<Option<Remembered>>>,
}

impl RememberingDecoder {
    /// A decoder that has seen nothing yet.
    pub(super) fn new(version: ArmVersion) -> Self {
        let decoder = Lut16AndGrouped32InstructionDecoder::new(version);
        Self { decoder, slots: RefCell::new(vec![None; 1 << SLOT_BITS]) }
    }
}

impl InstructionDecode for RememberingDecoder {
    fn try_decode(
        &self,
        ins: u32,
        size: InstructionSize,
        state: ItState,
    ) -> Result<Rc<dyn Instruction>, InstructionDecodeError> {
        let key = (ins, size as u8, state.0);
        let mixed = (ins ^ u32::from(state.0)).wrapping_mul(0x9e37_79b9);
        let slot = (mixed >> (32 - SLOT_BITS)) as usize;
        let remembered = &mut self.slots.borrow_mut()[slot];
        if let Some((seen, instruction)) = remembered
            && *seen == key
        {
            return Ok(Rc::clone(instruction));
        }
        let instruction = self.decoder.try_decode(ins, size, state)?;
        *remembered = Some((key, Rc::clone(&instruction)));
        Ok(instruction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_the_plain_decoder_when_slots_are_reused() {
        let plain = Lut16AndGrouped32InstructionDecoder::new(ArmVersion::V7M);
        let remembering = RememberingDecoder::new(ArmVersion::V7M);
        let name = |decoder: &dyn InstructionDecode, ins, state| {
            let decoded = decoder.try_decode(ins, InstructionSize::Ins16, state);
            // A backward branch overflows in the emulator's own printing where overflow is checked.
            let operands = |ins: &dyn Instruction| (!ins.name().starts_with('b')).then(|| ins.args(0));
            decoded.map(|ins| (ins.name(), operands(&*ins), ins.sets_flags())).ok()
        };
        // All 16-bit encodings, outside and inside a conditional block, twice: 131,072 keys in 8,192 slots.
        for state in [ItState(0), ItState(0x08), ItState(0)] {
            for ins in 0..0x1_0000 {
                assert_eq!(
                    name(&remembering, ins, state),
                    name(&plain, ins, state),
                    "{ins:#06x} {}",
                    state.0
                );
            }
        }
    }
}

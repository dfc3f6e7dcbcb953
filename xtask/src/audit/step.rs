//! What one instruction does to the flow of control and to the stack: all that the audit wants to know of it.

use super::{rv32, thumb};
use crate::emulate::image::{Image, Instructions, Section};

/// Where control goes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next instruction, or past a conditional block.
    Next,
    /// To an address, or to the next instruction.
    Branch(u32),
    /// To an address.
    Jump(u32),
    /// To a function and back.
    Call(u32),
    /// To the caller.
    Return,
    /// To one of the places in a table that lies behind the instruction, within the same function.
    Switch,
    /// Through a register, to a place that this instruction does not name.
    Through,
}

/// What becomes of the stack pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stack {
    /// It stays or goes up.
    Kept,
    /// It goes down by so many bytes.
    Lowered(u32),
    /// It takes a value that the code does not name.
    Unknown,
}

/// What one instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Bytes of the instruction.
    pub(super) len: u32,
    /// Where control goes.
    pub(super) flow: Flow,
    /// What becomes of the stack pointer.
    pub(super) stack: Stack,
    /// True for instructions of a floating-point unit or of another coprocessor.
    pub(super) is_float: bool,
    /// The register that it sets to a value which the code names, and that value.
    pub(super) sets: Option<(u32, u32)>,
}

impl Step {
    /// One that does nothing of interest.
    pub(super) const fn plain(len: u32) -> Self {
        Self { len, flow: Flow::Next, stack: Stack::Kept, is_float: false, sets: None }
    }

    /// The same with a flow.
    pub(super) const fn flowing(self, flow: Flow) -> Self {
        Self { flow, ..self }
    }

    /// The same with an effect on the stack.
    pub(super) const fn stacking(self, stack: Stack) -> Self {
        Self { stack, ..self }
    }
}

/// Decodes the instruction at `place`; `before` is what the one before it set. None behind the end of the section.
pub(super) fn decode(image: &Image, code: &Section, place: u32, before: Option<(u32, u32)>) -> Option<Step> {
    let at = place.checked_sub(code.address)? as usize;
    let first = half(code, at)?;
    let second = half(code, at + 2);
    match image.instructions {
        Instructions::Thumb => thumb::decode(place, first, second, before, |address| image.word(address)),
        Instructions::Rv32 => rv32::decode(place, first, second, before),
    }
}

/// The little-endian half-word at an offset.
pub(super) fn half(section: &Section, at: usize) -> Option<u32> {
    let bytes = section.bytes.get(at..at + 2)?;
    Some(u32::from(u16::from_le_bytes([bytes[0], bytes[1]])))
}

/// Sign-extends the low `bits` of a value.
pub(super) const fn signed(value: u32, bits: u32) -> u32 {
    (((value << (32 - bits)) as i32) >> (32 - bits)) as u32
}

/// What adding a value to the stack pointer does.
pub(super) const fn added(value: u32) -> Stack {
    if (value as i32) < 0 { Stack::Lowered(value.wrapping_neg()) } else { Stack::Kept }
}

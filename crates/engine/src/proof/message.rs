//! What rustc says where an assertion does not hold.

/// A line of text made at compile time, where nothing can be formatted.
#[derive(Clone, Copy)]
pub(super) struct Message {
    bytes: [u8; Self::ROOM],
    len: usize,
}

impl Message {
    const ROOM: usize = 160;

    /// Begins with a name.
    pub(super) const fn new(name: &str) -> Self {
        Self { bytes: [0; Self::ROOM], len: 0 }.text(name)
    }

    /// Appends a text; what does not fit is cut.
    #[allow(clippy::indexing_slicing, reason = "both indices are compared with their lengths")]
    pub(super) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut at = 0;
        while at < text.len() && self.len < Self::ROOM {
            self.bytes[self.len] = text[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// Appends a decimal number.
    #[allow(clippy::indexing_slicing, reason = "the index is compared with the length")]
    pub(super) const fn number(mut self, number: usize) -> Self {
        let mut power = 1;
        while number / power >= 10 {
            power *= 10;
        }
        while power > 0 && self.len < Self::ROOM {
            self.bytes[self.len] = b'0' + (number / power % 10) as u8;
            self.len += 1;
            power /= 10;
        }
        self
    }

    /// Appends which channel it is.
    pub(super) const fn channel(self, channel: usize) -> Self {
        self.text(", channel ").number(channel)
    }
}

/// Ends the compilation with a message.
#[allow(clippy::panic, reason = "evaluated at compile time, where a panic is a compiler error")]
pub(super) const fn stop(message: Message) -> ! {
    match core::str::from_utf8(message.bytes.split_at(message.len).0) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("a bound does not hold"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn shown(message: &Message) -> std::string::String {
        core::str::from_utf8(&message.bytes[..message.len]).unwrap().to_string()
    }

    #[test]
    fn numbers_are_decimal_and_long_texts_are_cut() {
        let message = Message::new("x ").number(0).text(" ").number(10).text(" ").number(usize::MAX);
        assert_eq!(shown(&message), std::format!("x 0 10 {}", usize::MAX));
        let long = Message::new(&"y".repeat(500)).number(12).channel(3);
        assert_eq!(shown(&long), "y".repeat(Message::ROOM));
    }
}

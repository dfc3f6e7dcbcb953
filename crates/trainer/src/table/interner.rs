//! Texts that repeat, kept once.

use std::collections::HashMap;

/// Texts numbered from 0 in order of their first appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct Interner {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Interner {
    /// The number of a text, a new one where the text is new.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    pub(super) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_first_appearance() {
        let mut interner = Interner::default();
        assert_eq!(["b", "a", "b", ""].map(|text| interner.number(text)), [0, 1, 0, 2]);
        assert_eq!((interner.text(1), interner.len()), ("a", 3));
    }
}

//! Lists without an allocator: items stay encoded and are decoded while walking.

use core::marker::PhantomData;
use serde::{Deserialize, Serialize};

/// A list of encoded items, one after another.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Sequence<'a, T> {
    len: u16,
    #[serde(borrow)]
    bytes: &'a [u8],
    #[serde(skip)]
    item: PhantomData<fn() -> T>,
}

impl<'a, T: Deserialize<'a>> Sequence<'a, T> {
    /// Number of items.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// True when there is no item.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items. In a validated model there are exactly [`Sequence::len`] of them.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let mut rest = self.bytes;
        (0..self.len).map_while(move |_| {
            let (item, left) = postcard::take_from_bytes(rest).ok()?;
            rest = left;
            Some(item)
        })
    }

    /// The item at an index, decoding all before it.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<T> {
        self.iter().nth(index)
    }

    /// True when every item decodes and no byte is left over.
    pub(crate) fn is_whole(&self) -> bool {
        let mut rest = self.bytes;
        (0..self.len).all(|_| match postcard::take_from_bytes::<T>(rest) {
            Ok((_, left)) => {
                rest = left;
                true
            }
            Err(_) => false,
        }) && rest.is_empty()
    }
}

/// The bytes of a [`Sequence`], owned, for writing.
#[cfg(feature = "std")]
#[derive(Clone, Debug)]
pub struct SequenceBuffer<T> {
    len: u16,
    bytes: std::vec::Vec<u8>,
    item: PhantomData<fn() -> T>,
}

#[cfg(feature = "std")]
impl<T: Serialize> SequenceBuffer<T> {
    /// Encodes items; `None` where there are more than 65,535.
    #[must_use]
    pub fn encode(items: &[T]) -> Option<Self> {
        let len = u16::try_from(items.len()).ok()?;
        let mut bytes = std::vec::Vec::new();
        for item in items {
            bytes = postcard::to_extend(item, bytes).ok()?;
        }
        Some(Self { len, bytes, item: PhantomData })
    }

    /// The list, borrowed, possibly as items of a shorter lifetime.
    #[must_use]
    pub fn borrow<'a, U: Deserialize<'a>>(&'a self) -> Sequence<'a, U> {
        Sequence { len: self.len, bytes: &self.bytes, item: PhantomData }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    fn walks_what_was_encoded() {
        let buffer = SequenceBuffer::encode(&["chip", "", "keyed"]).unwrap();
        let sequence: Sequence<'_, &str> = buffer.borrow();
        assert!(sequence.is_whole());
        assert_eq!(sequence.iter().collect::<std::vec::Vec<_>>(), ["chip", "", "keyed"]);
        assert_eq!((sequence.get(2), sequence.get(3)), (Some("keyed"), None));
    }

    #[test]
    fn notices_leftovers_and_shortage() {
        let buffer = SequenceBuffer::encode(&["a", "b"]).unwrap();
        let long: Sequence<'_, &str> = Sequence { len: 1, ..buffer.borrow() };
        let short: Sequence<'_, &str> = Sequence { len: 3, ..buffer.borrow() };
        assert!(!long.is_whole() && !short.is_whole());
        assert_eq!(short.iter().count(), 2);
    }
}

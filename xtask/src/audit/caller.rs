//! Who reaches a function: calls and branches of the code, and addresses stored beside it.

use super::graph::Graph;
use crate::emulate::image::{Content, Image, Instructions};
use std::collections::BTreeSet;

/// Names, mangled, of the functions that reach `address`; `a table` where only constants or variables hold it.
///
/// A number in a table may equal an address by chance, so tables count only where no code reaches the function.
pub(super) fn callers(image: &Image, graph: &Graph, address: u32) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = graph.callers(address).map(str::to_owned).collect();
    let mut is_in_table = false;
    for section in &image.sections {
        for (index, word) in section.bytes.chunks_exact(4).enumerate() {
            let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            if !stores(image, word, address) {
                continue;
            }
            if section.content == Content::Code {
                let holder = image.function_at(section.address + 4 * index as u32);
                found.extend(holder.map(|symbol| symbol.name.clone()));
            } else {
                is_in_table = true;
            }
        }
    }
    if found.is_empty() && is_in_table {
        found.insert("a table".to_owned());
    }
    found
}

fn stores(image: &Image, word: u32, address: u32) -> bool {
    // Address 0 is the vector table on Arm and every zero word in memory.
    let pointer = if image.instructions == Instructions::Thumb { address | 1 } else { address };
    address != 0 && word == pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::image::{Section, Symbol};

    #[test]
    fn a_stored_address_counts_as_a_call() {
        let symbol = |name: &str, address| Symbol { name: name.into(), address, size: 4, is_code: true };
        let halves = [0xbf00_u16, 0xbf00, 0x0109, 0, 0x4770, 0xbf00];
        let bytes = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        let mut image = Image {
            sections: vec![Section { content: Content::Code, address: 0x100, bytes }],
            symbols: vec![symbol("main", 0x100), symbol("callee", 0x108)],
            ..Image::default()
        };
        let callers = |image: &Image, address| super::callers(image, &Graph::of(image), address);
        assert_eq!(callers(&image, 0x108), BTreeSet::from(["main".to_owned()]));
        image.sections[0].content = Content::Constants;
        assert_eq!(callers(&image, 0x108), BTreeSet::from(["a table".to_owned()]));
        assert!(callers(&image, 0x100).is_empty());
    }
}

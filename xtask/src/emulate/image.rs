//! A linked firmware, read from its ELF file.

use object::read::elf::{ElfFile32, ProgramHeader};
use object::{Architecture, Endianness, Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};
use std::path::Path;

/// Bytes that a loader places in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Physical address.
    pub(crate) address: u32,
    /// Content.
    pub(crate) bytes: Vec<u8>,
}

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Instructions.
    Code,
    /// Constants.
    Constants,
    /// Variables with a first value: they take flash and RAM.
    Initialised,
    /// Variables that start as zero: they take RAM only.
    Zeroed,
}

/// A section that ends up in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// What it holds.
    pub(crate) content: Content,
    /// Where it runs.
    pub(crate) address: u32,
    /// Its bytes; zeros where the file has none.
    pub(crate) bytes: Vec<u8>,
}

/// A named address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// Name as linked, mangled.
    pub(crate) name: String,
    /// Address without the Thumb bit.
    pub(crate) address: u32,
    /// Bytes; 0 where the assembler gave none.
    pub(crate) size: u32,
    /// True for code.
    pub(crate) is_code: bool,
}

/// The instruction set of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Instructions {
    /// Thumb.
    #[default]
    Thumb,
    /// RV32.
    Rv32,
}

/// A linked firmware.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Image {
    /// The instruction set.
    pub(crate) instructions: Instructions,
    /// What a loader places.
    pub(crate) segments: Vec<Segment>,
    /// What ends up in memory, by address.
    pub(crate) sections: Vec<Section>,
    /// Defined symbols, by address.
    pub(crate) symbols: Vec<Symbol>,
    /// Names that nothing defines.
    pub(crate) undefined: Vec<String>,
    /// Addresses within code from which on there is data, true, or instructions, false; by address.
    pub(crate) marks: Vec<(u32, bool)>,
}

impl Image {
    /// Reads a file.
    ///
    /// # Errors
    /// One line with the file and the cause.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&bytes).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Reads the bytes of a 32-bit ELF file.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let elf = ElfFile32::<Endianness>::parse(bytes)
            .map_err(|error| format!("not a 32-bit ELF file: {error}"))?;
        let endian = elf.endian();
        let instructions = match elf.architecture() {
            Architecture::Arm => Instructions::Thumb,
            Architecture::Riscv32 => Instructions::Rv32,
            other => return Err(format!("instructions of {other:?}, wanted Arm or Riscv32")),
        };
        let mut image = Self { instructions, ..Self::default() };
        for header in elf.raw_segments() {
            if header.p_type(endian) != object::elf::PT_LOAD || header.p_filesz(endian) == 0 {
                continue;
            }
            let content =
                header.data(endian, bytes).map_err(|()| "a segment lies outside the file".to_owned())?;
            image.segments.push(Segment { address: header.p_paddr(endian), bytes: content.to_vec() });
        }
        for section in elf.sections() {
            let content = match section.kind() {
                SectionKind::Text => Content::Code,
                SectionKind::ReadOnlyData | SectionKind::ReadOnlyString => Content::Constants,
                SectionKind::Data => Content::Initialised,
                SectionKind::UninitializedData => Content::Zeroed,
                _ => continue,
            };
            let size = section.size() as usize;
            let mut bytes = section.data().map_err(|error| error.to_string())?.to_vec();
            bytes.resize(size, 0);
            image.sections.push(Section { content, address: section.address() as u32, bytes });
        }
        for symbol in elf.symbols() {
            let name = symbol.name().map_err(|error| error.to_string())?;
            if symbol.is_undefined() {
                if !name.is_empty() {
                    image.undefined.push(name.to_owned());
                }
            } else if let Some(mark) = name.strip_prefix('$') {
                // Of what the linker left out only the mark remains, without a place.
                if symbol.section_index().is_some() {
                    image.marks.push((symbol.address() as u32, mark.starts_with('d')));
                }
            } else if !name.is_empty() && symbol.kind() != SymbolKind::File {
                let is_code = symbol.kind() == SymbolKind::Text;
                let address = symbol.address() as u32 & if is_code { !1 } else { !0 };
                image.symbols.push(Symbol {
                    name: name.to_owned(),
                    address,
                    size: symbol.size() as u32,
                    is_code,
                });
            }
        }
        image.marks.sort_unstable();
        image.sections.sort_by_key(|section| section.address);
        image.symbols.sort_by_key(|symbol| symbol.address);
        Ok(image)
    }

    /// The symbol of that name.
    pub(crate) fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.symbols.iter().find(|symbol| symbol.name == name)
    }

    /// The address of a symbol that the firmware must have.
    ///
    /// # Errors
    /// Names the symbol that is missing.
    pub(crate) fn address_of(&self, name: &str) -> Result<u32, String> {
        let symbol = self.symbol(name).ok_or_else(|| format!("the image has no symbol {name}"))?;
        Ok(symbol.address)
    }

    /// The code symbol that holds an address: the nearest before it.
    pub(crate) fn function_at(&self, address: u32) -> Option<&Symbol> {
        let end = self.symbols.partition_point(|symbol| symbol.address <= address);
        self.symbols[..end].iter().rev().find(|symbol| symbol.is_code)
    }

    /// True where constants lie between the instructions.
    pub(crate) fn is_data(&self, address: u32) -> bool {
        let end = self.marks.partition_point(|&(mark, _)| mark <= address);
        self.marks[..end].last().is_some_and(|&(_, is_data)| is_data)
    }

    /// The little-endian word that a loader places at an address.
    pub(crate) fn word(&self, address: u32) -> Option<u32> {
        self.bytes_at(address).map(u32::from_le_bytes)
    }

    /// The little-endian half of a word that a loader places at an address.
    pub(crate) fn half(&self, address: u32) -> Option<u16> {
        self.bytes_at(address).map(u16::from_le_bytes)
    }

    /// Bytes of the instruction at an address: 2 or 4.
    pub(crate) fn instruction_bytes(&self, address: u32) -> u32 {
        let first = self.half(address).unwrap_or(0);
        let is_long = match self.instructions {
            Instructions::Thumb => first >= 0xe800,
            Instructions::Rv32 => first & 3 == 3,
        };
        if is_long { 4 } else { 2 }
    }

    fn bytes_at<const N: usize>(&self, address: u32) -> Option<[u8; N]> {
        self.segments.iter().find_map(|segment| {
            let at = address.checked_sub(segment.address)? as usize;
            segment.bytes.get(at..at + N)?.try_into().ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_image() {
        let message = Image::parse(b"not an image").unwrap_err();
        assert!(message.starts_with("not a 32-bit ELF file"), "{message}");
    }

    #[test]
    fn the_nearest_mark_before_an_address_says_what_lies_there() {
        let image = Image { marks: vec![(4, false), (8, true), (12, false)], ..Image::default() };
        assert_eq!(
            [0, 4, 7, 8, 11, 12].map(|at| image.is_data(at)),
            [false, false, false, true, true, false]
        );
    }

    #[test]
    fn the_nearest_function_before_an_address_holds_it() {
        let symbol = |name: &str, address, is_code| Symbol { name: name.into(), address, size: 0, is_code };
        let symbols = vec![symbol("a", 0, true), symbol("table", 6, false), symbol("b", 8, true)];
        let image = Image { symbols, ..Image::default() };
        let holder = |address| image.function_at(address).unwrap().name.as_str();
        assert_eq!((holder(0), holder(7), holder(8), holder(100)), ("a", "a", "b", "b"));
        assert!(image.address_of("c").unwrap_err().contains('c'));
    }
}

//! Tiny images written by hand, whose counts and outputs are known without running them.

use super::{MEASURE_START, MEASURE_STOP, MEASURED_ALL};

/// Where variables and the stack would lie.
const RAM: u32 = 0x2000_0000;

/// An image that runs `main`, without a measured call, and then stops with success.
pub(crate) fn program(main: &[u16]) -> Vec<u8> {
    let mut code = main.to_vec();
    let end = 2 * code.len() as u32;
    code.extend([0xe7fe]); // b .
    elf(&code, &[("main", 0), (MEASURE_START, end), (MEASURE_STOP, end), (MEASURED_ALL, end)], &[])
}

/// An image that measures a loop of two instructions with the given number of turns, and prints "ok".
pub(crate) fn counting_loop(turns: u8) -> Vec<u8> {
    let code = [
        0x4807, // main:          ldr r0, =function + 1     (the pool begins at 0x20 of the code)
        0x4780, // measure_start: blx r0
        0x4907, // measure_stop:  ldr r1, =text
        0x2004, //                movs r0, #SYS_WRITE0
        0xbeab, //                bkpt #0xab
        0x4907, // measured_all:  ldr r1, =APPLICATION_EXIT
        0x2018, //                movs r0, #SYS_EXIT
        0xbeab, //                bkpt #0xab
        0xe7fe, //                b .
        0x2000 | u16::from(turns), // function: movs r0, #turns
        0x3801, //                subs r0, #1
        0xd1fd, //                bne back to subs
        0x4770, //                bx lr
        0xbf00,
        0xbf00,
        0xbf00, // nop, up to the pool
    ];
    let (function, text) = (CODE + 18, CODE + 0x20 + 12);
    let pool = [function + 1, text, 0x20026, u32::from_le_bytes(*b"ok\n\0")];
    let symbols = [("main", 0), (MEASURE_START, 2), (MEASURE_STOP, 4), (MEASURED_ALL, 10), ("function", 18)];
    elf(&code, &symbols, &pool)
}

/// Address of the code: behind a vector table of 16 entries.
const CODE: u32 = 64;

/// A 32-bit Arm ELF file with one segment at address 0: vectors, code, words. Symbols are functions at offsets of the
/// code; those that name the RAM are added.
fn elf(code: &[u16], symbols: &[(&str, u32)], words: &[u32]) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend((RAM + 1024).to_le_bytes());
    segment.extend(std::iter::repeat_n((CODE + 1).to_le_bytes(), 15).flatten());
    segment.extend(code.iter().flat_map(|half| half.to_le_bytes()));
    segment.extend(words.iter().flat_map(|word| word.to_le_bytes()));

    let mut names = vec![0];
    let mut table = vec![0; 16];
    let functions = symbols.iter().map(|&(name, at)| (name, CODE + at + 1, 2_u8, 1_u16));
    let places = [("_stack_bottom", RAM, 0, 0xfff1), ("_ram_end", RAM + 1024, 0, 0xfff1)];
    for (name, value, kind, section) in functions.chain(places) {
        table.extend((names.len() as u32).to_le_bytes());
        table.extend(value.to_le_bytes());
        table.extend(0_u32.to_le_bytes());
        table.extend([0x10 | kind, 0]);
        table.extend(section.to_le_bytes());
        names.extend(name.bytes().chain([0]));
    }
    let section_names = b"\0.text\0.symtab\0.strtab\0";

    let segment_at = 52 + 32;
    let table_at = segment_at + segment.len();
    let names_at = table_at + table.len();
    let section_names_at = names_at + names.len();
    let sections_at = (section_names_at + section_names.len()).next_multiple_of(4);

    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend([2_u16, 40].iter().flat_map(|half| half.to_le_bytes()));
    for word in [1, CODE + 1, 52, sections_at as u32, 0x0500_0000] {
        file.extend(word.to_le_bytes());
    }
    file.extend([52_u16, 32, 1, 40, 5, 4].iter().flat_map(|half| half.to_le_bytes()));
    let len = segment.len() as u32;
    for word in [1, segment_at as u32, 0, 0, len, len, 5, 4] {
        file.extend(word.to_le_bytes());
    }
    file.extend(&segment);
    file.extend(&table);
    file.extend(&names);
    file.extend(section_names);
    file.resize(sections_at, 0);
    let sections = [
        [0; 10],
        [1, 1, 6, 0, segment_at as u32, len, 0, 0, 4, 0],
        [7, 2, 0, 0, table_at as u32, table.len() as u32, 3, 1, 4, 16],
        [15, 3, 0, 0, names_at as u32, names.len() as u32, 0, 0, 1, 0],
        [15, 3, 0, 0, section_names_at as u32, section_names.len() as u32, 0, 0, 1, 0],
    ];
    file.extend(sections.as_flattened().iter().flat_map(|word| word.to_le_bytes()));
    file
}

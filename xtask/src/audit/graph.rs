//! The static call graph of a linked image: functions, whom they call, and how far each lowers the stack.
//!
//! A function is bounded by its symbol. Its instructions are read one after the other, constants between them left out by the
//! linker's marks. A branch out of a function counts as a call: the frame may be gone by then, so the depth is an upper bound.
//!
//! For size compilers keep the address of a function that is called three times in a register or on the stack. A call through a
//! register counts as a call of every function whose address the caller has as a constant; without such a constant it is indirect. An
//! outlined sequence of instructions is a part of its callers, so theirs are its constants.

use super::step::{Flow, Stack, decode};
use crate::emulate::image::{Content, Image, Instructions, Section};
use std::collections::{BTreeMap, BTreeSet};

/// Functions written in assembly whose stack pointer and jumps no instruction names: part of the mangled name, and the most bytes that
/// they take off the stack. They call nothing; their jumps through registers go to places of their own. The stack that a run
/// touches is held against these figures too.
///
/// A dense layer with DSP instructions pushes 9 and 12 registers, a large one 5 more, and 8 bytes for each of at most 25 groups of
/// inputs, in a large one for 32; one with 16-bit instructions pushes 9 registers and 8.
const STATED: [(&str, u32); 3] = [
    ("9dense_dsp5small5layer", 4 * (9 + 12) + 8 * 25),
    ("9dense_dsp5large5layer", 4 * (9 + 17) + 8 * 32),
    ("12dense_thumb17compute", 4 * (9 + 8)),
];

/// What LLVM calls a sequence of instructions that several functions had in common.
const OUTLINED: &str = "OUTLINED_FUNCTION_";

/// A function of the image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Function {
    /// Name as linked, mangled.
    pub(super) name: String,
    /// Sum of all that it takes off the stack pointer; each of its instructions does so once at most before it returns, as long as no
    /// frame has a variable size, which would show as unknown.
    pub(super) frame: u32,
    /// Addresses that it calls or branches to outside itself.
    pub(super) calls: BTreeSet<u32>,
    /// Addresses of functions that it has as constants.
    named: BTreeSet<u32>,
    /// True where it calls or jumps through a register and has no address of a function as a constant.
    pub(super) is_indirect: bool,
    /// True where it sets the stack pointer to what the code does not name.
    pub(super) is_unbounded: bool,
    /// True where it has an instruction of a floating-point unit.
    pub(super) has_float: bool,
}

/// Functions by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Graph {
    functions: BTreeMap<u32, Function>,
}

/// What a function and everything below it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Depth {
    /// Bytes of stack, its own and those of the deepest chain of calls.
    pub(super) bytes: u32,
    /// That chain: mangled names, and bytes of each.
    pub(super) chain: Vec<(String, u32)>,
}

impl Graph {
    /// Reads every function of an image.
    pub(super) fn of(image: &Image) -> Self {
        let mut functions = BTreeMap::new();
        let code = || image.symbols.iter().filter(|symbol| symbol.is_code);
        let mut starts: Vec<u32> = code().map(|symbol| symbol.address).collect();
        starts.dedup();
        for symbol in code() {
            let Some(section) = holder(image, symbol.address) else { continue };
            // The assembler gives no size: such a function ends where the next begins.
            let next = starts.get(starts.partition_point(|&start| start <= symbol.address));
            let end = if symbol.size > 0 {
                symbol.address + symbol.size
            } else {
                next.map_or(section.address + section.bytes.len() as u32, |&next| next)
            };
            let function = functions.entry(symbol.address).or_insert_with(|| Function {
                name: symbol.name.clone(),
                ..read(image, section, symbol.address..end)
            });
            // Of several names for one place the one with a size is the function's own.
            if symbol.size > 0 {
                function.name.clone_from(&symbol.name);
            }
            if let Some(&(_, frame)) = STATED.iter().find(|(part, _)| symbol.name.contains(part)) {
                (function.frame, function.is_indirect, function.is_unbounded) = (frame, false, false);
            }
        }
        let mut graph = Self { functions };
        graph.follow_outlined();
        graph
    }

    /// Lets outlined sequences that jump through a register call what their callers name, if each of them names something.
    fn follow_outlined(&mut self) {
        let is_open = |function: &Function| function.is_indirect && function.name.starts_with(OUTLINED);
        let open: Vec<u32> =
            self.functions.iter().filter(|(_, function)| is_open(function)).map(|(&at, _)| at).collect();
        for address in open {
            let callers = || self.functions.values().filter(|function| function.calls.contains(&address));
            if callers().all(|caller| !caller.named.is_empty()) {
                let named: BTreeSet<u32> =
                    callers().flat_map(|caller| caller.named.iter().copied()).collect();
                if let Some(function) = self.functions.get_mut(&address) {
                    function.is_indirect = named.is_empty();
                    function.calls.extend(named);
                }
            }
        }
    }

    /// Names, mangled, of the functions that call or branch to an address.
    pub(super) fn callers(&self, address: u32) -> impl Iterator<Item = &str> {
        let calling = self.functions.values().filter(move |function| function.calls.contains(&address));
        calling.map(|function| function.name.as_str())
    }

    /// The function at an address and all that it can reach by calls that the code names.
    pub(super) fn reached(&self, root: u32) -> Vec<&Function> {
        let mut seen = BTreeSet::from([root]);
        let mut waiting = vec![root];
        let mut found = Vec::new();
        while let Some(address) = waiting.pop() {
            let Some(function) = self.functions.get(&address) else { continue };
            found.push(function);
            waiting.extend(function.calls.iter().filter(|&&callee| seen.insert(callee)));
        }
        found
    }

    /// The deepest chain of calls that begins at an address.
    ///
    /// # Errors
    /// The names, mangled, of a chain of calls that comes back to its beginning.
    pub(super) fn depth(&self, root: u32) -> Result<Depth, Vec<String>> {
        self.deepest(root, &mut Vec::new(), &mut BTreeMap::new())
    }

    fn deepest(
        &self,
        address: u32,
        above: &mut Vec<u32>,
        known: &mut BTreeMap<u32, Depth>,
    ) -> Result<Depth, Vec<String>> {
        if let Some(at) = above.iter().position(|&caller| caller == address) {
            let names = above[at..].iter().chain([&address]).filter_map(|at| self.functions.get(at));
            return Err(names.map(|function| function.name.clone()).collect());
        }
        if let Some(depth) = known.get(&address) {
            return Ok(depth.clone());
        }
        let Some(function) = self.functions.get(&address) else { return Ok(Depth::default()) };
        above.push(address);
        let mut below = Depth::default();
        for &callee in &function.calls {
            let depth = self.deepest(callee, above, known)?;
            if depth.bytes > below.bytes {
                below = depth;
            }
        }
        above.pop();
        below.bytes += function.frame;
        below.chain.insert(0, (function.name.clone(), function.frame));
        known.insert(address, below.clone());
        Ok(below)
    }
}

/// The section of code that holds an address.
fn holder(image: &Image, address: u32) -> Option<&Section> {
    image.sections.iter().find(|section| {
        let holds =
            address.checked_sub(section.address).is_some_and(|at| (at as usize) < section.bytes.len());
        section.content == Content::Code && holds
    })
}

/// Reads the instructions of a function.
fn read(image: &Image, section: &Section, range: std::ops::Range<u32>) -> Function {
    let mut function = Function::default();
    let mut is_through = false;
    let (mut place, mut before) = (range.start, None);
    while place < range.end {
        if image.is_data(place) {
            (place, before) = (place + 2, None);
            continue;
        }
        let Some(step) = decode(image, section, place, before) else { break };
        match step.flow {
            Flow::Call(target) => _ = function.calls.insert(target),
            Flow::Branch(target) | Flow::Jump(target) if !range.contains(&target) => {
                function.calls.insert(target);
            }
            Flow::Through => is_through = true,
            Flow::Next | Flow::Branch(_) | Flow::Jump(_) | Flow::Return | Flow::Switch => {}
        }
        match step.stack {
            Stack::Lowered(bytes) => function.frame += bytes,
            Stack::Unknown => function.is_unbounded = true,
            Stack::Kept => {}
        }
        function.has_float |= step.is_float;
        function.named.extend(step.sets.and_then(|(_, value)| callee(image, value)));
        (place, before) = (place + step.len, step.sets);
    }
    if is_through {
        function.is_indirect = function.named.is_empty();
        function.calls.extend(&function.named);
    }
    function
}

/// The function that begins where a pointer to code points.
fn callee(image: &Image, pointer: u32) -> Option<u32> {
    let address = match image.instructions {
        Instructions::Thumb if pointer & 1 == 1 => pointer & !1,
        Instructions::Thumb => return None,
        Instructions::Rv32 => pointer,
    };
    let function = image.function_at(address)?;
    (function.address == address).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::image::Symbol;

    /// An image of functions at 0x100, 0x110 and 0x120.
    fn image(functions: [&[u16]; 3]) -> Image {
        let mut halves = [0xbf00_u16; 24]; // nop
        let mut symbols = Vec::new();
        for (index, (name, code)) in ["root", "left", "right"].iter().zip(functions).enumerate() {
            halves[8 * index..][..code.len()].copy_from_slice(code);
            symbols.push(Symbol {
                name: (*name).to_owned(),
                address: 0x100 + 16 * index as u32,
                size: 16,
                is_code: true,
            });
        }
        let bytes = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        let section = Section { content: Content::Code, address: 0x100, bytes };
        Image { sections: vec![section], symbols, ..Image::default() }
    }

    // push {r4, lr}, then bl to 0x110 and 0x120; bx lr.
    const ROOT: &[u16] = &[0xb510, 0xf000, 0xf805, 0xf000, 0xf80b, 0xbd10];
    // sub sp, #64; add sp, #64; bx lr.
    const LEAF: &[u16] = &[0xb090, 0xb010, 0x4770];

    #[test]
    fn the_deepest_chain_counts() {
        let graph = Graph::of(&image([ROOT, LEAF, &[0x4770]]));
        let depth = graph.depth(0x100).unwrap();
        assert_eq!(depth.bytes, 72);
        assert_eq!(depth.chain, [("root".to_owned(), 8), ("left".to_owned(), 64)]);
        assert_eq!(graph.callers(0x120).collect::<Vec<_>>(), ["root"]);
        assert_eq!(graph.reached(0x100).len(), 3);
    }

    #[test]
    fn a_chain_that_comes_back_is_told() {
        // left: b.w 0x120; right: b.w 0x110.
        let graph = Graph::of(&image([ROOT, &[0xf000, 0xb806], &[0xf7ff, 0xbff6]]));
        assert_eq!(graph.depth(0x100).unwrap_err(), ["left", "right", "left"]);
        assert_eq!(graph.depth(0x130).unwrap(), Depth::default());
    }

    #[test]
    fn what_cannot_be_followed_is_told_of_its_function() {
        // blx r0; mov sp, r4; vadd.f32.
        let graph = Graph::of(&image([ROOT, &[0x4780, 0x46a5, 0xee30, 0x0a20, 0x4770], LEAF]));
        let reached = graph.reached(0x100);
        let left = reached.iter().find(|function| function.name == "left").unwrap();
        assert_eq!((left.is_indirect, left.is_unbounded, left.has_float), (true, true, true));
        assert!(reached.iter().filter(|function| function.is_indirect).count() == 1);
    }

    #[test]
    fn assembly_that_states_its_stack_is_taken_at_its_word() {
        // mov sp, r4; mov pc, r5.
        let mut image = image([ROOT, &[0x46a5, 0x46af], &[0x4770]]);
        for (part, bytes) in STATED {
            image.symbols[1].name = format!("_ZN6engine4arch{part}17h0E");
            let graph = Graph::of(&image);
            assert_eq!(graph.depth(0x100).unwrap().bytes, 8 + bytes);
            let reached = graph.reached(0x100);
            assert!(reached.iter().all(|function| !function.is_indirect && !function.is_unbounded));
        }
    }

    #[test]
    fn a_call_through_a_register_with_a_named_function_is_followed() {
        // root: push {r4, r5, r7, lr}; ldr r5, =left + 1; blx r5; pop; the constant. left calls through a register without one.
        let root = &[0xb5b0, 0x4d01, 0x47a8, 0xbdb0, 0x0111, 0x0000];
        let mut image = image([root, LEAF, &[0x47a8, 0x4770]]);
        image.marks = vec![(0x108, true), (0x10c, false)];
        let bytes = image.sections[0].bytes.clone();
        image.segments = vec![crate::emulate::image::Segment { address: 0x100, bytes }];
        let graph = Graph::of(&image);
        assert_eq!(graph.depth(0x100).unwrap().bytes, 16 + 64);
        assert!(graph.reached(0x100).iter().all(|function| !function.is_indirect));
        assert!(graph.reached(0x120).iter().all(|function| function.is_indirect));
    }

    #[test]
    fn what_an_outlined_sequence_calls_is_what_its_callers_name() {
        // root: push {r4, r5, r7, lr}; ldr r5, =right + 1; bl left; pop; the constant. left: bx r5.
        let root = &[0xb5b0, 0x4d02, 0xf000, 0xf804, 0xbdb0, 0xbf00, 0x0121, 0x0000];
        let mut image = image([root, &[0x4728], LEAF]);
        image.marks = vec![(0x10c, true), (0x110, false)];
        let bytes = image.sections[0].bytes.clone();
        image.segments = vec![crate::emulate::image::Segment { address: 0x100, bytes }];
        assert!(Graph::of(&image).reached(0x100).iter().any(|function| function.is_indirect));
        image.symbols[1].name = "OUTLINED_FUNCTION_0".to_owned();
        let graph = Graph::of(&image);
        assert!(graph.reached(0x100).iter().all(|function| !function.is_indirect));
        let names: Vec<_> = graph.depth(0x100).unwrap().chain.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["root", "OUTLINED_FUNCTION_0", "right"]);
    }

    #[test]
    fn constants_between_instructions_are_left_out() {
        let mut image = image([&[0xb510, 0xb090, 0xbd10], LEAF, LEAF]);
        image.marks = vec![(0x100, false), (0x102, true), (0x104, false)];
        assert_eq!(Graph::of(&image).depth(0x100).unwrap().bytes, 8);
    }
}

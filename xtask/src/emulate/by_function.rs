//! What each function takes of a measured call, and whether that depends on the record.

use super::image::Image;
use super::recorder::Call;
use std::collections::BTreeMap;

/// What one function took, calls below it left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Name as linked, mangled.
    pub(crate) name: String,
    /// Fewest instructions in a call.
    pub(crate) least: u64,
    /// Most instructions in a call.
    pub(crate) most: u64,
}

/// All functions of some calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    /// One for each function that any call reached, by address.
    pub(crate) functions: Vec<Share>,
    /// Sum, over all instructions, of how often each ran at most in one call: a record that combines the ways of these, each
    /// at its longest, takes no more.
    pub(crate) ceiling: u64,
}

/// Distributes calls among the functions of their image.
pub(super) fn shares(calls: &[Call], image: &Image) -> Shares {
    let mut functions = BTreeMap::<u32, Vec<u64>>::new();
    let mut most = BTreeMap::<u32, u64>::new();
    for (at, call) in calls.iter().enumerate() {
        for (&address, place) in call {
            let function = image.function_at(address).map_or(address, |symbol| symbol.address);
            // A function that a call did not reach took nothing of it.
            functions.entry(function).or_insert_with(|| vec![0; calls.len()])[at] += place.count;
            let most = most.entry(address).or_default();
            *most = place.count.max(*most);
        }
    }
    let share = |(address, counts): (u32, Vec<u64>)| Share {
        name: image.function_at(address).map_or_else(String::new, |symbol| symbol.name.clone()),
        least: counts.iter().copied().min().unwrap_or_default(),
        most: counts.iter().copied().max().unwrap_or_default(),
    };
    Shares { functions: functions.into_iter().map(share).collect(), ceiling: most.values().sum() }
}

#[cfg(test)]
mod tests {
    use super::super::recorder::Place;
    use super::*;
    use crate::emulate::image::Symbol;

    #[test]
    fn functions_that_vary_show_their_range() {
        let symbol = |name: &str, address| Symbol { name: name.into(), address, size: 0, is_code: true };
        let symbols = vec![symbol("caller", 0x90), symbol("same", 0x200), symbol("varies", 0x300)];
        let image = Image { symbols, ..Image::default() };
        let call = |counts: &[(u32, u64)]| -> Call {
            counts.iter().map(|&(address, count)| (address, Place { count, ..Place::default() })).collect()
        };
        let calls = [
            call(&[(0x92, 1), (0x200, 1), (0x202, 1), (0x300, 1)]),
            call(&[(0x92, 1), (0x200, 1), (0x202, 1), (0x302, 3)]),
            call(&[(0x92, 1), (0x200, 2)]),
        ];
        let shares = shares(&calls, &image);
        let share = |name: &str, least, most| Share { name: name.into(), least, most };
        assert_eq!(shares.functions, [share("caller", 1, 1), share("same", 2, 2), share("varies", 0, 3)]);
        // The longest of each: the call, two and one in the first function, one and three in the second.
        assert_eq!(shares.ceiling, 1 + 2 + 1 + 1 + 3);
    }
}

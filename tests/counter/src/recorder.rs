//! What was executed between two markers, address by address.
//!
//! The plugin and the emulator inside `xtask` both feed this one, instruction by instruction, so that their answers differ
//! only where what they executed differs.

use std::collections::BTreeMap;

/// Addresses that recording hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Markers {
    /// First recorded instruction of a call.
    pub(crate) start: u32,
    /// First instruction behind a call.
    pub(crate) stop: u32,
    /// Nothing after it is recorded.
    pub(crate) end: u32,
}

/// What happened at one address.
///
/// Sizes of instructions are not in it: QEMU 7.2 reports four bytes for a short one at the end of a page, where it has
/// looked at the one behind. Whoever has the image knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// How often it was begun.
    pub(crate) count: u64,
    /// How often the next to begin was the one two bytes behind.
    pub(crate) two_behind: u64,
    /// How often the next to begin was the one four bytes behind.
    pub(crate) four_behind: u64,
}

/// One call: the places that it passed.
pub(crate) type Call = BTreeMap<u32, Place>;

/// Follows an execution and keeps its measured calls.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    markers: Markers,
    calls: Vec<Call>,
    /// The call under way, and the instruction that it began last.
    open: Option<(Call, u32)>,
    has_ended: bool,
}

impl Recorder {
    /// Nothing recorded yet.
    pub(crate) fn new(markers: Markers) -> Self {
        Self { markers, calls: Vec::new(), open: None, has_ended: false }
    }

    /// An instruction begins at `address`; false once there is nothing more to record.
    ///
    /// Instructions of a conditional block whose condition fails begin as others do: they take time on a device as well.
    pub(crate) fn begin(&mut self, address: u32) -> bool {
        if self.has_ended {
            return false;
        }
        if let Some((call, last)) = &mut self.open
            && let Some(place) = call.get_mut(last)
        {
            match address.wrapping_sub(*last) {
                2 => place.two_behind += 1,
                4 => place.four_behind += 1,
                _ => {}
            }
        }
        if address == self.markers.end {
            self.has_ended = true;
            self.open = None;
        } else if address == self.markers.start {
            // A call that never reached its end is no call.
            self.open = Some((Call::new(), address));
        } else if address == self.markers.stop
            && let Some((call, _)) = self.open.take()
        {
            self.calls.push(call);
        }
        if let Some((call, last)) = &mut self.open {
            call.entry(address).or_default().count += 1;
            *last = address;
        }
        !self.has_ended
    }

    /// The calls that reached their end, in order.
    pub(crate) fn into_calls(self) -> Vec<Call> {
        self.calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKERS: Markers = Markers { start: 0x92, stop: 0x94, end: 0x6d8 };

    fn recorded(addresses: &[u32]) -> Vec<Call> {
        let mut recorder = Recorder::new(MARKERS);
        for &address in addresses {
            recorder.begin(address);
        }
        recorder.into_calls()
    }

    #[test]
    fn places_hold_how_often_they_began_and_what_began_behind_them() {
        // A call to 0x20, which turns twice around a long instruction, and its return.
        let calls = recorded(&[0x10, 0x92, 0x20, 0x22, 0x26, 0x20, 0x22, 0x26, 0x28, 0x94, 0x30]);
        let place = |count, two_behind, four_behind| Place { count, two_behind, four_behind };
        let wanted = [
            (0x20, place(2, 2, 0)),
            (0x22, place(2, 0, 2)),
            (0x26, place(2, 1, 0)),
            (0x28, place(1, 0, 0)),
            (0x92, place(1, 0, 0)),
        ];
        assert_eq!(calls, [Call::from(wanted)]);
    }

    #[test]
    fn nothing_counts_outside_the_markers_nor_behind_the_end() {
        assert!(recorded(&[0x94, 0x92]).is_empty());
        assert_eq!(recorded(&[0x92, 0x94, 0x6d8, 0x92, 0x94]).len(), 1);
        let mut recorder = Recorder::new(MARKERS);
        assert!(recorder.begin(0x92));
        assert!(!recorder.begin(0x6d8));
        assert!(!recorder.begin(0x92));
    }
}

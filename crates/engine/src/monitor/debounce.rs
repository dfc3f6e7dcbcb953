//! From verdicts on single events to something worth a call: hits of the last events, and rest after an alarm.

use crate::score::Verdict;

/// When an alarm is raised, and for how long not another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    hits: u8,
    span: u8,
    hold_off: u16,
}

impl Rules {
    /// Every event for itself.
    pub const EACH: Self = Self::new(1, 1, 0);

    /// `hits` of the last `span` events, then rest for `hold_off` events.
    ///
    /// # Bounds
    /// `span` is taken into `1..=32`, `hits` into `1..=span`.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(hits: u8, span: u8, hold_off: u16) -> Self {
        let span = if span == 0 {
            1
        } else if span > 32 {
            32
        } else {
            span
        };
        let hits = if hits == 0 {
            1
        } else if hits > span {
            span
        } else {
            hits
        };
        Self { hits, span, hold_off }
    }
}

/// The last events, one bit each, newest lowest: of those at least watched and of those that alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Debounce {
    watched: u32,
    alarmed: u32,
    /// Events until another alarm may be raised.
    resting: u16,
}

impl Debounce {
    pub(super) const EMPTY: Self = Self { watched: 0, alarmed: 0, resting: 0 };

    /// Takes the verdict on an event; gives what is worth telling. While an alarm rests, a further one is a watch.
    pub(super) fn update(&mut self, verdict: Verdict, rules: Rules) -> Verdict {
        let kept = u32::MAX >> (32 - u32::from(rules.span)); // span is 1 to 32
        let hits = u32::from(rules.hits);
        self.watched = (self.watched << 1 | u32::from(verdict >= Verdict::Watch)) & kept;
        self.alarmed = (self.alarmed << 1 | u32::from(verdict == Verdict::Alarm)) & kept;
        let is_resting = self.resting > 0;
        self.resting = self.resting.saturating_sub(1);
        if self.alarmed.count_ones() >= hits && !is_resting {
            self.resting = rules.hold_off;
            Verdict::Alarm
        } else if self.watched.count_ones() >= hits {
            Verdict::Watch
        } else {
            Verdict::Normal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const VERDICTS: [Verdict; 3] = [Verdict::Normal, Verdict::Watch, Verdict::Alarm];

    #[test]
    fn each_event_for_itself_is_the_verdict() {
        let mut debounce = Debounce::EMPTY;
        for verdict in VERDICTS.into_iter().cycle().take(20) {
            assert_eq!(debounce.update(verdict, Rules::EACH), verdict);
        }
    }

    #[test]
    fn absurd_rules_are_brought_into_range() {
        assert_eq!(Rules::new(0, 0, 7), Rules::new(1, 1, 7));
        assert_eq!(Rules::new(200, 200, 0), Rules::new(32, 32, 0));
        assert_eq!(Rules::new(5, 3, 0), Rules::new(3, 3, 0));
    }

    proptest! {
        #[test]
        fn hits_are_those_of_the_last_events(
            events in prop::collection::vec(0..3_usize, 0..120), span in 1..=32_u8, hits in 1..=32_u8,
            hold_off in 0..20_u16,
        ) {
            let hits = hits.min(span);
            let (rules, mut debounce) = (Rules::new(hits, span, hold_off), Debounce::EMPTY);
            let events: Vec<Verdict> = events.into_iter().map(|at| VERDICTS[at]).collect();
            let mut raised: Option<usize> = None;
            for at in 0..events.len() {
                let last = &events[(at + 1).saturating_sub(span.into())..=at];
                let least = |level| last.iter().filter(|&&verdict| verdict >= level).count() >= hits.into();
                let rests = raised.is_some_and(|alarm| at - alarm <= hold_off.into());
                let want = match (least(Verdict::Alarm) && !rests, least(Verdict::Watch)) {
                    (true, _) => Verdict::Alarm,
                    (false, true) => Verdict::Watch,
                    _ => Verdict::Normal,
                };
                if want == Verdict::Alarm {
                    raised = Some(at);
                }
                prop_assert_eq!(debounce.update(events[at], rules), want, "event {}", at);
            }
        }
    }
}

//! Windows of a stream: the last samples, kept in a ring.

use crate::feature::Mark;

/// Where a ring of samples stands; the samples themselves lie in slices that the caller owns.
///
/// After as many samples as a window has, and from then on after every `hop` of them, a window is complete. A hop beyond
/// the window skips samples. A gap in the stream is a new ring.
///
/// ```
/// use tillwatch_engine::feature::Mark;
/// use tillwatch_engine::stream::SampleRing;
/// const FRESH: SampleRing = SampleRing::new(2, 1, 1); // windows of two samples of one column, one after each sample
/// let (mut ring, mut codes, mut marks) = (FRESH, [0; 2], [Mark::NONE; 2]);
/// assert!(!ring.push(&[5], &[Mark::NONE], &mut codes, &mut marks));
/// assert!(ring.push(&[6], &[Mark::NONE], &mut codes, &mut marks));
/// assert!(ring.push(&[7], &[Mark::SATURATED], &mut codes, &mut marks));
/// let (mut window, mut of_window) = ([0; 2], [Mark::NONE]);
/// ring.window(&codes, &marks, &mut window, &mut of_window);
/// assert_eq!((window, of_window), ([6, 7], [Mark::SATURATED]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleRing {
    samples: u16,
    columns: u16,
    hop: u16,
    /// Where the next sample goes, which is where the oldest one lies.
    slot: u16,
    /// Samples until a window is complete.
    wanted: u16,
}

impl SampleRing {
    /// A ring that has seen nothing; a `const fn`, so that generated code can keep it in a static.
    ///
    /// # Shapes
    /// `samples`: of a window; `columns`: wide codes of a sample; `hop`: samples from one window to the next.
    /// # Bounds
    /// Any; 0 samples and a hop of 0 are taken as 1.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(samples: u16, columns: u16, hop: u16) -> Self {
        let (samples, hop) = (if samples == 0 { 1 } else { samples }, if hop == 0 { 1 } else { hop });
        Self { samples, columns, hop, slot: 0, wanted: samples }
    }

    /// Keeps a sample in place of the oldest; true when a window is complete.
    ///
    /// # Shapes
    /// `codes`: one per column; `marks`: one per feature; `kept_codes`: `[samples, columns]`; `kept_marks`: `[samples,
    /// features]`. The kept ones are the same slices at every call, with whatever in them before the first.
    /// # Units
    /// `codes`: wide codes.
    /// # Bounds
    /// Any. Of a sample that the slices do not hold, what fits is kept.
    /// # Exactness
    /// Exact: a copy.
    /// # Panics
    /// Never.
    pub fn push(
        &mut self,
        codes: &[i16],
        marks: &[Mark],
        kept_codes: &mut [i16],
        kept_marks: &mut [Mark],
    ) -> bool {
        let slot = usize::from(self.slot);
        let places = kept_codes.iter_mut().skip(slot * usize::from(self.columns));
        places.take(self.columns.into()).zip(codes).for_each(|(place, &code)| *place = code);
        let places = kept_marks.iter_mut().skip(slot * marks.len());
        places.zip(marks).for_each(|(place, &mark)| *place = mark);
        self.slot = if self.slot + 1 < self.samples { self.slot + 1 } else { 0 };
        self.wanted -= 1;
        let is_complete = self.wanted == 0;
        if is_complete {
            self.wanted = self.hop;
        }
        is_complete
    }

    /// Copies the window, oldest sample first; a feature is marked with all that its samples are.
    ///
    /// # Shapes
    /// `kept_codes` and `kept_marks`: as [`SampleRing::push`]; `codes`: `[samples, columns]`; `marks`: one per feature.
    /// # Units
    /// `codes`: wide codes.
    /// # Bounds
    /// Any; the shorter of source and target bounds the work.
    /// # Exactness
    /// Exact: a copy.
    /// # Panics
    /// Never.
    pub fn window(&self, kept_codes: &[i16], kept_marks: &[Mark], codes: &mut [i16], marks: &mut [Mark]) {
        let (newer, older) = kept_codes
            .split_at_checked(usize::from(self.slot) * usize::from(self.columns))
            .unwrap_or((kept_codes, &[]));
        codes.iter_mut().zip(older.iter().chain(newer)).for_each(|(to, &from)| *to = from);
        marks.fill(Mark::NONE);
        for sample in kept_marks.chunks_exact(marks.len().max(1)).take(self.samples.into()) {
            marks.iter_mut().zip(sample).for_each(|(all, &mark)| *all = all.with(mark));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn hops_beyond_the_window_skip_samples() {
        let mut ring = SampleRing::new(2, 1, 3);
        let (mut codes, mut marks) = ([0; 2], [Mark::NONE; 2]);
        let complete: Vec<bool> =
            (0..9).map(|code| ring.push(&[code], &[Mark::NONE], &mut codes, &mut marks)).collect();
        assert_eq!(complete, [false, true, false, false, true, false, false, true, false]);
    }

    #[test]
    fn nothing_and_short_slices_do_no_harm() {
        let mut ring = SampleRing::new(0, 2, 0);
        assert!(ring.push(&[1, 2, 3], &[Mark::MISSING], &mut [], &mut []));
        let mut kept = [0; 3];
        assert!(ring.push(&[1, 2, 3], &[], &mut kept, &mut []));
        assert_eq!(kept, [1, 2, 0]); // two columns
        ring.window(&[], &[], &mut [0; 2], &mut [Mark::NONE; 2]);
        let mut ring = SampleRing::new(3, 2, 1);
        for _ in 0..2 {
            ring.push(&[4, 5], &[Mark::NONE], &mut [0; 2], &mut [Mark::NONE; 1]);
        }
        ring.window(&[7, 8], &[Mark::NONE], &mut [0; 6], &mut []);
    }

    proptest! {
        #[test]
        fn pushed_samples_are_the_windows_of_the_whole_series(
            (columns, features) in (1..4_usize, 1..4_usize), samples in 1..9_usize, hop in 1..13_usize,
            series in prop::collection::vec((any::<i16>(), 0..4_usize), 0..60),
        ) {
            const MARKS: [Mark; 4] = [Mark::NONE, Mark::MISSING, Mark::SATURATED, Mark::UNKNOWN];
            // Column c of a sample is its number plus c; feature f carries the mark of f places further.
            let codes: Vec<Vec<i16>> =
                series.iter().map(|s| (0..columns).map(|c| s.0.wrapping_add(c as i16)).collect()).collect();
            let marks: Vec<Vec<Mark>> =
                series.iter().map(|s| (0..features).map(|f| MARKS[(s.1 + f) % 4]).collect()).collect();

            let mut ring = SampleRing::new(samples as u16, columns as u16, hop as u16);
            let (mut kept, mut kept_marks) = (vec![99; samples * columns], vec![Mark::UNKNOWN; samples * features]);
            let mut got = Vec::new();
            for (codes, marks) in codes.iter().zip(&marks) {
                if ring.push(codes, marks, &mut kept, &mut kept_marks) {
                    let (mut window, mut of_window) = (vec![0; samples * columns], vec![Mark::NONE; features]);
                    ring.window(&kept, &kept_marks, &mut window, &mut of_window);
                    got.push((window, of_window));
                }
            }
            let windows = codes.windows(samples).zip(marks.windows(samples)).step_by(hop);
            let want: Vec<_> = windows
                .map(|(codes, marks)| {
                    let any = |f: usize| marks.iter().fold(Mark::NONE, |all, sample| all.with(sample[f]));
                    (codes.concat(), (0..features).map(any).collect::<Vec<_>>())
                })
                .collect();
            prop_assert_eq!(got, want);
        }
    }
}

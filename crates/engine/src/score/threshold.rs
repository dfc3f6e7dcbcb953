//! The cut between normal and strange, and the scale that people read.

/// Entries of the percentile table.
pub const ANCHORS: usize = 16;

/// The percentiles, in permille, that the anchors of a model stand for; denser in the tail. The last one is reached by
/// scores above every calibration score.
pub const LEVELS: [u16; ANCHORS] =
    [100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 975, 990, 995, 998, 999, 1000];

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing remarkable.
    Normal,
    /// Above the watch threshold: worth a look when there is time.
    Watch,
    /// Above the alarm threshold, which keeps the promised alarm rate.
    Alarm,
}

/// What calibration found; it can be replaced without touching the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Scores above it are [`Verdict::Watch`].
    pub watch: u64,
    /// Scores above it are [`Verdict::Alarm`]; at least `watch`.
    pub alarm: u64,
    /// Score at each of [`LEVELS`], rising.
    pub anchors: [u64; ANCHORS],
}

impl Thresholds {
    /// The verdict on a score.
    ///
    /// # Bounds
    /// Any score. A score equal to a threshold does not exceed it.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn verdict(&self, score: u64) -> Verdict {
        if score > self.alarm {
            Verdict::Alarm
        } else if score > self.watch {
            Verdict::Watch
        } else {
            Verdict::Normal
        }
    }

    /// Where a score stands among the calibration scores, 0 to 1000.
    ///
    /// The highest level whose anchor the score exceeds; 0 below the first. Monotone in the score.
    ///
    /// # Bounds
    /// Any score.
    /// # Exactness
    /// Exact; the resolution is that of [`LEVELS`].
    /// # Panics
    /// Never.
    #[must_use]
    pub fn percentile(&self, score: u64) -> u16 {
        let mut percentile = 0;
        for (&anchor, &level) in self.anchors.iter().zip(&LEVELS) {
            // No early exit, so that the work does not depend on the score.
            percentile = if score > anchor { level } else { percentile };
        }
        percentile
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thresholds() -> Thresholds {
        let mut anchors = [0; ANCHORS];
        for (anchor, level) in anchors.iter_mut().zip(LEVELS) {
            *anchor = u64::from(level) * 10;
        }
        Thresholds { watch: 900, alarm: 990, anchors }
    }

    #[test]
    fn equality_is_not_excess() {
        let thresholds = thresholds();
        let verdicts = [0, 900, 901, 990, 991].map(|score| thresholds.verdict(score));
        assert_eq!(
            verdicts,
            [Verdict::Normal, Verdict::Normal, Verdict::Watch, Verdict::Watch, Verdict::Alarm]
        );
    }

    #[test]
    fn percentiles_rise_to_the_end() {
        let thresholds = thresholds();
        assert_eq!(thresholds.percentile(0), 0);
        assert_eq!(thresholds.percentile(1000), 0);
        assert_eq!(thresholds.percentile(1001), 100);
        assert_eq!(thresholds.percentile(9_951), 995);
        assert_eq!(thresholds.percentile(u64::MAX), 1000);
        for score in 0..11_000 {
            assert!(thresholds.percentile(score) <= thresholds.percentile(score + 1));
        }
    }

    #[test]
    fn all_equal_calibration_scores_still_order() {
        let thresholds = Thresholds { watch: 5, alarm: 5, anchors: [5; ANCHORS] };
        assert_eq!((thresholds.percentile(5), thresholds.verdict(5)), (0, Verdict::Normal));
        assert_eq!((thresholds.percentile(6), thresholds.verdict(6)), (1000, Verdict::Alarm));
    }
}

//! How the learning rate changes during training.

/// A course of the learning rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// Always the same.
    Constant,
    /// Rises in a straight line, then falls along half a cosine. Follows the steps, not the epochs.
    Cosine {
        /// Share of all steps in which the rate rises, in `[0, 1)`.
        warm_up: f64,
        /// Share of the rate that is left at the end, in `[0, 1]`.
        floor: f64,
    },
    /// Falls whenever the loss that training watches has not improved for a while.
    Plateau {
        /// What the rate is multiplied by, in `(0, 1)`.
        factor: f64,
        /// Epochs without improvement before it is.
        patience: usize,
        /// Smallest share of the first rate.
        floor: f64,
    },
}

/// A schedule under way.
#[derive(Debug)]
pub(super) struct Course {
    schedule: Schedule,
    first_rate: f64,
    steps: u64,
    share: f64,
    stale_epochs: usize,
}

impl Course {
    /// Starts a schedule over a number of steps.
    pub(super) fn new(schedule: Schedule, first_rate: f64, steps: u64) -> Self {
        Course { schedule, first_rate, steps: steps.max(1), share: 1.0, stale_epochs: 0 }
    }

    /// The rate of a step, counted from 0.
    pub(super) fn rate(&self, step: u64) -> f64 {
        let share = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Plateau { .. } => self.share,
            Schedule::Cosine { warm_up, floor } => {
                let rising = (warm_up * self.steps as f64).ceil();
                let step = step as f64;
                if step < rising {
                    (step + 1.0) / (rising + 1.0)
                } else {
                    let falling = (self.steps as f64 - rising).max(1.0);
                    let way = ((step - rising) / falling).min(1.0);
                    floor + (1.0 - floor) * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * way))
                }
            }
        };
        self.first_rate * share
    }

    /// Takes note of whether an epoch brought a better loss.
    pub(super) fn note(&mut self, improved: bool) {
        if let Schedule::Plateau { factor, patience, floor } = self.schedule {
            self.stale_epochs = if improved { 0 } else { self.stale_epochs + 1 };
            if self.stale_epochs > patience {
                self.share = (self.share * factor).max(floor);
                self.stale_epochs = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_rises_then_falls_to_its_floor() {
        let course = Course::new(Schedule::Cosine { warm_up: 0.1, floor: 0.01 }, 2.0, 100);
        let rates: Vec<f64> = (0..=100).map(|step| course.rate(step)).collect();
        assert!(rates[..11].windows(2).all(|pair| pair[0] < pair[1]));
        assert!(rates[10..].windows(2).all(|pair| pair[0] > pair[1]));
        assert_eq!(rates[10], 2.0);
        assert_eq!(rates[100], 0.02);
    }

    #[test]
    fn plateau_waits_for_its_patience_and_stops_at_its_floor() {
        let mut course = Course::new(Schedule::Plateau { factor: 0.5, patience: 1, floor: 0.3 }, 1.0, 10);
        course.note(false);
        assert_eq!(course.rate(0), 1.0);
        course.note(true);
        course.note(false);
        assert_eq!(course.rate(0), 1.0);
        course.note(false);
        assert_eq!(course.rate(0), 0.5);
        for _ in 0..4 {
            course.note(false);
        }
        assert_eq!(course.rate(0), 0.3);
    }
}

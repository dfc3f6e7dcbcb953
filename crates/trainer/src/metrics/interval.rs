//! How far chance may have moved a figure of a scored, labelled set: 95 % intervals.

use super::ranking::{average_precision, tie_groups};

/// 97.5 % of the normal distribution lie below it.
const Z: f64 = 1.959_963_984_540_054;
/// Halvings of an interval until its end is known to the last bit.
const HALVINGS: usize = 60;

/// The 95 % interval of a share of `n` independent draws.
///
/// # Source
/// Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
#[must_use]
pub fn wilson(share: f64, n: f64) -> [f64; 2] {
    if n <= 0.0 {
        return [0.0, 1.0];
    }
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)]
}

/// The 95 % interval of [`auroc`](super::auroc): what two methods give together.
///
/// DeLong's takes the spread of both classes from the scores themselves, but from a few anomalies near the top it sees too
/// little of it; Newcombe's knows only the counts and the area, and takes scores to be exponential. Each is too narrow where
/// the other is not.
///
/// # Shapes
/// `scores`, `labels`: one per row; a label is true for an anomaly.
/// # Errors
/// `None` where one of the two classes is absent.
/// # Source
/// DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988), on the scale of log odds; Newcombe, Statistics in Medicine 25 (2006),
/// method 5.
#[must_use]
pub fn auroc_interval<S: Copy + PartialOrd>(scores: &[S], labels: &[bool]) -> Option<[f64; 2]> {
    let groups = tie_groups(scores, labels);
    let anomalies = groups.iter().map(|group| group.0).sum::<u64>() as f64;
    let normals = groups.iter().map(|group| group.1).sum::<u64>() as f64;
    if anomalies <= 0.0 || normals <= 0.0 {
        return None;
    }
    // Of each class the share of the other one that every row is on the right side of.
    let (mut above, mut of_anomalies, mut of_normals) = ([0.0; 2], Moments::default(), Moments::default());
    for group in groups {
        let tied = [group.0 as f64, group.1 as f64];
        of_anomalies.add((normals - above[1] - 0.5 * tied[1]) / normals, tied[0]);
        of_normals.add((above[0] + 0.5 * tied[0]) / anomalies, tied[1]);
        above = [above[0] + tied[0], above[1] + tied[1]];
    }
    let area = of_anomalies.mean();
    let [low, high] = newcombe(area, anomalies, normals);
    let variance = of_anomalies.variance_of_mean() + of_normals.variance_of_mean();
    let odds = area / (1.0 - area);
    if variance <= 0.0 || odds <= 0.0 || !odds.is_finite() {
        return Some([low, high]);
    }
    let reach = libm::exp(Z * variance.sqrt() / (area * (1.0 - area)));
    let [delong_low, delong_high] = [odds / reach, odds * reach].map(|odds| odds / (1.0 + odds));
    Some([low.min(delong_low), high.max(delong_high)])
}

/// The 95 % interval of [`average_precision`], for sets with as many anomalies among as many rows.
///
/// It is that of a share of the anomalies: each adds a precision between 0 and 1, whose spread can be no larger.
///
/// # Shapes
/// As [`auroc_interval`].
/// # Errors
/// `None` where there is no anomaly.
/// # Source
/// Boyd, Eng and Page, "Area under the precision-recall curve: point estimates and confidence intervals", ECML PKDD (2013), with
/// Wilson's interval for their binomial one.
#[must_use]
pub fn average_precision_interval<S: Copy + PartialOrd>(scores: &[S], labels: &[bool]) -> Option<[f64; 2]> {
    let anomalies = labels.iter().filter(|&&label| label).count();
    Some(wilson(average_precision(scores, labels)?, anomalies as f64))
}

/// Every area from which the one found is at most 1.96 standard deviations away, ends only.
fn newcombe(area: f64, anomalies: f64, normals: f64) -> [f64; 2] {
    let mean_less_one = (anomalies + normals) / 2.0 - 1.0;
    let deviation = |area: f64| {
        let pairs = (1.0 - area) / (2.0 - area) + area / (1.0 + area);
        (area * (1.0 - area) * (1.0 + mean_less_one * pairs) / (anomalies * normals)).sqrt()
    };
    [0.0, 1.0].map(|end| {
        let (mut inside, mut outside) = (area, end);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            let is_inside = (middle - area).abs() <= Z * deviation(middle);
            if is_inside { inside = middle } else { outside = middle }
        }
        inside
    })
}

/// Sums for a mean and its variance.
#[derive(Default)]
struct Moments {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64, times: f64) {
        self.count += times;
        self.sum += times * value;
        self.squares += times * value * value;
    }

    fn mean(&self) -> f64 {
        self.sum / self.count
    }

    /// 0 where one value alone says nothing of it.
    fn variance_of_mean(&self) -> f64 {
        if self.count < 2.0 {
            return 0.0;
        }
        let around = (self.squares - self.sum * self.mean()).max(0.0);
        around / (self.count - 1.0) / self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::auroc;
    use crate::nn::{Generator, normal};
    use rand_chacha::rand_core::SeedableRng;
    use tillwatch_testkit::tolerance::{COVERAGE, PUBLISHED, SHARE_OF_400};

    /// Anomalies, normal rows, and mean and deviation of the scores of anomalies; those of normal rows are 0 and 1.
    const DESIGNS: [(usize, usize, f64, f64); 6] = [
        (20, 100, 1.0, 1.0),
        (20, 100, 2.5, 1.0),
        (20, 100, 3.0, 3.0),
        (10, 1000, 2.5, 1.0),
        (50, 300, 1.5, 1.0),
        (200, 300, 3.0, 1.0),
    ];
    const TRIALS: usize = 400;
    /// Times a set's size, for the figure that is taken for the true one.
    const LARGE: usize = 1_000;

    fn draw(n: [usize; 2], mean: f64, deviation: f64, generator: &mut Generator) -> (Vec<f64>, Vec<bool>) {
        let strange = (0..n[0]).map(|_| mean + deviation * normal(generator)).collect::<Vec<_>>();
        let usual = (0..n[1]).map(|_| normal(generator));
        let scores = strange.into_iter().chain(usual).collect();
        (scores, [vec![true; n[0]], vec![false; n[1]]].concat())
    }

    #[test]
    fn intervals_hold_the_true_figure_as_often_as_they_say() {
        for (index, (anomalies, normals, mean, deviation)) in DESIGNS.into_iter().enumerate() {
            let mut generator = Generator::seed_from_u64(index as u64);
            let (scores, labels) =
                draw([LARGE * anomalies, LARGE * normals], mean, deviation, &mut generator);
            let truth = [auroc(&scores, &labels).unwrap(), average_precision(&scores, &labels).unwrap()];
            let mut held = [0; 2];
            for _ in 0..TRIALS {
                let (scores, labels) = draw([anomalies, normals], mean, deviation, &mut generator);
                let found = [auroc_interval(&scores, &labels), average_precision_interval(&scores, &labels)];
                for ((held, truth), found) in held.iter_mut().zip(truth).zip(found) {
                    let [low, high] = found.unwrap();
                    *held += usize::from((low..=high).contains(&truth));
                }
            }
            let shares = held.map(|held| held as f64 / TRIALS as f64);
            println!(
                "{anomalies} anomalies, {normals} normal rows, N({mean}, {deviation}): {truth:.3?} {shares:.3?}"
            );
            for share in shares {
                assert!(
                    share >= COVERAGE - SHARE_OF_400,
                    "{anomalies} {normals} {mean} {deviation}: {shares:?}"
                );
            }
        }
    }

    #[test]
    fn by_hand() {
        // Half of the pairs of one normal row and all of the other's are won, and so with the anomalies: an area of 0.75, log odds of
        // ln 3, and a variance of 1/16 + 1/16, which is 1.8856 on their scale. The ends are 3 exp(-3.6957) and 3 exp(3.6957) as odds.
        let [low, high] = auroc_interval(&[3, 4, 1, 2], &[false, true, false, true]).unwrap();
        assert!((low - 0.0693).abs() < PUBLISHED && (high - 0.9918).abs() < PUBLISHED, "{low} {high}");
        let [low, high] = wilson(0.1, 100.0);
        assert!((low - 0.0552).abs() < PUBLISHED && (high - 0.1744).abs() < PUBLISHED, "{low} {high}");
        assert_eq!(wilson(0.0, 0.0), [0.0, 1.0]);
    }

    #[test]
    fn a_perfect_order_is_not_a_certain_one() {
        let labels = [false, false, false, false, true, true];
        let [low, high] = auroc_interval(&[1, 2, 3, 4, 5, 6], &labels).unwrap();
        assert!((0.3..0.8).contains(&low) && high >= 1.0, "{low} {high}");
        let [low, high] = average_precision_interval(&[1, 2, 3, 4, 5, 6], &labels).unwrap();
        assert!((0.3..0.8).contains(&low) && high >= 1.0, "{low} {high}");
        let [low, high] = auroc_interval(&[6, 5, 4, 3, 2, 1], &labels).unwrap();
        assert!(low <= 0.0 && (0.2..0.7).contains(&high), "{low} {high}");
    }

    #[test]
    fn one_class_has_no_interval() {
        assert_eq!(auroc_interval(&[1, 2], &[true; 2]), None);
        assert_eq!(average_precision_interval(&[1, 2], &[false; 2]), None);
        assert!(auroc_interval(&[1, 2], &[false, true]).is_some());
    }
}

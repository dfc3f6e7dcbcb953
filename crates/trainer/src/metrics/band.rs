//! A band around a curve of which every point is known within a box.

/// What the boxes cover in each of some evenly spaced columns from 0 to 1: place, lowest and highest value.
///
/// With 95 % intervals for both sides of each box the band holds the true value at one place at least as often: it allows for
/// both being off at once. Columns that no box reaches are left out.
///
/// # Shapes
/// `boxes`: `[low, high]` across, `[low, high]` up.
#[must_use]
pub fn band(boxes: &[[[f64; 2]; 2]], columns: usize) -> Vec<[f64; 3]> {
    let column = |index: usize| {
        let at = index as f64 / (columns - 1) as f64;
        let here = boxes.iter().filter(|[across, _]| across[0] <= at && at <= across[1]);
        let [low, high] = here.fold([f64::INFINITY, f64::NEG_INFINITY], |ends, [_, up]| {
            [ends[0].min(up[0]), ends[1].max(up[1])]
        });
        (low <= high).then_some([at, low, high])
    };
    (0..columns).filter_map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::wilson;
    use crate::nn::{Generator, normal};
    use rand_chacha::rand_core::SeedableRng;
    use tillwatch_testkit::tolerance::{COVERAGE, SHARE_OF_400};

    #[test]
    fn boxes_that_overlap_are_one_band() {
        let boxes = [[[0.0, 0.5], [0.1, 0.4]], [[0.25, 0.5], [0.2, 0.6]]];
        assert_eq!(band(&boxes, 5), [[0.0, 0.1, 0.4], [0.25, 0.1, 0.6], [0.5, 0.1, 0.6]]);
        assert!(band(&[], 5).is_empty());
    }

    #[test]
    fn the_band_holds_the_true_curves() {
        const TRIALS: usize = 400;
        const N: [usize; 2] = [300, 50];
        const MEAN: f64 = 2.0;
        const AT: [f64; 3] = [0.05, 0.2, 0.5];
        let mut generator = Generator::seed_from_u64(1);
        // Scores of many normal rows and anomalies, falling: what the curves are without chance.
        let mut draw = |n: usize, mean: f64| {
            let mut scores: Vec<f64> = (0..n).map(|_| mean + normal(&mut generator)).collect();
            scores.sort_by(|a, b| b.total_cmp(a));
            scores
        };
        let above = |scores: &[f64], at: f64| scores.partition_point(|&score| score > at) as f64;
        let large = [draw(200_000, 0.0), draw(200_000, MEAN)];
        let rate = |class: usize, at: f64| above(&large[class], at) / large[class].len() as f64;
        let recall_at = |share: f64| rate(1, large[0][(share * 200_000.0) as usize]);
        let precision_at = |recall: f64| {
            let found = recall * N[1] as f64;
            found / (found + rate(0, large[1][(recall * 200_000.0) as usize]) * N[0] as f64)
        };
        let mut held = [[0; 3]; 2];
        for _ in 0..TRIALS {
            let scores = [draw(N[0], 0.0), draw(N[1], MEAN)];
            let mut boxes = [vec![], vec![]];
            for &at in scores.iter().flatten() {
                let at = at - 1e-9;
                let alarms = [above(&scores[0], at), above(&scores[1], at)];
                let [rate, recall] = [0, 1].map(|class| {
                    let n = N[class] as f64;
                    wilson(alarms[class] / n, n)
                });
                let all = alarms[0] + alarms[1];
                boxes[0].push([rate, recall]);
                boxes[1].push([recall, wilson(alarms[1] / all, all)]);
            }
            for (curve, held) in held.iter_mut().enumerate() {
                let band = band(&boxes[curve], 101);
                for (&at, held) in AT.iter().zip(held) {
                    let truth = if curve == 0 { recall_at(at) } else { precision_at(at) };
                    let [_, low, high] = *band.iter().find(|column| column[0] >= at - 1e-9).unwrap();
                    *held += usize::from((low..=high).contains(&truth));
                }
            }
        }
        let shares = held.map(|held| held.map(|held| f64::from(held as u32) / TRIALS as f64));
        println!("recall and precision at {AT:?}: {shares:?}");
        assert!(shares.as_flattened().iter().all(|&share| share >= COVERAGE - SHARE_OF_400), "{shares:?}");
    }
}

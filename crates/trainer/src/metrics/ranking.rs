//! Detection figures of a scored, labelled set.

use super::descending;

/// Area under the receiver operating characteristic: the chance that an anomaly scores above a normal row, ties
/// counting one half.
///
/// # Shapes
/// `scores`, `labels`: one per row; a label is true for an anomaly.
/// # Errors
/// `None` where one of the two classes is absent: there is nothing to rank.
/// # Cost
/// One sort.
/// # Source
/// Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982).
#[must_use]
pub fn auroc<S: Copy + PartialOrd>(scores: &[S], labels: &[bool]) -> Option<f64> {
    let (mut above, mut wins) = (0_u64, 0_f64); // anomalies above the tie group, pairs won
    let (mut anomalies, mut normals) = (0_u64, 0_u64);
    for (tied_anomalies, tied_normals) in tie_groups(scores, labels) {
        wins += tied_normals as f64 * (above as f64 + 0.5 * tied_anomalies as f64);
        above += tied_anomalies;
        anomalies += tied_anomalies;
        normals += tied_normals;
    }
    (anomalies > 0 && normals > 0).then(|| wins / (anomalies as f64 * normals as f64))
}

/// Average precision: precision at each distinct score, weighted by the recall gained there.
///
/// # Shapes
/// As [`auroc`].
/// # Errors
/// `None` where there is no anomaly.
/// # Source
/// Manning, Raghavan and Schütze, "Introduction to Information Retrieval" (2008), section 8.4, without interpolation.
#[must_use]
pub fn average_precision<S: Copy + PartialOrd>(scores: &[S], labels: &[bool]) -> Option<f64> {
    let (mut found, mut seen, mut sum) = (0_u64, 0_u64, 0_f64);
    for (tied_anomalies, tied_normals) in tie_groups(scores, labels) {
        found += tied_anomalies;
        seen += tied_anomalies + tied_normals;
        sum += tied_anomalies as f64 * found as f64 / seen as f64;
    }
    (found > 0).then(|| sum / found as f64)
}

/// Share of the rows with the wanted label whose score exceeds a threshold: recall for anomalies, alarm rate for
/// normal rows.
///
/// # Shapes
/// As [`auroc`].
/// # Errors
/// `None` where no row has that label.
#[must_use]
pub fn share_above<S: Copy + PartialOrd>(
    scores: &[S],
    labels: &[bool],
    wanted: bool,
    threshold: S,
) -> Option<f64> {
    let rows = || scores.iter().zip(labels).filter(|&(_, &label)| label == wanted);
    let above = rows().filter(|&(&score, _)| score > threshold).count();
    let all = rows().count();
    (all > 0).then(|| above as f64 / all as f64)
}

/// Share of the anomalies whose score exceeds what at most a given share of the normal rows exceeds.
///
/// A figure of the ranking alone: no threshold is calibrated, so detectors without one can be compared by it.
///
/// # Shapes
/// As [`auroc`].
/// # Errors
/// `None` where one of the two classes is absent.
#[must_use]
pub fn recall_at<S: Copy + PartialOrd>(scores: &[S], labels: &[bool], alarm_rate: f64) -> Option<f64> {
    let (mut found, mut alarms) = (0_u64, 0_u64);
    let groups = tie_groups(scores, labels);
    let normals: u64 = groups.iter().map(|(_, normals)| normals).sum();
    let anomalies: u64 = groups.iter().map(|(anomalies, _)| anomalies).sum();
    // A whole number that floats miss by a rounding is meant.
    let allowed = (alarm_rate * normals as f64 + 1e-9).floor() as u64;
    for (tied_anomalies, tied_normals) in groups {
        alarms += tied_normals;
        if alarms > allowed {
            break;
        }
        found += tied_anomalies;
    }
    (anomalies > 0 && normals > 0).then(|| found as f64 / anomalies as f64)
}

/// Numbers of anomalies and of normal rows at each distinct score, from the highest down.
pub(super) fn tie_groups<S: Copy + PartialOrd>(scores: &[S], labels: &[bool]) -> Vec<(u64, u64)> {
    let order = descending(scores);
    order
        .chunk_by(|&a, &b| scores[a] == scores[b])
        .map(|group| {
            let anomalies = group.iter().filter(|&&row| labels[row]).count() as u64;
            (anomalies, group.len() as u64 - anomalies)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [bool; 4] = [false, true, false, true];

    #[test]
    fn by_hand() {
        // Falling: 4 anomaly, 3 normal, 2 anomaly, 1 normal. Pairs won: 2 + 1 of 4.
        assert_eq!(auroc(&[3, 4, 1, 2], &LABELS), Some(0.75));
        assert_eq!(average_precision(&[3, 4, 1, 2], &LABELS), Some(f64::midpoint(1.0, 2.0 / 3.0)));
        assert_eq!(share_above(&[3, 4, 1, 2], &LABELS, true, 2), Some(0.5));
        assert_eq!(share_above(&[3, 4, 1, 2], &LABELS, false, 0), Some(1.0));
    }

    #[test]
    fn recall_stops_before_one_alarm_too_many() {
        let of = |scores: &[u32; 4], rate| recall_at(scores, &LABELS, rate);
        assert_eq!(of(&[3, 4, 1, 2], 0.49), Some(0.5), "no alarm of two normal rows: what is above 3");
        assert_eq!(of(&[3, 4, 1, 2], 0.5), Some(1.0), "one alarm: what is above 1");
        assert_eq!(of(&[4, 4, 1, 2], 0.0), Some(0.0), "a tie with a normal row is an alarm");
        assert_eq!(recall_at(&[1, 2], &[true; 2], 0.5), None);
    }

    #[test]
    fn all_equal_is_a_coin() {
        assert_eq!(auroc(&[7; 4], &LABELS), Some(0.5));
        assert_eq!(average_precision(&[7; 4], &LABELS), Some(0.5));
        assert_eq!(share_above(&[7; 4], &LABELS, true, 7), Some(0.0));
    }

    #[test]
    fn one_class_has_no_ranking() {
        assert_eq!(auroc(&[1.0, 2.0], &[true; 2]), None);
        assert_eq!(average_precision(&[1.0, 2.0], &[false; 2]), None);
        assert_eq!(share_above(&[1.0, 2.0], &[true; 2], false, 0.0), None);
    }
}

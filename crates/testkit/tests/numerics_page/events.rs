//! Examples of events in time.

use super::narrowed;
use tillwatch_engine::feature::Mark;
use tillwatch_engine::monitor::{Baseline, Event, EventMonitor, FeatureCount, Rules, octave};
use tillwatch_engine::score::{ANCHORS, Reasons, Scored, Tally, Thresholds};

/// Scores of 0, 1 and 2 are normal, watched and alarming here.
const VERDICTS: Thresholds = Thresholds { watch: 0, alarm: 1, anchors: [1; ANCHORS] };

/// What a monitor tells of events with one column each.
fn run(
    monitor: &mut EventMonitor,
    baseline: &Baseline<'_>,
    events: &[(u64, i16)],
    features: &mut [FeatureCount],
) -> Vec<i128> {
    let one = |&(score, code): &(u64, i16)| {
        let scored = Scored {
            score,
            latent: 0,
            percentile: 0,
            verdict: baseline.thresholds.verdict(score),
            tally: Tally::default(),
            reasons: Reasons::new(),
        };
        let event = Event { scored: &scored, codes: &[code], marks: &[Mark::NONE] };
        monitor.observe(&event, baseline, features) as i128
    };
    events.iter().map(one).collect()
}

/// `None` where nothing here is called so.
pub(super) fn compute(name: &str, arguments: &[Vec<i128>]) -> Option<Vec<i128>> {
    let scores = |at: usize| -> Vec<(u64, i16)> {
        narrowed::<u64>(&arguments[at]).into_iter().map(|score| (score, 0)).collect()
    };
    let baseline = |thresholds, limit: i128, promised: i128| Baseline {
        columns: &[1],
        limit: limit as i16,
        alarm_rate_ppm: promised as u32,
        thresholds,
    };
    let mut features = [FeatureCount::EMPTY];
    let mut monitor = EventMonitor::new(Rules::EACH);
    Some(match name {
        "octave" => arguments[0].iter().map(|&score| octave(score as u64) as i128).collect(),
        "told" => {
            let [hits, span, hold_off] = arguments[0][..] else { panic!("hits, span, hold-off") };
            let mut monitor = EventMonitor::new(Rules::new(hits as u8, span as u8, hold_off as u16));
            run(&mut monitor, &baseline(&VERDICTS, 0, 0), &scores(1), &mut features)
        }
        "stream" => {
            run(&mut monitor, &baseline(&VERDICTS, 0, 0), &scores(0), &mut features);
            vec![monitor.mean_log2().into(), monitor.rise().into()]
        }
        "excess" => {
            run(&mut monitor, &baseline(&VERDICTS, 0, arguments[0][0]), &scores(1), &mut features);
            vec![monitor.excess_alarms().into()]
        }
        "offset" => {
            let [watch, alarm, largest] = narrowed::<u64>(&arguments[1]).try_into().ok()?;
            let thresholds = Thresholds { watch, alarm, anchors: [largest; ANCHORS] };
            let mut monitor = EventMonitor::adaptive(Rules::new(32, 32, 0));
            run(&mut monitor, &baseline(&thresholds, 0, arguments[0][0]), &scores(2), &mut features);
            vec![monitor.threshold_offset().into()]
        }
        "feature_sum" => {
            let codes: Vec<(u64, i16)> = arguments[1].iter().map(|&code| (0, code as i16)).collect();
            run(&mut monitor, &baseline(&VERDICTS, arguments[0][0], 0), &codes, &mut features);
            vec![features[0].sum().into()]
        }
        _ => return None,
    })
}

//! The promise of an alarm rate, by simulation: over many calibrations the mean rate is what split-conformal theory says.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use tillwatch_engine::seeded::SeededWords;
use tillwatch_testkit::tolerance::STANDARD_ERRORS;
use tillwatch_trainer::calibrate::calibrate;

/// Calibrations simulated.
const TRIALS: u32 = 4000;

/// Heavy-tailed scores, so that nothing leans on a shape: a product of two draws.
fn score(words: &mut SeededWords) -> u64 {
    u64::from(words.next_word()) * u64::from(words.next_word())
}

#[test]
fn the_mean_rate_over_many_calibrations_is_the_promised_one() {
    for (rows, rate) in [(99_i32, 0.01), (250, 0.01), (199, 0.05), (1000, 0.002)] {
        let mut words = SeededWords::new(rows as u32);
        let mut alarms = 0_u32;
        for _ in 0..TRIALS {
            let scores = (0..rows).map(|_| score(&mut words)).collect();
            let alarm = calibrate(scores, rate).unwrap().thresholds.alarm;
            alarms += u32::from(score(&mut words) > alarm);
        }
        // The exact chance: ranks above the chosen one among rows + 1 that are equally likely.
        let rank = ((f64::from(rows) + 1.0) * (1.0 - rate) - 1e-9).ceil();
        let chance = (f64::from(rows) + 1.0 - rank) / (f64::from(rows) + 1.0);
        assert!(chance <= rate + 1e-12, "{rows} {rate}");
        let error = (chance * (1.0 - chance) / f64::from(TRIALS)).sqrt();
        let measured = f64::from(alarms) / f64::from(TRIALS);
        assert!((measured - chance).abs() <= STANDARD_ERRORS * error, "{rows} {rate}: {measured} {chance}");
    }
}

//! A fault in one field must not go unheard: single-column spikes through the float and the integer model.

use crate::TrainError;
use crate::features::Codes;
use crate::float_model::FloatModel;
use crate::quantise::rim_step;
use crate::scoring::Bench;
use tillwatch_loader::Loader;

/// Sizes of the spikes, in standard deviations.
pub const SIZES: [f64; 4] = [3.0, 10.0, 100.0, 1000.0];
/// Rows that each column is disturbed in.
const ROWS: usize = 24;
/// Columns that are disturbed.
const COLUMNS: usize = 64;
/// By how much the integer model may be deafer: the sampling error of 64 columns in 24 rows, three times over.
const TOLERATED: f64 = 0.04;
/// The integer model has to hear what the float model hears at this share of the size: where all spikes of a size
/// score about as much as the threshold, a threshold that differs by a hundredth divides them otherwise.
const JUST_AS_LOUD: f64 = 0.8;

/// How many spikes of one size were heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spikes {
    /// Size in standard deviations.
    pub size: f64,
    /// Share of spikes that the float model alarms on.
    pub float: f64,
    /// Share of spikes that the integer model alarms on.
    pub integer: f64,
}

/// Runs the test on some normal rows.
///
/// # Errors
/// [`TrainError::Deaf`] where the integer model hears fewer than the float one hears of spikes four fifths as large.
pub fn test(
    loader: &Loader<'_>,
    float: &FloatModel,
    codes: &Codes,
    rows: &[usize],
) -> Result<Vec<Spikes>, TrainError> {
    let step = rim_step(loader.model().body().rim_fraction_bits.into());
    let alarm = loader.model().thresholds().alarm;
    let mut bench = Bench::new(loader);
    let rows: Vec<usize> = rows.iter().copied().step_by(rows.len().div_ceil(ROWS).max(1)).collect();
    let columns: Vec<usize> = (0..codes.n_columns).step_by(codes.n_columns.div_ceil(COLUMNS)).collect();
    let mut results = Vec::new();
    for size in SIZES {
        let (mut heard_float, mut heard_softer, mut heard_integer, mut all) = (0_u32, 0_u32, 0_u32, 0_u32);
        for &row in &rows {
            let (normal, marks) = codes.row(row);
            let values: Vec<f32> = normal.iter().map(|&code| (f64::from(code) * step) as f32).collect();
            let weights: Vec<f32> = codes.column_weights(row).collect();
            // A feature that is missing leaves the score, whatever its columns hold.
            for &column in columns.iter().filter(|&&column| weights[column] > 0.0) {
                let hears = |size: f64| {
                    let mut disturbed = values.clone();
                    disturbed[column] += size as f32;
                    u32::from(float.scores(&disturbed, marks)[0] > f64::from(float.alarm))
                };
                heard_float += hears(size);
                heard_softer += hears(JUST_AS_LOUD * size);
                let mut wide = normal.to_vec();
                let code = f64::from(wide[column]) + size / step;
                wide[column] = code.round().min(32_767.0) as i16;
                heard_integer += u32::from(bench.score_codes(loader, &wide, marks).score > alarm);
                all += 1;
            }
        }
        let share = |heard: u32| f64::from(heard) / f64::from(all.max(1));
        let spikes = Spikes { size, float: share(heard_float), integer: share(heard_integer) };
        if spikes.integer < share(heard_softer) - TOLERATED {
            return Err(TrainError::Deaf { size, float: spikes.float, integer: spikes.integer });
        }
        results.push(spikes);
    }
    Ok(results)
}

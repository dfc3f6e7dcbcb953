//! Feature preparation.

use super::round_half_up;
use tillwatch_engine::feature::{Affine, MISSING};
use tillwatch_model::{Preparation, i16s, one_hot_levels};

/// What a feature with memory has seen: the previous value, or the running mean of its logarithm.
pub type Past = Option<i64>;

/// The columns of one feature, and what was remarkable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Wide codes.
    pub codes: Vec<i64>,
    /// The value was absent.
    pub missing: bool,
    /// The code was clipped.
    pub saturated: bool,
    /// The category is not in the vocabulary.
    pub unknown: bool,
}

/// `sign(x) log2(1 + |x|)` in steps of 2^-16, by a table of 65 entries.
#[must_use]
pub fn log2_1p(x: i32) -> i64 {
    log2_1p_over(x, 0)
}

/// `sign(x) log2(1 + |x| / 2^width_log2)` in steps of 2^-16, by the same table.
#[must_use]
pub fn log2_1p_over(x: i32, width_log2: u32) -> i64 {
    let table = |i: i128| libm::round(65_536.0 * libm::log2(1.0 + i as f64 / 64.0)) as i128;
    let value = i128::from(x).abs().min(i32::MAX.into()) + (1 << width_log2);
    let mut exponent = 0;
    while 2_i128 << exponent <= value {
        exponent += 1;
    }
    // Position within the octave, in 2^22 steps: 64 intervals of 2^16.
    let position = (value - (1 << exponent)) * (1 << 22) / (1 << exponent);
    let (index, fraction) = (position / 65_536, position % 65_536);
    let slope = table(index + 1) - table(index);
    let log =
        (exponent - i128::from(width_log2)) * 65_536 + table(index) + round_half_up(slope * fraction, 65_536);
    (if x < 0 { -log } else { log }) as i64
}

/// Sine of `phase / 2^32` turns in steps of 2^-15, by a quarter-wave table of 33 entries.
#[must_use]
pub fn sine(phase: u32) -> i64 {
    let table =
        |i: i128| libm::round(32_768.0 * libm::sin(core::f64::consts::FRAC_PI_2 * i as f64 / 32.0)) as i128;
    let quarter = 1_i128 << 30;
    let (quadrant, within) = (i128::from(phase) / quarter, i128::from(phase) % quarter);
    let angle = if quadrant % 2 == 0 { within } else { quarter - within };
    let (index, rest) = (angle / (1 << 25), angle % (1 << 25));
    let slope = if index == 32 { 0 } else { table(index + 1) - table(index) };
    let magnitude = table(index) + round_half_up(slope * (rest / 1024), 32_768);
    (if quadrant < 2 { magnitude } else { -magnitude }) as i64
}

/// Saturating affine map; the flag says whether the code was clipped.
#[must_use]
pub fn affine(value: i64, rule: &Affine) -> (i64, bool) {
    let limit = i128::from(i32::MAX) / (1 << rule.shift);
    let difference = (i128::from(value) - i128::from(rule.center)).clamp(-limit, limit);
    let code = round_half_up(difference * (1 << rule.shift) * i128::from(rule.multiplier), 1 << 32);
    let clipped = code.clamp(-32_767, 32_767);
    (clipped as i64, clipped != code)
}

/// Prepares one raw value; a feature with memory moves its past on.
#[must_use]
pub fn prepare(preparation: &Preparation<'_>, raw: i32, past: &mut Past) -> Prepared {
    let missing = raw == MISSING;
    match preparation {
        Preparation::Numeric(rule) => standardised((!missing).then_some(raw.into()), rule),
        Preparation::Logarithm(rule) => standardised((!missing).then(|| log2_1p(raw)), rule),
        Preparation::Symlog(rule) => {
            let distance = i64::from(raw) - i64::from(rule.origin);
            let distance = distance.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
            let logarithm = (!missing).then(|| log2_1p_over(distance, rule.width_log2));
            standardised(logarithm, &rule.affine)
        }
        Preparation::Delta(rule) => {
            let before = *past;
            if !missing {
                *past = Some(raw.into());
            }
            let change =
                |before: i64| (i64::from(raw) - before).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
            let change = before.filter(|_| !missing).map(|before| log2_1p(change(before)));
            standardised(change, rule)
        }
        Preparation::RatioToMean { affine, window_log2 } => {
            let ratio = past.filter(|_| !missing).map(|mean| log2_1p(raw) - mean);
            if !missing {
                let step = ratio.map(|ratio| ratio.div_euclid(1 << window_log2));
                *past = Some(past.map_or(log2_1p(raw), |mean| mean + step.unwrap_or(0)));
            }
            standardised(ratio, affine)
        }
        Preparation::OneHot(bytes) => {
            let n_levels = bytes.len() / 4;
            let code = |level, codes: [i16; 2]| codes[usize::from(level == level_of(raw, n_levels))];
            let pairs = one_hot_levels(bytes).map(|pair| [pair.off, pair.on]);
            let codes =
                pairs.enumerate().map(|(level, pair)| if missing { 0 } else { code(level, pair).into() });
            category(codes.collect(), raw, n_levels)
        }
        Preparation::Surprisal(bytes) => {
            let table: Vec<i16> = i16s(bytes).collect();
            let code = if missing { 0 } else { table[level_of(raw, table.len())].into() };
            category(vec![code], raw, table.len())
        }
        Preparation::Flag(codes) => {
            let code = if raw == 0 { codes.off } else { codes.on };
            Prepared { codes: vec![if missing { 0 } else { code.into() }], missing, ..Prepared::default() }
        }
        Preparation::Cyclic(rule) => {
            let phase = (i128::from(raw) * i128::from(rule.turn_per_step)).rem_euclid(1 << 32) as u32;
            let code = |phase| {
                let scaled = i128::from(sine(phase)) * i128::from(rule.amplitude);
                round_half_up(scaled, 1 << 15).clamp(-32_767, 32_767) as i64
            };
            let quarter_ahead = ((u64::from(phase) + (1 << 30)) % (1 << 32)) as u32;
            let codes = if missing { vec![0, 0] } else { vec![code(phase), code(quarter_ahead)] };
            Prepared { codes, missing, ..Prepared::default() }
        }
    }
}

/// The fill code where there is no value.
fn standardised(value: Option<i64>, rule: &Affine) -> Prepared {
    match value {
        Some(value) => {
            let (code, saturated) = affine(value, rule);
            Prepared { codes: vec![code], saturated, ..Prepared::default() }
        }
        None => Prepared { codes: vec![rule.fill.into()], missing: true, ..Prepared::default() },
    }
}

fn level_of(raw: i32, n_levels: usize) -> usize {
    if (1..n_levels as i64).contains(&i64::from(raw)) { raw as usize } else { 0 }
}

fn category(codes: Vec<i64>, raw: i32, n_levels: usize) -> Prepared {
    let missing = raw == MISSING;
    Prepared { codes, missing, saturated: false, unknown: !missing && level_of(raw, n_levels) == 0 }
}

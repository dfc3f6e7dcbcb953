//! More than 8 bits for hidden units where normal records need them.

use crate::architecture::WIDEST;
use crate::features::Codes;
use crate::float_model::{Answer, FloatLayer, FloatModel};
use crate::metrics::rank_correlation;
use crate::quantise::{IntegerNetwork, may_repeat, quantise, rim_step};

/// Rank correlation of integer and float scores over training rows below which units get copies. Normal rows are the
/// hardest to order; over test rows with anomalies among them the correlation is then above 0.99. DESIGN.md,
/// "Quantisation", has figures.
const TOLERATED: f64 = 0.975;
/// Rank correlation up to which they get more of them, once they have any.
const WANTED: f64 = 0.99;
/// Most copies of a unit: two more bits.
const MOST: usize = 4;
/// Share of the disagreement that one more copy may leave at most; one that helps less is not worth its weights.
const LEFT: f64 = 0.75;
/// Training rows that are scored both ways.
const ROWS: usize = 2048;
/// Rows that go through the float network together.
const TOGETHER: usize = 256;

/// A quantised network and how it agrees with the float one.
pub(super) struct Precise {
    pub(super) network: IntegerNetwork,
    /// For each layer how often every unit of it stands.
    pub(super) copies: Vec<usize>,
    /// Rank correlation without copies; `None` where scores do not vary or no unit may have copies.
    pub(super) plain: Option<f64>,
}

/// Quantises a network, with copies of hidden units where without them the integer scores of training rows are in another
/// order than the float ones.
///
/// Labels are not looked at, and rows of the calibration part neither: what thresholds promise does not depend on it. No
/// layer becomes wider than the widest that is chosen for a network.
///
/// # Shapes
/// `rows`: numbers of the training rows; `kept`: a layer that stays as it is.
pub(super) fn quantise_precisely(
    float: &FloatModel,
    layers: &[FloatLayer],
    codes: &Codes,
    rows: &[usize],
    fraction_bits: u32,
    kept: Option<usize>,
) -> Precise {
    let training = codes.of(rows);
    let quantised = |copies: &[usize]| quantise(layers, copies, &training, float.input, fraction_bits);
    let at_most = |most: usize| -> Vec<usize> {
        let widths = layers.iter().map(FloatLayer::out_len).enumerate();
        let repeats = |index: usize| may_repeat(layers, index) && Some(index) != kept;
        widths.map(|(index, n)| if repeats(index) { (WIDEST / n).clamp(1, most) } else { 1 }).collect()
    };
    let mut copies = at_most(1);
    let mut network = quantised(&copies);
    if at_most(MOST) == copies {
        return Precise { network, copies, plain: None };
    }
    let judge = Judge::new(float, codes, rows, fraction_bits);
    let plain = judge.agreement(&network);
    let Some(mut agreement) = plain else { return Precise { network, copies, plain } };
    for more in (2..=MOST).map(at_most) {
        let enough = if copies == at_most(1) { TOLERATED } else { WANTED };
        if agreement >= enough || more == copies {
            break;
        }
        let finer = quantised(&more);
        let Some(better) = judge.agreement(&finer).filter(|better| 1.0 - better <= LEFT * (1.0 - agreement))
        else {
            break;
        };
        (network, copies, agreement) = (finer, more, better);
    }
    Precise { network, copies, plain }
}

impl Precise {
    /// What was done and why; `None` where nothing was.
    pub(super) fn note(&self) -> Option<String> {
        let most = self.copies.iter().max().filter(|&&most| most > 1)?;
        let plain = self.plain?;
        Some(format!(
            "8-bit hidden codes put normal records in another order than floats (rank correlation {plain:.3}); hidden units \
             stand up to {most} times in the integer network"
        ))
    }
}

/// Some rows and their float scores.
struct Judge<'a> {
    float: &'a FloatModel,
    codes: &'a Codes,
    rows: Vec<usize>,
    step: f32,
    scores: Vec<f64>,
}

impl<'a> Judge<'a> {
    fn new(float: &'a FloatModel, codes: &'a Codes, rows: &[usize], fraction_bits: u32) -> Self {
        let rows: Vec<usize> = rows.iter().copied().step_by(rows.len().div_ceil(ROWS).max(1)).collect();
        let mut judge = Self { float, codes, rows, step: rim_step(fraction_bits) as f32, scores: Vec::new() };
        let reconstruct = |rows: &[usize]| float.reconstruct(&judge.real(&codes.of(rows)));
        judge.scores = judge.scores(&judge.rows.chunks(TOGETHER).flat_map(reconstruct).collect::<Vec<f32>>());
        judge
    }

    /// Rank correlation of the float scores and those of a network's answers under the same heads.
    fn agreement(&self, network: &IntegerNetwork) -> Option<f64> {
        let answers = network.reconstruct(&self.codes.of(&self.rows));
        rank_correlation(&self.scores, &self.scores(&self.real(&answers)))
    }

    fn real(&self, codes: &[i16]) -> Vec<f32> {
        codes.iter().map(|&code| f32::from(code) * self.step).collect()
    }

    fn scores(&self, reconstructions: &[f32]) -> Vec<f64> {
        let answers = reconstructions.chunks_exact(self.codes.n_columns);
        let score = |(&row, reconstruction): (&usize, &[f32])| {
            let (codes, marks) = self.codes.row(row);
            self.float.score(&self.real(codes), marks, Answer { reconstruction, latent: 0.0 })
        };
        self.rows.iter().zip(answers).map(score).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Scaling, fit};
    use crate::nn::{Activation, Dense, TopK};
    use crate::quantise::Range;
    use crate::table::{ReadOptions, Schema, Table};
    use std::fmt::Write;

    const N_ROWS: usize = 600;
    const RANGE: Range = Range { low: -2.0, high: 2.0 };

    fn codes() -> Codes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let value = |at: usize| (1000.0 * libm::sin((3 * at * at) as f64)) as i32;
        let text = (0..N_ROWS).fold("a,b\n".to_owned(), |mut text, row| {
            writeln!(text, "{},{}", value(2 * row), value(2 * row + 1)).unwrap();
            text
        });
        std::fs::write(&path, text).unwrap();
        let field = |name: &str| format!("[[field]]\nname = \"{name}\"\nkind = \"number\"\n");
        let schema = Schema::parse(&(field("a") + &field("b")), "s.toml").unwrap();
        let table = Table::read(&[path], &schema, &ReadOptions::default()).unwrap();
        Codes::prepare(&fit(&schema, &table, &[true; N_ROWS], Scaling::Standard).unwrap().at(9), &table)
    }

    /// Both signs of two columns apart, and put together again as `share` of what they were; further units idle.
    fn copier(share: f32, units: usize) -> Vec<FloatLayer> {
        let layer = |in_len: usize, out_len: usize, activation, weights: &[([usize; 2], f32)]| {
            let mut parameters = vec![0.0; (in_len + 1) * out_len];
            weights.iter().for_each(|&([row, column], weight)| parameters[row * in_len + column] = weight);
            FloatLayer { kind: Dense { in_len, out_len, activation }.into(), parameters }
        };
        let apart = [([0, 0], 1.0), ([1, 0], -1.0), ([2, 1], 1.0), ([3, 1], -1.0)];
        let together = apart.map(|([unit, column], sign)| ([column, unit], sign * share));
        vec![layer(2, units, Activation::Relu, &apart), layer(units, 2, Activation::Linear, &together)]
    }

    fn precise(layers: &[FloatLayer], kept: Option<usize>) -> Precise {
        let codes = codes();
        let float = FloatModel::new(layers, RANGE, codes.columns.clone(), Some(0)).unwrap();
        let rows: Vec<usize> = (0..N_ROWS).collect();
        let precise = quantise_precisely(&float, layers, &codes, &rows, 9, kept);
        let scored = Judge::new(&float, &codes, &rows, 9).agreement(&precise.network);
        assert!(scored >= precise.plain, "{scored:?} {:?}", precise.plain);
        precise
    }

    #[test]
    fn units_get_copies_where_rounding_decides_the_order() {
        let precise = precise(&copier(1.0, 4), None);
        assert!(precise.copies[0] > 1 && precise.copies[1] == 1, "{:?} {:?}", precise.copies, precise.plain);
        assert!(precise.plain.is_some_and(|plain| plain < TOLERATED), "{:?}", precise.plain);
        assert!(precise.note().is_some_and(|note| note.contains("times")));
    }

    #[test]
    fn other_networks_stay_as_they_are() {
        // Residuals of the size of the values are in the same order whatever is rounded.
        let coarse = precise(&copier(0.1, 4), None);
        assert_eq!((coarse.copies.as_slice(), coarse.note()), (&[1, 1][..], None));
        assert!(coarse.plain.is_some_and(|plain| plain >= TOLERATED), "{:?}", coarse.plain);
        let kept = precise(&copier(1.0, 4), Some(0));
        assert_eq!((kept.copies.as_slice(), kept.plain), (&[1, 1][..], None));
        // Two copies would be wider than the widest layer that is chosen.
        let wide = precise(&copier(1.0, WIDEST / 2 + 1), None);
        assert_eq!((wide.copies.as_slice(), wide.plain), (&[1, 1][..], None));
        let mut sparse = copier(1.0, 4);
        sparse.insert(1, FloatLayer { kind: TopK { len: 4, k: 2 }.into(), parameters: Vec::new() });
        assert_eq!(precise(&sparse, None).copies, [1, 1, 1]);
    }
}

//! The heads of a score one by one: what each of them adds.

use crate::TrainError;
use crate::baselines::Baseline;
use crate::evaluate::features;
use crate::features::Codes;
use crate::scoring::{all_cores, scores};
use crate::table::Table;
use tillwatch_engine::score::{GAIN_FRACTION_BITS, SCORE_ONE};
use tillwatch_loader::Loader;
use tillwatch_model::{Body, Heads, Model, write};

/// The gain that makes a squared code one step of the score.
const ONE_STEP: u32 = 1 << GAIN_FRACTION_BITS;

/// Judges the integer scores that a model would give with some of its heads alone; nothing is trained again.
///
/// *residual* and *prototypes* alone, and *residual and prototypes*, the default. With `calibration` rows *latent* alone and
/// *residual, prototypes and latent* too, the latent distance in the unit of its mean over those rows. A head that the model
/// does not have is left out.
///
/// # Shapes
/// `table`: the rows to judge are its rows `test`; `calibration`: rows of a table.
/// # Errors
/// [`TrainError::Model`], which a valid model cannot cause.
/// # Cost
/// One scoring of the rows for each line of the result, and one of the calibration rows.
pub fn ablation(
    model: &Model<'_>,
    table: &Table,
    test: &[usize],
    calibration: Option<(&Table, &[usize])>,
) -> Result<Vec<Baseline>, TrainError> {
    let labels: Vec<bool> = test.iter().map(|&row| table.label(row) == Some(true)).collect();
    let parts = scores_by_head(model, table, test, calibration)?;
    Ok(parts.into_iter().filter_map(|(name, scores)| Baseline::judge(name, &scores, &labels)).collect())
}

/// The scores that [`ablation`] judges.
fn scores_by_head(
    model: &Model<'_>,
    table: &Table,
    test: &[usize],
    calibration: Option<(&Table, &[usize])>,
) -> Result<Vec<(&'static str, Vec<u64>)>, TrainError> {
    let heads = model.body().heads;
    let silent = vec![0; heads.gains.len()];
    let nothing = Heads { gains: &silent, prototype_gain: 0, latent_gain: 0, ..heads };
    let mut parts = vec![("residual", Heads { gains: heads.gains, ..nothing })];
    if !heads.prototypes.is_empty() {
        parts.push(("prototypes", Heads { prototype_gain: heads.prototype_gain, ..nothing }));
        parts.push(("residual and prototypes", Heads { latent_gain: 0, ..heads }));
    }
    let fitted = features(model);
    if let (Some((table, rows)), Some(_)) = (calibration, model.body().latent) {
        let codes = Codes::prepare(&fitted, table);
        let squares = scores_with(model, Heads { latent_gain: ONE_STEP, ..nothing }, &codes, rows)?;
        let mean = squares.iter().map(|&square| square as f64).sum::<f64>() / rows.len().max(1) as f64;
        let gain = (SCORE_ONE as f64 * f64::from(ONE_STEP) / mean.max(1.0)).round();
        let latent_gain = gain.min(u32::MAX.into()) as u32;
        parts.push(("latent", Heads { latent_gain, ..nothing }));
        parts.push(("residual, prototypes and latent", Heads { latent_gain, ..heads }));
    }
    let codes = Codes::prepare(&fitted, table);
    let scored = parts.into_iter().map(|(name, heads)| Ok((name, scores_with(model, heads, &codes, test)?)));
    scored.collect()
}

/// Scores of a model with other heads.
fn scores_with(
    model: &Model<'_>,
    heads: Heads<'_>,
    codes: &Codes,
    rows: &[usize],
) -> Result<Vec<u64>, TrainError> {
    let bytes = write(&Body { heads, ..*model.body() }, model.thresholds(), None)?;
    Ok(scores(&Loader::new(Model::validate(&bytes)?), codes, rows, all_cores()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::evaluate;
    use crate::table::{ReadOptions, Schema};
    use std::path::Path;

    #[test]
    fn parts_sum_to_the_whole_and_the_whole_is_the_model() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        let bytes = std::fs::read(fixtures.join("models/point_of_sale.tw")).unwrap();
        let model = Model::validate(&bytes).unwrap();
        let mut schema = Schema::parse(model.body().schema, "schema").unwrap();
        schema.label = Some("label".to_owned());
        let path = fixtures.join("data/transactions.csv");
        let table = Table::read(&[&path], &schema, &ReadOptions::default()).unwrap();
        let rows: Vec<usize> = (0..table.n_rows()).collect();
        let calibration: Vec<usize> = (0..500).collect();
        let found = scores_by_head(&model, &table, &rows, Some((&table, &calibration))).unwrap();
        let [residual, prototypes, both, latent, all] = found.try_into().unwrap();
        let n_features = model.body().features.len() as u64;
        for &row in &rows {
            let sum = residual.1[row] + prototypes.1[row];
            // A missing feature makes the rest count more, rounded down for each.
            assert!((sum..=sum + n_features).contains(&both.1[row]), "{row}");
            assert_eq!(all.1[row], both.1[row] + latent.1[row], "{row}");
        }
        let mean = calibration.iter().map(|&row| latent.1[row]).sum::<u64>() / calibration.len() as u64;
        assert!((SCORE_ONE - 1..=SCORE_ONE).contains(&mean), "each is rounded down: {mean}");

        let codes = Codes::prepare(&features(&model), &table);
        assert_eq!(both.1, scores(&Loader::new(model), &codes, &rows, 1));
        assert_ne!(both.1, residual.1);

        let judged = ablation(&model, &table, &rows, None).unwrap();
        assert_eq!(
            judged.iter().map(|head| head.name).collect::<Vec<_>>(),
            [residual.0, prototypes.0, both.0]
        );
        assert_eq!(Some(judged[2].auroc), evaluate(&model, &table).integer.auroc);
    }
}

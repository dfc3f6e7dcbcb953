//! The committed model on simulated transactions: integer figures against those of the float model in the same file.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::Path;
use tillwatch_model::Model;
use tillwatch_testkit::tolerance::{AUROC, ORDINARY_RANK_CORRELATION, VERDICT_FLIPS, within};
use tillwatch_trainer::evaluate::evaluate;
use tillwatch_trainer::table::{ReadOptions, Schema, Table};

#[test]
fn quantisation_costs_no_detection() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let bytes = std::fs::read(fixtures.join("models/point_of_sale.tw")).unwrap();
    let model = Model::validate(&bytes).unwrap();
    let schema = Schema::parse(model.body().schema, "schema in the model file").unwrap();
    let table =
        Table::read(&[fixtures.join("data/transactions.csv")], &schema, &ReadOptions::default()).unwrap();
    let figures = evaluate(&model, &table);
    assert!(figures.anomalies > 30, "{} anomalies are too few to tell anything", figures.anomalies);
    let (integer, float) = (figures.integer.auroc.unwrap(), figures.float.unwrap().auroc.unwrap());
    assert!(within(integer, float, AUROC), "integer {integer}, float {float}");
    let correlation = figures.rank_correlation.unwrap();
    assert!(correlation >= ORDINARY_RANK_CORRELATION, "rank correlation {correlation}");
    let flips = figures.verdict_flips.unwrap() as f64 / figures.rows as f64;
    assert!(flips <= VERDICT_FLIPS, "{flips} of the verdicts differ");
}

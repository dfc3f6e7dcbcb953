//! Scores of a whole file do not depend on the number of threads, and are those of records one by one.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use support::{Folder, cells, fixture};
use tillwatch_engine::feature::Memory;
use tillwatch_loader::{Loader, Model};
use tillwatch_trainer::scoring::Bench;
use tillwatch_trainer::table::{ReadOptions, Schema, Table};

#[test]
fn scores_and_frames_are_the_same_for_any_number_of_threads() {
    let folder = Folder::new();
    let (path, data) = (fixture("models/point_of_sale.tw"), fixture("data/transactions.csv"));
    let score = |threads: &str| {
        let frame = folder.write(&format!("frame{threads}"), String::new());
        let options = ["score", "--model", &path, "--data", &data, "--threads", threads, "--frame", &frame];
        (folder.out(&options), fs::read(&frame).unwrap())
    };
    let one = score("1");
    assert_eq!(one, score("2"));
    assert_eq!(one, score("7"));

    let bytes = fs::read(&path).unwrap();
    let model = Model::validate(&bytes).unwrap();
    let schema = Schema::parse(model.body().schema, "schema").unwrap();
    let table = Table::read(&[&data], &schema, &ReadOptions::default()).unwrap();
    let loader = Loader::new(model);
    let (mut bench, n_memories) = (Bench::new(&loader), loader.sizes().memories);
    let mut memories = vec![Memory::EMPTY; table.n_groups() * n_memories];
    let lines = cells(&one.0);
    assert_eq!(lines.len(), table.n_rows());
    for (row, line) in lines.iter().enumerate() {
        let memories = &mut memories[table.group(row) as usize * n_memories..][..n_memories];
        let scored = bench.score(&loader, table.raw(row), memories);
        assert_eq!(line[1..3], [scored.score.to_string(), scored.percentile.to_string()], "row {row}");
    }
}

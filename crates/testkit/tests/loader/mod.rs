//! What every model must give by the loader: the oracle's codes, reconstruction, latent vector and score.

use proptest::prelude::*;
use tillwatch_engine::feature::Memory;
use tillwatch_loader::{Loader, Model};
use tillwatch_testkit::oracle::Oracle;
use tillwatch_testkit::strategy::TinyModel;
use tillwatch_trainer::scoring::Bench;

fn wide<T: Into<i64> + Copy>(codes: &[T]) -> Vec<i64> {
    codes.iter().map(|&code| code.into()).collect()
}

/// The records of a model, one after another.
pub(crate) fn check_records(tiny: &TinyModel) -> Result<(), TestCaseError> {
    let model = Model::validate(&tiny.file).unwrap();
    let mut oracle = Oracle::new(&model);
    let loader = Loader::new(model);
    let mut bench = Bench::new(&loader);
    // What encodes the stream beside the scores remembers it as they do.
    let mut memories = vec![Memory::EMPTY; loader.sizes().memories];
    let mut beside = memories.clone();
    for raw in &tiny.records {
        let want = oracle.score(raw);
        let latent = wide(&bench.encode_raw(&loader, raw, &mut beside));
        prop_assert_eq!(&latent, &want.latent, "latent vector of {:?}", raw);
        let got = bench.score(&loader, raw, &mut memories);
        prop_assert_eq!(wide(bench.codes()), want.codes(), "wide codes of {:?}", raw);
        prop_assert_eq!(wide(bench.reconstruction()), want.reconstruction, "reconstruction of {:?}", raw);
        prop_assert_eq!(got, want.scored, "score of {:?}", raw);
    }
    Ok(())
}

/// The answers that the file itself records.
pub(crate) fn check_known_answers(tiny: &TinyModel) -> Result<(), TestCaseError> {
    let loader = Loader::new(Model::validate(&tiny.file).unwrap());
    let mut memories = vec![Memory::EMPTY; loader.sizes().memories];
    prop_assert_eq!(loader.self_test(&mut memories, &mut Bench::new(&loader).scratch()), Ok(()));
    Ok(())
}

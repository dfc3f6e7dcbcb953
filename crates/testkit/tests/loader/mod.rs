//! What every model must give by the loader: the oracle's codes, reconstruction, latent vector and score.

use proptest::prelude::*;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_loader::{Loader, Model, Scratch};
use tillwatch_testkit::oracle::Oracle;
use tillwatch_testkit::strategy::TinyModel;

/// Calls `work` with a loader and what it needs.
fn with_loader<'a, R>(
    model: &Model<'a>,
    work: impl FnOnce(&Loader<'a>, &mut [Memory], &mut Scratch<'_>) -> R,
) -> R {
    let loader = Loader::new(*model);
    let sizes = loader.sizes();
    let (mut codes, mut reconstruction) = (vec![0; sizes.columns], vec![0; sizes.columns]);
    let (mut input, mut output) = (vec![0; sizes.activations], vec![0; sizes.activations]);
    let mut patch = vec![0; sizes.patch];
    let (mut marks, mut raw) = (vec![Mark::NONE; sizes.features], vec![0; sizes.raw]);
    let mut memories = vec![Memory::EMPTY; sizes.memories];
    let mut scratch = Scratch {
        codes: &mut codes,
        reconstruction: &mut reconstruction,
        activations: [&mut input, &mut output],
        patch: &mut patch,
        marks: &mut marks,
        raw: &mut raw,
    };
    work(&loader, &mut memories, &mut scratch)
}

fn wide<T: Into<i64> + Copy>(codes: &[T]) -> Vec<i64> {
    codes.iter().map(|&code| code.into()).collect()
}

/// The records of a model, one after another.
pub(crate) fn check_records(tiny: &TinyModel) -> Result<(), TestCaseError> {
    let model = Model::validate(&tiny.file).unwrap();
    let mut oracle = Oracle::new(&model);
    with_loader(&model, |loader, memories, scratch| {
        // What encodes the stream beside the scores remembers it as they do.
        let mut beside = memories.to_vec();
        for raw in &tiny.records {
            let want = oracle.score(raw);
            let latent = wide(loader.encode(raw, &mut beside, scratch));
            prop_assert_eq!(&latent, &want.latent, "latent vector of {:?}", raw);
            let got = loader.score(raw, memories, scratch);
            prop_assert_eq!(wide(scratch.codes), want.codes(), "wide codes of {:?}", raw);
            prop_assert_eq!(wide(scratch.reconstruction), want.reconstruction, "reconstruction of {:?}", raw);
            prop_assert_eq!(got, want.scored, "score of {:?}", raw);
        }
        Ok(())
    })
}

/// The answers that the file itself records.
pub(crate) fn check_known_answers(tiny: &TinyModel) -> Result<(), TestCaseError> {
    let model = Model::validate(&tiny.file).unwrap();
    prop_assert_eq!(with_loader(&model, Loader::self_test), Ok(()));
    Ok(())
}

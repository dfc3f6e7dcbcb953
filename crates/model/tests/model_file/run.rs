//! A model at work, in a scratch as large as it asks for.

use tillwatch_engine::feature::{MISSING, Mark, Memory};
use tillwatch_engine::score::Scored;
use tillwatch_engine::self_test::SelfTestFailure;
use tillwatch_loader::{Loader, Model, Scratch};

/// Runs a closure with a scratch as large as the loader asks for.
fn with_scratch<'a, R>(
    model: &Model<'a>,
    work: impl FnOnce(&Loader<'a>, &mut [Memory], &mut Scratch<'_>) -> R,
) -> R {
    let loader = Loader::new(*model);
    let sizes = loader.sizes();
    let (mut codes, mut reconstruction) = (vec![0; sizes.columns], vec![0; sizes.columns]);
    let (mut input, mut output) = (vec![0; sizes.activations], vec![0; sizes.activations]);
    let (mut marks, mut raw) = (vec![Mark::NONE; sizes.features], vec![0; sizes.raw]);
    let mut patch = vec![0; sizes.patch];
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

/// Scores records one after another with one set of memories.
pub(crate) fn score(model: &Model<'_>, records: &[Vec<i32>]) -> Vec<Scored> {
    with_scratch(model, |loader, memories, scratch| {
        records.iter().map(|raw| loader.score(raw, memories, scratch)).collect()
    })
}

/// Runs the model's own vectors.
pub(crate) fn self_test(model: &Model<'_>) -> Result<(), SelfTestFailure> {
    with_scratch(model, Loader::self_test)
}

/// Uses all of an accepted model: what is found wrong here should have been found by validation. Arithmetic overflow
/// and indices out of bounds panic in a test build.
pub(crate) fn exercise(model: &Model<'_>) {
    let records: Vec<Vec<i32>> = [0, 1, -1, 12_345, i32::MAX, MISSING + 1, MISSING, 0x4000_0000]
        .map(|raw| vec![raw; model.n_raw()])
        .into();
    for scored in score(model, &records) {
        let reasons: u64 =
            scored.reasons.iter().fold(0, |sum, reason| sum.saturating_add(reason.contribution));
        assert!(reasons <= scored.score, "reasons {reasons} exceed the score {}", scored.score);
        assert!(scored.percentile <= 1000, "percentile {}", scored.percentile);
    }
    let _ = self_test(model);
    let floats = model.reference().into_iter().flat_map(|reference| reference.layers.iter());
    assert!(floats.map(|layer| layer.weights.len()).sum::<usize>() < usize::MAX / 2);
    assert!(model.network_macs() > 0 && model.widest_activation() > 0 && model.n_columns() > 0);
}

//! Many records at once against the loader, which takes them one by one: reconstructions, latent vectors, whole answers.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use tillwatch_batch::{Batch, Bench};
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_engine::score::Scored;
use tillwatch_loader::{Loader, Model};
use tillwatch_testkit::strategy::{TinyModel, tiny_model, tiny_picture};

/// What the loader says of one record.
struct Answer {
    codes: Vec<i16>,
    marks: Vec<Mark>,
    reconstruction: Vec<i16>,
    latent: Vec<i8>,
    scored: Scored,
}

fn one_by_one(loader: &Loader<'_>, records: &[Vec<i32>]) -> Vec<Answer> {
    let mut bench = Bench::new(loader);
    let mut memories = vec![Memory::EMPTY; loader.sizes().memories];
    let answer = |raw: &Vec<i32>| {
        let scored = bench.score(loader, raw, &mut memories);
        let (codes, marks) = (bench.codes().to_vec(), bench.marks().to_vec());
        let reconstruction = bench.reconstruction().to_vec();
        Answer { latent: bench.encode(loader, &codes), codes, marks, reconstruction, scored }
    };
    records.iter().map(answer).collect()
}

/// Every way of this processor gives what the loader gives, for any number of rows at once.
fn check(tiny: &TinyModel, together: usize) -> Result<(), TestCaseError> {
    let loader = Loader::new(Model::validate(&tiny.file).unwrap());
    let records: Vec<Vec<i32>> = tiny.records.iter().cycle().take(4 * tiny.records.len()).cloned().collect();
    let wanted = one_by_one(&loader, &records);
    for batch in Batch::ways(&loader) {
        let mut room = batch.room();
        for wanted in wanted.chunks(together) {
            let codes: Vec<i16> = wanted.iter().flat_map(|wanted| &wanted.codes).copied().collect();
            let answers = batch.run(&codes, &mut room);
            prop_assert_eq!(answers.rows(), wanted.len());
            for (row, wanted) in wanted.iter().enumerate() {
                let name = batch.name();
                prop_assert_eq!(answers.latent(row), &wanted.latent, "latent vector, {}", name);
                prop_assert_eq!(
                    answers.reconstruction(row),
                    &wanted.reconstruction,
                    "reconstruction, {}",
                    name
                );
                let scored = batch.score(answers, row, &wanted.codes, &wanted.marks);
                prop_assert_eq!(&scored, &wanted.scored, "score, {}", name);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows(tiny in tiny_model(), together in 1..=13_usize) {
        check(&tiny, together)?;
    }

    #[test]
    fn windows_and_images(tiny in tiny_picture(), together in 1..=13_usize) {
        check(&tiny, together)?;
    }
}

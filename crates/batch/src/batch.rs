//! A model prepared for many rows, with the quickest kernel that this processor has.

use crate::answers::Answers;
use crate::arch::Instructions;
use crate::bench::Bench;
use crate::network::{Activations, Network};
use tillwatch_engine::feature::Mark;
use tillwatch_loader::{Loader, Scored};

/// A model prepared for many rows.
///
/// Networks of dense layers run on kernels for AVX-512 VNNI, AVX2 or the dot product of NEON, whichever is found first;
/// other networks, and other processors, run row by row in the loader.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    loader: Loader<'a>,
    network: Option<Network>,
}

/// Working memory of a [`Batch`], and its answers.
#[derive(Clone, Debug)]
pub struct Room {
    bench: Bench,
    activations: Activations,
    answers: Answers,
}

impl<'a> Batch<'a> {
    /// A model with the quickest way that there is.
    ///
    /// # Cost
    /// One copy of the weights.
    #[must_use]
    pub fn new(loader: &Loader<'a>) -> Self {
        let network = Instructions::detected().next();
        let network = network.and_then(|instructions| Network::pack(loader.model(), instructions));
        Self { loader: *loader, network }
    }

    /// A model that runs row by row in the loader, on any processor.
    #[must_use]
    pub const fn portable(loader: &Loader<'a>) -> Self {
        Self { loader: *loader, network: None }
    }

    /// A model in every way that this processor has, the portable one last: for tests and for comparisons.
    pub fn ways(loader: &Loader<'a>) -> impl Iterator<Item = Self> {
        let packed = |instructions| Network::pack(loader.model(), instructions);
        let packed = Instructions::detected().filter_map(packed);
        packed.map(Some).chain([None]).map(|network| Self { loader: *loader, network })
    }

    /// The instructions that it runs on, in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.network.as_ref().map_or("portable", |network| network.instructions().name())
    }

    /// The loader of the same model.
    #[must_use]
    pub const fn loader(&self) -> &Loader<'a> {
        &self.loader
    }

    /// Working memory; it grows with the rows that run together.
    #[must_use]
    pub fn room(&self) -> Room {
        let model = self.loader.model();
        Room {
            bench: Bench::new(&self.loader),
            activations: [Vec::new(), Vec::new()],
            answers: Answers::new(model.n_columns(), model.latent_len()),
        }
    }

    /// Runs the network on rows of wide codes.
    ///
    /// # Shapes
    /// `codes`: `[rows, columns]`, row-major; what is left over at its end is ignored.
    /// # Exactness
    /// The bits of [`Loader::reconstruct`], in every way.
    pub fn run<'r>(&self, codes: &[i16], room: &'r mut Room) -> &'r Answers {
        let Room { bench, activations, answers } = room;
        if let Some(network) = &self.network {
            network.run(codes, activations, answers);
        } else {
            answers.clear();
            for row in codes.chunks_exact(self.loader.sizes().columns) {
                let (reconstruction, latent) = bench.answer(&self.loader, row);
                answers.push(reconstruction, latent);
            }
        }
        answers
    }

    /// The score of a row that ran.
    ///
    /// # Shapes
    /// `codes`: its columns; `marks`: its features.
    /// # Exactness
    /// The bits of [`Loader::score`].
    /// # Panics
    /// Where there are not as many rows.
    #[must_use]
    pub fn score(&self, answers: &Answers, row: usize, codes: &[i16], marks: &[Mark]) -> Scored {
        let latent = self.loader.latent_distance(answers.latent(row));
        self.loader.evaluate_codes(latent, codes, answers.reconstruction(row), marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_engine::seeded::SeededWords;
    use tillwatch_model::Model;

    const FILE: &[u8] = include_bytes!("../../../fixtures/models/point_of_sale.tw");
    const ROWS: usize = 37;

    /// On one model, for emulated processors; `testkit` holds random ones against the loader.
    #[test]
    fn every_way_gives_the_same_answers() {
        let loader = Loader::new(Model::validate(FILE).expect("it is committed"));
        let mut words = SeededWords::new(1);
        let code = |_| ((words.next_word() >> 16) as u16).cast_signed();
        let codes: Vec<i16> = (0..ROWS * loader.sizes().columns).map(code).collect();
        let portable = Batch::portable(&loader);
        let mut wanted = portable.room();
        let wanted = portable.run(&codes, &mut wanted);
        for batch in Batch::ways(&loader) {
            let mut room = batch.room();
            let answers = batch.run(&codes, &mut room);
            assert_eq!(answers.rows(), ROWS);
            for row in 0..ROWS {
                let name = batch.name();
                assert_eq!(answers.reconstruction(row), wanted.reconstruction(row), "{name}, row {row}");
                assert_eq!(answers.latent(row), wanted.latent(row), "{name}, row {row}");
            }
        }
    }
}

//! Scores of many rows by the integer model, through the loader.

use crate::features::Codes;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_loader::{Loader, Scored, Scratch};

/// Owned working memory of a loader.
#[derive(Clone, Debug)]
pub struct Bench {
    codes: Vec<i16>,
    reconstruction: Vec<i16>,
    activations: [Vec<i8>; 2],
    marks: Vec<Mark>,
    raw: Vec<i32>,
    n_memories: usize,
}

impl Bench {
    /// Working memory for a model.
    #[must_use]
    pub fn new(loader: &Loader<'_>) -> Self {
        let sizes = loader.sizes();
        Self {
            codes: vec![0; sizes.columns],
            reconstruction: vec![0; sizes.columns],
            activations: [vec![0; sizes.activations], vec![0; sizes.activations]],
            marks: vec![Mark::NONE; sizes.features],
            raw: vec![0; sizes.fields],
            n_memories: sizes.memories,
        }
    }

    /// Scores a raw record against the memories given.
    pub fn score(&mut self, loader: &Loader<'_>, raw: &[i32], memories: &mut [Memory]) -> Scored {
        loader.score(raw, memories, &mut self.scratch())
    }

    /// Scores a raw record of a stream that has seen nothing.
    pub fn score_fresh(&mut self, loader: &Loader<'_>, raw: &[i32]) -> Scored {
        let mut memories = vec![Memory::EMPTY; self.n_memories];
        loader.score(raw, &mut memories, &mut self.scratch())
    }

    /// Scores a prepared row.
    pub fn score_codes(&mut self, loader: &Loader<'_>, codes: &[i16], marks: &[Mark]) -> Scored {
        self.reconstruct(loader, codes);
        self.marks.copy_from_slice(marks);
        loader.evaluate(&self.scratch())
    }

    /// The integer network's answer to wide codes, as wide codes.
    pub fn reconstruct(&mut self, loader: &Loader<'_>, codes: &[i16]) -> &[i16] {
        self.codes.copy_from_slice(codes);
        loader.reconstruct(&mut self.scratch());
        &self.reconstruction
    }

    fn scratch(&mut self) -> Scratch<'_> {
        let [input, output] = &mut self.activations;
        Scratch {
            codes: &mut self.codes,
            reconstruction: &mut self.reconstruction,
            activations: [input, output],
            marks: &mut self.marks,
            raw: &mut self.raw,
        }
    }
}

/// Integer scores of some prepared rows.
#[must_use]
pub fn scores(loader: &Loader<'_>, codes: &Codes, rows: &[usize]) -> Vec<u64> {
    let mut bench = Bench::new(loader);
    let one = |&row: &usize| {
        let (codes, marks) = codes.row(row);
        bench.score_codes(loader, codes, marks).score
    };
    rows.iter().map(one).collect()
}

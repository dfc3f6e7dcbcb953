//! One record at a time through the loader.

use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_loader::{Loader, Scored, Scratch};

/// Owned working memory of a loader.
#[derive(Clone, Debug)]
pub struct Bench {
    codes: Vec<i16>,
    reconstruction: Vec<i16>,
    activations: [Vec<i8>; 2],
    patch: Vec<i8>,
    marks: Vec<Mark>,
    raw: Vec<i32>,
    latent: Vec<i8>,
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
            patch: vec![0; sizes.patch],
            marks: vec![Mark::NONE; sizes.features],
            raw: vec![0; sizes.raw],
            latent: Vec::new(),
            n_memories: sizes.memories,
        }
    }

    /// Turns a raw record into wide codes and marks, against the memories given.
    pub fn prepare(&mut self, loader: &Loader<'_>, raw: &[i32], memories: &mut [Memory]) {
        loader.prepare(raw, memories, &mut self.scratch());
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
        self.codes.copy_from_slice(codes);
        self.marks.copy_from_slice(marks);
        let latent = loader.reconstruct(&mut self.scratch());
        loader.evaluate(latent, &self.scratch())
    }

    /// The integer network's answer to wide codes, as wide codes.
    pub fn reconstruct(&mut self, loader: &Loader<'_>, codes: &[i16]) -> &[i16] {
        self.codes.copy_from_slice(codes);
        loader.reconstruct(&mut self.scratch());
        &self.reconstruction
    }

    /// The latent vector of wide codes.
    pub fn encode(&mut self, loader: &Loader<'_>, codes: &[i16]) -> Vec<i8> {
        self.codes.copy_from_slice(codes);
        loader.encode_codes(&mut self.scratch()).to_vec()
    }

    /// The latent vector of a raw record against the memories given.
    pub fn encode_raw(&mut self, loader: &Loader<'_>, raw: &[i32], memories: &mut [Memory]) -> Vec<i8> {
        loader.encode(raw, memories, &mut self.scratch()).to_vec()
    }

    /// The wide codes of the record last prepared, scored or encoded.
    #[must_use]
    pub fn codes(&self) -> &[i16] {
        &self.codes
    }

    /// The marks of the record last prepared, scored or encoded.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The integer network's answer to the record last scored, as wide codes.
    #[must_use]
    pub fn reconstruction(&self) -> &[i16] {
        &self.reconstruction
    }

    /// Reconstruction and latent vector of wide codes.
    pub(crate) fn answer(&mut self, loader: &Loader<'_>, codes: &[i16]) -> (&[i16], &[i8]) {
        self.codes.copy_from_slice(codes);
        let mut latent = std::mem::take(&mut self.latent);
        latent.clear();
        loader.reconstruct_seeing(&mut self.scratch(), |codes| latent.extend_from_slice(codes));
        self.latent = latent;
        (&self.reconstruction, &self.latent)
    }

    /// The memory as the loader takes it, for what has no method here.
    pub fn scratch(&mut self) -> Scratch<'_> {
        let [input, output] = &mut self.activations;
        Scratch {
            codes: &mut self.codes,
            reconstruction: &mut self.reconstruction,
            activations: [input, output],
            patch: &mut self.patch,
            marks: &mut self.marks,
            raw: &mut self.raw,
        }
    }
}

//! What a network says of many rows.

use crate::packed::OUTPUTS;

/// Reconstructions and latent vectors of the rows that last ran.
#[derive(Clone, Debug)]
pub struct Answers {
    n_columns: usize,
    latent_len: usize,
    rows: usize,
    /// `[rows, blocks of columns]`
    reconstructions: Vec<[i16; OUTPUTS]>,
    /// `[rows, latent_len]`
    latents: Vec<i8>,
}

impl Answers {
    pub(crate) const fn new(n_columns: usize, latent_len: usize) -> Self {
        Self { n_columns, latent_len, rows: 0, reconstructions: Vec::new(), latents: Vec::new() }
    }

    /// Number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The reconstruction of a row, one wide code per column.
    ///
    /// # Panics
    /// Where there are not as many rows.
    #[must_use]
    pub fn reconstruction(&self, row: usize) -> &[i16] {
        assert!(row < self.rows, "the row ran");
        let blocks = self.n_columns.div_ceil(OUTPUTS);
        &self.reconstructions[row * blocks..][..blocks].as_flattened()[..self.n_columns]
    }

    /// The latent vector of a row; empty where the network has none.
    ///
    /// # Panics
    /// As [`Answers::reconstruction`].
    #[must_use]
    pub fn latent(&self, row: usize) -> &[i8] {
        assert!(row < self.rows, "the row ran");
        &self.latents[row * self.latent_len..][..self.latent_len]
    }

    /// Room for the reconstructions of so many rows, `[rows, blocks of columns]`.
    pub(crate) fn reconstructions(&mut self, rows: usize) -> &mut [[i16; OUTPUTS]] {
        self.rows = rows;
        let len = rows * self.n_columns.div_ceil(OUTPUTS);
        if self.reconstructions.len() < len {
            self.reconstructions.resize(len, [0; OUTPUTS]);
        }
        &mut self.reconstructions[..len]
    }

    /// Takes latent vectors from activations of so many blocks a row, to each code of which something was added.
    pub(crate) fn take_latents(&mut self, activations: &[[u8; OUTPUTS]], blocks: usize, raised: u8) {
        self.latents.clear();
        for row in activations.chunks_exact(blocks) {
            let codes = row.as_flattened()[..self.latent_len].iter();
            self.latents.extend(codes.map(|&code| code.wrapping_sub(raised).cast_signed()));
        }
    }

    /// Takes the answers to one more row.
    pub(crate) fn push(&mut self, reconstruction: &[i16], latent: &[i8]) {
        let row = self.rows;
        let blocks = self.n_columns.div_ceil(OUTPUTS);
        let room = self.reconstructions(row + 1)[row * blocks..].as_flattened_mut();
        room[..reconstruction.len()].copy_from_slice(reconstruction);
        self.latents.truncate(row * self.latent_len);
        self.latents.extend_from_slice(latent);
    }

    pub(crate) const fn clear(&mut self) {
        self.rows = 0;
    }
}

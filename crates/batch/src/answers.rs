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

    pub(crate) fn clear(&mut self) {
        self.rows = 0;
        self.latents.clear();
    }

    /// Room for the reconstructions of some more rows, `[rows, blocks of columns]`.
    pub(crate) fn add_rows(&mut self, rows: usize) -> &mut [[i16; OUTPUTS]] {
        let blocks = self.n_columns.div_ceil(OUTPUTS);
        let (begin, end) = (self.rows * blocks, (self.rows + rows) * blocks);
        self.rows += rows;
        if self.reconstructions.len() < end {
            self.reconstructions.resize(end, [0; OUTPUTS]);
        }
        &mut self.reconstructions[begin..end]
    }

    /// Adds latent vectors, from activations of so many blocks a row, to each code of which something was added.
    pub(crate) fn add_latents(&mut self, activations: &[[u8; OUTPUTS]], blocks: usize, raised: u8) {
        for row in activations.chunks_exact(blocks) {
            let codes = row.as_flattened()[..self.latent_len].iter();
            self.latents.extend(codes.map(|&code| code.wrapping_sub(raised).cast_signed()));
        }
    }

    /// Adds the answers to one more row.
    pub(crate) fn push(&mut self, reconstruction: &[i16], latent: &[i8]) {
        let room = self.add_rows(1).as_flattened_mut();
        room[..reconstruction.len()].copy_from_slice(reconstruction);
        self.latents.extend_from_slice(latent);
    }
}

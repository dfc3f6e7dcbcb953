//! What the integer model says of many prepared rows.

use crate::features::Codes;
use tillwatch_batch::Answers;
pub use tillwatch_batch::{Batch, Bench, all_cores, in_parts};
use tillwatch_engine::feature::Mark;
use tillwatch_engine::score::Scored;
use tillwatch_loader::Loader;

/// Rows that go through the network together: their activations stay in a processor's nearer caches.
pub const TOGETHER: usize = 256;

/// A row that went through the network.
pub(crate) struct Row<'a> {
    /// Its wide codes.
    pub(crate) codes: &'a [i16],
    marks: &'a [Mark],
    batch: &'a Batch<'a>,
    answers: &'a Answers,
    index: usize,
}

impl<'a> Row<'a> {
    /// The network's answer, as wide codes.
    pub(crate) fn reconstruction(&self) -> &'a [i16] {
        self.answers.reconstruction(self.index)
    }

    /// The latent vector.
    pub(crate) fn latent(&self) -> &'a [i8] {
        self.answers.latent(self.index)
    }

    pub(crate) fn score(&self) -> Scored {
        self.batch.score(self.answers, self.index, self.codes, self.marks)
    }
}

/// Calls `each` with some prepared rows, in order, and what the network says of them.
pub(crate) fn each_row(batch: &Batch<'_>, codes: &Codes, rows: &[usize], mut each: impl FnMut(&Row<'_>)) {
    let mut room = batch.room();
    for rows in rows.chunks(TOGETHER) {
        let answers = batch.run(&codes.of(rows), &mut room);
        for (index, &row) in rows.iter().enumerate() {
            let (codes, marks) = codes.row(row);
            each(&Row { codes, marks, batch, answers, index });
        }
    }
}

/// Integer scores of some prepared rows.
///
/// # Exactness
/// Those of the loader, whatever the number of threads.
#[must_use]
pub fn scores(loader: &Loader<'_>, codes: &Codes, rows: &[usize], threads: usize) -> Vec<u64> {
    let batch = Batch::new(loader);
    in_parts(rows, threads, |rows| {
        let mut scores = Vec::with_capacity(rows.len());
        each_row(&batch, codes, rows, |row| scores.push(row.score().score));
        scores
    })
}

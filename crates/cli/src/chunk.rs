//! Some records of a stream at a time: prepared in order, run through the network side by side.

use crate::records::Record;
use tillwatch_engine::feature::Mark;
use tillwatch_engine::score::Scored;
use tillwatch_loader::Loader;
use tillwatch_trainer::scoring::{Batch, Bench, TOGETHER, in_parts};

/// Most records of a chunk: enough for every thread to have some hundred.
const MOST_RECORDS: usize = 4096;
/// Most wide codes of a chunk, 8 MiB of them, for records that are images.
const MOST_CODES: usize = 1 << 22;

/// Records that have been prepared.
pub(crate) struct Chunk {
    bench: Bench,
    rows: Vec<u64>,
    /// `[records, raw values]`
    raw: Vec<i32>,
    /// `[records, columns]`
    codes: Vec<i16>,
    /// `[records, features]`
    marks: Vec<Mark>,
}

/// A record that was scored.
pub(crate) struct Seen<'a> {
    /// As [`Record::row`].
    pub(crate) row: u64,
    pub(crate) raw: &'a [i32],
    pub(crate) codes: &'a [i16],
    pub(crate) reconstruction: &'a [i16],
    pub(crate) scored: Scored,
}

impl Chunk {
    pub(crate) fn new(loader: &Loader<'_>) -> Self {
        let (rows, raw, codes, marks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { bench: Bench::new(loader), rows, raw, codes, marks }
    }

    /// Takes one more record. Features that look back need all records in order.
    pub(crate) fn push(&mut self, loader: &Loader<'_>, record: &mut Record<'_>) {
        self.bench.prepare(loader, record.raw, record.memories);
        self.rows.push(record.row);
        self.raw.extend_from_slice(record.raw);
        self.codes.extend_from_slice(self.bench.codes());
        self.marks.extend_from_slice(self.bench.marks());
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= MOST_RECORDS || self.codes.len() >= MOST_CODES
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.raw.clear();
        self.codes.clear();
        self.marks.clear();
    }

    /// Codes and marks of every record, in order.
    pub(crate) fn prepared(&self, loader: &Loader<'_>) -> impl Iterator<Item = (&[i16], &[Mark])> {
        let sizes = loader.sizes();
        self.codes.chunks_exact(sizes.columns).zip(self.marks.chunks_exact(sizes.features))
    }

    /// What `work` makes of every record, in order, whatever the number of threads.
    pub(crate) fn scored<T: Send>(
        &self,
        batch: &Batch<'_>,
        threads: usize,
        work: impl Fn(Seen<'_>) -> T + Sync,
    ) -> Vec<T> {
        let sizes = batch.loader().sizes();
        let (n_raw, n_columns, n_features) = (sizes.raw, sizes.columns, sizes.features);
        let numbers: Vec<usize> = (0..self.rows.len()).collect();
        in_parts(&numbers, threads, |numbers| {
            let (mut room, mut results) = (batch.room(), Vec::with_capacity(numbers.len()));
            for numbers in numbers.chunks(TOGETHER) {
                let first = numbers[0];
                let answers =
                    batch.run(&self.codes[first * n_columns..][..numbers.len() * n_columns], &mut room);
                for (index, &number) in numbers.iter().enumerate() {
                    let codes = &self.codes[number * n_columns..][..n_columns];
                    let marks = &self.marks[number * n_features..][..n_features];
                    results.push(work(Seen {
                        row: self.rows[number],
                        raw: &self.raw[number * n_raw..][..n_raw],
                        codes,
                        reconstruction: answers.reconstruction(index),
                        scored: batch.score(answers, index, codes, marks),
                    }));
                }
            }
            results
        })
    }
}

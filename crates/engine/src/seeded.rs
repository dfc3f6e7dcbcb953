//! Seeded raw records, for digests that any runtime can recompute.

use crate::digest::Digest;
use crate::feature::MISSING;

/// What one field's seeded values look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeededField {
    /// Smallest usual raw value.
    pub low: i32,
    /// Number of usual raw values, counted from `low`; 0 stands for 2^32.
    pub span: u32,
    /// True where a value may be missing.
    pub nullable: bool,
}

impl SeededField {
    /// Draws a raw value: usually within the range, one time in sixteen any integer at all, and one time in sixteen
    /// missing where that is allowed.
    ///
    /// # Bounds
    /// Any field.
    /// # Exactness
    /// Exact: 32-bit arithmetic modulo 2^32.
    /// # Panics
    /// Never.
    pub fn draw(&self, words: &mut SeededWords) -> i32 {
        let choice = words.next_word();
        let word = words.next_word();
        let offset = if self.span == 0 {
            word
        } else {
            crate::fixed::multiply_wide(word, self.span).wrapping_shr(32) as u32
        };
        let usual = self.low.wrapping_add(offset as i32);
        match choice >> 28 {
            0 if self.nullable => MISSING,
            1 => (word as i32).max(MISSING + 1),
            _ => usual.max(MISSING + 1),
        }
    }
}

/// A small generator (xorshift with 128 bits of state): shifts only, since the smallest core has no wide product.
///
/// # Source
/// Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003), section 4.
#[derive(Clone, Debug)]
pub struct SeededWords {
    state: [u32; 4],
}

impl SeededWords {
    /// Starts a sequence.
    ///
    /// # Bounds
    /// Any seed.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self { state: [seed, 0x159a_55e5, 0x1f12_3bb5, 0x0549_1333] }
    }

    /// The next word.
    ///
    /// # Bounds
    /// None.
    /// # Exactness
    /// Exact.
    /// # Panics
    /// Never.
    pub const fn next_word(&mut self) -> u32 {
        let [x, y, z, w] = self.state;
        let t = x ^ (x << 11);
        let next = w ^ (w >> 19) ^ t ^ (t >> 8);
        self.state = [y, z, w, next];
        next
    }
}

/// Draws a record of one or more samples.
///
/// # Shapes
/// `fields`: those of one sample; `record`: their values, one sample after another.
/// # Bounds
/// Any fields.
/// # Exactness
/// Exact.
/// # Panics
/// Never.
pub fn draw_record(fields: &[SeededField], words: &mut SeededWords, record: &mut [i32]) {
    for sample in record.chunks_mut(fields.len().max(1)) {
        for (raw, field) in sample.iter_mut().zip(fields) {
            *raw = field.draw(words);
        }
    }
}

/// Fingerprint of the scores of `records` seeded records, the same on every runtime of a model.
///
/// # Shapes
/// `fields`: those of one sample; `record`: room for one record, such as `[i32; FIELDS]` or a slice.
/// # Bounds
/// Any seed; a record shorter than `fields` draws fewer values, which is another sequence.
/// # Exactness
/// Exact.
/// # Panics
/// Never, where `score` does not.
/// # Examples
/// ```
/// use tillwatch_engine::seeded::{SeededField, seeded_digest};
/// let fields = [SeededField { low: 0, span: 10, nullable: false }];
/// let digest = |seed| seeded_digest(&fields, [0; 1], 100, seed, |record| u64::from(record[0] > 4));
/// assert_eq!(digest(1), digest(1));
/// assert_ne!(digest(1), digest(2));
/// ```
pub fn seeded_digest<R: AsMut<[i32]>>(
    fields: &[SeededField],
    mut record: R,
    records: u32,
    seed: u32,
    mut score: impl FnMut(&R) -> u64,
) -> u64 {
    let mut words = SeededWords::new(seed);
    let mut digest = Digest::new();
    for _ in 0..records {
        draw_record(fields, &mut words, record.as_mut());
        digest.update(score(&record));
    }
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_cover_the_range_the_wild_and_the_missing() {
        let field = SeededField { low: -5, span: 11, nullable: true };
        let mut words = SeededWords::new(7);
        let (mut inside, mut outside, mut missing) = ([0; 11], 0, 0);
        for _ in 0..10_000 {
            match field.draw(&mut words) {
                MISSING => missing += 1,
                raw @ -5..=5 => inside[(raw + 5) as usize] += 1,
                _ => outside += 1,
            }
        }
        assert!(inside.iter().all(|&count| count > 500), "{inside:?}");
        assert!((400..900).contains(&outside) && (400..900).contains(&missing), "{outside} {missing}");
    }

    #[test]
    fn samples_are_drawn_one_after_another() {
        let fields = [
            SeededField { low: 0, span: 4, nullable: false },
            SeededField { low: 100, span: 4, nullable: false },
        ];
        let (mut words, mut again) = (SeededWords::new(3), SeededWords::new(3));
        let mut record = [0; 7];
        draw_record(&fields, &mut words, &mut record);
        for (index, &raw) in record.iter().enumerate() {
            assert_eq!(raw, fields[index % 2].draw(&mut again));
        }
    }

    #[test]
    fn an_array_and_a_slice_give_one_digest() {
        let fields = [SeededField { low: -3, span: 9, nullable: true }; 2];
        let sum = |record: &[i32]| record.iter().fold(0_u64, |sum, &raw| sum * 7 + u64::from(raw as u32));
        let mut slice = std::vec![0; 2];
        let of_array = seeded_digest(&fields, [0; 2], 50, 9, |record| sum(record));
        let of_slice = seeded_digest(&fields, &mut slice[..], 50, 9, |record| sum(record));
        assert_eq!(of_array, of_slice);
        assert_ne!(of_array, seeded_digest(&fields, [0; 2], 51, 9, |record| sum(record)));
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // The seeds of the paper; the numbers are those of its C function.
        let mut words = SeededWords { state: [123456789, 362436069, 521288629, 88675123] };
        let four = [(); 4].map(|()| words.next_word());
        assert_eq!(four, [3701687786, 458299110, 2500872618, 3633119408]);
    }

    #[test]
    fn the_code_of_missing_is_drawn_for_nothing_else() {
        let full = SeededField { low: i32::MIN, span: 0, nullable: false };
        // States whose next two words ask for any integer, which is -2^31, and for the lowest of the range.
        for (state, want) in [
            ([0, 0x3014_1090, 0, 1 << 28], [0x1000_0200, 0x8000_0000]),
            ([0, 0x2921_2020, 0, 2 << 28], [0x2000_0400, 0]),
        ] {
            let mut words = SeededWords { state };
            assert_eq!([(); 2].map(|()| words.next_word()), want);
            assert_eq!(full.draw(&mut SeededWords { state }), MISSING + 1);
        }
    }

    #[test]
    fn a_seed_is_a_sequence() {
        let take = |seed| {
            let mut words = SeededWords::new(seed);
            [(); 4].map(|()| words.next_word())
        };
        assert_eq!(take(3), take(3));
        assert_ne!(take(3), take(4));
        let full = SeededField { low: i32::MIN, span: 0, nullable: false };
        let mut words = SeededWords::new(1);
        assert!((0..1000).all(|_| full.draw(&mut words) != MISSING));
    }
}

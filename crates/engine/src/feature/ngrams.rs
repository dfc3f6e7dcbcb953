//! Lines of text as counts of byte n-grams, by hashing.

use crate::fixed::multiply_wide;

const FNV_START: u32 = 0x811c_9dc5;
const FNV_PRIME: u32 = 0x0100_0193;

/// Adds the byte n-grams of a line to signed counts.
///
/// Each run of `n` bytes is hashed (FNV-1a with 32 bits, then the final mix of MurmurHash3); the lowest bit of the hash is
/// the sign, its upper bits are the bucket. The sign makes collisions cancel on average instead of adding up. Nothing of
/// the line is kept.
///
/// # Shapes
/// `line`: any bytes, in any encoding; `counts`: one per bucket, added to.
/// # Units
/// `n`: bytes of a run, 0 being taken as 1; `counts`: number of runs, with sign.
/// # Bounds
/// Any line: one shorter than `n` has no runs. Counts saturate. At most 2^32 buckets are used.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Cost
/// `n + 5` multiplications per byte; no scratch.
/// # Source
/// `NUMERICS.md`, "Byte n-grams".
/// # Examples
/// ```
/// use tillwatch_engine::feature::count_ngrams;
/// let mut counts = [0; 8];
/// count_ngrams(b"aaaa", 3, &mut counts);
/// assert_eq!(counts.iter().map(|count: &i32| count.abs()).max(), Some(2)); // the run "aaa" twice
/// ```
pub fn count_ngrams(line: &[u8], n: usize, counts: &mut [i32]) {
    let n_buckets = u32::try_from(counts.len()).unwrap_or(u32::MAX);
    for run in line.windows(n.max(1)) {
        let hash = hash(run);
        let bucket = (multiply_wide(hash, n_buckets) >> 32) as usize;
        if let Some(count) = counts.get_mut(bucket) {
            *count = count.saturating_add(if hash & 1 == 0 { 1 } else { -1 });
        }
    }
}

fn hash(bytes: &[u8]) -> u32 {
    let mut hash = FNV_START;
    for &byte in bytes {
        hash = (hash ^ u32::from(byte)).wrapping_mul(FNV_PRIME);
    }
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_with_their_sign() {
        let mut counts = [0; 16];
        count_ngrams(b"abcabc", 3, &mut counts);
        // abc twice, bca and cab once; whatever collides keeps the parity.
        assert_eq!(counts.iter().sum::<i32>().rem_euclid(2), 0);
        let mut signs = [0; 2];
        for last in 0..32 {
            let (word, mut alone) = ([b'a', b'b', last], [0; 16]);
            count_ngrams(&word, 3, &mut alone);
            let bucket = (hash(&word) >> 28) as usize; // the highest bits choose one of 16
            let is_odd = hash(&word) & 1 == 1;
            let mut want = [0; 16];
            want[bucket] = if is_odd { -1 } else { 1 };
            assert_eq!(alone, want, "{last}");
            signs[usize::from(is_odd)] += 1;
        }
        assert!(signs.iter().all(|&count| count > 5), "{signs:?}");
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // FNV-1a of "a" and "foobar" is 0xe40c292c and 0xbf9cf968 in the authors' test vectors; behind it stands the
        // finalizer of MurmurHash3, computed apart.
        assert_eq!([hash(b""), hash(b"a"), hash(b"foobar")], [0xab3e_7c0b, 0x1a80_b1b3, 0x0c0d_a6dc]);
    }

    #[test]
    fn short_lines_no_buckets_and_full_counts() {
        let mut counts = [7; 4];
        count_ngrams(b"ab", 3, &mut counts);
        count_ngrams(b"", 1, &mut counts);
        assert_eq!(counts, [7; 4]);
        count_ngrams(b"abc", 1, &mut []);
        let mut full = [i32::MAX];
        count_ngrams(b"abcdefgh", 0, &mut full); // single bytes; at the top, only steps down count
        assert!(full[0] > i32::MAX - 8);
        let up = (0..=255_u8).find(|&byte| hash(&[byte]) & 1 == 0).unwrap();
        let mut full = [i32::MAX];
        count_ngrams(&[up], 1, &mut full);
        assert_eq!(full, [i32::MAX]);
    }

    #[test]
    fn buckets_and_signs_are_even() {
        let mut counts = [0; 8];
        let mut ups = 0;
        for word in 0..8000_u32 {
            let hash = hash(&word.to_le_bytes());
            counts[((u64::from(hash) * 8) >> 32) as usize] += 1;
            ups += hash & 1;
        }
        // A thousand each, less or more five standard deviations of 30 and of 45.
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        assert!((3776..4224).contains(&ups), "{ups}");
    }
}

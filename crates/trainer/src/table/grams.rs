//! Texts as counts of their grams, hashed into a fixed number of them.

/// Adds the grams of a text to counts.
///
/// Each gram of `n` bytes is hashed by 32-bit FNV-1a, to which its upper half is folded; the lowest bit is the sign, the
/// rest the count it goes to. A text shorter than `n` is one gram, an empty one none. Counts saturate.
///
/// # Source
/// G. Fowler, L. C. Noll, K.-P. Vo, "The FNV Non-Cryptographic Hash Algorithm"; signed hashing: Weinberger et al.,
/// "Feature hashing for large scale multitask learning", ICML 2009.
pub(super) fn count_ngrams(line: &[u8], n: usize, counts: &mut [i32]) {
    let length = n.clamp(1, line.len().max(1));
    for gram in line.windows(length) {
        let hash = gram
            .iter()
            .fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let hash = hash ^ (hash >> 15);
        let bucket = ((u64::from(hash >> 1) * counts.len() as u64) >> 31) as usize;
        if let Some(count) = counts.get_mut(bucket) {
            *count = count.saturating_add(if hash & 1 == 1 { -1 } else { 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(line: &str, n: usize, columns: usize) -> Vec<i32> {
        let mut counts = vec![0; columns];
        count_ngrams(line.as_bytes(), n, &mut counts);
        counts
    }

    /// The bucket and sign of one gram: FNV-1a of `a` is e40c292c and of `foobar` bf9cf968, as its authors' page has it.
    #[test]
    fn known_hashes() {
        for (gram, fnv) in [("a", 0xe40c_292c_u32), ("foobar", 0xbf9c_f968)] {
            let hash = fnv ^ (fnv >> 15);
            let mut expected = vec![0; 64];
            expected[(hash >> 26) as usize] = if hash % 2 == 1 { -1 } else { 1 };
            assert_eq!(counts(gram, gram.len(), 64), expected, "{gram}");
        }
    }

    #[test]
    fn short_and_empty_lines() {
        assert_eq!(counts("", 3, 8), [0; 8]);
        assert_eq!(counts("ab", 3, 8), counts("ab", 2, 8));
        assert_eq!(counts("ab", 3, 8).iter().map(|count| count.abs()).sum::<i32>(), 1);
        assert_eq!(counts("abc", 3, 0), [0; 0]);
        let sum: Vec<i32> = counts("abc", 3, 8).iter().zip(counts("bcd", 3, 8)).map(|(a, b)| a + b).collect();
        assert_eq!(counts("abcd", 3, 8), sum);
    }

    #[test]
    fn counts_saturate() {
        let gram = counts("abc", 3, 1)[0];
        let mut full = [gram * i32::MAX];
        count_ngrams(b"abc", 3, &mut full);
        assert_eq!(full, [if gram > 0 { i32::MAX } else { i32::MIN }]);
    }
}

//! What a latent vector and a line of text are compared by.

/// Index and product of the `n` rows whose products with a latent vector are largest, of equal ones the lower row first.
#[must_use]
pub fn strongest(rows: &[Vec<i64>], latent: &[i64], zero_point: i64, n: usize) -> Vec<(u16, i64)> {
    let dot = |row: &Vec<i64>| row.iter().zip(latent).map(|(w, x)| w * (x - zero_point)).sum();
    let mut all: Vec<(u16, i64)> =
        rows.iter().enumerate().map(|(index, row)| (index as u16, dot(row))).collect();
    all.sort_by_key(|&(_, dot)| core::cmp::Reverse(dot)); // stable: of equals the lower row stays ahead
    all.truncate(n);
    all
}

/// Signed counts of the byte n-grams of a line.
#[must_use]
pub fn count_ngrams(line: &[u8], n: usize, n_buckets: usize) -> Vec<i64> {
    const WORD: u64 = 1 << 32;
    let mut counts = vec![0; n_buckets];
    for start in 0..(line.len() + 1).saturating_sub(n) {
        let mut hash = 2_166_136_261_u64;
        for byte in &line[start..start + n] {
            hash = (hash ^ u64::from(*byte)) * 16_777_619 % WORD;
        }
        hash = (hash ^ (hash / 65_536)) * 0x85eb_ca6b % WORD;
        hash = (hash ^ (hash / 8_192)) * 0xc2b2_ae35 % WORD;
        hash ^= hash / 65_536;
        let bucket = (hash * n_buckets as u64 / WORD) as usize;
        counts[bucket] += if hash.is_multiple_of(2) { 1 } else { -1 };
    }
    counts
}

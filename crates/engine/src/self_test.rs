//! Known answers: does this build, on this core, give the scores that the model was exported with?

/// The first vector whose score differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelfTestFailure {
    /// Index of the vector.
    pub vector: u16,
    /// Score recorded at export.
    pub expected: u64,
    /// Score computed here.
    pub got: u64,
}

impl core::fmt::Display for SelfTestFailure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { vector, expected, got } = self;
        write!(f, "self-test vector {vector}: score {got}, exported as {expected}")
    }
}

impl core::error::Error for SelfTestFailure {}

/// Scores each vector and compares with what was recorded.
///
/// # Shapes
/// `vectors`: pairs of a record and its recorded score.
/// # Errors
/// The first vector whose score differs.
/// # Bounds
/// At most 65,536 vectors are told apart.
/// # Exactness
/// Scores must be equal bit for bit.
/// # Panics
/// Never.
/// # Examples
/// ```
/// use tillwatch_engine::self_test::check;
/// assert!(check([(2, 4), (3, 9)].into_iter(), |x: u64| x * x).is_ok());
/// assert_eq!(check([(2, 5)].into_iter(), |x: u64| x * x).unwrap_err().got, 4);
/// ```
pub fn check<R>(
    vectors: impl Iterator<Item = (R, u64)>,
    mut score: impl FnMut(R) -> u64,
) -> Result<(), SelfTestFailure> {
    for (vector, (record, expected)) in vectors.enumerate() {
        let got = score(record);
        if got != expected {
            return Err(SelfTestFailure { vector: vector as u16, expected, got });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn names_the_vector_that_differs() {
        let failure = check([(1, 1), (2, 3)].into_iter(), |x: u64| x).unwrap_err();
        assert_eq!(failure, SelfTestFailure { vector: 1, expected: 3, got: 2 });
        assert_eq!(failure.to_string(), "self-test vector 1: score 2, exported as 3");
    }
}

//! Gradients of biases.

use super::real::Real;

/// Sums the rows of a matrix, overwriting `sums`, which has one value for each column.
pub(super) fn add_rows<T: Real>(values: &[T], sums: &mut [T]) {
    sums.fill(T::ZERO);
    for row in values.chunks_exact(sums.len()) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += *value;
        }
    }
}

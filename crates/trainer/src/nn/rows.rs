//! The rows that a network is trained or judged on.

use super::error::NetworkError;
use super::real::Real;

/// A borrowed row-major matrix and, where values are missing or count differently, a weight for each element.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, T> {
    values: &'a [T],
    weights: Option<&'a [T]>,
    columns: usize,
}

impl<'a, T: Real> Rows<'a, T> {
    /// Checks and wraps a matrix.
    ///
    /// # Shapes
    /// `values [n, columns]`, `weights [n, columns]` if given. A missing value has weight 0 and any finite value,
    /// which the network is fed; the mean of its column is a good choice.
    /// # Errors
    /// [`NetworkError::Shape`] where the slices hold no whole rows or differ in length; [`NetworkError::Value`] for
    /// a value that is not finite, or a weight that is not finite or below 0.
    pub fn new(values: &'a [T], weights: Option<&'a [T]>, columns: usize) -> Result<Self, NetworkError> {
        if columns == 0 {
            return Err(NetworkError::Shape { what: "the number of columns", found: 0, wanted: 1 });
        }
        let over = values.len() % columns;
        if over != 0 {
            return Err(NetworkError::Shape { what: "the rest after whole rows", found: over, wanted: 0 });
        }
        let place = |what, at: usize, found: T| NetworkError::Value {
            what,
            row: at / columns,
            column: at % columns,
            found: found.to_f64(),
        };
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(place("value", at, values[at]));
        }
        if let Some(weights) = weights {
            if weights.len() != values.len() {
                let (found, wanted) = (weights.len(), values.len());
                return Err(NetworkError::Shape { what: "the number of weights", found, wanted });
            }
            let bad = |weight: &T| !weight.is_finite() || *weight < T::ZERO;
            if let Some(at) = weights.iter().position(bad) {
                return Err(place("weight", at, weights[at]));
            }
        }
        Ok(Rows { values, weights, columns })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Values per row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The first element that `wanted` is true for, of its value and its weight: row, column and value.
    pub(super) fn position(&self, wanted: impl Fn(T, T) -> bool) -> Option<(usize, usize, T)> {
        let weight = |at: usize| self.weights.map_or(T::ONE, |weights| weights[at]);
        let at = (0..self.values.len()).find(|at| wanted(self.values[*at], weight(*at)))?;
        Some((at / self.columns, at % self.columns, self.values[at]))
    }

    /// True when elements have weights.
    pub(super) fn is_weighted(&self) -> bool {
        self.weights.is_some()
    }

    /// Copies the picked rows, and their weights where there are any.
    pub(super) fn gather(&self, picked: &[usize], values: &mut Vec<T>, weights: &mut Vec<T>) {
        values.clear();
        for row in picked {
            values.extend_from_slice(&self.values[row * self.columns..(row + 1) * self.columns]);
        }
        weights.clear();
        if let Some(all) = self.weights {
            for row in picked {
                weights.extend_from_slice(&all[row * self.columns..(row + 1) * self.columns]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathers_values_and_weights() {
        let rows = Rows::new(&[1.0f32, 2.0, 3.0, 4.0], Some(&[1.0, 0.0, 0.5, 1.0]), 2).unwrap();
        let (mut values, mut weights) = (vec![9.0; 5], vec![]);
        rows.gather(&[1, 0, 1], &mut values, &mut weights);
        assert_eq!(values, [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(weights, [0.5, 1.0, 1.0, 0.0, 0.5, 1.0]);
        assert_eq!((rows.len(), rows.columns()), (2, 2));
    }

    #[test]
    fn names_the_bad_place() {
        let error = Rows::new(&[0.0, 1.0, f64::NAN, 3.0], None, 2).unwrap_err();
        assert!(error.to_string().starts_with("value in row 1, column 0 is NaN"), "{error}");
        let error = Rows::new(&[0.0f32; 4], Some(&[1.0, 1.0, 1.0, -1.0]), 2).unwrap_err();
        assert!(error.to_string().starts_with("weight in row 1, column 1 is -1"), "{error}");
        assert!(Rows::new(&[0.0f32; 5], None, 2).is_err());
        assert!(Rows::new(&[0.0f32; 4], Some(&[1.0; 2]), 2).is_err());
        assert!(Rows::<f32>::new(&[], None, 0).is_err());
    }
}

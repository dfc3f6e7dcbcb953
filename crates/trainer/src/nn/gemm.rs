//! The one seam to matrix products: every layer's heavy arithmetic goes through [`multiply`].
//!
//! The crate `matrixmultiply` does the work. It takes pointers, which makes this file the only one with `unsafe`:
//! each call is preceded by checks that every element it can reach lies inside the slices.
//!
//! Sums are made by one thread in an order that depends on the shape alone, so reruns on one machine give the same
//! bits. A processor without fused multiply-add rounds differently.

/// A matrix inside a slice: element `(i, j)` lies at `i * row_stride + j * column_stride`.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> View<'a, T> {
    /// A row-major matrix without gaps, `[rows, columns]`.
    pub(super) fn new(values: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix fills its slice");
        View { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The same elements with rows and columns exchanged.
    pub(super) fn transposed(self) -> Self {
        View {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

/// A float type with a matrix product. Private to this crate, which seals [`super::Real`].
pub trait Multiply: Sized {
    /// The routine of `matrixmultiply` for this type, behind checks.
    #[doc(hidden)]
    fn multiply(left: Operand<'_, Self>, right: Operand<'_, Self>, out: &mut [Self]);
}

/// A [`View`] under a name that the sealed trait may show.
#[doc(hidden)]
#[derive(Debug)]
pub struct Operand<'a, T>(View<'a, T>);

/// `out = left * right`, overwriting `out`.
///
/// # Shapes
/// `left [m, k]`, `right [k, n]`, `out [m, n]` row-major without gaps.
/// # Panics
/// When the shapes do not fit, which would be an error in a layer.
pub(super) fn multiply<T: Multiply>(left: View<'_, T>, right: View<'_, T>, out: &mut [T]) {
    T::multiply(Operand(left), Operand(right), out);
}

macro_rules! multiply {
    ($float:ident, $routine:path) => {
        impl Multiply for $float {
            fn multiply(left: Operand<'_, Self>, right: Operand<'_, Self>, out: &mut [Self]) {
                let (Operand(left), Operand(right)) = (left, right);
                let (m, k, n) = (left.rows, left.columns, right.columns);
                assert_eq!(right.rows, k, "inner dimensions agree");
                assert_eq!(out.len(), m * n, "the product fills the output");
                assert_eq!(left.values.len(), m * k, "the left operand fills its slice");
                assert_eq!(right.values.len(), k * n, "the right operand fills its slice");
                // SAFETY: a view is a whole matrix or its transpose, its strides are (columns, 1) or (1, rows), and
                // the assertions above bind each slice to the product of its two sizes; so every index below
                // `rows` and `columns` stays inside the slice. `out` is borrowed mutably and overlaps nothing.
                #[allow(unsafe_code)]
                unsafe {
                    $routine(
                        m,
                        k,
                        n,
                        1.0,
                        left.values.as_ptr(),
                        left.row_stride.cast_signed(),
                        left.column_stride.cast_signed(),
                        right.values.as_ptr(),
                        right.row_stride.cast_signed(),
                        right.column_stride.cast_signed(),
                        0.0,
                        out.as_mut_ptr(),
                        n.cast_signed(),
                        1,
                    );
                }
            }
        }
    };
}

multiply!(f32, matrixmultiply::sgemm);
multiply!(f64, matrixmultiply::dgemm);

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(left: &[f64], right: &[f64], m: usize, k: usize, n: usize) -> Vec<f64> {
        let mut out = vec![0.0; m * n];
        for i in 0..m {
            for j in 0..n {
                out[i * n + j] = (0..k).map(|at| left[i * k + at] * right[at * n + j]).sum();
            }
        }
        out
    }

    fn transpose(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
        (0..rows * columns).map(|at| values[(at % rows) * columns + at / rows]).collect()
    }

    #[test]
    fn equals_the_definition_for_every_layout() {
        // Small integers: every order of summation is exact.
        for (m, k, n) in [(1, 1, 1), (3, 5, 2), (17, 30, 9), (4, 0, 3), (0, 4, 3)] {
            let left: Vec<f64> = (0..m * k).map(|at| (at % 7) as f64 - 3.0).collect();
            let right: Vec<f64> = (0..k * n).map(|at| (at % 11) as f64 - 5.0).collect();
            let (left_t, right_t) = (transpose(&left, m, k), transpose(&right, k, n));
            let wanted = naive(&left, &right, m, k, n);
            for left in [View::new(&left, m, k), View::new(&left_t, k, m).transposed()] {
                for right in [View::new(&right, k, n), View::new(&right_t, n, k).transposed()] {
                    let mut out = vec![f64::NAN; m * n];
                    multiply(left, right, &mut out);
                    assert_eq!(out, wanted, "{m}x{k}x{n}");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "inner dimensions agree")]
    fn refuses_shapes_that_do_not_fit() {
        multiply(View::new(&[0.0f32; 6], 2, 3), View::new(&[0.0; 4], 2, 2), &mut [0.0; 4]);
    }
}

//! The one seam to matrix products: every layer's heavy arithmetic goes through [`multiply`].
//!
//! On x86-64 with AVX2 and FMA, `f32` goes to a kernel of our own for the narrow matrices of tables; anything else to
//! the crate `matrixmultiply`. Pointers and instruction sets make this folder the only place with `unsafe`.
//!
//! Sums are made by one thread in an order that depends on the shape alone, so reruns on one machine give the same
//! bits.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// A matrix that fills a slice, row-major, or the transpose of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    /// Element `(i, j)` lies at `j * rows + i` if so, else at `i * columns + j`.
    transposed: bool,
}

impl<'a, T> View<'a, T> {
    /// A row-major matrix without gaps, `[rows, columns]`.
    ///
    /// # Panics
    /// When it does not fill the slice, which would be an error in a layer.
    pub(super) fn new(values: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix fills its slice");
        View { values, rows, columns, transposed: false }
    }

    /// The same elements with rows and columns exchanged.
    pub(super) fn transposed(self) -> Self {
        View { values: self.values, rows: self.columns, columns: self.rows, transposed: !self.transposed }
    }

    /// Elements from one row to the next, and from one column to the next.
    fn strides(&self) -> (isize, isize) {
        if self.transposed { (1, self.rows.cast_signed()) } else { (self.columns.cast_signed(), 1) }
    }
}

/// A float type with a matrix product. Private to this crate, which seals [`super::Real`].
pub trait Multiply: Sized {
    /// Runs a product whose shapes were checked.
    #[doc(hidden)]
    fn multiply(product: Product<'_, Self>);
}

/// A checked product under a name that the sealed trait may show.
#[doc(hidden)]
#[derive(Debug)]
pub struct Product<'a, T> {
    left: View<'a, T>,
    right: View<'a, T>,
    start: Option<&'a [T]>,
    out: &'a mut [T],
}

/// `out = start + left * right`, overwriting `out`; without a start, from zero.
///
/// # Shapes
/// `left [m, k]`, `right [k, n]`, `start [n]` for every row, `out [m, n]` row-major without gaps.
/// # Panics
/// When the shapes do not fit, which would be an error in a layer.
pub(super) fn multiply<T: Multiply>(
    left: View<'_, T>,
    right: View<'_, T>,
    start: Option<&[T]>,
    out: &mut [T],
) {
    assert_eq!(left.columns, right.rows, "inner dimensions agree");
    assert_eq!(out.len(), left.rows * right.columns, "the product fills the output");
    assert!(
        start.is_none_or(|start| start.len() == right.columns),
        "the start has one value for each column"
    );
    if !out.is_empty() {
        T::multiply(Product { left, right, start, out });
    }
}

impl Multiply for f32 {
    fn multiply(product: Product<'_, Self>) {
        #[cfg(target_arch = "x86_64")]
        if product.left.columns > 0
            && std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("fma")
        {
            let Product { left, right, start, out } = product;
            // SAFETY: all that the function asks for is the instruction set, which this processor was just found to
            // have.
            #[allow(unsafe_code)]
            unsafe {
                avx2::multiply(left, right, start, out);
            }
            return;
        }
        general(product, matrixmultiply::sgemm, [0.0, 1.0]);
    }
}

impl Multiply for f64 {
    fn multiply(product: Product<'_, Self>) {
        general(product, matrixmultiply::dgemm, [0.0, 1.0]);
    }
}

/// The signature of the routines of `matrixmultiply`.
type Routine<T> = unsafe fn(
    usize,
    usize,
    usize,
    T,
    *const T,
    isize,
    isize,
    *const T,
    isize,
    isize,
    T,
    *mut T,
    isize,
    isize,
);

/// Runs a routine of `matrixmultiply`.
fn general<T: Copy>(product: Product<'_, T>, routine: Routine<T>, [zero, one]: [T; 2]) {
    let Product { left, right, start, out } = product;
    let (m, k, n) = (left.rows, left.columns, right.columns);
    if let Some(start) = start {
        out.chunks_exact_mut(n).for_each(|row| row.copy_from_slice(start));
    }
    let keep = if start.is_some() { one } else { zero };
    let (left_strides, right_strides) = (left.strides(), right.strides());
    // SAFETY: a view fills its slice, row-major or transposed, and its strides follow from its sizes, so every index
    // below `rows` and `columns` stays inside the slice. `multiply` checked that `out` holds m * n values; it is
    // borrowed mutably and overlaps nothing.
    #[allow(unsafe_code)]
    unsafe {
        routine(
            m,
            k,
            n,
            one,
            left.values.as_ptr(),
            left_strides.0,
            left_strides.1,
            right.values.as_ptr(),
            right_strides.0,
            right_strides.1,
            keep,
            out.as_mut_ptr(),
            n.cast_signed(),
            1,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Real;

    fn naive<T: Real>(left: &[T], right: &[T], start: Option<&[T]>, [m, k, n]: [usize; 3]) -> Vec<T> {
        let mut out = vec![T::ZERO; m * n];
        for i in 0..m {
            for j in 0..n {
                let products = (0..k).map(|at| left[i * k + at] * right[at * n + j]);
                out[i * n + j] = start.map_or(T::ZERO, |start| start[j]) + products.sum();
            }
        }
        out
    }

    fn transpose<T: Copy>(values: &[T], rows: usize, columns: usize) -> Vec<T> {
        (0..rows * columns).map(|at| values[(at % rows) * columns + at / rows]).collect()
    }

    /// Small integers: every order of summation is exact.
    fn equals_the_definition<T: Real>(shape: [usize; 3], product: fn(Product<'_, T>)) {
        let [m, k, n] = shape;
        let integer = |at: usize, cycle: usize| T::from_f64((at % cycle) as f64 - (cycle / 2) as f64);
        let left: Vec<T> = (0..m * k).map(|at| integer(at, 7)).collect();
        let right: Vec<T> = (0..k * n).map(|at| integer(at, 11)).collect();
        let start: Vec<T> = (0..n).map(|at| integer(at, 5)).collect();
        let (left_t, right_t) = (transpose(&left, m, k), transpose(&right, k, n));
        for start in [None, Some(&start[..])] {
            let wanted = naive(&left, &right, start, shape);
            for left in [View::new(&left, m, k), View::new(&left_t, k, m).transposed()] {
                for right in [View::new(&right, k, n), View::new(&right_t, n, k).transposed()] {
                    let mut out = vec![T::from_f64(f64::NAN); m * n];
                    product(Product { left, right, start, out: &mut out });
                    assert_eq!(out, wanted, "{shape:?}");
                }
            }
        }
    }

    #[test]
    fn every_kernel_equals_the_definition_for_every_layout() {
        for m in [1, 2, 3, 5, 8, 12, 13, 17, 30] {
            for k in [0, 1, 7, 16, 31] {
                for n in [1, 7, 8, 9, 16, 17, 30, 32, 40] {
                    equals_the_definition::<f32>([m, k, n], f32::multiply);
                    equals_the_definition::<f32>([m, k, n], |product| {
                        general(product, matrixmultiply::sgemm, [0.0, 1.0]);
                    });
                    equals_the_definition::<f64>([m, k, n], f64::multiply);
                }
            }
        }
    }

    #[test]
    fn a_row_does_not_depend_on_the_rows_around_it() {
        // Fractions, so that another order of summation would show.
        let left: Vec<f32> = (0..29 * 19).map(|at| (at as f32 * 0.37).fract() - 0.5).collect();
        let right: Vec<f32> = (0..19 * 21).map(|at| (at as f32 * 0.73).fract() - 0.5).collect();
        let right = View::new(&right, 19, 21);
        let mut together = vec![0.0; 29 * 21];
        multiply(View::new(&left, 29, 19), right, None, &mut together);
        for (row, wanted) in left.chunks(19).zip(together.chunks(21)) {
            let mut alone = [0.0; 21];
            multiply(View::new(row, 1, 19), right, None, &mut alone);
            assert_eq!(alone, wanted);
        }
    }

    #[test]
    #[should_panic(expected = "inner dimensions agree")]
    fn refuses_shapes_that_do_not_fit() {
        let (left, right) = ([0.0f32; 6], [0.0; 4]);
        multiply(View::new(&left, 2, 3), View::new(&right, 2, 2), None, &mut [0.0; 4]);
    }
}

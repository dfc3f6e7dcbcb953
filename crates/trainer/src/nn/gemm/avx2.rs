//! The product of `f32` matrices for x86-64 processors with AVX2 and FMA.
//!
//! Each output element is its start and then one chain of fused multiply-adds in ascending order of the inner index,
//! however the work is tiled: the same bits on every such processor. The right operand is packed into panels of
//! sixteen columns; the left one is read in place, which is what makes it quicker than a general routine for the
//! narrow layers of tables.

use super::View;
use std::arch::x86_64::{__m256, _mm256_fmadd_ps, _mm256_set1_ps, _mm256_setr_ps, _mm256_storeu_ps};
use std::cell::RefCell;

/// Values in a vector register.
const LANE: usize = 8;

/// Columns in a panel.
const PANEL: usize = 16;

/// One row of a panel, aligned so that no load crosses a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct PanelRow([f32; PANEL]);

thread_local! {
    /// Room for one panel, kept between products.
    static ROOM: RefCell<Vec<PanelRow>> = const { RefCell::new(Vec::new()) };
}

/// `out = start + left * right`; shapes were checked by the caller.
#[target_feature(enable = "avx2,fma")]
pub(super) fn multiply(left: View<'_, f32>, right: View<'_, f32>, start: Option<&[f32]>, out: &mut [f32]) {
    ROOM.with_borrow_mut(|panel| {
        let columns = right.columns;
        for column in (0..columns).step_by(PANEL) {
            let width = PANEL.min(columns - column);
            pack(right, column, width, panel);
            let mut first = [0.0; PANEL];
            if let Some(start) = start {
                first[..width].copy_from_slice(&start[column..column + width]);
            }
            let place = Place { column, width, columns };
            if width > LANE {
                down::<2>(left, panel, &first, place, out);
            } else {
                down::<1>(left, panel, &first, place, out);
            }
        }
    });
}

/// Copies the columns of a panel, row after row; columns beyond `width` are zero.
#[target_feature(enable = "avx2,fma")]
fn pack(right: View<'_, f32>, column: usize, width: usize, panel: &mut Vec<PanelRow>) {
    if panel.len() < right.rows {
        panel.resize(right.rows, PanelRow([0.0; PANEL]));
    }
    panel.truncate(right.rows);
    if right.transposed {
        // Each column of the panel is a row of what lies in memory.
        let stride = right.rows;
        for (lane, values) in right.values[column * stride..].chunks_exact(stride).take(width).enumerate() {
            for (row, value) in panel.iter_mut().zip(values) {
                row.0[lane] = *value;
            }
        }
        panel.iter_mut().for_each(|row| row.0[width..].fill(0.0));
    } else if width == PANEL {
        for (row, values) in panel.iter_mut().zip(right.values.chunks_exact(right.columns)) {
            row.0.copy_from_slice(&values[column..column + PANEL]);
        }
    } else {
        for (row, values) in panel.iter_mut().zip(right.values.chunks_exact(right.columns)) {
            row.0[..width].copy_from_slice(&values[column..column + width]);
            row.0[width..].fill(0.0);
        }
    }
}

/// Where a panel lies in the output.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    width: usize,
    columns: usize,
}

/// Goes down the rows of one panel of `L` lanes, in tiles as high as the registers allow.
#[target_feature(enable = "avx2,fma")]
fn down<const L: usize>(
    left: View<'_, f32>,
    panel: &[PanelRow],
    first: &[f32; PANEL],
    place: Place,
    out: &mut [f32],
) {
    let mut row = 0;
    while row < left.rows {
        let rest = left.rows - row;
        // Twelve sums are needed to hide the latency of a multiply-add. Eight rows are better cut into 4 and 4 than
        // into 6 and 2.
        row += match rest {
            12.. if L == 1 => tile::<12, L>(left, row, panel, first, place, out),
            6 | 7 | 9.. => tile::<6, L>(left, row, panel, first, place, out),
            4.. => tile::<4, L>(left, row, panel, first, place, out),
            2.. => tile::<2, L>(left, row, panel, first, place, out),
            _ => tile::<1, L>(left, row, panel, first, place, out),
        };
    }
}

/// Computes `M` rows of a panel, whose sums stay in registers, and gives `M`.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn tile<const M: usize, const L: usize>(
    left: View<'_, f32>,
    row: usize,
    panel: &[PanelRow],
    first: &[f32; PANEL],
    place: Place,
    out: &mut [f32],
) -> usize {
    let mut sums = [lanes::<L>(first); M];
    if left.transposed {
        for (right, left) in panel.iter().zip(left.values.chunks_exact(left.rows)) {
            let right = lanes::<L>(&right.0);
            let left: &[f32] = &left[row..row + M];
            for m in 0..M {
                let factor = _mm256_set1_ps(left[m]);
                for l in 0..L {
                    sums[m][l] = _mm256_fmadd_ps(factor, right[l], sums[m][l]);
                }
            }
        }
    } else {
        let rows: [&[f32]; M] =
            std::array::from_fn(|m| &left.values[(row + m) * left.columns..][..panel.len()]);
        for (k, right) in panel.iter().enumerate() {
            let right = lanes::<L>(&right.0);
            for m in 0..M {
                let factor = _mm256_set1_ps(rows[m][k]);
                for l in 0..L {
                    sums[m][l] = _mm256_fmadd_ps(factor, right[l], sums[m][l]);
                }
            }
        }
    }
    for (m, sums) in sums.iter().enumerate() {
        let at = (row + m) * place.columns + place.column;
        if place.width == L * LANE {
            for (lane, sum) in out[at..at + L * LANE].as_chunks_mut::<LANE>().0.iter_mut().zip(sums) {
                store(lane, *sum);
            }
        } else {
            let mut whole = [0.0; PANEL];
            for (lane, sum) in whole.as_chunks_mut::<LANE>().0.iter_mut().zip(sums) {
                store(lane, *sum);
            }
            out[at..at + place.width].copy_from_slice(&whole[..place.width]);
        }
    }
    M
}

/// Loads the first `L` lanes of a panel's row.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn lanes<const L: usize>(row: &[f32; PANEL]) -> [__m256; L] {
    let (lanes, _) = row.as_chunks::<LANE>();
    std::array::from_fn(|l| {
        let v = &lanes[l];
        _mm256_setr_ps(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
    })
}

/// Writes one register.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn store(lane: &mut [f32; LANE], value: __m256) {
    // SAFETY: the pointer is to eight f32 borrowed mutably; the instruction needs no alignment.
    #[allow(unsafe_code)]
    unsafe {
        _mm256_storeu_ps(lane.as_mut_ptr(), value);
    }
}

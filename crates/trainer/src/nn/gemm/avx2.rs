//! The product of `f32` matrices for x86-64 processors with AVX2 and FMA.
//!
//! Each output element is its start and then one chain of fused multiply-adds in ascending order of the inner index,
//! however the work is tiled: the same bits on every such processor. The right operand is packed into panels of
//! sixteen columns; the left one is read in place, which is what makes it quicker than a general routine for the
//! narrow layers of tables.

use super::View;
use std::arch::x86_64::{
    __m256, _mm256_fmadd_ps, _mm256_permute2f128_ps, _mm256_set1_ps, _mm256_setr_ps, _mm256_setzero_ps,
    _mm256_shuffle_ps, _mm256_storeu_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};
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
        pack_transposed(&right.values[column * right.rows..], right.rows, width, panel);
    } else if width == PANEL {
        for (row, values) in panel.iter_mut().zip(right.values.chunks_exact(right.columns)) {
            row.0.copy_from_slice(&values[column..column + PANEL]);
        }
    } else {
        for (row, values) in panel.iter_mut().zip(right.values.chunks_exact(right.columns)) {
            row.0 = [0.0; PANEL];
            copy(&mut row.0[..width], &values[column..column + width]);
        }
    }
}

/// Copies up to sixteen values: from eight on as two registers that may overlap, which spares a call for every row.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn copy(to: &mut [f32], from: &[f32]) {
    let len = from.len().min(to.len());
    if len >= LANE {
        store(to, load(from));
        store(&mut to[len - LANE..], load(&from[len - LANE..]));
    } else {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}

/// Copies `width` columns that lie in memory as rows of `stride` values: whole blocks through registers, 8 by 8.
#[target_feature(enable = "avx2,fma")]
fn pack_transposed(values: &[f32], stride: usize, width: usize, panel: &mut [PanelRow]) {
    let (blocks, rest) = panel.as_chunks_mut::<LANE>();
    let whole = width - width % LANE;
    for lane in (0..whole).step_by(LANE) {
        let mut lines = [&[][..]; LANE];
        for (l, line) in lines.iter_mut().enumerate() {
            *line = &values[(lane + l) * stride..][..stride];
        }
        for (block, rows) in blocks.iter_mut().enumerate() {
            let at = block * LANE;
            let mut square = [_mm256_setzero_ps(); LANE];
            for (register, line) in square.iter_mut().zip(lines) {
                *register = load(&line[at..at + LANE]);
            }
            for (row, value) in rows.iter_mut().zip(transpose(square)) {
                store(&mut row.0[lane..lane + LANE], value);
            }
        }
        for (at, row) in (blocks.len() * LANE..).zip(rest.iter_mut()) {
            for (to, line) in row.0[lane..lane + LANE].iter_mut().zip(lines) {
                *to = line[at];
            }
        }
    }
    for lane in whole..width {
        for (row, value) in panel.iter_mut().zip(&values[lane * stride..]) {
            row.0[lane] = *value;
        }
    }
    for row in panel {
        row.0[width..].fill(0.0);
    }
}

/// Exchanges rows and columns of eight registers.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn transpose(r: [__m256; LANE]) -> [__m256; LANE] {
    // Pairs, then fours, then halves.
    let half = |a, b, c, d| {
        let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        let (low2, high2) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
        [
            _mm256_shuffle_ps::<0x44>(low, low2),
            _mm256_shuffle_ps::<0xEE>(low, low2),
            _mm256_shuffle_ps::<0x44>(high, high2),
            _mm256_shuffle_ps::<0xEE>(high, high2),
        ]
    };
    let (top, bottom) = (half(r[0], r[1], r[2], r[3]), half(r[4], r[5], r[6], r[7]));
    [
        _mm256_permute2f128_ps::<0x20>(top[0], bottom[0]),
        _mm256_permute2f128_ps::<0x20>(top[1], bottom[1]),
        _mm256_permute2f128_ps::<0x20>(top[2], bottom[2]),
        _mm256_permute2f128_ps::<0x20>(top[3], bottom[3]),
        _mm256_permute2f128_ps::<0x31>(top[0], bottom[0]),
        _mm256_permute2f128_ps::<0x31>(top[1], bottom[1]),
        _mm256_permute2f128_ps::<0x31>(top[2], bottom[2]),
        _mm256_permute2f128_ps::<0x31>(top[3], bottom[3]),
    ]
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
        let mut rows = [&[][..]; M];
        for (m, line) in rows.iter_mut().enumerate() {
            *line = &left.values[(row + m) * left.columns..][..panel.len()];
        }
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
    for (m, sums) in sums.into_iter().enumerate() {
        let at = (row + m) * place.columns + place.column;
        if place.width == L * LANE {
            write(&mut out[at..at + L * LANE], sums);
        } else {
            let mut whole = [0.0; PANEL];
            write(&mut whole[..L * LANE], sums);
            copy(&mut out[at..at + place.width], &whole[..place.width]);
        }
    }
    M
}

/// The first `L` lanes of a panel's row.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn lanes<const L: usize>(row: &[f32; PANEL]) -> [__m256; L] {
    let mut lanes = [_mm256_setzero_ps(); L];
    for (at, lane) in lanes.iter_mut().enumerate() {
        *lane = load(&row[at * LANE..(at + 1) * LANE]);
    }
    lanes
}

/// Writes `L` lanes.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn write<const L: usize>(values: &mut [f32], lanes: [__m256; L]) {
    for (at, lane) in lanes.into_iter().enumerate() {
        store(&mut values[at * LANE..(at + 1) * LANE], lane);
    }
}

/// Loads the first eight values of a slice.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn load(values: &[f32]) -> __m256 {
    let v: &[f32] = &values[..LANE];
    // One load instruction, without a pointer.
    _mm256_setr_ps(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
}

/// Writes to the first eight values of a slice.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn store(values: &mut [f32], value: __m256) {
    let lane = &mut values[..LANE];
    // SAFETY: the pointer is to eight f32 borrowed mutably; the instruction needs no alignment.
    #[allow(unsafe_code)]
    unsafe {
        _mm256_storeu_ps(lane.as_mut_ptr(), value);
    }
}

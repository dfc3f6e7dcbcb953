//! Feature preparation driven by a list of features.

use bytemuck::cast_slice;
use tillwatch_engine::feature::{
    MISSING, Mark, Memory, cyclic, delta, flag, logarithm, numeric, one_hot_from, ratio_to_mean,
    surprisal_from, symlog,
};
use tillwatch_model::{Preparation, i16s, one_hot_levels};

/// Turns the samples of a record into wide codes.
///
/// A feature is marked where any of its samples is.
///
/// # Shapes
/// `features`: those of one sample, asked for once per sample; `raw`: `n_fields` values per sample; `memories`: one per
/// feature that keeps one; `codes`: the columns of each sample, one sample after another; `marks`: one per feature.
/// Lists that are too short end the work.
pub fn prepare_samples<'a, F: Iterator<Item = (u16, Preparation<'a>)>>(
    features: impl Fn() -> F,
    n_fields: usize,
    raw: &[i32],
    memories: &mut [Memory],
    codes: &mut [i16],
    marks: &mut [Mark],
) {
    let n_columns: usize = features().map(|(_, preparation)| preparation.n_columns()).sum();
    marks.fill(Mark::NONE);
    let samples = raw.chunks_exact(n_fields.max(1)).zip(codes.chunks_exact_mut(n_columns.max(1)));
    for (raw, codes) in samples {
        prepare(features(), raw, memories, codes, marks);
    }
}

/// Turns the raw values of one sample into wide codes, and adds to the marks.
///
/// # Shapes
/// `features`: field index and preparation of each feature; `raw`: one value per field; `memories`: one per feature that
/// keeps one, in order; `codes`: one per column; `marks`: one per feature. A list that is too short ends the work; what
/// lies beyond is left as it was.
pub fn prepare<'a>(
    features: impl Iterator<Item = (u16, Preparation<'a>)>,
    raw: &[i32],
    memories: &mut [Memory],
    mut codes: &mut [i16],
    marks: &mut [Mark],
) {
    let mut memories = memories.iter_mut();
    for ((field, preparation), mark) in features.zip(marks) {
        let raw = raw.get(usize::from(field)).copied().unwrap_or(MISSING);
        let Some((columns, rest)) = core::mem::take(&mut codes).split_at_mut_checked(preparation.n_columns())
        else {
            return;
        };
        codes = rest;
        *mark = mark.with(prepare_one(raw, &preparation, &mut memories, columns));
    }
}

fn prepare_one(
    raw: i32,
    preparation: &Preparation<'_>,
    memories: &mut core::slice::IterMut<'_, Memory>,
    columns: &mut [i16],
) -> Mark {
    let mut unused = Memory::EMPTY;
    let single = match preparation {
        Preparation::Numeric(affine) => numeric(raw, affine),
        Preparation::Logarithm(affine) => logarithm(raw, affine),
        Preparation::Symlog(rule) => symlog(raw, rule),
        Preparation::Surprisal(table) => surprisal_from(raw, table.len() / 2, i16s(table)),
        Preparation::Flag(codes) => flag(raw, *codes),
        Preparation::Delta(affine) => delta(raw, affine, memories.next().unwrap_or(&mut unused)),
        Preparation::RatioToMean { affine, window_log2 } => {
            ratio_to_mean(raw, affine, (*window_log2).into(), memories.next().unwrap_or(&mut unused))
        }
        Preparation::OneHot(levels) => {
            return one_hot_from(raw, levels.len() / 4, one_hot_levels(levels), columns);
        }
        Preparation::Cyclic(rule) => {
            let (pair, mark) = cyclic(raw, rule);
            columns.iter_mut().zip(pair).for_each(|(column, code)| *column = code);
            return mark;
        }
    };
    if let [column] = columns {
        *column = single.0;
    }
    single.1
}

/// Signed view of bytes.
pub(crate) fn as_i8(bytes: &[u8]) -> &[i8] {
    cast_slice(bytes)
}

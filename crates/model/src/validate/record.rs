//! The record: samples, fields and features.

use crate::{Body, Cause, Feature, Field, FieldKind, ModelError, Preparation, Samples, i16s};
use tillwatch_engine::feature::{Affine, Symlog};

/// Most columns of a model: contributions of this many cannot overflow the score.
const MAX_COLUMNS: usize = 1 << 15;

pub(super) fn check_fields(body: &Body<'_>) -> Result<(), ModelError> {
    let (count, is_row) = (body.samples.count(), body.samples == Samples::Row);
    if count == 0 || count > MAX_COLUMNS || matches!(body.samples, Samples::Window { hop: 0, .. }) {
        return Err(ModelError::new(Cause::Samples));
    }
    if body.fields.is_empty() {
        return Err(ModelError::new(Cause::Field));
    }
    for (index, field) in body.fields.iter().enumerate() {
        let vocabulary_is_whole = match &field.kind {
            FieldKind::Category { vocabulary } => vocabulary.is_whole(),
            _ => true,
        };
        if field.name.is_empty() || field.low > field.high || field.low == i32::MIN || !vocabulary_is_whole {
            return Err(ModelError::at(Cause::Field, index));
        }
        if field.nullable && !is_row {
            return Err(ModelError::new(Cause::Samples));
        }
    }
    Ok(())
}

pub(super) fn check_features(body: &Body<'_>) -> Result<usize, ModelError> {
    if body.features.is_empty() || body.columns.len() != body.features.len() {
        return Err(ModelError::new(Cause::Feature));
    }
    let mut n_columns = 0;
    for (index, (feature, &columns)) in body.features.iter().zip(body.columns).enumerate() {
        let error = ModelError::at(Cause::Feature, index);
        let field = body.fields.get(usize::from(feature.field)).ok_or(error)?;
        let wanted = feature.preparation.n_columns();
        if wanted == 0 || wanted != usize::from(columns) || !feature_is_sound(&feature, &field) {
            return Err(error);
        }
        if feature.preparation.has_memory() && body.samples != Samples::Row {
            return Err(ModelError::new(Cause::Samples));
        }
        n_columns += wanted;
    }
    // Neither factor is above 2^16 times 2^8, so the product fits 64 bits; on a smaller machine it saturates.
    let n_columns = n_columns.saturating_mul(body.samples.count());
    if n_columns > MAX_COLUMNS { Err(ModelError::new(Cause::Feature)) } else { Ok(n_columns) }
}

fn feature_is_sound(feature: &Feature<'_>, field: &Field<'_>) -> bool {
    let levels = match &field.kind {
        FieldKind::Category { vocabulary } => Some(vocabulary.len() + 1),
        _ => None,
    };
    match feature.preparation {
        Preparation::Numeric(affine) | Preparation::Logarithm(affine) | Preparation::Delta(affine) => {
            affine_is_sound(&affine)
        }
        Preparation::Symlog(rule) => {
            rule.width_log2 <= Symlog::MAX_WIDTH_LOG2 && affine_is_sound(&rule.affine)
        }
        Preparation::RatioToMean { affine, window_log2 } => affine_is_sound(&affine) && window_log2 <= 15,
        Preparation::OneHot(codes) => {
            codes.len() % 4 == 0 && levels == Some(codes.len() / 4) && codes_are_wide(codes)
        }
        Preparation::Surprisal(codes) => {
            codes.len() % 2 == 0 && levels == Some(codes.len() / 2) && codes_are_wide(codes)
        }
        Preparation::Flag(codes) => codes.off != i16::MIN && codes.on != i16::MIN,
        Preparation::Cyclic(rule) => rule.amplitude >= 0,
    }
}

fn affine_is_sound(affine: &Affine) -> bool {
    affine.shift <= Affine::MAX_SHIFT
        && affine.multiplier >= Affine::least_multiplier(affine.shift)
        && affine.fill != i16::MIN
}

pub(super) fn codes_are_wide(codes: &[u8]) -> bool {
    i16s(codes).all(|code| code != i16::MIN)
}

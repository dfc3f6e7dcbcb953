//! What is said about records and their scores: heads, known answers, thresholds, the float reference.

use super::layers::{pool_is_sound, shape_is_sound, strides_are_sound, upsample_is_sound};
use crate::{
    Body, Cause, Feature, MAX_PROTOTYPES, ModelError, Reference, ReferenceConvolution, ReferenceKind,
    ThresholdBlock, u32s, u64s,
};
use tillwatch_engine::score::ANCHORS;

pub(super) fn check_heads(body: &Body<'_>, n_columns: usize) -> Result<(), ModelError> {
    let heads = &body.heads;
    let may_miss = |feature: &Feature<'_>| {
        let nullable = body.fields.get(usize::from(feature.field)).is_some_and(|field| field.nullable);
        nullable || feature.preparation.has_memory()
    };
    let n_rescale = body.features.iter().filter(may_miss).count() + 1;
    let prototypes_fit = heads.prototypes.len().is_multiple_of(n_columns)
        && heads.prototypes.len() / n_columns <= MAX_PROTOTYPES
        && heads.prototype_shift <= 8;
    // n columns of less than 2^41, times n / present <= 2^15 with 16 fraction bits, stay below 2^64.
    let rescale_fits =
        heads.rescale.len() == 4 * n_rescale && u32s(heads.rescale).all(|factor| factor < 1 << 31);
    if heads.gains.len() == 4 * n_columns && rescale_fits && prototypes_fit {
        Ok(())
    } else {
        Err(ModelError::new(Cause::Heads))
    }
}

pub(super) fn check_self_test(body: &Body<'_>) -> Result<(), ModelError> {
    if body.self_test.is_empty() {
        return Err(ModelError::new(Cause::SelfTest));
    }
    let wanted = 4 * body.samples.count() * body.fields.len();
    match body.self_test.iter().position(|vector| vector.raw.len() != wanted) {
        Some(index) => Err(ModelError::at(Cause::SelfTest, index)),
        None => Ok(()),
    }
}

pub(super) fn check_thresholds(block: &ThresholdBlock<'_>) -> Result<(), ModelError> {
    let rise = u64s(block.anchors).zip(u64s(block.anchors).skip(1)).all(|(low, high)| low <= high);
    if block.anchors.len() == 8 * ANCHORS && rise && block.watch <= block.alarm {
        Ok(())
    } else {
        Err(ModelError::new(Cause::Thresholds))
    }
}

pub(super) fn check_reference(reference: &Reference<'_>, n_columns: usize) -> Result<(), ModelError> {
    let error = ModelError::new(Cause::Reference);
    if !reference.layers.is_whole()
        || reference.layers.is_empty()
        || reference.column_weights.len() != 4 * n_columns
    {
        return Err(error);
    }
    let mut width = n_columns;
    for layer in reference.layers.iter() {
        if !kind_is_sound(&layer.kind) {
            return Err(error);
        }
        let [in_len, out_len, n_weights, n_biases] = layer.kind.lengths();
        let fits = layer.weights.len() == 4 * n_weights && layer.bias.len() == 4 * n_biases;
        if in_len != width || !fits {
            return Err(error);
        }
        width = out_len;
    }
    let whole_rows = reference.prototypes.len().is_multiple_of(4 * n_columns);
    if width == n_columns && whole_rows { Ok(()) } else { Err(error) }
}

/// The rules that the integer layer of the same kind obeys.
fn kind_is_sound(kind: &ReferenceKind) -> bool {
    match kind {
        ReferenceKind::Dense { .. } => true,
        ReferenceKind::Convolution(layer) => geometry_is_sound(layer),
        ReferenceKind::Transposed(layer) => {
            geometry_is_sound(layer)
                && layer.kernel[0] >= layer.stride[0]
                && layer.kernel[1] >= layer.stride[1]
        }
        ReferenceKind::MaxPool(pool) | ReferenceKind::AveragePool(pool) => pool_is_sound(pool),
        ReferenceKind::Upsample(upsample) => upsample_is_sound(*upsample),
        ReferenceKind::TopK { len, keep } => (1..=*len).contains(keep),
    }
}

fn geometry_is_sound(layer: &ReferenceConvolution) -> bool {
    strides_are_sound(layer.kernel, layer.stride, layer.padding)
        && shape_is_sound(layer.input)
        && shape_is_sound(layer.output)
}

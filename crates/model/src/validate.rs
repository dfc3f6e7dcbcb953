//! Bytes to a model that can be run: everything is checked here, once.

use crate::container::{decode, split};
use crate::{
    Activation, Body, Cause, Dense, Feature, Field, FieldKind, Layer, ModelError, Preparation, Reference,
    ThresholdBlock,
};
use crate::{channels, i16s, u32s, u64s};
use tillwatch_engine::feature::Affine;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::activation::RIM_TABLE_LEN;
use tillwatch_engine::score::ANCHORS;

/// Largest left shift of a requantisation.
const MAX_SHIFT: u32 = 15;
/// Most prototypes in a bank.
const MAX_PROTOTYPES: usize = 64;
/// Most columns of a model: contributions of this many cannot overflow the score.
const MAX_COLUMNS: usize = 1 << 15;

/// A model whose every length, index, shift and accumulator bound has been checked.
///
/// Only [`Model::validate`] makes one, so whoever holds it need not check again.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    body: Body<'a>,
    thresholds: ThresholdBlock<'a>,
    reference: Option<Reference<'a>>,
}

impl<'a> Model<'a> {
    /// Checks a model file.
    ///
    /// Nothing is copied; the time is proportional to the length of the file.
    ///
    /// # Errors
    /// The first thing that is wrong, and where. Truncated, damaged or hostile bytes are an error, never a panic.
    pub fn validate(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let [body, thresholds, reference] = split(bytes)?;
        let body: Body<'a> = decode(body)?;
        let thresholds = decode(thresholds)?;
        let reference = if reference.is_empty() { None } else { Some(decode(reference)?) };
        if body.contract != tillwatch_engine::CONTRACT {
            return Err(ModelError::new(Cause::OtherContract));
        }
        let whole = body.fields.is_whole()
            && body.features.is_whole()
            && body.layers.is_whole()
            && body.self_test.is_whole()
            && body.card.is_whole();
        if !whole || body.rim_fraction_bits > 15 {
            return Err(ModelError::new(Cause::Encoding));
        }
        check_fields(&body)?;
        let n_columns = check_features(&body)?;
        check_layers(&body, n_columns)?;
        check_heads(&body, n_columns)?;
        check_self_test(&body)?;
        check_thresholds(&thresholds)?;
        if let Some(reference) = &reference {
            check_reference(reference, n_columns)?;
        }
        Ok(Self { body, thresholds, reference })
    }

    /// The main block.
    #[must_use]
    pub const fn body(&self) -> &Body<'a> {
        &self.body
    }

    /// The thresholds.
    #[must_use]
    pub const fn thresholds(&self) -> &ThresholdBlock<'a> {
        &self.thresholds
    }

    /// The float model, where the file has one.
    #[must_use]
    pub const fn reference(&self) -> Option<&Reference<'a>> {
        self.reference.as_ref()
    }

    /// Number of columns: the width of the network's input and output.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.body.columns.iter().map(|&n| usize::from(n)).sum()
    }

    /// Number of features that keep a memory.
    #[must_use]
    pub fn n_memories(&self) -> usize {
        self.body.features.iter().filter(|feature| feature.preparation.has_memory()).count()
    }

    /// The widest 8-bit activation, the network's input included.
    #[must_use]
    pub fn widest_activation(&self) -> usize {
        self.body.layers.iter().map(|Layer::Dense(dense)| usize::from(dense.in_len)).max().unwrap_or(0)
    }

    /// Multiply-accumulates of the network, prototypes not counted.
    #[must_use]
    pub fn network_macs(&self) -> usize {
        self.body.layers.iter().map(|Layer::Dense(dense)| dense.weights.len()).sum()
    }
}

fn check_fields(body: &Body<'_>) -> Result<(), ModelError> {
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
    }
    Ok(())
}

fn check_features(body: &Body<'_>) -> Result<usize, ModelError> {
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
        n_columns += wanted;
    }
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
    // With a shift, the difference saturates before the product: it must be out of the code range by then.
    let floor = if affine.shift == 0 { 0 } else { 1 << 17 };
    affine.shift <= 30 && affine.multiplier >= floor && affine.fill != i16::MIN
}

fn codes_are_wide(codes: &[u8]) -> bool {
    i16s(codes).all(|code| code != i16::MIN)
}

fn check_layers(body: &Body<'_>, n_columns: usize) -> Result<(), ModelError> {
    if !rule_is_sound(body.input.rule, i8::MIN.into(), i8::MAX.into()) || body.input.multiplier < 0 {
        return Err(ModelError::new(Cause::LayerRule));
    }
    // A wide code is the accumulator of the input rule.
    if (i64::from(i16::MAX) << body.input.rule.shift) > i64::from(i32::MAX) || body.layers.is_empty() {
        return Err(ModelError::new(Cause::LayerShape));
    }
    let last = body.layers.len() - 1;
    let mut width = n_columns;
    for (index, Layer::Dense(dense)) in body.layers.iter().enumerate() {
        check_dense(&dense, width, index == last).map_err(|cause| ModelError::at(cause, index))?;
        width = usize::from(dense.out_len);
    }
    if width == n_columns { Ok(()) } else { Err(ModelError::at(Cause::LayerShape, last)) }
}

fn check_dense(dense: &Dense<'_>, width: usize, is_last: bool) -> Result<(), Cause> {
    let (in_len, out_len) = (usize::from(dense.in_len), usize::from(dense.out_len));
    if in_len != width || in_len == 0 || out_len == 0 || dense.weights.len() != in_len * out_len {
        return Err(Cause::LayerShape);
    }
    if dense.channels.len() != 8 * out_len {
        return Err(Cause::LayerShape);
    }
    let (low, high) =
        if is_last { (-i32::from(i16::MAX), i16::MAX.into()) } else { (i8::MIN.into(), i8::MAX.into()) };
    let table_is_sound = match dense.activation {
        Activation::Clamp => true,
        Activation::Table(table) => !is_last && table.len() == 256,
        Activation::RimTable(table) => is_last && rim_table_is_sound(table),
    };
    if !rule_is_sound(dense.rule, low, high) || !table_is_sound {
        return Err(Cause::LayerRule);
    }
    for (row, channel) in dense.weights.chunks_exact(in_len).zip(channels(dense.channels)) {
        if channel.multiplier < 0 {
            return Err(Cause::LayerRule);
        }
        let weights: i64 = row.iter().map(|&weight| i64::from((weight as i8).unsigned_abs())).sum();
        // 128 is the largest magnitude of an 8-bit code.
        let bound = (i64::from(channel.bias).abs() + 128 * weights) << dense.rule.shift;
        if bound > i64::from(i32::MAX) {
            return Err(Cause::Accumulator);
        }
    }
    Ok(())
}

fn rule_is_sound(rule: Requantise, low: i32, high: i32) -> bool {
    let range = low..=high;
    rule.shift <= MAX_SHIFT
        && rule.out_min <= rule.out_max
        && range.contains(&rule.out_min)
        && range.contains(&rule.out_max)
        // A zero point may lie outside the clamp, but not so far that the sum could overflow.
        && rule.zero_point.unsigned_abs() <= 1 << 16
}

fn rim_table_is_sound(table: &[u8]) -> bool {
    let steps = i16s(table).zip(i16s(table).skip(1));
    table.len() == 2 * RIM_TABLE_LEN
        && codes_are_wide(table)
        && steps.into_iter().all(|(low, high)| i32::from(high).abs_diff(i32::from(low)) <= 1 << 15)
}

fn check_heads(body: &Body<'_>, n_columns: usize) -> Result<(), ModelError> {
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

fn check_self_test(body: &Body<'_>) -> Result<(), ModelError> {
    if body.self_test.is_empty() {
        return Err(ModelError::new(Cause::SelfTest));
    }
    match body.self_test.iter().position(|vector| vector.raw.len() != 4 * body.fields.len()) {
        Some(index) => Err(ModelError::at(Cause::SelfTest, index)),
        None => Ok(()),
    }
}

fn check_thresholds(block: &ThresholdBlock<'_>) -> Result<(), ModelError> {
    let rise = u64s(block.anchors).zip(u64s(block.anchors).skip(1)).all(|(low, high)| low <= high);
    if block.anchors.len() == 8 * ANCHORS && rise && block.watch <= block.alarm {
        Ok(())
    } else {
        Err(ModelError::new(Cause::Thresholds))
    }
}

fn check_reference(reference: &Reference<'_>, n_columns: usize) -> Result<(), ModelError> {
    let error = ModelError::new(Cause::Reference);
    if !reference.layers.is_whole()
        || reference.layers.is_empty()
        || reference.column_weights.len() != 4 * n_columns
    {
        return Err(error);
    }
    let mut width = n_columns;
    for layer in reference.layers.iter() {
        let (in_len, out_len) = (usize::from(layer.in_len), usize::from(layer.out_len));
        if in_len != width || layer.weights.len() != 4 * in_len * out_len || layer.bias.len() != 4 * out_len {
            return Err(error);
        }
        width = out_len;
    }
    let whole_rows = reference.prototypes.len().is_multiple_of(4 * n_columns);
    if width == n_columns && whole_rows { Ok(()) } else { Err(error) }
}

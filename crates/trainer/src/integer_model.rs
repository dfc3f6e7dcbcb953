//! A quantised model in memory, on its way into a file.

use crate::TrainError;
use crate::calibrate::Calibration;
use crate::features::FittedFeature;
use crate::float_model::{FloatModel, kind_to_file, to_file};
use crate::quantise::{IntegerLayer, IntegerNetwork};
use crate::table::{FieldKind, Part, Schema};
use tillwatch_model::FieldKind as FileKind;
use tillwatch_model::{
    Body, CardEntry, Feature, Field, Heads, Latent, Layer, Reference, ReferenceLayer, Samples,
    SelfTestVector, SequenceBuffer, ThresholdBlock, write,
};

/// The scoring heads, as the model file has them but typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntegerHeads {
    /// Residual gain of each column.
    pub(crate) gains: Vec<u32>,
    /// Factor by number of missing features.
    pub(crate) rescale: Vec<u32>,
    /// Prototype rows.
    pub(crate) prototypes: Vec<i8>,
    /// From a prototype entry to a wide code.
    pub(crate) prototype_shift: u8,
    /// Gain of the prototype distance.
    pub(crate) prototype_gain: u32,
    /// Gain of the squared latent codes; 0 where they do not count.
    pub(crate) latent_gain: u32,
}

/// Everything that goes into a model file.
#[derive(Clone, Debug)]
pub(crate) struct IntegerModel {
    /// Name of the model.
    pub(crate) name: String,
    /// SHA-256 of the training files.
    pub(crate) data_digest: [u8; 32],
    /// SHA-256 of the training settings.
    pub(crate) config_digest: [u8; 32],
    /// How a table is read.
    pub(crate) schema: Schema,
    /// The schema as text.
    pub(crate) schema_text: String,
    /// Smallest and largest raw value of each field in training.
    pub(crate) seen: Vec<[i32; 2]>,
    /// Fraction bits of a wide code.
    pub(crate) fraction_bits: u32,
    /// The features.
    pub(crate) features: Vec<FittedFeature>,
    /// The network.
    pub(crate) network: IntegerNetwork,
    /// The layer whose output is the latent vector.
    pub(crate) latent: Option<usize>,
    /// The heads.
    pub(crate) heads: IntegerHeads,
    /// Known answers; at least one.
    pub(crate) self_test: Vec<(Vec<i32>, u64)>,
    /// The model card.
    pub(crate) card: Vec<(String, String)>,
}

impl IntegerModel {
    /// The bytes of the model file.
    ///
    /// Without a calibration nothing ever alarms: that is the file which calibration itself runs.
    ///
    /// # Errors
    /// [`TrainError::Model`] where a part is too large for the format.
    pub(crate) fn to_bytes(
        &self,
        calibration: Option<&Calibration>,
        reference: Option<&FloatModel>,
    ) -> Result<Vec<u8>, TrainError> {
        let too_large = || TrainError::TooLarge { what: "the model's lists", limit: 65_535 };
        let vocabularies: Vec<_> =
            self.schema.fields.iter().map(vocabulary).collect::<Option<_>>().ok_or_else(too_large)?;
        let resolutions: Vec<String> =
            self.schema.fields.iter().map(|field| field.resolution().to_string()).collect();
        let fields: Vec<Field<'_>> = self
            .schema
            .fields
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let declared = declared_range(&field.kind);
                let [low, high] = declared.unwrap_or(self.seen[index]);
                Field {
                    name: &field.name,
                    unit: &field.unit,
                    resolution: &resolutions[index],
                    kind: file_kind(&field.kind, &vocabularies[index]),
                    nullable: field.nullable,
                    low,
                    high,
                    range_is_declared: declared.is_some(),
                }
            })
            .collect();
        let features: Vec<Feature<'_>> = self.features.iter().map(FittedFeature::borrow).collect();
        let columns: Vec<u8> = self.features.iter().map(|feature| feature.n_columns() as u8).collect();
        let layers: Vec<Layer<'_>> = self.network.layers.iter().map(IntegerLayer::borrow).collect();
        let gains = little_endian(&self.heads.gains, u32::to_le_bytes);
        let rescale = little_endian(&self.heads.rescale, u32::to_le_bytes);
        let prototypes: Vec<u8> = self.heads.prototypes.iter().map(|&p| p as u8).collect();
        let raws: Vec<Vec<u8>> =
            self.self_test.iter().map(|(raw, _)| little_endian(raw, i32::to_le_bytes)).collect();
        let vectors: Vec<SelfTestVector<'_>> = self
            .self_test
            .iter()
            .zip(&raws)
            .map(|((_, score), raw)| SelfTestVector { raw, score: *score })
            .collect();
        let card: Vec<CardEntry<'_>> =
            self.card.iter().map(|(key, value)| CardEntry { key, value }).collect();
        let buffers = (
            SequenceBuffer::encode(&fields).ok_or_else(too_large)?,
            SequenceBuffer::encode(&features).ok_or_else(too_large)?,
            SequenceBuffer::encode(&layers).ok_or_else(too_large)?,
            SequenceBuffer::encode(&vectors).ok_or_else(too_large)?,
            SequenceBuffer::encode(&card).ok_or_else(too_large)?,
        );
        let body = Body {
            contract: tillwatch_engine::CONTRACT,
            name: &self.name,
            model_version: 1,
            data_digest: self.data_digest,
            config_digest: self.config_digest,
            schema: &self.schema_text,
            rim_fraction_bits: self.fraction_bits as u8,
            samples: file_samples(self.schema.samples),
            fields: buffers.0.borrow(),
            features: buffers.1.borrow(),
            columns: &columns,
            input: self.network.input,
            layers: buffers.2.borrow(),
            latent: self.latent.map(|layer| {
                let grid = self.network.grids[layer];
                Latent { layer: layer as u16, zero_code: grid.zero_point as i8, scale: grid.scale as f32 }
            }),
            heads: Heads {
                gains: &gains,
                rescale: &rescale,
                prototypes: &prototypes,
                prototype_shift: self.heads.prototype_shift,
                prototype_gain: self.heads.prototype_gain,
                latent_gain: self.heads.latent_gain,
            },
            self_test: buffers.3.borrow(),
            card: buffers.4.borrow(),
        };
        let calibration = calibration.copied().unwrap_or(Calibration::NEVER);
        let anchors = calibration.anchors();
        let block = calibration.block(&anchors);
        match reference {
            None => Ok(write(&body, &block, None)?),
            Some(float) => write_with(&body, &block, float),
        }
    }
}

fn write_with(
    body: &Body<'_>,
    block: &ThresholdBlock<'_>,
    float: &FloatModel,
) -> Result<Vec<u8>, TrainError> {
    let bytes = |values: &[f32]| little_endian(values, f32::to_le_bytes);
    let floats = float.layers();
    let parts: Vec<[Vec<u8>; 2]> =
        floats.iter().map(|layer| [bytes(layer.weights()), bytes(layer.biases())]).collect();
    let layers: Option<Vec<ReferenceLayer<'_>>> = floats
        .iter()
        .zip(&parts)
        .map(|(layer, [weights, bias])| {
            let (kind, activation) = (kind_to_file(layer.kind)?, to_file(layer.activation()));
            Some(ReferenceLayer { kind, activation, weights, bias })
        })
        .collect();
    let layers = layers
        .and_then(|layers| SequenceBuffer::encode(&layers))
        .ok_or(TrainError::TooLarge { what: "the float layers", limit: 65_535 })?;
    let reference = Reference {
        layers: layers.borrow(),
        column_weights: &bytes(&float.column_weights),
        residual_mean: float.residual_mean,
        prototypes: &bytes(&float.prototypes),
        prototype_mean: float.prototype_mean,
        latent_mean: float.latent_mean,
        alarm: float.alarm,
    };
    Ok(write(body, block, Some(&reference))?)
}

fn file_samples(samples: crate::table::Samples) -> Samples {
    match samples {
        crate::table::Samples::Row => Samples::Row,
        crate::table::Samples::Window { length, hop, .. } => {
            Samples::Window { length: length as u16, hop: hop as u16 }
        }
        crate::table::Samples::Image { height, width } => {
            Samples::Image { height: height as u16, width: width as u16 }
        }
    }
}

fn little_endian<T: Copy, const N: usize>(values: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| bytes(value)).collect()
}

fn vocabulary(field: &crate::table::Field) -> Option<SequenceBuffer<String>> {
    match &field.kind {
        FieldKind::Category { vocabulary } => SequenceBuffer::encode(vocabulary),
        _ => SequenceBuffer::encode(&[]),
    }
}

fn file_kind<'a>(kind: &FieldKind, vocabulary: &'a SequenceBuffer<String>) -> FileKind<'a> {
    match kind {
        FieldKind::Number { .. } | FieldKind::Text { .. } => FileKind::Number,
        FieldKind::Category { .. } => FileKind::Category { vocabulary: vocabulary.borrow() },
        FieldKind::Flag => FileKind::Flag,
        FieldKind::Time(Part::Hour) => FileKind::Hour,
        FieldKind::Time(Part::Weekday) => FileKind::Weekday,
        FieldKind::Time(Part::Minute) => FileKind::Minute,
        FieldKind::Time(Part::Seconds) => FileKind::Seconds,
    }
}

/// The range that a field's values are known to have, whatever the training rows show.
fn declared_range(kind: &FieldKind) -> Option<[i32; 2]> {
    match kind {
        FieldKind::Number { range, .. } => *range,
        FieldKind::Category { vocabulary } => Some([0, vocabulary.len() as i32]),
        FieldKind::Flag => Some([0, 1]),
        FieldKind::Time(Part::Hour) => Some([0, 23]),
        FieldKind::Time(Part::Weekday) => Some([0, 6]),
        FieldKind::Time(Part::Minute) => Some([0, 1439]),
        FieldKind::Time(Part::Seconds) | FieldKind::Text { .. } => None,
    }
}

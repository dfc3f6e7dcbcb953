//! From a table to a model file.

mod export;
mod members;
mod network;
mod precision;
mod settings;

pub(crate) use export::MEMBERS;
pub use settings::{Architecture, Progress, Settings};

use crate::bank::bank;
use crate::baselines::{Baseline, baselines};
use crate::calibrate::{Calibration, calibrate};
use crate::evaluate::{Evaluation, evaluate_rows};
use crate::features::{Codes, Scaling, fit};
use crate::float_model::{FloatLayer, FloatModel};
use crate::heads::{choose_heads, integer_heads, set_means};
use crate::integer_model::IntegerModel;
use crate::nn::{Activation, FitReport, Shape};
use crate::observed::{Observed, observe};
use crate::quantise::{equalise, input_range, rim_step};
use crate::recipe::Request;
use crate::spike::Spikes;
use crate::table::{Samples, Schema, Split, Table};
use crate::{TrainError, rim, spike};
use members::Members;
use tillwatch_engine::feature::Mark;
use tillwatch_loader::Loader;
use tillwatch_model::Model;

/// A trained model and its figures.
#[derive(Debug)]
pub struct Trained {
    /// The model file.
    pub bytes: Vec<u8>,
    /// The float model.
    pub float: FloatModel,
    /// Course of training.
    pub report: FitReport,
    /// What was trained, and why.
    pub architecture: Architecture,
    /// Thresholds and promises.
    pub calibration: Calibration,
    /// Figures on the test rows.
    pub evaluation: Evaluation,
    /// The test rows, one by one.
    pub observed: Observed,
    /// Simpler detectors on the same test rows; none where they are of one class.
    pub baselines: Vec<Baseline>,
    /// The spike test.
    pub spikes: Vec<Spikes>,
    /// Of each layer as it was trained, the share of units that no training row wakes; `None` for those without an off
    /// state.
    pub sleeping: Vec<Option<f64>>,
    /// True where columns are scaled to 0 to 1 instead of standardised.
    pub is_unit_scaled: bool,
    /// Notes and warnings, as they were told.
    pub notes: Vec<String>,
    /// Training, calibration and test rows.
    pub rows: [usize; 3],
}

/// Trains, quantises, calibrates and exports.
///
/// # Errors
/// [`TrainError`] says what to change. Nothing is written.
/// # Exactness
/// The same table and settings give the same bytes on one machine, whatever the number of threads.
pub fn train(
    table: &Table,
    schema: &Schema,
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Trained, TrainError> {
    train_on(table, schema, &table.split(settings.seed)?, settings, progress)
}

/// [`train`] with rows that somebody else has dealt to training, calibration and test.
///
/// # Errors
/// As [`train`].
/// # Exactness
/// As [`train`].
pub fn train_on(
    table: &Table,
    schema: &Schema,
    split: &Split,
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Trained, TrainError> {
    let mut notes: Vec<String> = table.warnings().to_vec();
    if !split.dropped.is_empty() {
        notes.push(format!(
            "{} windows are dropped, since they share samples with windows of calibration or test",
            split.dropped.len()
        ));
    }
    let rows = [split.train.len(), split.calibration.len(), split.test.len()];
    // A rate that the rows cannot carry is refused before the time is spent.
    calibrate(vec![0; split.calibration.len()], settings.alarm_rate)?;
    let mut trains = vec![false; table.n_rows()];
    split.train.iter().for_each(|&row| trains[row] = true);
    let scaling = if settings.wants_unit_targets() { Scaling::Unit } else { Scaling::Standard };
    let fitted = fit(schema, table, &trains, scaling)?;
    notes.extend(fitted.left_out.iter().cloned());
    if fitted.features.is_empty() {
        return Err(TrainError::NothingVaries);
    }
    let first_bits = rim::first_format(fitted.furthest().1);
    let prepared = Codes::prepare(&fitted.at(first_bits), table);
    let train_values = real_values(&prepared.of(&split.train), first_bits);
    let range = input_range(&train_values);
    let request = Request {
        shape: shape_of(schema.samples, prepared.n_columns / prepared.samples_per_row),
        hidden: settings.hidden.as_deref(),
        activation: settings.activation,
        batch_norm: settings.batch_norm,
        dropout: settings.dropout,
        rows: &train_values,
    };
    let plan = settings.recipe.plan(&request)?;
    let architecture = Architecture {
        recipe: settings.recipe.resolved(request.shape).name(),
        layers: plan.layers.clone(),
        members: settings.members,
        reason: plan.reason.clone(),
    };
    members::check(&plan, settings.members)?;
    let prototypes = bank(&train_values, prepared.n_columns, settings.prototypes, settings.seed)?;
    progress(&Progress::Plan { architecture: architecture.clone(), rows });
    notes.iter().for_each(|note| progress(&Progress::Note(note.clone())));
    let Members { mut layers, drawn, report, sleeping } =
        members::train_members(&prepared, &train_values, &split.train, range, &plan, settings, progress)?;
    if settings.wants_unit_targets()
        && let Some(last) = layers.last_mut()
    {
        last.kind = last.kind.with_activation(Activation::Sigmoid);
    }
    equalise(&mut layers, &train_values, range, drawn);
    let latent = drawn.or_else(|| narrowest(&layers));
    let mut float = FloatModel::new(&layers, range, prepared.columns.clone(), latent)?;
    choose_heads(&mut float, &train_values, prototypes);
    let calibration_values = real_values(&prepared.of(&split.calibration), first_bits);
    set_means(&mut float, &calibration_values, settings.scores_latent());
    let format = export::choose_format(&float, &calibration_values, settings, &fitted)?;
    let bits = format.fraction_bits;
    let mut note = |text: String| {
        progress(&Progress::Note(text.clone()));
        notes.push(text);
    };
    if format.saturates {
        let (name, furthest) = fitted.furthest();
        note(format!(
            "feature `{name}` strays to {furthest:.0} standard deviations and saturates; \"symlog\" would tame it"
        ));
    }
    let features = fitted.at(bits);
    let codes = if bits == first_bits { prepared } else { Codes::prepare(&features, table) };
    let precise = precision::quantise_precisely(&float, &layers, &codes, &split.train, bits, drawn);
    precise.note().into_iter().for_each(&mut note);
    let quantised = precise.network;
    for &(layer, channel) in &quantised.coarsened {
        note(format!(
            "layer {layer}, output {channel}: weights made coarser so that its sum cannot overflow"
        ));
    }
    let mut integer = IntegerModel {
        name: settings.name.clone(),
        data_digest: export::data_digest(table),
        config_digest: export::config_digest(settings),
        schema: schema.clone(),
        schema_text: schema.to_text(&crate::table::Notes::default()),
        seen: export::seen_ranges(table, &split.train),
        fraction_bits: bits,
        heads: integer_heads(&float, schema, &features, bits),
        features,
        network: quantised,
        latent,
        self_test: vec![(table.raw(0).to_vec(), 0)],
        card: Vec::new(),
    };
    let calibration = export::calibrate_integer(&mut integer, &float, &codes, &split.calibration, settings)?;
    integer.self_test = export::self_test(&integer, &calibration, table)?;
    let calibration_values = real_values(&codes.of(&split.calibration), bits);
    let marks: Vec<Mark> = split.calibration.iter().flat_map(|&row| codes.row(row).1).copied().collect();
    float.alarm = export::float_threshold(&float, &calibration_values, &marks, settings.alarm_rate) as f32;
    let bytes = integer.to_bytes(Some(&calibration), Some(&float))?;
    let loader = Loader::new(Model::validate(&bytes)?);
    let normal: Vec<usize> =
        split.test.iter().copied().filter(|&row| table.label(row) != Some(true)).collect();
    let spikes = spike::test(&loader, &float, &codes, &normal)?;
    let evaluation = evaluate_rows(&loader, Some(&float), &codes, table, &split.test, settings.threads);
    let baselines = if evaluation.integer.auroc.is_some() {
        let labels: Vec<bool> = split.test.iter().map(|&row| table.label(row) == Some(true)).collect();
        let test_values = real_values(&codes.of(&split.test), bits);
        let components = (float.latent_len() / settings.members).max(1);
        baselines(&train_values, &test_values, &labels, codes.n_columns, components, settings.seed)
    } else {
        Vec::new()
    };
    let observed = observe(&loader, &codes, table, &split.test);
    integer.card = export::card(&calibration, &evaluation, &architecture, rows);
    let bytes = integer.to_bytes(Some(&calibration), Some(&float))?;
    Model::validate(&bytes)?;
    Ok(Trained {
        bytes,
        float,
        report,
        architecture,
        calibration,
        evaluation,
        observed,
        baselines,
        spikes,
        sleeping,
        is_unit_scaled: settings.wants_unit_targets(),
        notes,
        rows,
    })
}

/// What codes stand for: standard deviations, or the unit of [`Scaling::Unit`].
fn real_values(codes: &[i16], fraction_bits: u32) -> Vec<f32> {
    let step = rim_step(fraction_bits) as f32;
    codes.iter().map(|&code| f32::from(code) * step).collect()
}

/// Shape of a record's codes.
fn shape_of(samples: Samples, columns: usize) -> Shape {
    match samples {
        Samples::Row => Shape::flat(columns),
        Samples::Window { length, .. } => Shape::new(1, length, columns),
        Samples::Image { height, width } => Shape::new(height, width, columns),
    }
}

/// The layer whose output is the latent vector: of all but the last the narrowest, of equals the last.
fn narrowest(layers: &[FloatLayer]) -> Option<usize> {
    let hidden = &layers[..layers.len() - 1];
    (0..hidden.len()).rev().min_by_key(|&index| hidden[index].out_len())
}

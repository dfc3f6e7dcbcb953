//! From a table to a model file.

use crate::architecture::{Architecture, choose};
use crate::calibrate::{Calibration, calibrate};
use crate::evaluate::{Evaluation, evaluate_rows};
use crate::features::{Codes, Fit, Scaling, fit};
use crate::float_model::{FloatLayer, FloatModel};
use crate::heads::{float_model, integer_heads, set_gains, set_means};
use crate::integer_model::IntegerModel;
use crate::nn::{Activation, EpochReport, FitConfig, FitReport, Network, OptimiserConfig, Rows, Schedule};
use crate::quantise::{Range, input_range, quantise, rim_step};
use crate::scoring::{Bench, scores};
use crate::spike::Spikes;
use crate::table::{Schema, Table};
use crate::{TrainError, rim, spike};
use sha2::{Digest, Sha256};
use tillwatch_engine::feature::Mark;
use tillwatch_loader::Loader;
use tillwatch_model::Model;

/// What the user may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Name of the model.
    pub name: String,
    /// Hidden widths; chosen from the data where there are none.
    pub hidden: Option<Vec<usize>>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Alarms per normal record, at most.
    pub alarm_rate: f64,
    /// Passes over the training rows, at most.
    pub epochs: usize,
    /// Training algorithm.
    pub optimiser: OptimiserConfig,
    /// Course of the learning rate.
    pub schedule: Schedule,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Threads; the result does not depend on it.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "model".to_owned(),
            hidden: None,
            activation: Activation::Relu,
            alarm_rate: 0.01,
            epochs: 200,
            optimiser: OptimiserConfig::ADAM,
            schedule: Schedule::Plateau { factor: 0.5, patience: 4, floor: 0.01 },
            seed: 1,
            threads: 1,
        }
    }
}

/// What training tells while it runs.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Layers, from input to output, and why; before training starts.
    Plan {
        /// Columns of a row.
        columns: usize,
        /// Hidden widths.
        architecture: Architecture,
        /// Training, calibration and test rows.
        rows: [usize; 3],
    },
    /// An epoch is over.
    Epoch(EpochReport),
    /// Something worth a line.
    Note(String),
}

/// A trained model and its figures.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model file.
    pub bytes: Vec<u8>,
    /// The float model.
    pub float: FloatModel,
    /// Course of training.
    pub report: FitReport,
    /// Hidden widths, and why.
    pub architecture: Architecture,
    /// Thresholds and promises.
    pub calibration: Calibration,
    /// Figures on the test rows.
    pub evaluation: Evaluation,
    /// The spike test.
    pub spikes: Vec<Spikes>,
    /// Notes and warnings, as they were told.
    pub notes: Vec<String>,
    /// Training, calibration and test rows.
    pub rows: [usize; 3],
}

/// Records whose scores the model file keeps as known answers.
const SELF_TEST_RECORDS: usize = 8;
/// Smallest batch; small tables get batches of it so that an epoch has enough steps.
const BATCH_ROWS: [usize; 2] = [32, 256];
/// Epochs without improvement before training stops.
const PATIENCE: usize = 15;
/// Share of the training rows that only judge epochs, as its inverse.
const JUDGED: usize = 10;

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
    let mut notes: Vec<String> = table.warnings().to_vec();
    let split = table.split(settings.seed)?;
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
    let fitted = fit(schema, table, &trains, Scaling::Standard)?;
    notes.extend(fitted.left_out.iter().cloned());
    if fitted.features.is_empty() {
        return Err(TrainError::NothingVaries);
    }
    let first_bits = rim::first_format(fitted.furthest().1);
    let prepared = Codes::prepare(&fitted.at(first_bits), table);
    let train_values = standard_deviations(&prepared.of(&split.train), first_bits);
    let range = input_range(&train_values);
    let width = prepared.n_columns;
    let architecture = match &settings.hidden {
        Some(hidden) => Architecture { hidden: hidden.clone(), reason: "as asked for".to_owned() },
        None => choose(&train_values, width),
    };
    progress(&Progress::Plan { columns: width, architecture: architecture.clone(), rows });
    notes.iter().for_each(|note| progress(&Progress::Note(note.clone())));
    let (network, report) =
        train_network(&prepared, &train_values, &split.train, range, &architecture, settings, progress)?;

    let mut float = float_model(
        FloatLayer::all_of(&network),
        range,
        &fitted.at(first_bits),
        &train_values,
        settings.seed,
    );
    let calibration_values = standard_deviations(&prepared.of(&split.calibration), first_bits);
    set_means(&mut float, &calibration_values, width);
    let format = choose_format(&float, &prepared, &split.calibration, first_bits, settings, &fitted)?;
    let bits = format.fraction_bits;
    if format.saturates {
        let (name, furthest) = fitted.furthest();
        let note = format!(
            "feature `{name}` strays to {furthest:.0} standard deviations and saturates; \"log\" would tame it"
        );
        progress(&Progress::Note(note.clone()));
        notes.push(note);
    }
    let features = fitted.at(bits);
    let codes = if bits == first_bits { prepared } else { Codes::prepare(&features, table) };
    let quantised = quantise(&float.layers, &codes.of(&split.train), range, bits);
    for &(layer, channel) in &quantised.coarsened {
        let note =
            format!("layer {layer}, output {channel}: weights made coarser so that its sum cannot overflow");
        progress(&Progress::Note(note.clone()));
        notes.push(note);
    }
    let mut integer = IntegerModel {
        name: settings.name.clone(),
        data_digest: data_digest(table),
        config_digest: Sha256::digest(format!("{settings:?}").as_bytes()).into(),
        schema: schema.clone(),
        schema_text: schema.to_text(&crate::table::Notes::default()),
        seen: seen_ranges(table, &split.train),
        fraction_bits: bits,
        heads: integer_heads(&float, schema, &features, bits),
        features,
        network: quantised,
        self_test: vec![(table.raw(0).to_vec(), 0)],
        card: Vec::new(),
    };
    let calibration =
        calibrate_integer(&mut integer, &float, &codes, &split.calibration, settings.alarm_rate)?;
    integer.self_test = self_test(&integer, &calibration, table)?;
    let bytes = integer.to_bytes(Some(&calibration), Some(&float))?;
    let loader = Loader::new(Model::validate(&bytes)?);
    let float_threshold = float_threshold(&float, &codes, &split.calibration, bits, settings.alarm_rate);
    let normal: Vec<usize> =
        split.test.iter().copied().filter(|&row| table.label(row) != Some(true)).collect();
    let spikes = spike::test(&loader, &float, float_threshold, &codes, &normal)?;
    let evaluation = evaluate_rows(&loader, Some((&float, float_threshold)), &codes, table, &split.test);
    integer.card = card(&calibration, &evaluation, &architecture, rows);
    let bytes = integer.to_bytes(Some(&calibration), Some(&float))?;
    Model::validate(&bytes)?;
    Ok(Trained { bytes, float, report, architecture, calibration, evaluation, spikes, notes, rows })
}

fn train_network(
    codes: &Codes,
    values: &[f32],
    rows: &[usize],
    range: Range,
    architecture: &Architecture,
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress),
) -> Result<(Network<f32>, FitReport), TrainError> {
    let width = codes.n_columns;
    let clipped: Vec<f32> = values.iter().map(|&x| range.clamp(x.into()) as f32).collect();
    let weights = present_weights(codes, rows);
    let judged = |index: usize| index % JUDGED == JUDGED - 1;
    let part = |all: &[f32], wanted: bool| -> Vec<f32> {
        let rows = all.chunks_exact(width).enumerate().filter(|(index, _)| judged(*index) == wanted);
        rows.flat_map(|(_, row)| row).copied().collect()
    };
    let (train, valid) = (part(&clipped, false), part(&clipped, true));
    let masks = weights.map(|weights| (part(&weights, false), part(&weights, true)));
    let (train_mask, valid_mask) = masks.as_ref().map_or((None, None), |(a, b)| (Some(&a[..]), Some(&b[..])));
    let mut network = Network::autoencoder(
        width,
        &architecture.hidden,
        settings.activation,
        Activation::Linear,
        settings.seed,
    )?;
    let n_train = train.len() / width;
    let config = FitConfig {
        epochs: settings.epochs,
        batch_rows: (n_train / 50).clamp(BATCH_ROWS[0], BATCH_ROWS[1]),
        optimiser: settings.optimiser,
        schedule: settings.schedule,
        learning_rate: 3e-3,
        patience: Some(PATIENCE),
        seed: settings.seed,
        threads: settings.threads,
        ..FitConfig::default()
    };
    // The input is rounded as on the device, the target is not: the residual is taken from the wide code.
    let as_the_device_sees = |rows: &mut [f32], _: usize, _: &mut crate::nn::Generator| {
        rows.iter_mut().for_each(|value| *value = range.render((*value).into()) as f32);
    };
    let report = crate::nn::fit(
        &mut network,
        Rows::new(&train, train_mask, width)?,
        Rows::new(&valid, valid_mask, width)?,
        &config,
        Some(&as_the_device_sees),
        &mut |epoch| progress(&Progress::Epoch(*epoch)),
    )?;
    Ok((network, report))
}

/// Weight 0 for every column of a missing feature; `None` where nothing is missing.
fn present_weights(codes: &Codes, rows: &[usize]) -> Option<Vec<f32>> {
    let any = rows.iter().any(|&row| codes.row(row).1.iter().any(|mark| mark.has(Mark::MISSING)));
    any.then(|| rows.iter().flat_map(|&row| codes.column_weights(row)).collect())
}

fn standard_deviations(codes: &[i16], fraction_bits: u32) -> Vec<f32> {
    let step = rim_step(fraction_bits) as f32;
    codes.iter().map(|&code| f32::from(code) * step).collect()
}

fn choose_format(
    float: &FloatModel,
    codes: &Codes,
    rows: &[usize],
    bits: u32,
    settings: &Settings,
    fitted: &Fit,
) -> Result<rim::Format, TrainError> {
    let square = |&row: &usize| {
        let values = standard_deviations(codes.row(row).0, bits);
        let reconstruction = float.reconstruct(&values);
        values.iter().zip(reconstruction).map(|(x, y)| f64::from(x - y) * f64::from(x - y)).sum::<f64>()
    };
    let mut squares: Vec<f64> = rows.iter().map(square).collect();
    squares.sort_by(f64::total_cmp);
    let at = |share: f64| squares[((squares.len() - 1) as f64 * share) as usize];
    let residual = (at(0.5) / codes.n_columns as f64).sqrt();
    rim::choose(residual, at(1.0 - settings.alarm_rate).sqrt(), fitted.furthest())
}

/// Runs the integer network over the calibration rows: gains first, then thresholds on the scores they give.
fn calibrate_integer(
    integer: &mut IntegerModel,
    float: &FloatModel,
    codes: &Codes,
    rows: &[usize],
    alarm_rate: f64,
) -> Result<Calibration, TrainError> {
    let bytes = integer.to_bytes(None, None)?;
    let loader = Loader::new(Model::validate(&bytes)?);
    let mut bench = Bench::new(&loader);
    let reconstructions: Vec<Vec<i16>> =
        rows.iter().map(|&row| bench.reconstruct(&loader, codes.row(row).0).to_vec()).collect();
    set_gains(&mut integer.heads, float, codes, rows, &reconstructions)?;
    let bytes = integer.to_bytes(None, None)?;
    let loader = Loader::new(Model::validate(&bytes)?);
    calibrate(scores(&loader, codes, rows), alarm_rate)
}

fn float_threshold(float: &FloatModel, codes: &Codes, rows: &[usize], bits: u32, alarm_rate: f64) -> f64 {
    let score = |&row: &usize| {
        let (row, marks) = codes.row(row);
        float.score(&standard_deviations(row, bits), marks)
    };
    let mut scores: Vec<f64> = rows.iter().map(score).collect();
    scores.sort_by(f64::total_cmp);
    let rank = ((scores.len() as f64 + 1.0) * (1.0 - alarm_rate) - 1e-9).ceil() as usize;
    scores[rank.clamp(1, scores.len()) - 1]
}

fn self_test(
    integer: &IntegerModel,
    calibration: &Calibration,
    table: &Table,
) -> Result<Vec<(Vec<i32>, u64)>, TrainError> {
    let bytes = integer.to_bytes(Some(calibration), None)?;
    let loader = Loader::new(Model::validate(&bytes)?);
    let mut bench = Bench::new(&loader);
    let stride = table.n_rows().div_ceil(SELF_TEST_RECORDS);
    let records = (0..table.n_rows()).step_by(stride).map(|row| table.raw(row).to_vec());
    Ok(records
        .map(|raw| (bench.score_fresh(&loader, &raw).score, raw))
        .map(|(score, raw)| (raw, score))
        .collect())
}

fn seen_ranges(table: &Table, rows: &[usize]) -> Vec<[i32; 2]> {
    let range = |field: usize| {
        let present = rows
            .iter()
            .flat_map(|&row| table.raw(row)[field..].iter().step_by(table.n_fields()).copied())
            .filter(|&raw| raw != tillwatch_engine::feature::MISSING);
        let range = present.fold(None, |range: Option<[i32; 2]>, raw| {
            let [low, high] = range.unwrap_or([raw, raw]);
            Some([low.min(raw), high.max(raw)])
        });
        range.unwrap_or([0, 0])
    };
    (0..table.n_fields()).map(range).collect()
}

fn data_digest(table: &Table) -> [u8; 32] {
    let mut hash = Sha256::new();
    table.files().iter().for_each(|(_, digest)| hash.update(digest.as_bytes()));
    hash.finalize().into()
}

fn card(
    calibration: &Calibration,
    evaluation: &Evaluation,
    architecture: &Architecture,
    rows: [usize; 3],
) -> Vec<(String, String)> {
    let mut card = vec![
        ("rows".to_owned(), format!("{} to train, {} to calibrate, {} to test", rows[0], rows[1], rows[2])),
        ("hidden widths".to_owned(), format!("{:?}", architecture.hidden)),
        ("alarm rate".to_owned(), format!("at most {} of normal records", calibration.alarm_rate)),
    ];
    let figure = |value: Option<f64>| value.map_or("not known".to_owned(), |value| format!("{value:.4}"));
    card.push(("measured alarm rate".to_owned(), figure(evaluation.integer.alarm_rate)));
    card.push(("AUROC".to_owned(), figure(evaluation.integer.auroc)));
    card.push(("average precision".to_owned(), figure(evaluation.integer.average_precision)));
    card.push(("recall at the alarm rate".to_owned(), figure(evaluation.integer.recall)));
    card
}

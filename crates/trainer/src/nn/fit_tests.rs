//! Tests of the training loop as a whole.

use super::*;
use crate::nn::random::uniform;
use crate::nn::{
    Activation, ActivityPenalty, BatchNorm, Dense, Dropout, GaussianSample, Generator, LayerKind, Level,
    Loss, Noise, OptimiserConfig, Penalty, Schedule, Shape,
};
use tillwatch_testkit::tolerance::SUM_F32;

/// Points on a line through five dimensions: one latent value explains a row.
fn line(rows: usize, seed: u64) -> Vec<f32> {
    const DIRECTION: [f64; 5] = [1.0, -0.5, 0.25, 0.8, -1.0];
    let mut random = generator(seed, 0);
    (0..rows)
        .flat_map(|_| {
            let place = 2.0 * uniform(&mut random) - 1.0;
            DIRECTION.map(|slope| (slope * place) as f32)
        })
        .collect()
}

fn network(seed: u64) -> Network<f32> {
    Network::autoencoder(5, &[4, 1, 4], Activation::Tanh, Activation::Linear, seed).unwrap()
}

fn config() -> FitConfig {
    FitConfig {
        epochs: 4,
        batch_rows: 130,
        learning_rate: 5e-3,
        seed: 3,
        clip_norm: Some(1.0),
        ..FitConfig::default()
    }
}

fn drop_some(rows: &mut [f32], _: usize, _: f64, random: &mut Generator) {
    rows.iter_mut().filter(|_| uniform(random) < 0.2).for_each(|value| *value = 0.0);
}

/// Trains on weighted, corrupted rows and gives the bits of the parameters and the report.
fn train(config: &FitConfig) -> (Vec<u32>, FitReport) {
    let (train, valid) = (line(700, 1), line(100, 2));
    let weights: Vec<f32> = (0..train.len()).map(|at| f32::from(u8::from(at % 7 != 0))).collect();
    let train = Rows::new(&train, Some(&weights), 5).unwrap();
    let valid = Rows::new(&valid, None, 5).unwrap();
    let mut network = network(8);
    let report = fit(&mut network, train, valid, config, Some(&drop_some), &mut |_| {}).unwrap();
    (network.parameters.iter().map(|parameter| parameter.to_bits()).collect(), report)
}

#[test]
fn the_same_seed_gives_the_same_bytes_with_any_number_of_threads() {
    let (parameters, report) = train(&config());
    assert_eq!(report.samples_seen, 4 * 700);
    for threads in [1, 2, 3, 4, 9] {
        let (again, other_report) = train(&FitConfig { threads, ..config() });
        assert_eq!(again, parameters, "{threads} threads");
        assert_eq!(other_report, report, "{threads} threads");
    }
    assert_ne!(train(&FitConfig { seed: 4, ..config() }).0, parameters);
}

#[test]
fn an_autoencoder_learns_a_line() {
    // The rows' own mean square is 0.24 on average; a line is reproduced to within 1 % of it.
    const LEARNT: f64 = 0.0024;
    let (train, valid) = (line(1000, 1), line(200, 2));
    let train = Rows::new(&train, None, 5).unwrap();
    let valid = Rows::new(&valid, None, 5).unwrap();
    let mut network = network(8);
    let config = FitConfig {
        epochs: 150,
        batch_rows: 64,
        schedule: Schedule::Cosine { warm_up: 0.05, floor: 0.0 },
        patience: None,
        ..config()
    };
    let mut seen = 0;
    let report = fit(&mut network, train, valid, &config, None, &mut |_| seen += 1).unwrap();
    assert_eq!((seen, report.epochs.len()), (150, 150));
    assert!(report.epochs[0].train_loss > 10.0 * LEARNT, "{:?}", report.epochs[0]);
    assert!(report.best_loss < LEARNT, "{}", report.best_loss);
}

#[test]
fn early_stopping_restores_the_best_weights() {
    let (train, valid) = (line(256, 1), line(64, 2));
    let rows = Rows::new(&train, None, 5).unwrap();
    let valid_rows = Rows::new(&valid, None, 5).unwrap();
    // Far too large a rate without decay: the loss jumps about, so that the last epoch is not the best.
    let config = FitConfig {
        epochs: 200,
        batch_rows: 16,
        learning_rate: 0.3,
        patience: Some(5),
        clip_norm: None,
        ..config()
    };
    let mut network = network(8);
    let report = fit(&mut network, rows, valid_rows, &config, None, &mut |_| {}).unwrap();
    assert!(report.stopped_early);
    assert_eq!(report.epochs.len(), report.best_epoch + 6);
    let lowest = report.epochs.iter().map(EpochReport::watched_loss).fold(f64::INFINITY, f64::min);
    assert_eq!(report.best_loss, lowest);
    assert!(report.epochs.last().unwrap().watched_loss() > lowest);
    // The network's own loss is the best one: judged again without training.
    let again = FitConfig { epochs: 1, learning_rate: f64::MIN_POSITIVE, ..config };
    let judged = fit(&mut network, rows, valid_rows, &again, None, &mut |_| {}).unwrap();
    assert_eq!(judged.best_loss, lowest);
}

#[test]
fn columns_and_values_without_weight_are_not_learnt() {
    let values = line(128, 1);
    let mut spoiled = values.clone();
    spoiled.chunks_mut(5).for_each(|row| row[4] = 1e3);
    let weights: Vec<f32> = (0..values.len()).map(|at| if at % 5 == 4 { 0.0 } else { 1.0 }).collect();
    let masked = Rows::new(&spoiled, Some(&weights), 5).unwrap();
    let unmasked = Rows::new(&spoiled, None, 5).unwrap();
    let none = Rows::new(&[], None, 5).unwrap();
    let columns = FitConfig { column_weights: vec![1.0, 1.0, 1.0, 1.0, 0.0], ..config() };
    let by_element = fit(&mut network(8), masked, none, &config(), None, &mut |_| {}).unwrap();
    let by_column = fit(&mut network(8), unmasked, none, &columns, None, &mut |_| {}).unwrap();
    assert_eq!(by_element, by_column);
    assert!(by_element.best_loss < 1.0, "{}", by_element.best_loss);
    assert_eq!(by_element.epochs[0].valid_loss, None);
}

#[test]
fn divergence_is_an_error_and_leaves_finite_weights() {
    let values = line(128, 1);
    let rows = Rows::new(&values, None, 5).unwrap();
    let mut network =
        Network::<f32>::autoencoder(5, &[4], Activation::Linear, Activation::Linear, 1).unwrap();
    let config = FitConfig {
        learning_rate: 1e20,
        optimiser: OptimiserConfig::Sgd { momentum: 0.9, weight_decay: 0.0, l1: 0.0 },
        clip_norm: None,
        ..config()
    };
    let error = fit(&mut network, rows, rows, &config, None, &mut |_| {}).unwrap_err();
    assert_eq!(error, NetworkError::Diverged { epoch: 1, learning_rate: 1e20 });
    assert!(network.parameters.iter().all(|parameter| parameter.is_finite()));
    assert_eq!(network.parameters.len(), 4 * 5 * 2 + 9);
}

#[test]
fn settings_and_shapes_are_checked() {
    let values = line(4, 1);
    let rows = Rows::new(&values, None, 5).unwrap();
    let narrow = Rows::new(&values, None, 4).unwrap();
    let empty = Rows::new(&[], None, 5).unwrap();
    let attempt = |train, valid, config: &FitConfig| {
        fit(&mut network(1), train, valid, config, None, &mut |_| {}).unwrap_err().to_string()
    };
    assert_eq!(
        attempt(rows, rows, &FitConfig { threads: 0, ..config() }),
        "setting threads is 0, but must be at least 1"
    );
    assert!(attempt(narrow, narrow, &config()).contains("network inputs is 5, but 4"));
    assert!(attempt(rows, narrow, &config()).contains("validation columns is 4, but 5"));
    assert!(attempt(empty, rows, &config()).contains("training rows is 0, but 1"));
    assert!(
        attempt(rows, rows, &FitConfig { column_weights: vec![1.0], ..config() }).contains("column weights")
    );
    let adam = OptimiserConfig::Adam { beta1: 1.0, beta2: 0.9, epsilon: 1e-8, weight_decay: 0.0, l1: 0.0 };
    assert!(attempt(rows, rows, &FitConfig { optimiser: adam, ..config() }).contains("beta1"));
    let plateau = Schedule::Plateau { factor: 1.5, patience: 2, floor: 0.1 };
    assert!(attempt(rows, rows, &FitConfig { schedule: plateau, ..config() }).contains("factor"));
}

/// A network with everything that a batch or a draw has a say in.
fn everything() -> Network<f32> {
    let layers: Vec<LayerKind> = vec![
        Dense { in_len: 5, out_len: 6, activation: Activation::Linear }.into(),
        BatchNorm::new(Shape::flat(6)).into(),
        Dropout { len: 6, rate: 0.1 }.into(),
        ActivityPenalty { len: 6, penalty: Penalty::L1, weight: 0.1 }.into(),
        GaussianSample { len: 3, beta: 0.1, warm_up: 0.5 }.into(),
        Dense { in_len: 3, out_len: 5, activation: Activation::Linear }.into(),
    ];
    Network::new(layers.into_iter().map(LayerKind::layer).collect(), 8).unwrap()
}

#[test]
fn draws_and_statistics_do_not_depend_on_threads() {
    let (train, valid) = (line(700, 1), line(100, 2));
    let rows = |values| Rows::new(values, None, 5).unwrap();
    let train_with = |threads| {
        let mut network = everything();
        let config = FitConfig { threads, ..config() };
        let noise = Noise::Swap(Level { start: 0.5, end: 0.0 });
        fit(&mut network, rows(&train), rows(&valid), &config, Some(&noise), &mut |_| {}).unwrap();
        network.parameters
    };
    let alone = train_with(1);
    assert_eq!(train_with(3), alone);
    assert_eq!(train_with(4), alone);
}

#[test]
fn running_statistics_follow_the_batches_past_clipping_and_rate() {
    let layers: Vec<LayerKind> = vec![BatchNorm { momentum: 0.5, ..BatchNorm::new(Shape::flat(1)) }.into()];
    let mut network = Network::<f32>::new(layers.into_iter().map(LayerKind::layer).collect(), 1).unwrap();
    // Mean 3 and variance 8 (by n - 1) in the only batch, of weights that say nothing of rows.
    let (values, weights) = ([1.0, 5.0], [0.25, 0.5]);
    let rows = Rows::new(&values, Some(&weights), 1).unwrap();
    let none = Rows::new(&[], None, 1).unwrap();
    let config = FitConfig {
        epochs: 1,
        learning_rate: 1e-9,
        clip_norm: Some(1e-9),
        optimiser: OptimiserConfig::Sgd { momentum: 0.0, weight_decay: 0.5, l1: 0.5 },
        ..config()
    };
    fit(&mut network, rows, none, &config, None, &mut |_| {}).unwrap();
    assert_eq!(network.parameters[2..], [1.5, 4.5]);
}

#[test]
fn a_rest_too_small_for_its_statistics_joins_the_batch_before() {
    let order: Vec<usize> = (0..9).collect();
    let lens = |rows: usize, least| -> Vec<usize> {
        batches(&order[..rows], 4, least).map(<[usize]>::len).collect()
    };
    assert_eq!(lens(9, 1), [4, 4, 1]);
    assert_eq!(lens(9, 2), [4, 5]);
    assert_eq!(lens(8, 2), [4, 4]);
    assert_eq!(lens(6, 2), [4, 2]);
    assert_eq!(lens(3, 2), [3]);
    let joined: Vec<usize> = batches(&order, 4, 2).flatten().copied().collect();
    assert_eq!(joined, order);
    // Any number of rows from two on can be trained on.
    for rows in 2..12 {
        let values = line(rows, 1);
        let rows = Rows::new(&values, None, 5).unwrap();
        let config = FitConfig { batch_rows: 2, ..config() };
        let report = fit(&mut everything(), rows, rows, &config, None, &mut |_| {}).unwrap();
        assert_eq!(report.samples_seen, 4 * rows.len() as u64);
    }
}

#[test]
fn too_few_rows_for_statistics_are_refused() {
    let values = line(4, 1);
    let rows = Rows::new(&values, None, 5).unwrap();
    let one = Rows::new(&values[..5], None, 5).unwrap();
    let attempt = |train, config: &FitConfig| {
        fit(&mut everything(), train, rows, config, None, &mut |_| {}).unwrap_err().to_string()
    };
    assert_eq!(
        attempt(one, &config()),
        "the number of training rows is 1, but batch normalisation needs at least 2 values per channel in a batch; \
         give more rows or leave it out"
    );
    let single = FitConfig { batch_rows: 1, ..config() };
    assert!(attempt(rows, &single).starts_with("setting batch_rows is 1, but batch normalisation needs"));
}

#[test]
fn a_penalty_is_its_mean_over_rows_whatever_the_batch_and_the_columns() {
    let penalty = ActivityPenalty { len: 5, penalty: Penalty::L2, weight: 3.0 };
    let values = line(300, 1);
    let rows = Rows::new(&values, None, 5).unwrap();
    let square = values.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>() / values.len() as f64;
    for batch_rows in [7, 300] {
        // The identity: what is lost is the penalty alone.
        let mut network = Network::<f32>::from_kinds(&[penalty.into()], vec![]).unwrap();
        for column_weights in [vec![], vec![0.5; 5]] {
            let config = FitConfig { epochs: 1, batch_rows, column_weights, ..config() };
            let report = fit(&mut network, rows, rows, &config, None, &mut |_| {}).unwrap();
            for found in [report.epochs[0].train_loss, report.epochs[0].valid_loss.unwrap()] {
                assert!((found / (3.0 * square) - 1.0).abs() < SUM_F32, "{found}");
            }
        }
    }
}

#[test]
fn cross_entropy_refuses_targets_it_is_not_defined_for() {
    let values = line(4, 1);
    let rows = Rows::new(&values, None, 5).unwrap();
    let config = FitConfig { loss: Loss::Bce, ..config() };
    let error = fit(&mut network(1), rows, rows, &config, None, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("but loss bce needs targets from 0 to 1"), "{error}");
}

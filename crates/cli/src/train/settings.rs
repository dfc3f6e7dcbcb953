//! From options to settings.

use crate::Failure;
use crate::arguments::{
    LossName, NoiseName, Optimiser, PoolingName, RecipeName, ScheduleName, SparsityName, Train,
    UpsamplingName,
};
use tillwatch_trainer::Settings;
use tillwatch_trainer::nn::{Activation, Loss, OptimiserConfig, Schedule};
use tillwatch_trainer::recipe::{
    Convolutional, Denoising, Down, NoiseKind, Recipe, Sparse, Sparsity, Up, Variational,
};

/// Where the absolute error takes over in the Huber loss, in standard deviations.
const HUBER_DELTA: f64 = 1.0;
/// Weights of the sparsity penalties, and the mean activation aimed at, where none is given.
const L1_WEIGHT: f64 = 1e-3;
const DIVERGENCE_WEIGHT: f64 = 1e-2;
const ACTIVITY_TARGET: f64 = 0.05;

/// The settings that the options ask for.
pub(super) fn of(arguments: &Train) -> Result<Settings, Failure> {
    let activation = Activation::from_name(&arguments.activation).ok_or_else(|| {
        let names: Vec<&str> = Activation::ALL.iter().map(|activation| activation.name()).collect();
        Failure::usage(format!(
            "--activation: found `{}`, wanted one of {}",
            arguments.activation,
            names.join(", ")
        ))
    })?;
    let folder = arguments.out.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Settings {
        name: arguments.name.clone().or(folder).unwrap_or_else(|| "model".to_owned()),
        recipe: recipe(arguments)?,
        loss: match arguments.loss {
            LossName::Mse => Loss::Mse,
            LossName::Mae => Loss::Mae,
            LossName::Huber => Loss::Huber { delta: HUBER_DELTA },
            LossName::Bce => Loss::Bce,
        },
        hidden: arguments.layers.as_ref().map(|widths| widths.iter().map(|&width| width.into()).collect()),
        activation,
        batch_norm: arguments.batch_norm,
        dropout: arguments.dropout,
        members: arguments.members.into(),
        prototypes: arguments.prototypes.map(Into::into),
        alarm_rate: arguments.alarm_rate,
        epochs: arguments.epochs as usize,
        optimiser: optimiser(arguments),
        schedule: match arguments.schedule {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Cosine => Schedule::Cosine { warm_up: 0.05, floor: 0.01 },
            ScheduleName::Plateau => Settings::default().schedule,
        },
        seed: arguments.seed,
        threads: arguments.threads.into(),
    })
}

fn optimiser(arguments: &Train) -> OptimiserConfig {
    let (weight_decay, l1) = (arguments.weight_decay, arguments.l1);
    match (arguments.optimiser, OptimiserConfig::ADAM) {
        (Optimiser::Adam, OptimiserConfig::Adam { beta1, beta2, epsilon, .. }) => {
            OptimiserConfig::Adam { beta1, beta2, epsilon, weight_decay, l1 }
        }
        _ => OptimiserConfig::Sgd { momentum: 0.9, weight_decay, l1 },
    }
}

/// The recipe; an option of another recipe than the one asked for is a mistake.
fn recipe(arguments: &Train) -> Result<Recipe, Failure> {
    let options = &arguments.recipes;
    let given = [
        ("--noise", options.noise.is_some() || options.noise_level.is_some(), &[RecipeName::Denoising][..]),
        ("--sparsity", options.sparsity.is_some(), &[RecipeName::Sparse]),
        ("--beta", options.beta.is_some(), &[RecipeName::Variational]),
        ("--warm-up", options.warm_up.is_some(), &[RecipeName::Variational]),
        ("--score-latent", options.score_latent, &[RecipeName::Variational]),
        ("--pooling", options.pooling.is_some(), &[RecipeName::Conv1d, RecipeName::Conv2d]),
        ("--upsampling", options.upsampling.is_some(), &[RecipeName::Conv1d, RecipeName::Conv2d]),
    ];
    let name = arguments.recipe;
    if let Some((option, _, recipes)) =
        given.iter().find(|(_, is_given, fits)| *is_given && !fits.contains(&name))
    {
        let names: Vec<String> = recipes.iter().map(|recipe| format!("{recipe:?}").to_lowercase()).collect();
        return Err(Failure::usage(format!(
            "{option}: found with --recipe {}, wanted --recipe {}",
            format!("{name:?}").to_lowercase(),
            names.join(" or ")
        )));
    }
    Ok(match name {
        RecipeName::Auto => Recipe::Auto,
        RecipeName::Dense => Recipe::Dense,
        RecipeName::Denoising => Recipe::Denoising(denoising(arguments)),
        RecipeName::Sparse => Recipe::Sparse(Sparse { sparsity: sparsity(arguments)? }),
        RecipeName::Variational => {
            let default = Variational::default();
            Recipe::Variational(Variational {
                beta: options.beta,
                warm_up: options.warm_up.unwrap_or(default.warm_up),
                scores_latent: options.score_latent,
            })
        }
        RecipeName::Conv1d => Recipe::Conv1d(convolutional(arguments)),
        RecipeName::Conv2d => Recipe::Conv2d(convolutional(arguments)),
    })
}

fn denoising(arguments: &Train) -> Denoising {
    let options = &arguments.recipes;
    let default = Denoising::default();
    let noise = match options.noise {
        None => default.noise,
        Some(NoiseName::Gaussian) => NoiseKind::Gaussian,
        Some(NoiseName::Masking) => NoiseKind::Masking,
        Some(NoiseName::Swap) => NoiseKind::Swap,
    };
    match options.noise_level {
        None => Denoising { noise, ..default },
        Some(start) => Denoising { noise, start, end: options.noise_end.unwrap_or(start) },
    }
}

fn sparsity(arguments: &Train) -> Result<Option<Sparsity>, Failure> {
    let options = &arguments.recipes;
    let misplaced = |option: &str, wanted: &str| {
        Err(Failure::usage(format!("{option}: wanted together with --sparsity {wanted}")))
    };
    match options.sparsity {
        Some(SparsityName::L1 | SparsityName::TopK) if options.sparsity_target.is_some() => {
            misplaced("--sparsity-target", "kl")
        }
        Some(SparsityName::L1 | SparsityName::Kl) if options.keep.is_some() => misplaced("--keep", "top-k"),
        Some(SparsityName::TopK) if options.sparsity_weight.is_some() => {
            misplaced("--sparsity-weight", "l1 or kl")
        }
        None => Ok(None),
        Some(SparsityName::L1) => {
            Ok(Some(Sparsity::L1 { weight: options.sparsity_weight.unwrap_or(L1_WEIGHT) }))
        }
        Some(SparsityName::Kl) => Ok(Some(Sparsity::KullbackLeibler {
            target: options.sparsity_target.unwrap_or(ACTIVITY_TARGET),
            weight: options.sparsity_weight.unwrap_or(DIVERGENCE_WEIGHT),
        })),
        Some(SparsityName::TopK) => Ok(options.keep.map(|k| Sparsity::TopK { k })),
    }
}

fn convolutional(arguments: &Train) -> Convolutional {
    Convolutional {
        down: match arguments.recipes.pooling {
            None | Some(PoolingName::Stride) => Down::Stride,
            Some(PoolingName::Max) => Down::MaxPool,
            Some(PoolingName::Average) => Down::AveragePool,
        },
        up: match arguments.recipes.upsampling {
            None | Some(UpsamplingName::Transposed) => Up::Transposed,
            Some(UpsamplingName::Nearest) => Up::Nearest,
        },
    }
}

//! `cargo xtask kinds`: every kind of autoencoder the whole way, from a fixture to equal bits on emulated cores.

use crate::audit::audit;
use crate::emulate::firmware::{Build, Model, Profile, Target, root};
use crate::witness::{Testimony, examine, examine_on};
use std::fs;
use std::path::{Path, PathBuf};
use tillwatch_model::Model as ModelFile;
use tillwatch_simulator::{Config, Simulator, write_csv};
use tillwatch_testkit::runtime::{Loaded, Runtime, Simulated};
use tillwatch_testkit::tolerance;
use tillwatch_trainer::nn::{Activation, Loss};
use tillwatch_trainer::recipe::{
    Convolutional, Denoising, Down, NoiseKind, Recipe, Sparse, Sparsity, Up, Variational,
};
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Schema, Table, infer, read_images_as};
use tillwatch_trainer::{Settings, Trained, train};

/// Passes over the rows: enough to learn something, few enough for a check.
const EPOCHS: usize = 30;
/// Prototypes of tables.
const PROTOTYPES: usize = 16;
/// The core whose figures are shown.
const SHOWN: &str = "Cortex-M3";
/// The cores that run what is layered anew; `--all` runs everything on every core.
const CORES: [&str; 4] = ["Cortex-M0", SHOWN, "Cortex-M4", "Cortex-M55"];
/// Records on which the loader is held against the arithmetic in wide integers, of kinds that run on no core.
const SIMULATED_RECORDS: usize = 8;

/// A table and what it means.
struct Input {
    table: Table,
    schema: Schema,
    alarm_rate: f64,
}

/// A kind: its name, what it learns from, how.
struct Kind<'a> {
    name: String,
    input: &'a Input,
    settings: Settings,
    /// True where its layers are those of no kind before it, so that cores have something new to run.
    has_new_layers: bool,
    /// True where its encoder is baked by itself as well.
    has_encoder_apart: bool,
}

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let folder = root().join("target/kinds");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let [rows, windows, images] = [cells()?, transactions(&folder)?, digits()?];
    println!(
        "{:<24}{:>9}{:>9}{:>9}{:>11}{:>7}{:>9}{:>7}{:>14}  digest",
        "kind", "AUROC", "float", "rank", "constants", "code", "scratch", "stack", "instructions"
    );
    let mut not_run = Vec::new();
    let all = arguments.iter().any(|argument| argument == "--all");
    for kind in kinds(&rows, &windows, &images) {
        let lines = one(&kind, &folder, all).map_err(|error| format!("{}: {error}", kind.name))?;
        not_run = if lines.is_empty() { not_run } else { lines };
    }
    println!(
        "bytes and instructions are those of {SHOWN} at opt-level \"s\"; instructions per record, not cycles"
    );
    for line in &not_run {
        println!("not run: {line}");
    }
    Ok(())
}

fn kinds<'a>(rows: &'a Input, windows: &'a Input, images: &'a Input) -> Vec<Kind<'a>> {
    let settings = |input: &Input| Settings {
        epochs: EPOCHS,
        alarm_rate: input.alarm_rate,
        // As many as the committed model has; few images carry fewer.
        prototypes: std::ptr::eq(input, rows).then_some(PROTOTYPES),
        ..Settings::default()
    };
    let kind = |name: &str, input: &'a Input, recipe: Recipe| Kind {
        name: name.to_owned(),
        input,
        settings: Settings { recipe, ..settings(input) },
        has_new_layers: true,
        has_encoder_apart: false,
    };
    let again = |name: &str, recipe: Recipe| Kind { has_new_layers: false, ..kind(name, rows, recipe) };
    let and_encoder = |kind: Kind<'a>| Kind { has_encoder_apart: true, ..kind };
    let sparse = |sparsity| Recipe::Sparse(Sparse { sparsity: Some(sparsity) });
    let denoising = |noise| Recipe::Denoising(Denoising { noise, start: 0.2, end: 0.05 });
    let pooled = |down| Recipe::Conv2d(Convolutional { down, up: Up::Nearest });
    let variational = Recipe::Variational(Variational { scores_latent: true, ..Variational::default() });
    let mut kinds = vec![
        kind("dense", rows, Recipe::Dense),
        kind("denoising, gaussian", rows, denoising(NoiseKind::Gaussian)),
        again("denoising, masking", denoising(NoiseKind::Masking)),
        again("denoising, swap", denoising(NoiseKind::Swap)),
        kind("sparse, l1", rows, sparse(Sparsity::L1 { weight: 1e-3 })),
        kind("sparse, kl", rows, sparse(Sparsity::KullbackLeibler { target: 0.05, weight: 1e-2 })),
        kind("sparse, top-k", rows, sparse(Sparsity::TopK { k: 8 })),
        and_encoder(kind("variational", rows, variational)),
        kind("conv1d", windows, Recipe::Conv1d(Convolutional::default())),
        and_encoder(kind("conv2d", images, Recipe::Conv2d(Convolutional::default()))),
        kind("conv2d, max pool", images, pooled(Down::MaxPool)),
        kind("conv2d, average pool", images, pooled(Down::AveragePool)),
    ];
    let with = |name: String, input: &'a Input, change: fn(&mut Settings)| {
        let mut settings = settings(input);
        change(&mut settings);
        Kind { name, input, settings, has_new_layers: false, has_encoder_apart: false }
    };
    let dense = |name: &str, change: fn(&mut Settings)| {
        let kind = with(name.to_owned(), rows, change);
        Kind { settings: Settings { recipe: Recipe::Dense, ..kind.settings }, ..kind }
    };
    kinds.push(dense("dense, batch norm", |settings| settings.batch_norm = true));
    kinds.push(dense("dense, dropout", |settings| settings.dropout = 0.1));
    kinds.push(dense("dense, three members", |settings| settings.members = 3));
    kinds.push(with("conv2d, batch norm".to_owned(), images, |settings| settings.batch_norm = true));
    kinds.push(dense("dense, mae", |settings| settings.loss = Loss::Mae));
    kinds.push(dense("dense, huber", |settings| settings.loss = Loss::Huber { delta: 1.0 }));
    // Cross-entropy ends in a sigmoid on the rim, which no other kind does.
    let bce = with("conv2d, bce".to_owned(), images, |settings| settings.loss = Loss::Bce);
    kinds.push(Kind { has_new_layers: true, ..bce });
    for activation in Activation::ALL {
        if activation != Activation::Relu {
            let settings = Settings { activation, recipe: Recipe::Dense, ..settings(rows) };
            let name = format!("dense, {}", activation.name());
            kinds.push(Kind { name, input: rows, settings, has_new_layers: false, has_encoder_apart: false });
        }
    }
    kinds
}

/// Breast cancer, benign is normal.
fn cells() -> Result<Input, String> {
    let data = root().join("fixtures/data/breast_cancer.csv");
    let schema = infer(&[&data], Some("label")).map_err(|error| error.to_string())?.schema;
    let options = ReadOptions { label: ColumnUse::Required, ..ReadOptions::default() };
    let table = Table::read(&[data], &schema, &options).map_err(|error| error.to_string())?;
    Ok(Input { table, schema, alarm_rate: 0.05 })
}

/// Handwritten digits as images, nought is normal.
fn digits() -> Result<Input, String> {
    let (data, schema) = (root().join("fixtures/data/digits.csv"), schema("digits")?);
    let options = ReadOptions { label: ColumnUse::Required, ..ReadOptions::default() };
    let table =
        read_images_as(&[data], None, Some("0"), &schema, &options).map_err(|error| error.to_string())?;
    Ok(Input { table, schema, alarm_rate: 0.05 })
}

/// Windows of eight transactions of simulated terminals.
fn transactions(folder: &Path) -> Result<Input, String> {
    let data = folder.join("transactions.csv");
    let io = |error: std::io::Error| format!("{}: {error}", data.display());
    let mut file = std::io::BufWriter::new(fs::File::create(&data).map_err(io)?);
    write_csv(&mut file, Simulator::new(Config::default())).map_err(io)?;
    drop(file);
    let windows = schema("transactions_window")?;
    let options = ReadOptions { label: ColumnUse::Required, ..ReadOptions::default() };
    let table = Table::read(&[&data], &windows, &options).map_err(|error| error.to_string())?;
    Ok(Input { table, schema: windows, alarm_rate: 0.01 })
}

fn schema(name: &str) -> Result<Schema, String> {
    let path = root().join("fixtures/models").join(format!("{name}.toml"));
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Schema::parse(&text, &path.display().to_string()).map_err(|error| error.to_string())
}

/// Trains and runs one kind, and prints its row; gives what could not be run.
fn one(kind: &Kind<'_>, folder: &Path, all: bool) -> Result<Vec<String>, String> {
    let Kind { name, input, settings, has_new_layers, has_encoder_apart } = kind;
    let package: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let settings = Settings { name: package.clone(), ..settings.clone() };
    let trained =
        train(&input.table, &input.schema, &settings, &mut |_| {}).map_err(|error| error.to_string())?;
    let model = ModelFile::validate(&trained.bytes).map_err(|error| error.to_string())?;
    let not_run = if *has_new_layers || all {
        on_cores(name, &trained, &model, &folder.join(&package), all)?
    } else {
        simulated(&model, input)?;
        println!("{}  equal to the simulated arithmetic", figures(name, &trained));
        Vec::new()
    };
    if *has_encoder_apart {
        encoder_alone(name, &model, folder.join(format!("{package}_encoder")))?;
    }
    keeps_promises(&trained)?;
    Ok(not_run)
}

/// Bakes a model and runs it on emulated cores.
fn on_cores(
    name: &str,
    trained: &Trained,
    model: &ModelFile<'_>,
    out: &Path,
    all: bool,
) -> Result<Vec<String>, String> {
    let (firmware, _) = Model::bake(model, out.to_owned())?;
    let mut testimony = Testimony::of(model);
    if all {
        examine(&firmware, model, &mut testimony)?;
    } else {
        examine_on(&CORES, SHOWN, &firmware, model, &mut testimony)?;
    }
    println!("{}{}", figures(name, trained), costs(&testimony)?);
    let (target, profile, features) = (Target::any("thumbv7m-none-eabi"), Profile::Size, &["bare"]);
    let build = Build { target, profile, model: &firmware, features, digest_records: None };
    let found = audit(&build.run()?)?;
    if found.is_clean() { Ok(testimony.not_run) } else { Err(found.to_string()) }
}

/// Bakes a model's encoder by itself, and shows what it costs and that its latent vectors are the host's.
fn encoder_alone(name: &str, model: &ModelFile<'_>, out: PathBuf) -> Result<(), String> {
    let (firmware, _) = Model::bake_encoder(model, out)?;
    let mut testimony = Testimony::of_encoder(model);
    examine_on(&[SHOWN], SHOWN, &firmware, model, &mut testimony)?;
    println!("{:<51}{}", format!("{name}, encoder alone"), costs(&testimony)?);
    Ok(())
}

/// What a model costs on the core that is shown, and its digest.
fn costs(testimony: &Testimony) -> Result<String, String> {
    let (digest, runtimes) = testimony.agreed()?;
    let row =
        testimony.rows.iter().find(|row| row.core == SHOWN).ok_or("no row of the core that is shown")?;
    let instructions = row.instructions.map_or_else(String::new, |(_, most)| most.to_string());
    Ok(format!(
        "{:>11}{:>7}{:>9}{:>7}{instructions:>14}  {digest:016x} on {runtimes} runtimes",
        row.footprint.constants,
        row.footprint.code,
        row.footprint.scratch,
        row.stack.unwrap_or(0),
    ))
}

/// Holds the loader against the arithmetic in wide integers.
fn simulated(model: &ModelFile<'_>, input: &Input) -> Result<(), String> {
    let (mut loaded, mut simulated) = (Loaded::new(*model), Simulated::new(model));
    let step = input.table.n_rows().div_ceil(SIMULATED_RECORDS);
    for row in (0..input.table.n_rows()).step_by(step) {
        let raw = input.table.raw(row);
        if loaded.score(raw) != simulated.score(raw) {
            return Err(format!("row {row}: the loader's score is not that of the simulated arithmetic"));
        }
    }
    Ok(())
}

fn figures(name: &str, trained: &Trained) -> String {
    let evaluation = &trained.evaluation;
    let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    format!(
        "{name:<24}{:>9}{:>9}{:>9}",
        cell(evaluation.integer.auroc),
        cell(evaluation.float.as_ref().and_then(|float| float.auroc)),
        cell(evaluation.rank_correlation)
    )
}

/// Integers cost no detection and keep the order of scores.
fn keeps_promises(trained: &Trained) -> Result<(), String> {
    let evaluation = &trained.evaluation;
    let float = evaluation.float.as_ref().and_then(|float| float.auroc);
    if let (Some(integer), Some(float)) = (evaluation.integer.auroc, float)
        && (integer - float).abs() > tolerance::AUROC
    {
        return Err(format!("AUROC is {integer:.4}, that of the float model {float:.4}"));
    }
    match evaluation.rank_correlation {
        Some(correlation) if correlation < tolerance::SCORE_RANK_CORRELATION => {
            Err(format!("rank correlation with the float model is {correlation:.4}"))
        }
        _ => Ok(()),
    }
}

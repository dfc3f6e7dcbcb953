//! The files of a baked crate or module, and putting them in place.

use crate::plan::Plan;
use crate::scoring::{Place, emit, hexadecimal, record, summary};
use crate::{BakeError, weights};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use tillwatch_model::{Model, u64s};

/// How the generated crate finds the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Name of the crate; the model's where there is none.
    pub name: Option<String>,
    /// Folder of the engine crate, written into the manifest beside the version.
    pub engine: Option<PathBuf>,
    /// Bakes what makes the latent vector and nothing else: no decoder, no scores.
    pub encoder_only: bool,
}

/// A baked model: files in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baked {
    /// Name of the crate.
    pub name: String,
    /// Path within the crate, and content.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// What the model takes, as text.
    pub report: String,
    /// What the model takes, in numbers.
    pub footprint: Footprint,
}

/// What a baked model takes, whatever the core; code and stack are not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Multiply-accumulates of a score: the network and the prototypes.
    pub macs: usize,
    /// Bytes of constants in flash.
    pub constant_bytes: usize,
    /// Bytes of working memory and of what features remember.
    pub ram_bytes: usize,
}

impl Footprint {
    fn of(plan: &Plan<'_>) -> Self {
        Self {
            macs: plan.macs(),
            constant_bytes: plan.constant_bytes,
            ram_bytes: crate::memory::ram_bytes(plan),
        }
    }
}

/// Marks a folder as one that may be replaced.
const MANIFEST: &str = "tillwatch.json";

/// Turns a model into the files of a crate that builds by itself.
///
/// # Errors
/// [`BakeError::Name`], [`BakeError::Field`]; [`BakeError::NoEncoder`] for the encoder of a network of one layer.
/// # Exactness
/// The same model and options give the same bytes.
pub fn bake(model: &Model<'_>, options: &Options) -> Result<Baked, BakeError> {
    let plan = Plan::new(model, options.name.as_deref(), options.encoder_only)?;
    let mut files = sources(&plan, Place::Crate, "src");
    files.push((PathBuf::from("Cargo.toml"), cargo_toml(&plan, options.engine.as_deref()).into_bytes()));
    files
        .push((PathBuf::from("rustfmt.toml"), b"max_width = 110\nuse_small_heuristics = \"Max\"\n".to_vec()));
    files.push((PathBuf::from("README.md"), format!("# {}\n\n{}", plan.name, summary(&plan)).into_bytes()));
    files.push((PathBuf::from(MANIFEST), manifest(&plan).into_bytes()));
    files.sort();
    Ok(Baked { report: report(&plan), footprint: Footprint::of(&plan), name: plan.name, files })
}

/// Turns a model into the files of a module: `mod.rs`, `record.rs`, `weights.rs`.
///
/// # Errors
/// As [`bake`].
pub fn bake_module(model: &Model<'_>, name: Option<&str>) -> Result<Baked, BakeError> {
    let plan = Plan::new(model, name, false)?;
    let mut files = sources(&plan, Place::Module, "");
    files.push((PathBuf::from(MANIFEST), manifest(&plan).into_bytes()));
    files.sort();
    Ok(Baked { report: report(&plan), footprint: Footprint::of(&plan), name: plan.module_name(), files })
}

/// Writes a baked model to a folder: under a temporary name beside it first, then in its place.
///
/// # Errors
/// [`BakeError::Occupied`] where the folder holds anything but a model baked before; [`BakeError::Io`].
pub fn write(baked: &Baked, out: &Path) -> Result<(), BakeError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |cause| BakeError::Io { path, cause }
    };
    let is_free = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none() || out.join(MANIFEST).is_file(),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => true,
        Err(cause) => return Err(BakeError::Io { path: out.to_owned(), cause }),
    };
    if !is_free {
        return Err(BakeError::Occupied { path: out.to_owned() });
    }
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(io(parent))?;
    let workshop = tempfile::Builder::new().prefix(".baking-").tempdir_in(parent).map_err(io(parent))?;
    let fresh = workshop.path().join("fresh");
    for (path, content) in &baked.files {
        let path = fresh.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io(folder))?;
        }
        fs::write(&path, content).map_err(io(&path))?;
    }
    // What stood there goes only once its successor is in place.
    let stale = workshop.path().join("stale");
    let is_replaced = out.exists();
    if is_replaced {
        fs::rename(out, &stale).map_err(io(out))?;
    }
    fs::rename(&fresh, out).map_err(|cause| {
        if is_replaced && fs::rename(&stale, out).is_err() {
            // Both failed: the folder stays in the workshop rather than being deleted with it.
            let _ = workshop.keep();
        }
        BakeError::Io { path: out.to_owned(), cause }
    })
}

/// Compares a folder with a baked model; the first path that differs, is missing, or should not be there.
///
/// # Errors
/// [`BakeError::Io`] where the folder cannot be read.
pub fn difference(baked: &Baked, folder: &Path) -> Result<Option<PathBuf>, BakeError> {
    for (path, content) in &baked.files {
        match fs::read(folder.join(path)) {
            Ok(found) if found == *content => {}
            _ => return Ok(Some(folder.join(path))),
        }
    }
    let io = |cause| BakeError::Io { path: folder.to_owned(), cause };
    let stray = paths(folder, Path::new("")).map_err(io)?;
    let is_stray = |path: &PathBuf| !baked.files.iter().any(|(known, _)| known == path);
    Ok(stray.into_iter().find(is_stray).map(|path| folder.join(path)))
}

/// Every file below a folder, as paths within it, sorted.
fn paths(root: &Path, within: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(root.join(within))? {
        let entry = entry?;
        let path = within.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            paths.extend(self::paths(root, &path)?);
        } else {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn sources(plan: &Plan<'_>, place: Place, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let root = if place == Place::Crate { "lib.rs" } else { "mod.rs" };
    let folder = Path::new(folder);
    let mut files = vec![
        (folder.join(root), emit(plan, place).into_bytes()),
        (folder.join("record.rs"), record(plan).into_bytes()),
        (folder.join("weights.rs"), weights::emit(plan).into_bytes()),
    ];
    if plan.includes_bytes {
        files.push((folder.join("weights.bin"), weights::bytes(plan)));
    }
    files
}

fn cargo_toml(plan: &Plan<'_>, engine: Option<&Path>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    // The escapes of a JSON string are those of a TOML one.
    let quoted = |path: &Path| serde_json::Value::from(path.display().to_string()).to_string();
    let path = engine.map(|path| format!(", path = {}", quoted(path))).unwrap_or_default();
    format!(
        "[package]\nname = \"{}\"\nversion = \"{}.0.0\"\nedition = \"2024\"\nrust-version = \"1.88\"\npublish = false\n\n\
         [dependencies]\ntillwatch-engine = {{ version = \"{version}\"{path} }}\n\n[workspace]\n",
        plan.name,
        plan.model.body().model_version
    )
}

fn manifest(plan: &Plan<'_>) -> String {
    let body = plan.model.body();
    let block = plan.model.thresholds();
    let mut value = json!({
        "name": plan.name,
        "model_version": body.model_version,
        "contract": body.contract,
        "data_digest": hexadecimal(&body.data_digest),
        "config_digest": hexadecimal(&body.config_digest),
        "fields": plan.fields.iter().map(|field| field.name).collect::<Vec<_>>(),
        "features": plan.features.iter().map(|feature| feature.name).collect::<Vec<_>>(),
        "columns": plan.n_columns,
        "samples": plan.n_samples(),
        "constant_bytes": plan.constant_bytes,
        "activation_bytes": plan.arena.bytes(),
        "macs": plan.macs(),
        "alarm": block.alarm,
        "watch": block.watch,
        "alarm_rate_ppm": block.alarm_rate_ppm,
        "anchors": u64s(block.anchors).collect::<Vec<_>>(),
    });
    if block.is_extrapolated() {
        value["alarm_is_extrapolated"] = json!(true);
    }
    format!("{value:#}\n")
}

fn report(plan: &Plan<'_>) -> String {
    use std::fmt::Write;
    let mut text = format!(
        "{:<12}{:>8}{:>8}{:>10}{:>10}{:>12}\n",
        "part", "inputs", "outputs", "MACs", "bytes", "activations"
    );
    // Writing to a string cannot fail.
    for (index, (layer, alive)) in plan.layers.iter().zip(&plan.arena.alive).enumerate() {
        let _ = writeln!(
            text,
            "{:<12}{:>8}{:>8}{:>10}{:>10}{:>12}",
            format!("layer {index}"),
            layer.in_len,
            layer.out_len,
            layer.macs,
            layer.weight_bytes() + layer.other_bytes(),
            4 * alive
        );
    }
    if !plan.is_encoder() {
        let prototypes = plan.model.body().heads.prototypes.len();
        let _ = writeln!(
            text,
            "{:<12}{:>8}{:>8}{prototypes:>10}{:>10}",
            "prototypes",
            plan.n_columns,
            prototypes / plan.n_columns,
            plan.prototype_bytes()
        );
    }
    let _ = writeln!(
        text,
        "{:<12}{:>8}{:>8}{:>10}{:>10}{:>12}",
        "all",
        "",
        "",
        plan.macs(),
        plan.constant_bytes,
        plan.arena.bytes()
    );
    text
}

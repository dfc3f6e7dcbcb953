//! Builds the firmware of `tests/firmware` for one core, one profile and one model.

use super::network;
use crate::targets;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::{env, fmt, fs};
use tillwatch_bake::{Options, bake, write};

/// What the firmware scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// Nothing: the harness alone.
    Empty,
    /// A module of the crate `tillwatch-inference`, such as `point_of_sale`.
    Committed(String),
    /// A baked crate.
    Baked {
        /// Its package name.
        package: String,
        /// The folder of its manifest.
        folder: PathBuf,
        /// The path of the model's module within the crate; empty for the crate itself.
        module: String,
        /// True where it makes latent vectors alone.
        is_encoder: bool,
    },
}

impl Model {
    /// Bakes a model file into a folder: what the firmware scores, and the report of what it costs.
    pub(crate) fn bake(file: &tillwatch_model::Model<'_>, folder: PathBuf) -> Result<(Self, String), String> {
        Self::bake_with(file, folder, Options::default())
    }

    /// Bakes what makes a model's latent vector and nothing else.
    pub(crate) fn bake_encoder(
        file: &tillwatch_model::Model<'_>,
        folder: PathBuf,
    ) -> Result<(Self, String), String> {
        let name = Some(format!("{}_encoder", file.body().name));
        Self::bake_with(file, folder, Options { name, encoder_only: true, ..Options::default() })
    }

    /// Bakes a model's layers alone: as an encoder is called, they run on codes that are narrow already.
    pub(crate) fn bake_network(file: &tillwatch_model::Model<'_>, folder: &Path) -> Result<Self, String> {
        let name = Some(format!("{}_network", file.body().name));
        let (mut model, _) =
            Self::bake_with(file, folder.to_owned(), Options { name, ..Options::default() })?;
        let path = folder.join("src/lib.rs");
        let told = |error| format!("{}: {error}", path.display());
        let source = fs::read_to_string(&path).map_err(told)?;
        fs::write(&path, network::layers_alone(&source)?).map_err(told)?;
        if let Self::Baked { is_encoder, .. } = &mut model {
            *is_encoder = true;
        }
        Ok(model)
    }

    fn bake_with(
        file: &tillwatch_model::Model<'_>,
        folder: PathBuf,
        options: Options,
    ) -> Result<(Self, String), String> {
        let is_encoder = options.encoder_only;
        let options = Options { engine: Some(root().join("crates/engine")), ..options };
        let baked = bake(file, &options).map_err(|error| error.to_string())?;
        write(&baked, &folder).map_err(|error| error.to_string())?;
        Ok((Self::Baked { package: baked.name, folder, module: String::new(), is_encoder }, baked.report))
    }
}

/// What the compiler aims at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small: `opt-level = "s"`.
    Size,
    /// Fast: `opt-level = 3`.
    Speed,
    /// Smallest: `opt-level = "z"`.
    Smallest,
}

impl Profile {
    /// Its name in the firmware's manifest.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Size => "firmware",
            Self::Speed => "speed",
            Self::Smallest => "smallest",
        }
    }

    /// Its `opt-level`.
    pub(crate) fn level(self) -> &'static str {
        match self {
            Self::Size => "s",
            Self::Speed => "3",
            Self::Smallest => "z",
        }
    }
}

/// What the compiler builds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The compiler's name of it, such as `thumbv7m-none-eabi`.
    pub(crate) triple: &'static str,
    /// The processor, where it has instructions that the target's name does not tell of.
    cpu: Option<&'static str>,
}

impl Target {
    /// Any processor of a target.
    pub(crate) const fn any(triple: &'static str) -> Self {
        Self { triple, cpu: None }
    }

    /// One processor, by the compiler's name of it.
    pub(crate) const fn of_cpu(triple: &'static str, cpu: &'static str) -> Self {
        Self { triple, cpu: Some(cpu) }
    }

    /// True where the compiler may use vectors.
    pub(crate) fn has_vectors(self) -> bool {
        self.cpu == Some("cortex-m55")
    }
}

/// As part of a file's name.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.triple)?;
        self.cpu.map_or(Ok(()), |cpu| write!(f, "-{cpu}"))
    }
}

/// One image to build.
#[derive(Clone, Debug)]
pub(crate) struct Build<'a> {
    /// What it is built for.
    pub(crate) target: Target,
    /// What the compiler aims at.
    pub(crate) profile: Profile,
    /// What is scored.
    pub(crate) model: &'a Model,
    /// Features of the firmware, such as `bare`.
    pub(crate) features: &'a [&'a str],
    /// Records in the digest; 10,000 where none is given.
    pub(crate) digest_records: Option<u32>,
}

/// The name of the function that a panic would call and that nobody defines.
pub(crate) const PANIC_PROOF: &str = "tillwatch_panics";

/// Held from the build to the copy: builds of one profile with other features put their image in the same place.
static BUILDING: [Mutex<()>; 3] = [const { Mutex::new(()) }; 3];

impl Build<'_> {
    /// Builds the image and gives its path, `target/firmware/images/NAME.elf`.
    ///
    /// Installs the target where it is missing. An image that can panic does not link.
    ///
    /// # Errors
    /// What the compiler or the linker found, or that a panic is left.
    pub(crate) fn run(&self) -> Result<PathBuf, String> {
        targets::ensure(self.target.triple)?;
        let folder = root().join("target").join("firmware");
        let manifest = match self.model {
            Model::Baked { package, folder: baked, .. } => stage(&folder, package, baked)?,
            Model::Empty | Model::Committed(_) => source().join("Cargo.toml"),
        };
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(["build", "--quiet", "--manifest-path"])
            .arg(&manifest)
            .args(["--target", self.target.triple, "--profile", self.profile.name()])
            .args(["--features", &self.feature_list()])
            .env("CARGO_TARGET_DIR", &folder)
            .env("TILLWATCH_FIRMWARE_MODULE", self.module())
            .env_remove("TILLWATCH_DIGEST_RECORDS");
        if let Some(cpu) = self.target.cpu {
            command.env("CARGO_ENCODED_RUSTFLAGS", format!("-Ctarget-cpu={cpu}"));
        }
        if let Some(records) = self.digest_records {
            command.env("TILLWATCH_DIGEST_RECORDS", records.to_string());
        }
        let _building = BUILDING[self.profile as usize].lock().unwrap_or_else(PoisonError::into_inner);
        let answer = command.output().map_err(|error| format!("cargo did not start: {error}"))?;
        if !answer.status.success() {
            return Err(self.explain(&String::from_utf8_lossy(&answer.stderr)));
        }
        let built = folder.join(self.target.triple).join(self.profile.name()).join("tillwatch-firmware");
        let kept = folder.join("images").join(format!("{}.elf", self.name()));
        fs::create_dir_all(folder.join("images"))
            .and_then(|()| fs::copy(&built, &kept))
            .map_err(|error| format!("{}: {error}", kept.display()))?;
        Ok(kept)
    }

    /// The name of the image: model, target, profile and features.
    pub(crate) fn name(&self) -> String {
        let model = match self.model {
            Model::Empty => "empty",
            Model::Committed(module) => module,
            Model::Baked { package, .. } => package,
        };
        let mut name = format!("{model}-{}-{}", self.target, self.profile.name());
        for feature in self.features {
            name.push('-');
            name.push_str(feature);
        }
        name
    }

    fn feature_list(&self) -> String {
        let of_model = match self.model {
            Model::Empty => Some("empty_model"),
            Model::Baked { is_encoder: true, .. } => Some("encoder"),
            Model::Committed(_) => Some("monitored"),
            Model::Baked { .. } => None,
        };
        let features: Vec<&str> = self.features.iter().copied().chain(of_model).collect();
        features.join(",")
    }

    /// Where the model's functions are, seen from the firmware's dependency `model`.
    fn module(&self) -> String {
        match self.model {
            Model::Committed(module) | Model::Baked { module, .. } if !module.is_empty() => {
                format!("model::{module}")
            }
            _ => "model".to_owned(),
        }
    }

    fn explain(&self, said: &str) -> String {
        if said.contains(&format!("undefined symbol: {PANIC_PROOF}")) {
            return format!(
                "{}: a panic is left, so the image does not link; build it with the feature panics_allowed and audit it to see who panics",
                self.name()
            );
        }
        let from_first_error = said.find("error").map_or(said, |at| &said[at..]);
        let lines: Vec<&str> = from_first_error.lines().take(ERROR_LINES).collect();
        format!("{} does not build:\n{}", self.name(), lines.join("\n"))
    }
}

/// Lines of the compiler's message that are shown.
const ERROR_LINES: usize = 30;

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The folder of the firmware's sources.
fn source() -> PathBuf {
    root().join("tests").join("firmware")
}

/// Packages whose manifest this run has written, and the crates that they are built against.
static STAGED: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());

/// Writes a manifest that builds the firmware's sources against another crate, and gives its path.
///
/// Once a run, since builds of several profiles read it side by side.
fn stage(folder: &Path, package: &str, baked: &Path) -> Result<PathBuf, String> {
    let baked = baked.canonicalize().map_err(|error| format!("{}: {error}", baked.display()))?;
    let path = folder.join("manifests").join(package).join("Cargo.toml");
    let mut written = STAGED.lock().unwrap_or_else(PoisonError::into_inner);
    if written.get(package) == Some(&baked) {
        return Ok(path);
    }
    let manifest = source().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let staged = path.parent().unwrap_or(folder);
    fs::create_dir_all(staged).map_err(|error| format!("{}: {error}", staged.display()))?;
    fs::write(&path, staged_manifest(&text, root(), package, &baked)?)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    // The same versions of everything else.
    let lock = source().join("Cargo.lock");
    fs::copy(&lock, staged.join("Cargo.lock")).map_err(|error| format!("{}: {error}", lock.display()))?;
    written.insert(package.to_owned(), baked);
    Ok(path)
}

/// The firmware's manifest with absolute paths and with another crate as `model`.
fn staged_manifest(text: &str, root: &Path, package: &str, baked: &Path) -> Result<String, String> {
    let firmware = root.join("tests").join("firmware");
    let engine = toml_string(&root.join("crates").join("engine"));
    let frames = toml_string(&root.join("crates").join("model"));
    let main = toml_string(&firmware.join("src").join("main.rs"));
    let script = toml_string(&firmware.join("build.rs"));
    let mut has_model = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        lines.push(match line.split_once(" = ") {
            Some(("model", _)) => {
                has_model = true;
                format!("model = {{ package = \"{package}\", path = {} }}", toml_string(baked))
            }
            Some(("tillwatch-engine", _)) => format!("tillwatch-engine = {{ path = {engine} }}"),
            Some(("tillwatch-model", _)) => {
                format!("tillwatch-model = {{ path = {frames}, optional = true }}")
            }
            Some(("path", _)) => format!("path = {main}"),
            _ if line == "[package]" => format!("{line}\nbuild = {script}"),
            _ => line.to_owned(),
        });
    }
    // A baked crate may name the engine by version; here it is the one of this repository.
    lines.push(format!("\n[patch.crates-io]\ntillwatch-engine = {{ path = {engine} }}\n"));
    if has_model {
        Ok(lines.join("\n"))
    } else {
        Err("tests/firmware/Cargo.toml has no line \"model = …\"".to_owned())
    }
}

fn toml_string(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build<'a>(model: &'a Model, features: &'a [&'a str]) -> Build<'a> {
        let profile = Profile::Size;
        let target = Target::any("thumbv7m-none-eabi");
        Build { target, profile, model, features, digest_records: None }
    }

    #[test]
    fn a_manifest_that_others_may_be_reading_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let stage = |baked: &Path| stage(folder.path(), "read-meanwhile", baked).unwrap();
        let manifest = stage(folder.path());
        fs::write(&manifest, "as it was").unwrap();
        assert_eq!(stage(folder.path()), manifest);
        assert_eq!(fs::read_to_string(&manifest).unwrap(), "as it was");
        // Another crate of the same name needs another manifest.
        assert_eq!(stage(root()), manifest);
        assert!(fs::read_to_string(&manifest).unwrap().contains("[package]"));
    }

    #[test]
    fn images_are_named_by_what_they_hold() {
        let model = Model::Committed("point_of_sale".to_owned());
        let build = build(&model, &["bare"]);
        assert_eq!(build.name(), "point_of_sale-thumbv7m-none-eabi-firmware-bare");
        let target = Target::of_cpu("thumbv8m.main-none-eabi", "cortex-m55");
        let of_cpu = Build { target, ..build.clone() };
        assert_eq!(of_cpu.name(), "point_of_sale-thumbv8m.main-none-eabi-cortex-m55-firmware-bare");
        assert_eq!(
            (build.module().as_str(), build.feature_list().as_str()),
            ("model::point_of_sale", "bare,monitored")
        );
    }

    #[test]
    fn a_baked_crate_is_named_in_the_manifest() {
        let text = fs::read_to_string(source().join("Cargo.toml")).unwrap();
        let staged = staged_manifest(&text, Path::new("/r"), "my-model", Path::new("/m")).unwrap();
        for line in [
            "model = { package = \"my-model\", path = \"/m\" }",
            "tillwatch-engine = { path = \"/r/crates/engine\" }",
            "tillwatch-model = { path = \"/r/crates/model\", optional = true }",
            "path = \"/r/tests/firmware/src/main.rs\"",
            "build = \"/r/tests/firmware/build.rs\"",
        ] {
            assert!(staged.lines().any(|found| found == line), "{line} is missing in\n{staged}");
        }
        assert!(!staged.contains("../"), "{staged}");
        assert!(staged_manifest("[package]\n", Path::new("/r"), "m", Path::new("/m")).is_err());
    }

    #[test]
    fn a_panic_is_told_from_other_errors() {
        let model = Model::Empty;
        let build = build(&model, &[]);
        let linker = "error: linking failed\nrust-lld: error: undefined symbol: tillwatch_panics\n";
        assert!(build.explain(linker).contains("a panic is left"));
        assert!(build.explain("warning: x\nerror: no field").ends_with("does not build:\nerror: no field"));
    }
}

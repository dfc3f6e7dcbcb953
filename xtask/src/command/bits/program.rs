//! The program of `tests/bits` on one target, and what runs it.

use crate::command::{aarch64, miri};
use crate::emulate::firmware::root;
use crate::targets;
use crate::witness::SEED;
use std::env::consts::{ARCH, OS};
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Calls the module's function and prints the digest as the program does.
const NODE_SCRIPT: &str = "const [file, records, seed] = process.argv.slice(1); \
    WebAssembly.instantiate(require('fs').readFileSync(file)).then(({ instance }) => { \
    const digest = instance.exports.tillwatch_digest(Number(records), Number(seed)); \
    console.log(BigInt.asUintN(64, digest).toString(16).padStart(16, '0')); });";

/// What runs the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    /// The operating system.
    System,
    /// Node, as a WebAssembly module.
    Node,
    /// QEMU, which has the processor for a program of this operating system.
    Qemu,
    /// Miri, which interprets it and knows every target.
    Miri,
}

/// The program for one target in one profile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    name: &'static str,
    /// That of the host where there is none.
    target: Option<&'static str>,
    profile: &'static str,
    runner: Runner,
}

impl Program {
    /// Every one that is known.
    pub(super) fn all() -> [Self; 6] {
        let of = |name, target, profile, runner| Self { name, target, profile, runner };
        let x86 = Some("i686-unknown-linux-musl");
        [
            of("the host's core", None, "release", Runner::System),
            of("the host's core, overflow checks", None, "release-checked", Runner::System),
            of("32-bit x86", x86, "release", Runner::System),
            of("AArch64 in QEMU", Some(aarch64::TARGET), "release", Runner::Qemu),
            of("WebAssembly in Node", Some("wasm32-unknown-unknown"), "release", Runner::Node),
            of("big-endian s390x in Miri", Some("s390x-unknown-linux-gnu"), "dev", Runner::Miri),
        ]
    }

    /// True where a record takes a good part of a second.
    pub(super) fn is_slow(&self) -> bool {
        self.runner == Runner::Miri
    }

    /// Builds it, runs it and reads its digest; within, why it could not be run and what would enable it.
    ///
    /// # Errors
    /// It does not build, or it ran and gave no digest.
    pub(super) fn digest(&self, records: u32) -> Result<Result<u64, String>, String> {
        if let Some(reason) = self.obstacle() {
            return Ok(Err(reason));
        }
        let numbers = [records.to_string(), SEED.to_string()];
        let output = match self.runner {
            Runner::System => run(Command::new(self.build()?).args(numbers))?,
            Runner::Node => {
                let mut node = Command::new("node");
                run(node.args(["-e", NODE_SCRIPT]).arg(self.build()?).args(numbers))?
            }
            Runner::Qemu => run(Command::new(aarch64::PROGRAM).arg(self.build()?).args(numbers))?,
            Runner::Miri => {
                let mut miri = Self::cargo("+nightly");
                run(miri
                    .args(["miri", "run", "--quiet", "--bin", "tillwatch-bits"])
                    .args(self.manifest_and_target())
                    .arg("--")
                    .args(numbers))?
            }
        };
        let text = String::from_utf8_lossy(&output.stdout);
        let digest = u64::from_str_radix(text.trim(), 16);
        let said = String::from_utf8_lossy(&output.stderr);
        digest.map(Ok).map_err(|_| format!("{self}: printed {:?} and said {}", text.trim(), said.trim()))
    }

    /// Why it cannot run here, with the line that would change it.
    fn obstacle(&self) -> Option<String> {
        let has_node =
            || Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
        match self.runner {
            Runner::System if self.target.is_some() && (ARCH, OS) != ("x86_64", "linux") => {
                Some("needs an x86-64 Linux".to_owned())
            }
            Runner::Node if !has_node() => Some("node not found; apt-get install nodejs".to_owned()),
            Runner::Qemu if !aarch64::is_found() => {
                Some(format!("{} not found; {}", aarch64::PROGRAM, aarch64::INSTALL))
            }
            Runner::Miri if !miri::is_found() => Some(format!("Miri not found; {}", miri::INSTALL)),
            _ => None,
        }
    }

    /// Builds the program, or the module, and gives its path.
    fn build(&self) -> Result<PathBuf, String> {
        if let Some(target) = self.target {
            targets::ensure(target)?;
        }
        let (arguments, file): (&[&str], _) = match self.runner {
            Runner::Node => (&["--lib", "--crate-type", "cdylib"], "tillwatch_bits.wasm"),
            _ => (&["--bin", "tillwatch-bits"], "tillwatch-bits"),
        };
        let mut command = Self::cargo("rustc");
        command.arg("--quiet").args(arguments).args(["--profile", self.profile]);
        let output = run(command.args(self.manifest_and_target()))?;
        if !output.status.success() {
            return Err(format!("{self} does not build:\n{}", String::from_utf8_lossy(&output.stderr)));
        }
        let folder = folder().join(self.target.unwrap_or_default()).join(self.profile);
        Ok(folder.join(file).with_extension(match self.runner {
            Runner::Node => "wasm",
            _ => std::env::consts::EXE_EXTENSION,
        }))
    }

    fn cargo(first: &str) -> Command {
        let mut command = Command::new("cargo");
        let (variable, linker) = aarch64::LINKER;
        command.arg(first).env("CARGO_TARGET_DIR", folder()).env(variable, linker);
        command
    }

    fn manifest_and_target(&self) -> Vec<String> {
        let manifest = root().join("tests/bits/Cargo.toml").display().to_string();
        let target = self.target.iter().flat_map(|target| ["--target".to_owned(), (*target).to_owned()]);
        ["--manifest-path".to_owned(), manifest].into_iter().chain(target).collect()
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Where these programs are built.
fn folder() -> PathBuf {
    root().join("target").join("bits")
}

fn run(command: &mut Command) -> Result<Output, String> {
    command.output().map_err(|error| format!("{command:?} did not start: {error}"))
}

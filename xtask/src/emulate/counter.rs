//! The plugin that counts inside QEMU: builds `tests/counter`, says how to load it, reads what it wrote.

use super::firmware::root;
use super::recorder::{Call, Markers, Place};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, Once, PoisonError};
use std::{env, fs};
use tempfile::TempDir;

/// The plugin of one run.
pub(super) struct Counter {
    library: PathBuf,
    markers: Markers,
    folder: TempDir,
}

/// Built plugins by the version of the interface that they speak, and why one could not be built.
static BUILT: Mutex<Vec<(u32, Result<PathBuf, String>)>> = Mutex::new(Vec::new());

impl Counter {
    /// The plugin for a version of QEMU, built where it was not yet.
    ///
    /// # Errors
    /// What the compiler said.
    pub(super) fn new(version: (u32, u32), markers: Markers) -> Result<Self, String> {
        // QEMU 9.0 stopped serving the first version of the interface; of what the plugin calls nothing has changed.
        let interface = if version < (9, 0) { 1 } else { 2 };
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if built.iter().all(|(known, _)| *known != interface) {
            built.push((interface, build(interface)));
        }
        let known = built.iter().find(|(known, _)| *known == interface);
        let library =
            known.map_or_else(|| Err("it was not built".to_owned()), |(_, library)| library.clone());
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        Ok(Self { library: library?, markers, folder })
    }

    /// The options that load it.
    pub(super) fn arguments(&self) -> [String; 2] {
        let Markers { start, stop, end } = self.markers;
        // A comma within a path is doubled, as in every option of QEMU.
        let path = |path: PathBuf| path.display().to_string().replace(',', ",,");
        let (library, out) = (path(self.library.clone()), path(self.out()));
        ["-plugin".to_owned(), format!("{library},start={start},stop={stop},end={end},out={out}")]
    }

    /// What it wrote once the firmware had made its last measured call.
    ///
    /// # Errors
    /// It wrote nothing, or not all.
    pub(super) fn calls(&self) -> Result<Vec<Call>, String> {
        let text = fs::read_to_string(self.out()).map_err(|_| "the firmware came to no end".to_owned())?;
        read(&text).ok_or_else(|| "what the plugin wrote is not whole".to_owned())
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("calls")
    }
}

fn build(interface: u32) -> Result<PathBuf, String> {
    let folder = root().join("target/counter").join(interface.to_string());
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let answer = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--manifest-path"])
        .arg(root().join("tests/counter/Cargo.toml"))
        .env("CARGO_TARGET_DIR", &folder)
        .env("TILLWATCH_QEMU_INTERFACE", interface.to_string())
        .output()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if answer.status.success() {
        Ok(folder.join("release").join(format!("{DLL_PREFIX}tillwatch_counter{DLL_SUFFIX}")))
    } else {
        let said = String::from_utf8_lossy(&answer.stderr);
        Err(format!("tests/counter does not build: {}", said.lines().next().unwrap_or("no message")))
    }
}

/// Says once that the slower way is taken, and why.
pub(super) fn say_once(reason: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        eprintln!("QEMU counts by its log, which is slower and as exact, without the plugin: {reason}");
    });
}

/// Reads what the plugin wrote: `call`, then `address count two_behind four_behind` for each place, and `whole` at the end.
fn read(text: &str) -> Option<Vec<Call>> {
    let mut calls: Vec<Call> = Vec::new();
    let lines = text.strip_suffix("whole\n")?.lines();
    for line in lines {
        if line == "call" {
            calls.push(Call::new());
            continue;
        }
        let mut numbers = line.split(' ').map(|number| number.parse::<u64>().ok());
        let mut next = || numbers.next().flatten();
        let address = u32::try_from(next()?).ok()?;
        let place = Place { count: next()?, two_behind: next()?, four_behind: next()? };
        calls.last_mut()?.insert(address, place);
    }
    Some(calls)
}

#[cfg(test)]
mod tests {
    use super::super::{options, text};
    use super::*;
    use std::path::Path;

    #[test]
    fn what_the_plugin_writes_is_read_whole_or_not_at_all() {
        let place = |count, two_behind, four_behind| Place { count, two_behind, four_behind };
        let calls = [Call::from([(146, place(1, 0, 0)), (1758, place(30, 28, 2))]), Call::new()];
        let written = text::write(&calls);
        assert_eq!(read(&written), Some(calls.to_vec()));
        for end in ["whole\n".len(), "call\nwhole\n".len()] {
            assert_eq!(read(&written[..written.len() - end]), None);
        }
        assert_eq!(read("146 2 1 1\nwhole\n"), None);
        assert_eq!(read("call\n146 2 1\nwhole\n"), None);
    }

    #[test]
    fn the_plugin_understands_its_options() {
        let markers = Markers { start: 146, stop: 148, end: 0x8000_0000 };
        let folder = tempfile::tempdir().unwrap();
        let counter = Counter { library: PathBuf::from("/a,b/counter.so"), markers, folder };
        let [_, options] = counter.arguments();
        let options = options.strip_prefix("/a,,b/counter.so,").unwrap();
        let parsed = options::parse(options.split(',').map(str::to_owned)).unwrap();
        assert_eq!(parsed, (markers, counter.out()));
        assert_eq!(counter.out().parent(), Some(Path::new(counter.folder.path())));
    }
}

//! Files that appear whole or not at all.

use crate::Failure;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file under a temporary name beside its place, a device or pipe written as it is, or standard output.
pub(crate) enum Output {
    File { writer: BufWriter<NamedTempFile>, path: PathBuf },
    Device { writer: BufWriter<File>, path: PathBuf },
    Standard(BufWriter<std::io::Stdout>),
}

impl Output {
    /// Opens the file, or standard output without a path; refuses a file that the command `reads`.
    pub(crate) fn open<'a>(
        path: Option<&Path>,
        reads: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Standard(BufWriter::new(std::io::stdout()))) };
        let real = path.canonicalize().ok();
        if real.is_some() && reads.into_iter().any(|read| read.canonicalize().ok() == real) {
            return Err(Failure::usage(format!(
                "{}: found a file that this command reads, wanted another one to write to",
                path.display()
            )));
        }
        if path.exists() && !path.is_file() {
            // A rename would put a file in the device's place.
            let device =
                File::options().write(true).open(path).map_err(|cause| Failure::write(path, &cause))?;
            return Ok(Self::Device { writer: BufWriter::new(device), path: path.to_owned() });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = temporary(folder).map_err(|cause| Failure::write(path, &cause))?;
        Ok(Self::File { writer: BufWriter::new(file), path: path.to_owned() })
    }

    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File { writer, path } => {
                writer.write_all(bytes).map_err(|cause| Failure::write(path, &cause))
            }
            Self::Device { writer, path } => {
                writer.write_all(bytes).map_err(|cause| Failure::write(path, &cause))
            }
            Self::Standard(writer) => writer.write_all(bytes).map_err(|cause| standard(&cause)),
        }
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Device { mut writer, path } => {
                writer.flush().map_err(|cause| Failure::write(&path, &cause))
            }
            Self::Standard(mut writer) => writer.flush().map_err(|cause| standard(&cause)),
            Self::File { writer, path } => {
                let file = writer.into_inner().map_err(|error| Failure::write(&path, error.error()))?;
                file.as_file().sync_all().map_err(|cause| Failure::write(&path, &cause))?;
                file.persist(&path).map_err(|error| Failure::write(&path, &error.error))?;
                Ok(())
            }
        }
    }
}

/// A folder for results, which goes again where nothing came into it.
pub(crate) struct Folder {
    /// The folder, where it was made just now.
    made: Option<PathBuf>,
}

impl Folder {
    /// Makes the folder where there is none, and finds out whether it can be written to: work may take long.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let made = (!path.exists()).then(|| path.to_owned());
        std::fs::create_dir_all(path).map_err(|cause| Failure::write(path, &cause))?;
        let folder = Self { made };
        temporary(path).map_err(|cause| Failure::write(path, &cause))?;
        Ok(folder)
    }

    /// The results are in it.
    pub(crate) fn keep(mut self) {
        self.made = None;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(path) = &self.made {
            // A folder that is not empty is somebody's, and stays.
            let _ = std::fs::remove_dir(path);
        }
    }
}

/// Writes files of one folder: all of them under temporary names first, then each in its place. Where one cannot be
/// written, none appears.
pub(crate) fn write_files(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), Failure> {
    let mut written = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        let fail = |cause: std::io::Error| Failure::write(&path, &cause);
        let mut file = temporary(folder).map_err(fail)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
        written.push((file, path));
    }
    for (file, path) in written {
        file.persist(&path).map_err(|error| Failure::write(&path, &error.error))?;
    }
    Ok(())
}

/// A temporary file that those may read who may read other new files.
fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes a whole file, which the command does not read.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut output = Output::open(Some(path), [])?;
    output.write(bytes)?;
    output.finish()
}

/// A line of text on standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut output = Output::open(None, [])?;
    output.write(text.as_bytes())?;
    output.finish()
}

fn standard(cause: &std::io::Error) -> Failure {
    if cause.kind() == std::io::ErrorKind::BrokenPipe {
        // Whoever reads has read enough.
        return Failure::silent();
    }
    Failure::data(format!("standard output: cannot be written: {cause}"))
}

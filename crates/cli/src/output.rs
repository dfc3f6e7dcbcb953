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
    /// Opens the file, or standard output without a path.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Standard(BufWriter::new(std::io::stdout()))) };
        if path.exists() && !path.is_file() {
            // A rename would put a file in the device's place.
            let device =
                File::options().write(true).open(path).map_err(|cause| Failure::write(path, &cause))?;
            return Ok(Self::Device { writer: BufWriter::new(device), path: path.to_owned() });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder).map_err(|cause| Failure::write(path, &cause))?;
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
                allow_others(&file, &path)?;
                file.persist(&path).map_err(|error| Failure::write(&path, &error.error))?;
                Ok(())
            }
        }
    }
}

/// Writes a whole file.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut output = Output::open(Some(path))?;
    output.write(bytes)?;
    output.finish()
}

/// A line of text on standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut output = Output::open(None)?;
    output.write(text.as_bytes())?;
    output.finish()
}

fn standard(cause: &std::io::Error) -> Failure {
    Failure::data(format!("standard output: cannot be written: {cause}"))
}

/// A temporary file is private; a result may be read by those who may read other files.
#[cfg(unix)]
fn allow_others(file: &NamedTempFile, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o644);
    file.as_file().set_permissions(permissions).map_err(|cause| Failure::write(path, &cause))
}

#[cfg(not(unix))]
fn allow_others(_: &NamedTempFile, _: &Path) -> Result<(), Failure> {
    Ok(())
}

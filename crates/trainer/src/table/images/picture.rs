//! PNG: pictures of 8 bits a channel, grey or RGB, alone or in a folder.

use super::array::Values;
use crate::Error;
use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// What a PNG file begins with.
pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Most memory for one picture.
const MOST_BYTES: usize = 1 << 28;
/// The folder of normal pictures, and that of anomalous ones.
const CLASSES: [&str; 2] = ["normal", "anomaly"];

/// Height, width, channels, and the values.
pub(super) fn read(path: &Path, file: &str) -> Result<([usize; 3], Values), Error> {
    let fault = |problem: String| Error::Image { file: file.to_owned(), problem };
    let bytes = fs::read(path).map_err(|cause| Error::io(file, cause))?;
    if !bytes.starts_with(MAGIC) {
        return Err(fault(
            "found something else, wanted a PNG picture; convert it or move it away".to_owned(),
        ));
    }
    let broken = |error: png::DecodingError| {
        fault(format!("found a PNG that cannot be read: {error}; give the whole file"))
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MOST_BYTES });
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(broken)?;
    let info = reader.info();
    let n_channels = match (info.bit_depth, info.color_type) {
        (BitDepth::Eight, ColorType::Grayscale) => 1,
        (BitDepth::Eight, ColorType::Rgb) => 3,
        (depth, color) => {
            let color = match color {
                ColorType::Grayscale => "grey",
                ColorType::Rgb => "RGB",
                ColorType::Indexed => "a palette",
                ColorType::GrayscaleAlpha => "grey with alpha",
                ColorType::Rgba => "RGB with alpha",
            };
            let depth = depth as u8;
            return Err(fault(format!(
                "found {color} of {depth} bits, wanted grey or RGB of 8 bits; convert it"
            )));
        }
    };
    let shape = [info.height as usize, info.width as usize, n_channels];
    let size = reader.output_buffer_size().filter(|&size| size <= MOST_BYTES);
    let size = size.ok_or_else(|| fault("found more pixels than fit memory; make it smaller".to_owned()))?;
    let mut values = vec![0; size];
    reader.next_frame(&mut values).map_err(broken)?;
    Ok((shape, Values::Bytes(values)))
}

/// The pictures of a folder in order of their names, each with its label: in the sub-folders `normal` and `anomaly`, or
/// without labels where there are none.
pub(super) fn list(folder: &Path, shown: &str) -> Result<Vec<(PathBuf, Option<bool>)>, Error> {
    let fault = |file: &Path, problem: &str| {
        Err(Error::Image { file: file.display().to_string(), problem: problem.to_owned() })
    };
    let entries = entries(folder)?;
    let Some(first) = entries.first() else {
        return fault(folder, "found an empty folder, wanted PNG pictures; give another");
    };
    if !entries.iter().any(|entry| entry.is_dir()) {
        return Ok(entries.into_iter().map(|path| (path, None)).collect());
    }
    let mut pictures = Vec::new();
    for entry in &entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        match CLASSES.iter().position(|&class| entry.is_dir() && class == name) {
            Some(class) => {
                let inside = self::entries(entry)?;
                if let Some(folder) = inside.iter().find(|path| path.is_dir()) {
                    return fault(folder, "found a folder, wanted PNG pictures; move it away");
                }
                pictures.extend(inside.into_iter().map(|path| (path, Some(class == 1))));
            }
            None => {
                return fault(
                    entry,
                    "found beside sub-folders, wanted `normal` and `anomaly` alone; move it away",
                );
            }
        }
    }
    if pictures.is_empty() {
        let problem = format!("found an empty folder in {shown}, wanted PNG pictures; give another");
        return fault(first, &problem);
    }
    Ok(pictures)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let fail = |cause| Error::io(&folder.display().to_string(), cause);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        entries.push(entry.map_err(fail)?.path());
    }
    entries.sort();
    Ok(entries)
}

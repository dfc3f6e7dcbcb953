//! Numbers with dimensions, as IDX and NPY files have them.

use crate::Error;
use crate::table::Resolution;
use std::io::Read;

/// An array of one file, the last dimension varying fastest.
pub(super) struct Array {
    pub(super) dims: Vec<usize>,
    pub(super) values: Values,
}

/// Values as the file has them.
pub(super) enum Values {
    Bytes(Vec<u8>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    /// Kept apart from the wide ones: the shortest decimal of a narrow float is another.
    NarrowFloats(Vec<f32>),
}

impl Values {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::NarrowFloats(values) => values.len(),
        }
    }

    /// True where values are worth nothing without a resolution.
    pub(super) const fn are_floats(&self) -> bool {
        matches!(self, Self::Floats(_) | Self::NarrowFloats(_))
    }

    /// A value as steps of a resolution; the text of what is no number.
    pub(super) fn steps(&self, index: usize, resolution: Resolution) -> Result<i32, String> {
        let text = match self {
            Self::Bytes(values) if resolution == Resolution::ONE => return Ok(values[index].into()),
            Self::Integers(values) if resolution == Resolution::ONE => {
                return Ok(values[index].clamp(-i64::from(i32::MAX), i32::MAX.into()) as i32);
            }
            _ => self.text(index),
        };
        resolution.steps(&text).map_err(|_| text)
    }

    /// A value as its shortest decimal.
    pub(super) fn text(&self, index: usize) -> String {
        match self {
            Self::Bytes(values) => values[index].to_string(),
            Self::Integers(values) => values[index].to_string(),
            Self::Floats(values) => values[index].to_string(),
            Self::NarrowFloats(values) => values[index].to_string(),
        }
    }
}

/// The product of dimensions, each of which fits the file's bytes.
pub(super) fn product(dims: &[usize]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |product, &dim| product.checked_mul(dim))
}

/// Reads the values after a header, no fewer and no more bytes than its dimensions say.
pub(super) fn read_body(
    reader: &mut dyn Read,
    dims: &[usize],
    bytes_per_value: usize,
    file: &str,
) -> Result<Vec<u8>, Error> {
    let wanted =
        product(dims).and_then(|count| count.checked_mul(bytes_per_value)).map(|wanted| wanted as u64);
    let too_large = || Error::Image {
        file: file.to_owned(),
        problem: format!("found dimensions {dims:?}, wanted some that fit memory; check the file"),
    };
    let wanted = wanted.filter(|&wanted| wanted < u64::MAX).ok_or_else(too_large)?;
    let mut body = Vec::new(); // grows with what is there, not with what the header claims
    let n_read = reader.take(wanted).read_to_end(&mut body).map_err(|cause| Error::io(file, cause))?;
    let mut more = [0];
    let is_longer =
        n_read as u64 == wanted && reader.read(&mut more).map_err(|cause| Error::io(file, cause))? > 0;
    if (n_read as u64) < wanted || is_longer {
        let found = if is_longer { "more bytes".to_owned() } else { format!("{n_read} bytes") };
        let dims = dims.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        let problem =
            format!("found {found} after the header, wanted {wanted} for {dims} values; give the whole file");
        return Err(Error::Image { file: file.to_owned(), problem });
    }
    Ok(body)
}

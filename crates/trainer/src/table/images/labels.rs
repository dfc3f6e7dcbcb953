//! Labels of images, from a file of their own.

use super::{read_array, shown};
use crate::Error;
use std::path::Path;

/// True for each anomalous image.
pub(super) fn read(
    path: &Path,
    normal: Option<&str>,
    wanted: usize,
    images: &str,
) -> Result<Vec<bool>, Error> {
    let fault = |problem: String| Error::Image { file: shown(path), problem };
    let Some(array) = read_array(path)? else {
        return Err(fault("found something else, wanted labels as IDX or NPY; convert it".to_owned()));
    };
    if array.dims.len() != 1 || array.values.are_floats() {
        let dims = array.dims;
        return Err(fault(format!(
            "found an array of dimensions {dims:?}, wanted one integer per image; give the labels"
        )));
    }
    let found = array.values.len();
    if found != wanted {
        let problem = format!(
            "found {found} labels, wanted {wanted}, one per image of {images}; give those of the images"
        );
        return Err(fault(problem));
    }
    Ok((0..found).map(|index| is_anomalous(&array.values.text(index), normal.unwrap_or("0"))).collect())
}

/// Whether a class is another than the normal one.
pub(super) fn is_anomalous(class: &str, normal: &str) -> bool {
    class != normal.trim()
}

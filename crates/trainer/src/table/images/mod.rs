//! Images: IDX, NPY, PNG, and CSV whose columns are pixels.
//!
//! What a file is, is told by its content. A row of the table is an image, its samples are pixels row by row, its fields
//! are channels.

mod array;
mod idx;
mod labels;
mod npy;
mod picture;
mod pixels;

use super::Resolution;
use super::records::ReadOptions;
use super::schema::{FieldKind, Schema};
use super::source::{digest, take_head, unpacked};
use super::whole::Table;
use crate::Error;
use array::{Array, Values};
use std::path::{Path, PathBuf};

/// What a user may say about images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageOptions {
    /// Height, width and channels. CSV needs it, and so do arrays with a flat row per image; others must have it.
    pub shape: Option<[usize; 3]>,
    /// What one step of a value is worth; 1 where there is none, but floats need one.
    pub resolution: Option<Resolution>,
    /// The class that is normal, all others being anomalous; without one 0 is normal and every other integer anomalous.
    pub normal: Option<String>,
    /// The label column of CSV files.
    pub label: Option<String>,
}

/// Reads images, and makes the schema that they have: one field per channel, with the range 0 to 255 where they are bytes.
///
/// Files are IDX or NPY, plain or gzip, with `[n, height, width]` or `[n, height, width, channels]` values; PNG pictures
/// of 8 bits, grey or RGB; folders of such pictures, labelled where they lie in sub-folders `normal` and `anomaly`; CSV
/// with one column per value, pixel by pixel and channel by channel. `labels` is an IDX or NPY file of integers, one per
/// image of all files. To read further images as a model's schema says, use [`Table::read`].
///
/// # Errors
/// [`Error::Image`] for a wrong shape, type or length; [`Error::MissingFile`], [`Error::Io`]; for CSV those of
/// [`Records`](super::Records).
pub fn read_images(
    files: &[impl AsRef<Path>],
    labels: Option<&Path>,
    options: &ImageOptions,
) -> Result<(Schema, Table), Error> {
    let paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    let mut schema = match options.shape {
        Some(shape) => Some(Schema::for_images(shape)?),
        None => None,
    };
    let sources = sources(&paths)?;
    if schema.is_none() && sources.iter().any(|source| matches!(source, Source::Csv(_))) {
        let problem =
            "found text, wanted the shape of its images; say --shape HxWxC, or `shape` in the schema";
        return Err(Error::Image { file: shown(paths[0]), problem: problem.to_owned() });
    }
    if let Some(schema) = &mut schema {
        schema.label.clone_from(&options.label);
    }
    let declared = options.resolution;
    let mut reading =
        Reading { schema, declared, is_made: true, table: Table::default(), are_labelled: None };
    reading.read_all(sources, options.normal.as_deref(), &ReadOptions::default())?;
    reading.finish(labels, options.normal.as_deref())
}

/// Reads images as the schema of a model says, with labels as [`read_images`] has them.
///
/// # Errors
/// As [`read_images`], and [`Error::Image`] for images that are not as the schema says.
pub fn read_images_as(
    files: &[impl AsRef<Path>],
    labels: Option<&Path>,
    normal: Option<&str>,
    schema: &Schema,
    options: &ReadOptions,
) -> Result<Table, Error> {
    let paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    let schema = Some(schema.clone());
    let mut reading =
        Reading { schema, declared: None, is_made: false, table: Table::default(), are_labelled: None };
    reading.read_all(sources(&paths)?, normal, options)?;
    reading.finish(labels, normal).map(|(_, table)| table)
}

/// Whether any of the files holds images by its content: IDX, NPY, PNG or a folder. CSV needs a shape to tell.
///
/// # Errors
/// [`Error::MissingFile`], [`Error::Io`], and [`Error::Image`] for a folder that holds anything else.
pub fn are_images(files: &[impl AsRef<Path>]) -> Result<bool, Error> {
    let paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    Ok(sources(&paths)?.iter().any(|source| !matches!(source, Source::Csv(_))))
}

/// A file and what it is.
enum Source {
    Idx(PathBuf),
    Npy(PathBuf),
    Csv(PathBuf),
    Picture(PathBuf, Option<bool>),
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn sources(paths: &[&Path]) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::with_capacity(paths.len());
    for &path in paths {
        if path.is_dir() {
            let pictures = picture::list(path, &shown(path))?;
            sources.extend(pictures.into_iter().map(|(path, label)| Source::Picture(path, label)));
            continue;
        }
        let file = shown(path);
        let head = take_head(&mut unpacked(path, &file)?, picture::MAGIC.len());
        let head = head.map_err(|cause| Error::io(&file, cause))?;
        let path = path.to_owned();
        sources.push(if idx::is_idx(&head) {
            Source::Idx(path)
        } else if head.starts_with(npy::MAGIC) {
            Source::Npy(path)
        } else if head == picture::MAGIC {
            Source::Picture(path, None)
        } else {
            Source::Csv(path)
        });
    }
    Ok(sources)
}

/// An IDX or NPY file; none for any other.
fn read_array(path: &Path) -> Result<Option<Array>, Error> {
    let file = shown(path);
    let head =
        take_head(&mut unpacked(path, &file)?, npy::MAGIC.len()).map_err(|cause| Error::io(&file, cause))?;
    let mut reader = unpacked(path, &file)?;
    if idx::is_idx(&head) {
        idx::read(&mut reader, &file).map(Some)
    } else if head == npy::MAGIC {
        npy::read(&mut reader, &file).map(Some)
    } else {
        Ok(None)
    }
}

/// Images read so far, and what they have to be.
struct Reading {
    schema: Option<Schema>,
    declared: Option<Resolution>,
    /// True where the schema is made of the files: its resolution and range follow them.
    is_made: bool,
    table: Table,
    /// Whether the files before had labels of their own.
    are_labelled: Option<bool>,
}

impl Reading {
    fn read_all(
        &mut self,
        sources: Vec<Source>,
        normal: Option<&str>,
        options: &ReadOptions,
    ) -> Result<(), Error> {
        for source in sources {
            self.table.starts.push(self.table.places.len());
            match source {
                Source::Idx(path) | Source::Npy(path) => {
                    let Some(array) = read_array(&path)? else { continue };
                    self.label(&path, false)?;
                    self.add_array(&path, &array)?;
                }
                Source::Picture(path, label) => {
                    let (shape, values) = picture::read(&path, &shown(&path))?;
                    self.label(&path, label.is_some())?;
                    self.table.labels.extend(label);
                    self.add(&path, shape, &values)?;
                }
                Source::Csv(path) => {
                    let Some(schema) = self.schema.as_ref() else { continue };
                    let is_labelled = pixels::read(&path, schema, options, normal, &mut self.table)?;
                    self.label(&path, is_labelled)?;
                }
            }
        }
        Ok(())
    }

    /// Labels are those of all images or of none.
    fn label(&mut self, path: &Path, is_labelled: bool) -> Result<(), Error> {
        let before = *self.are_labelled.get_or_insert(is_labelled);
        if before == is_labelled {
            return Ok(());
        }
        let word = |is_labelled| if is_labelled { "labelled" } else { "not labelled" };
        let problem =
            format!("found {}, wanted {} as before it; label all or none", word(is_labelled), word(before));
        Err(Error::Image { file: shown(path), problem })
    }

    fn add_array(&mut self, path: &Path, array: &Array) -> Result<(), Error> {
        let given = self.schema.as_ref().and_then(Schema::image_shape);
        let shape = match (array.dims.as_slice(), given) {
            (&[_, height, width], _) => [height, width, 1],
            (&[_, height, width, channels], _) => [height, width, channels],
            (&[_, flat], Some(shape)) if array::product(&shape) == Some(flat) => shape,
            (dims, _) => {
                let problem = format!(
                    "found an array of dimensions {dims:?}, wanted [images, height, width] or [images, height, width, \
                     channels]; give the images"
                );
                return Err(Error::Image { file: shown(path), problem });
            }
        };
        self.add(path, shape, &array.values)
    }

    /// Adds images of one shape.
    fn add(&mut self, path: &Path, shape: [usize; 3], values: &Values) -> Result<(), Error> {
        let file = shown(path);
        let fault = |problem: String| Err(Error::Image { file: file.clone(), problem });
        if self.schema.is_none() && shape.contains(&0) {
            return fault(format!("found images of {}, wanted some pixels; give the images", by_x(shape)));
        }
        if self.schema.is_none() {
            let schema = Schema::for_images(shape).map_err(|error| match error {
                Error::Schema { problem, .. } => Error::Image {
                    file: file.clone(),
                    problem: format!("the shape of its images: {problem}"),
                },
                other => other,
            })?;
            self.schema = Some(schema);
        }
        let is_first = self.table.raws.is_empty();
        let Some(schema) = self.schema.as_mut() else { return Ok(()) };
        let wanted = schema.image_shape().unwrap_or([1; 3]);
        if shape != wanted {
            let (found, wanted) = (by_x(shape), by_x(wanted));
            return fault(format!("found images of {found}, wanted {wanted}; give images of one shape"));
        }
        if self.is_made && values.are_floats() && self.declared.is_none() {
            let problem = "found floats, wanted the resolution of their values, such as 0.01; declare it";
            return fault(problem.to_owned());
        }
        let are_bytes = matches!(values, Values::Bytes(_)) && self.declared.is_none();
        if self.is_made && is_first {
            for field in &mut schema.fields {
                field.kind = FieldKind::Number {
                    resolution: self.declared.unwrap_or(Resolution::ONE),
                    range: are_bytes.then_some([0, 255]),
                    period: None,
                };
            }
        }
        let per_image = array::product(&shape).unwrap_or(1);
        let rules: Vec<(Resolution, Option<[i32; 2]>)> = schema
            .fields
            .iter()
            .map(|field| match field.kind {
                FieldKind::Number { resolution, range, .. } => (resolution, range),
                _ => (Resolution::ONE, None),
            })
            .collect();
        self.table.raws.reserve(values.len());
        for index in 0..values.len() {
            let (resolution, range) = rules[index % rules.len()];
            let steps = values.steps(index, resolution);
            match steps {
                Ok(steps) if range.is_none_or(|[low, high]| (low..=high).contains(&steps)) => {
                    self.table.raws.push(steps);
                }
                _ => {
                    let wanted = range.map_or("a number".to_owned(), |ends| {
                        let [low, high] = ends.map(|end| resolution.decimal(end));
                        format!("a number from {low} to {high}")
                    });
                    let (image, found) = (index / per_image + 1, values.text(index));
                    return fault(format!("image {image}: found `{found}`, wanted {wanted}; correct it"));
                }
            }
        }
        self.table.places.extend(1..=(values.len() / per_image) as u64);
        self.table.files.push((file, digest(path)?));
        Ok(())
    }

    fn finish(mut self, labels: Option<&Path>, normal: Option<&str>) -> Result<(Schema, Table), Error> {
        let first = self.table.files.first().map_or_else(String::new, |(file, _)| file.clone());
        let schema = self.schema.filter(|_| !self.table.places.is_empty()).ok_or_else(|| Error::Image {
            file: first.clone(),
            problem: "found no image, wanted at least one; give another file".to_owned(),
        })?;
        let table = &mut self.table;
        let n_images = table.places.len();
        if [table.times.len(), table.texts.len()].iter().any(|&count| count != 0 && count != n_images) {
            let problem =
                "found a time or text column in some files only, wanted it in all; give files of one kind";
            return Err(Error::Image { file: first, problem: problem.to_owned() });
        }
        table.n_fields = schema.fields.len();
        table.samples_per_row = schema.samples.per_record();
        if let Some(path) = labels {
            if !table.labels.is_empty() {
                let problem = "found labels of images that have their own; give one or the other".to_owned();
                return Err(Error::Image { file: shown(path), problem });
            }
            table.labels = labels::read(path, normal, table.places.len(), &first)?;
            table.label_column = Some("labels".to_owned());
        } else if !table.labels.is_empty() {
            table.label_column = schema.label.clone().or_else(|| Some("folder".to_owned()));
        }
        table.warn_of_constants(&schema);
        Ok((schema, self.table))
    }
}

fn by_x([height, width, channels]: [usize; 3]) -> String {
    format!("{height}x{width}x{channels}")
}

#[cfg(test)]
mod tests;

//! What is learned from: rows of a table, windows of a series, images.

use crate::Failure;
use crate::arguments::Train;
use std::path::Path;
use tillwatch_trainer::table::{
    ColumnUse, ImageOptions, Notes, ReadOptions, Resolution, Schema, Table, are_images, infer, read_images,
    read_images_as,
};

/// A table, what it means, and the text that `DIR/schema.toml` gets.
pub(super) struct Input {
    pub(super) table: Table,
    pub(super) schema: Schema,
    pub(super) schema_text: String,
}

/// Reads what the options name.
pub(super) fn read(arguments: &Train) -> Result<Input, Failure> {
    match &arguments.schema {
        Some(path) => {
            let (schema, text) = written(arguments, path)?;
            if schema.image_shape().is_some() {
                images_as(arguments, schema)
            } else {
                rows(arguments, schema, text)
            }
        }
        None if arguments.shape.is_some() || are_images(&arguments.data)? => images(arguments),
        None if arguments.data.iter().all(|path| is_lines(path)) => {
            let schema = Schema::for_lines();
            let text = schema.to_text(&Notes::default());
            rows(arguments, schema, text)
        }
        None => {
            let inferred = infer(&arguments.data, arguments.label.as_deref())?;
            if let Some(stray) = inferred.stray {
                return Err(Failure::data(stray));
            }
            let text = inferred.to_text();
            rows(arguments, inferred.schema, text)
        }
    }
}

/// Plain text, a record on each line.
fn is_lines(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".txt", ".log"].iter().any(|end| name.ends_with(end))
}

/// The schema of a file, with the label column that is asked for.
fn written(arguments: &Train, path: &Path) -> Result<(Schema, String), Failure> {
    for (option, is_given) in
        [("--shape", arguments.shape.is_some()), ("--resolution", arguments.resolution.is_some())]
    {
        if is_given {
            return Err(Failure::usage(format!(
                "{option}: found with --schema, wanted one or the other; say it in the schema"
            )));
        }
    }
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Failure::usage(format!("{file}: cannot be read: {cause}")))?;
    let mut schema = Schema::parse(&text, &file)?;
    if arguments.label.is_none() || arguments.label == schema.label {
        return Ok((schema, text));
    }
    schema.label.clone_from(&arguments.label);
    let text = schema.to_text(&Notes::default());
    Ok((schema, text))
}

fn rows(arguments: &Train, mut schema: Schema, mut schema_text: String) -> Result<Input, Failure> {
    arguments.images.refuse()?;
    if arguments.resolution.is_some() {
        return Err(Failure::usage(
            "--resolution: found with rows of a table, wanted images; say it in a schema",
        ));
    }
    if schema.ratings.is_some() && schema.fields.is_empty() {
        schema = schema.with_items(&arguments.data)?;
        schema_text = schema.to_text(&Notes::default());
    }
    if let Some(length) = arguments.window {
        let (length, hop) = (length as usize, arguments.hop.unwrap_or(length) as usize);
        schema = schema.with_window(length, hop, None)?;
        schema_text = schema.to_text(&Notes::default());
    }
    let label = if schema.label.is_some() { ColumnUse::Required } else { ColumnUse::Unread };
    let options = ReadOptions { label, time: ColumnUse::Required, text: None };
    let table = Table::read(&arguments.data, &schema, &options)?;
    Ok(Input { table, schema, schema_text })
}

/// Images that say themselves what they are.
fn images(arguments: &Train) -> Result<Input, Failure> {
    refuse_window(arguments)?;
    let options = ImageOptions {
        shape: arguments.shape.as_deref().map(shape).transpose()?,
        resolution: arguments.resolution.as_deref().map(resolution).transpose()?,
        normal: arguments.images.normal.clone(),
        label: arguments.label.clone(),
    };
    let (schema, table) = read_images(&arguments.data, arguments.images.labels.as_deref(), &options)?;
    labelled(arguments, table, schema)
}

/// Images as a schema says.
fn images_as(arguments: &Train, schema: Schema) -> Result<Input, Failure> {
    refuse_window(arguments)?;
    let (labels, normal) = (arguments.images.labels.as_deref(), arguments.images.normal.as_deref());
    let table = read_images_as(&arguments.data, labels, normal, &schema, &ReadOptions::default())?;
    labelled(arguments, table, schema)
}

fn labelled(arguments: &Train, table: Table, schema: Schema) -> Result<Input, Failure> {
    let is_labelled = table.label(0).is_some();
    let options = [("--label", arguments.label.is_some()), ("--normal", arguments.images.normal.is_some())];
    if let (false, Some((option, _))) = (is_labelled, options.iter().find(|(_, is_given)| *is_given)) {
        return Err(Failure::usage(format!(
            "{option}: found with images that have no labels, wanted --labels FILE, a label column of CSV, or folders \
             `normal` and `anomaly`"
        )));
    }
    let schema_text = schema.to_text(&Notes::default());
    Ok(Input { table, schema, schema_text })
}

fn refuse_window(arguments: &Train) -> Result<(), Failure> {
    match arguments.window {
        Some(_) => Err(Failure::usage("--window: found with images, wanted a series of rows; leave it out")),
        None => Ok(()),
    }
}

fn shape(text: &str) -> Result<[usize; 3], Failure> {
    let ends: Vec<usize> =
        text.split('x').filter_map(|end| end.parse().ok().filter(|&end| end > 0)).collect();
    match (ends.as_slice(), text.split('x').count()) {
        (&[height, width, channels], 3) => Ok([height, width, channels]),
        _ => Err(Failure::usage(format!(
            "--shape: found `{text}`, wanted height, width and channels above 0 as HxWxC, such as 28x28x1"
        ))),
    }
}

fn resolution(text: &str) -> Result<Resolution, Failure> {
    Resolution::parse(text).ok_or_else(|| {
        Failure::usage(format!("--resolution: found `{text}`, wanted a decimal above 0, such as 0.01"))
    })
}

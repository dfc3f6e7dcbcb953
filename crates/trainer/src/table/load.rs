//! From files to a table in memory.

use super::images;
use super::records::{ReadOptions, Records};
use super::schema::{Samples, Schema};
use super::source::digest;
use super::whole::Table;
use crate::Error;
use std::path::Path;

impl Table {
    /// Reads files of the same header, plain or gzip, and makes records of their rows as the schema says.
    ///
    /// With a schema of images any file that [`read_images`](super::read_images) knows.
    ///
    /// # Errors
    /// [`Error::Image`] for images that are not as the schema says.
    /// Those of [`Records::open`] and [`Records::read`]; for windows [`Error::WindowTooLong`], [`Error::EveryGap`].
    pub fn read(files: &[impl AsRef<Path>], schema: &Schema, options: &ReadOptions) -> Result<Self, Error> {
        if let Samples::Image { .. } = schema.samples {
            return images::read_images_as(files, None, None, schema, options);
        }
        let mut table = if let Some(ratings) = &schema.ratings {
            Self::of_users(files, schema, ratings, options)?
        } else {
            Self::of_rows(files, schema, options)?
        };
        for file in files {
            table.files.push((file.as_ref().display().to_string(), digest(file.as_ref())?));
        }
        table.warn_of_constants(schema);
        table.warn_of_twins(schema);
        table.warn_of_disorder(schema);
        match schema.samples {
            Samples::Window { length, hop, gap } => table.into_windows(length, hop, gap),
            _ => Ok(table),
        }
    }

    fn of_rows(files: &[impl AsRef<Path>], schema: &Schema, options: &ReadOptions) -> Result<Self, Error> {
        let mut records = Records::open(files, schema, options)?;
        let mut table = Self {
            label_column: schema.label.clone(),
            n_fields: schema.fields.len(),
            samples_per_row: 1,
            ..Self::default()
        };
        while let Some(record) = records.read()? {
            while table.starts.len() <= record.file {
                table.starts.push(table.places.len());
            }
            table.raws.extend_from_slice(&record.raw);
            table.places.push(record.row);
            table.labels.extend(record.label);
            if schema.group.is_some() {
                table.groups.push(record.group);
            }
            table.times.extend(record.time);
            if options.text.is_some() {
                table.texts.push(table.text_names.number(&record.text));
            }
        }
        table.warnings = records.warnings().to_vec();
        table.group_names = records.into_groups();
        Ok(table)
    }
}

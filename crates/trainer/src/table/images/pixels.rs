//! CSV whose columns are pixels: every column that is not the label, the time, the group, a text or ignored.

use super::labels::is_anomalous;
use super::{by_x, shown};
use crate::table::cell::{self, CellReader};
use crate::table::instant::Instant;
use crate::table::records::{ColumnUse, ReadOptions};
use crate::table::rows::Rows;
use crate::table::schema::Schema;
use crate::table::source::digest;
use crate::table::whole::Table;
use crate::{CellFault, Error};
use std::path::Path;

/// Adds the images of a file; true where they are labelled.
pub(super) fn read(
    path: &Path,
    schema: &Schema,
    options: &ReadOptions,
    normal: Option<&str>,
    table: &mut Table,
) -> Result<bool, Error> {
    let mut rows = Rows::open(path)?;
    let find = |column: &Option<String>| {
        column.as_ref().and_then(|column| rows.columns().iter().position(|present| present == column))
    };
    let (label, time, text) = (find(&schema.label), find(&schema.time), find(&options.text));
    if let (None, Some(column), ColumnUse::Required) = (label, &schema.label, options.label) {
        let (column, columns) = (column.clone(), rows.columns().to_vec());
        return Err(Error::LabelAbsent { file: rows.file().to_owned(), column, columns });
    }
    let label = label.filter(|_| options.label != ColumnUse::Unread);
    let apart: Vec<&String> = [&schema.label, &schema.time, &schema.group, &options.text]
        .into_iter()
        .flatten()
        .chain(&schema.ignore)
        .collect();
    let pixels: Vec<usize> =
        (0..rows.columns().len()).filter(|&index| !apart.contains(&&rows.columns()[index])).collect();
    let shape = schema.image_shape().unwrap_or([1; 3]);
    let wanted = shape.iter().product::<usize>();
    if pixels.len() != wanted {
        let (found, shape) = (pixels.len(), by_x(shape));
        let problem = format!(
            "found {found} columns of pixels, wanted {wanted} for {shape}; correct the shape, or name the columns that \
             are no pixels as `label` or in `ignore`"
        );
        return Err(Error::Image { file: rows.file().to_owned(), problem });
    }
    let readers: Vec<CellReader> = schema.fields.iter().map(CellReader::new).collect();
    while rows.next_row()? {
        for (index, &column) in pixels.iter().enumerate() {
            let raw = readers[index % readers.len()].read(rows.cell(column)?);
            table.raws.push(raw.map_err(|fault| rows.fault(column, fault))?);
        }
        if let Some(column) = label {
            let cell = rows.cell(column)?;
            let label = match normal {
                Some(_) if cell::is_missing(cell) => Err(CellFault::NotALabel),
                Some(normal) => Ok(is_anomalous(cell, normal)),
                None => cell::label(cell),
            };
            table.labels.push(label.map_err(|fault| rows.fault(column, fault))?);
        }
        if let Some(column) = time.filter(|_| options.time != ColumnUse::Unread) {
            let instant = Instant::parse(rows.cell(column)?).ok_or(CellFault::NotATime);
            table.times.push(instant.map_err(|fault| rows.fault(column, fault))?.0);
        }
        if let Some(column) = text {
            table.texts.push(table.text_names.number(rows.cell(column)?));
        }
        table.places.push(rows.row());
    }
    table.files.push((shown(path), digest(path)?));
    Ok(label.is_some())
}

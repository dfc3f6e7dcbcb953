//! The records of a command: streamed where they are rows of a table, read whole where it takes several to make one.

use crate::{Failure, model_file};
use std::path::{Path, PathBuf};
use tillwatch_engine::feature::Memory;
use tillwatch_loader::Loader;
use tillwatch_model::Model;
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Records, Samples, Schema, Table};

/// One record, and the memories of its stream.
pub(crate) struct Record<'a> {
    /// Line of the file; of a window that of its last sample; of an image its number in the file, from 1.
    pub(crate) row: u64,
    /// One value per field of each sample.
    pub(crate) raw: &'a [i32],
    /// What came before in the stream.
    pub(crate) memories: &'a mut [Memory],
}

/// Where the records of a command come from.
pub(crate) enum Source {
    /// Row by row.
    Rows(Box<Records>),
    /// All at once.
    Table(Box<Table>),
}

impl Source {
    /// Opens files as the schema of a model says; labels are not read.
    pub(crate) fn open(data: &[PathBuf], schema: &Schema) -> Result<Self, Failure> {
        let is_row = schema.samples == Samples::Row;
        // A jump in time ends a window; rows are scored in whatever order they come.
        let time = if is_row { ColumnUse::Unread } else { ColumnUse::IfPresent };
        let options = ReadOptions { label: ColumnUse::Unread, time, text: None };
        // A user's ratings may be anywhere in the files.
        if is_row && schema.ratings.is_none() {
            return Ok(Self::Rows(Box::new(Records::open(data, schema, &options)?)));
        }
        Ok(Self::Table(Box::new(Table::read(data, schema, &options)?)))
    }

    /// Calls `each` with every record, in order.
    pub(crate) fn each(
        &mut self,
        loader: &Loader<'_>,
        mut each: impl FnMut(Record<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let n_memories = loader.sizes().memories;
        // One set per stream: memory grows with the number of terminals, never with the number of rows.
        let mut memories: Vec<Memory> = Vec::new();
        let mut of_group = |group: u32, each: &mut dyn FnMut(&mut [Memory]) -> Result<(), Failure>| {
            let start = group as usize * n_memories;
            if memories.len() < start + n_memories {
                memories.resize(start + n_memories, Memory::EMPTY);
            }
            each(&mut memories[start..start + n_memories])
        };
        match self {
            Self::Rows(records) => {
                while let Some(record) = records.read()? {
                    let (row, raw) = (record.row, record.raw.as_slice());
                    of_group(record.group, &mut |memories| each(Record { row, raw, memories }))?;
                }
            }
            Self::Table(table) => {
                for index in 0..table.n_rows() {
                    let (row, raw) = (row_of(table, index), table.raw(index));
                    of_group(table.group(index), &mut |memories| each(Record { row, raw, memories }))?;
                }
            }
        }
        Ok(())
    }
}

/// Where a record of a table stands: a window where its last sample does.
fn row_of(table: &Table, index: usize) -> u64 {
    table.place_of_sample(table.first_sample(index) + table.samples_per_row() - 1).1
}

/// A model, with the schema inside it.
pub(crate) fn with_schema<'a>(bytes: &'a [u8], path: &Path) -> Result<(Model<'a>, Schema), Failure> {
    let model = model_file::validate(bytes, path)?;
    let schema = model_file::schema(&model, path)?;
    Ok((model, schema))
}

//! `tillwatch generate`

use crate::arguments::Generate;
use crate::output::Output;
use crate::reconstruct::value_names;
use crate::records::with_schema;
use crate::{Failure, model_file};
use tillwatch_trainer::cells::{cell, date_time, quoted};
use tillwatch_trainer::generate::Sampler;
use tillwatch_trainer::table::{Field, FieldKind, Samples, Schema};

/// Records drawn together.
const TOGETHER: usize = 1024;

pub(crate) fn run(arguments: &Generate) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let (model, schema) = with_schema(&bytes, &arguments.model)?;
    let mut sampler = Sampler::new(&model, arguments.seed)
        .map_err(|error| Failure::usage(format!("{}: {error}", arguments.model.display())))?;
    if schema.ratings.is_some() {
        return ratings(arguments, &schema, &mut sampler);
    }
    let columns = columns(&schema);
    let mut output = Output::open(arguments.out.as_deref(), [&arguments.model])?;
    output.write(header(&schema, &columns).as_bytes())?;
    let per_record = schema.fields.len() * schema.samples.per_record();
    let (mut left, mut number) = (arguments.rows as usize, 0_u64);
    while left > 0 {
        let n = left.min(TOGETHER);
        for raw in sampler.draw(n).chunks_exact(per_record) {
            number += 1;
            output.write(lines(&schema, &columns, number, raw).as_bytes())?;
        }
        left -= n;
    }
    output.finish()
}

/// A long table, as ratings are read: of each user the items that are there.
fn ratings(arguments: &Generate, schema: &Schema, sampler: &mut Sampler) -> Result<(), Failure> {
    let Some(ratings) = &schema.ratings else { return Ok(()) };
    let mut output = Output::open(arguments.out.as_deref(), [&arguments.model])?;
    let names: Vec<String> = [Some(&ratings.user), Some(&ratings.item), ratings.value.as_ref()]
        .into_iter()
        .flatten()
        .map(|n| quoted(n))
        .collect();
    output.write(format!("{}\n", names.join(",")).as_bytes())?;
    for user in 1..=arguments.rows {
        for (field, raw) in schema.fields.iter().zip(sampler.draw(1)).filter(|(_, raw)| *raw != 0) {
            let mut line = format!("{user},{}", quoted(&field.column));
            if ratings.value.is_some() {
                line = format!("{line},{}", cell(field, raw));
            }
            output.write(format!("{line}\n").as_bytes())?;
        }
    }
    output.finish()
}

/// A column of the table, and the fields read from it.
struct Column<'a> {
    name: &'a str,
    fields: Vec<usize>,
}

/// The columns that reading needs, each once. No model knows the group, so that stays empty.
fn columns(schema: &Schema) -> Vec<Column<'_>> {
    let mut columns: Vec<Column<'_>> = Vec::new();
    for (index, field) in schema.fields.iter().enumerate() {
        match columns.iter_mut().find(|column| column.name == field.column) {
            Some(column) => column.fields.push(index),
            None => columns.push(Column { name: &field.column, fields: vec![index] }),
        }
    }
    if let Some(group) =
        schema.group.as_deref().filter(|&group| columns.iter().all(|known| known.name != group))
    {
        columns.push(Column { name: group, fields: Vec::new() });
    }
    columns
}

fn header(schema: &Schema, columns: &[Column<'_>]) -> String {
    let names = columns.iter().map(|column| quoted(column.name));
    match schema.samples {
        Samples::Row => names.collect::<Vec<_>>().join(",") + "\n",
        Samples::Window { .. } => {
            ["window".to_owned(), "sample".to_owned()].into_iter().chain(names).collect::<Vec<_>>().join(",")
                + "\n"
        }
        Samples::Image { height, width } => {
            let channels: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
            value_names(&channels, height, width).join(",") + "\n"
        }
    }
}

/// A line per row and per image, a line per sample of a window.
fn lines(schema: &Schema, columns: &[Column<'_>], number: u64, raw: &[i32]) -> String {
    let of_sample = |raw: &[i32]| {
        let cells = columns.iter().map(|column| quoted(&text(schema, column, raw)));
        cells.collect::<Vec<_>>().join(",")
    };
    match schema.samples {
        Samples::Row => of_sample(raw) + "\n",
        Samples::Window { .. } => raw
            .chunks(schema.fields.len())
            .enumerate()
            .map(|(sample, raw)| format!("{number},{sample},{}\n", of_sample(raw)))
            .collect(),
        Samples::Image { .. } => {
            let cells = raw.iter().zip(schema.fields.iter().cycle()).map(|(&raw, field)| cell(field, raw));
            cells.collect::<Vec<_>>().join(",") + "\n"
        }
    }
}

fn text(schema: &Schema, column: &Column<'_>, raw: &[i32]) -> String {
    let fields: Vec<(&Field, i32)> =
        column.fields.iter().map(|&index| (&schema.fields[index], raw[index])).collect();
    match fields.as_slice() {
        [] => String::new(),
        [(field, _), ..] if matches!(field.kind, FieldKind::Time(_)) => date_time(&fields),
        // Counts do not tell the text.
        [(field, _), ..] if matches!(field.kind, FieldKind::Text { .. }) => String::new(),
        [(field, raw), ..] => cell(field, *raw),
    }
}

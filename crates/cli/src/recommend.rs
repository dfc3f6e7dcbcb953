//! `tillwatch recommend`

use crate::arguments::Recommend;
use crate::output::Output;
use crate::records::with_schema;
use crate::{Failure, model_file};
use tillwatch_loader::Loader;
use tillwatch_trainer::cells::quoted;
use tillwatch_trainer::recommend::Catalogue;
use tillwatch_trainer::scoring::Bench;
use tillwatch_trainer::table::{ColumnUse, ReadOptions, Table};

pub(crate) fn run(arguments: &Recommend) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let (model, schema) = with_schema(&bytes, &arguments.model)?;
    let file = arguments.model.display();
    let Some(ratings) = &schema.ratings else {
        return Err(Failure::usage(format!(
            "{file}: found a model of other records, wanted one of users and items; train with `[ratings]` in the schema"
        )));
    };
    let catalogue = Catalogue::of(&model).map_err(|error| Failure::usage(format!("{file}: {error}")))?;
    let text = Some(ratings.user.clone());
    let options = ReadOptions { label: ColumnUse::Unread, time: ColumnUse::Unread, text };
    let table = Table::read(&arguments.data, &schema, &options)?;
    let loader = Loader::new(model);
    let mut bench = Bench::new(&loader);
    let mut output =
        Output::open(arguments.out.as_deref(), std::iter::once(&arguments.model).chain(&arguments.data))?;
    output.write(b"row,user,rank,item\n")?;
    for index in 0..table.n_rows() {
        let raw = table.raw(index);
        let latent = bench.encode_raw(&loader, raw, &mut []);
        let user = quoted(table.text(index).unwrap_or_default());
        let best = catalogue.best(&latent, |field| raw[field] != 0, arguments.top.into());
        for (rank, field) in (1..).zip(best) {
            let item = quoted(&schema.fields[field].column);
            output.write(format!("{},{user},{rank},{item}\n", table.place(index).1).as_bytes())?;
        }
    }
    output.finish()
}

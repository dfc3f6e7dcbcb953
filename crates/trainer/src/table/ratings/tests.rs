//! Users and items in small files.

use super::*;
use crate::table::Notes;

/// Reads files named `0.csv` and on with items taken from the same files; the folder is removed from messages.
fn read(keys: &str, ratings: &str, texts: &[&str]) -> Result<(Schema, Table), String> {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        paths.push(folder.path().join(format!("{index}.csv")));
        std::fs::write(&paths[index], text).unwrap();
    }
    let bare = |error: Error| error.to_string().replace(&format!("{}/", folder.path().display()), "");
    let text = format!("{keys}\n[ratings]\nuser = \"user\"\nitem = \"item\"\n{ratings}");
    let schema = Schema::parse(&text, "s.toml").unwrap().with_items(&paths).map_err(bare)?;
    let options =
        ReadOptions { text: keys.contains("note").then(|| "note".to_owned()), ..ReadOptions::default() };
    let table = Table::read(&paths, &schema, &options).map_err(bare)?;
    Ok((schema, table))
}

fn raws(table: &Table) -> Vec<Vec<i32>> {
    (0..table.n_rows()).map(|row| table.raw(row).to_vec()).collect()
}

#[test]
fn users_get_a_flag_per_frequent_item() {
    let first = "user,item\nu2,Pear\nu1,apple\nu2,apple\nu3,plum\n";
    let second = "user,item\nu3,Pear\nu4,type\nu1,fig\n";
    let (schema, table) = read("", "items = 3", &[first, second]).unwrap();
    let names: Vec<_> =
        schema.fields.iter().map(|field| (field.name.as_str(), field.column.as_str())).collect();
    // Pear and apple have two rows each; fig, plum and type tie.
    assert_eq!(names, [("pear", "Pear"), ("apple", "apple"), ("fig", "fig")]);
    assert!(schema.fields.iter().all(|field| field.kind == FieldKind::Flag));
    assert_eq!(raws(&table), [[1, 1, 0], [0, 1, 1], [1, 0, 0], [0, 0, 0]]);
    assert_eq!([0, 1, 2, 3].map(|row| table.place(row)), [(0, 2), (0, 3), (0, 5), (1, 3)]);
    assert_eq!((table.label(0), table.files().len(), table.n_groups()), (None, 2, 1));
    assert_eq!(Schema::parse(&schema.to_text(&Notes::default()), "s").unwrap(), schema);
    assert_eq!(schema.clone().with_items(&["absent.csv"]).unwrap(), schema, "items stay once they are known");
}

#[test]
fn names_of_items_are_safe_and_unique() {
    let (schema, _) = read("", "", &["user,item\nu,A b\nu,a-b\nu,12\nu,fn\nu,user\n"]).unwrap();
    let names: Vec<_> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["column_12", "a_b", "a_b_2", "fn_value", "user"]);
}

#[test]
fn values_labels_times_and_texts() {
    let text = "user,item,stars,bot,when,note\na,x,4.5,0,20,first\na,y,3,1,10,second\nb,x,2.25,0,5,third\na,x,5,0,15,last\n";
    let keys = "label = \"bot\"\ntime = \"when\"\nignore = [\"note\"]";
    let (schema, table) = read(keys, "value = \"stars\"", &[text]).unwrap();
    let resolution = Resolution::parse("0.01").unwrap();
    let kind = FieldKind::Number { resolution, range: None, period: None };
    assert!(schema.fields.iter().all(|field| field.kind == kind));
    assert_eq!(raws(&table), [[500, 300], [225, 0]]);
    assert_eq!((table.label(0), table.label(1)), (Some(true), Some(false)));
    assert_eq!(table.time(0).unwrap() - table.time(1).unwrap(), 15);
    assert_eq!((table.text(0), table.text(1)), (Some("first"), Some("third")));
    assert!(table.warnings().is_empty(), "{:?}", table.warnings());
}

#[test]
fn what_is_refused() {
    let fault = |ratings: &str, text: &str| read("", ratings, &[text]).unwrap_err();
    assert_eq!(
        fault("", "user,thing\na,b\n"),
        "0.csv: no column `item`, which the schema's key `item` reads; the columns are `user`, `thing`"
    );
    assert_eq!(
        fault("", "user,item\na,\n"),
        "0.csv, row 2, column `item`: found no value, wanted one; fill the cell, or say missing = \"allowed\" in the schema"
    );
    assert!(fault("", "user,item\n,a\n").starts_with("0.csv, row 2, column `user`: found no value"));
    assert_eq!(
        fault("value = \"v\"", "user,item,v\na,b,1\na,c,good\n"),
        "0.csv, row 3, column `v`: found `good`, wanted a decimal number; correct the cell, or leave it empty for a missing \
         value"
    );
    assert!(
        read("", "", &["user,item\na,b\n", "item,user\na,b\n"])
            .unwrap_err()
            .starts_with("1.csv, row 1: column 1")
    );
    let schema = Schema::parse("[ratings]\nuser = \"user\"\nitem = \"item\"\n", "s").unwrap();
    assert_eq!(
        Table::read(&["absent.csv"], &schema, &ReadOptions::default()).unwrap_err().to_string(),
        "schema, key `ratings`: there is no item yet; train with the schema, or add the items as [[field]]"
    );
}

//! Every way a file can be wrong, with its exact message, and what right files give.

use super::*;
use std::fs;
use tempfile::TempDir;
use tillwatch_engine::feature::MISSING;

const SCHEMA: &str = r#"
label = "label"
group = "terminal"
time = "when"
[[field]]
name = "amount"
kind = "number"
resolution = "0.01"
missing = "allowed"
[[field]]
name = "hour"
column = "when"
kind = "time"
part = "hour"
"#;
const HEADER: &str = "when,terminal,amount,label\n";

const NEEDED: ReadOptions = ReadOptions { label: ColumnUse::Required, time: ColumnUse::Required, text: None };

/// Reads files named `0.csv`, `1.csv` …; the message of an error has their folder removed.
fn read(texts: &[&[u8]], schema: &str, options: &ReadOptions) -> Result<(Vec<Record>, Vec<String>), String> {
    let folder = TempDir::new().unwrap();
    let mut paths = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        paths.push(folder.path().join(format!("{index}.csv")));
        fs::write(&paths[index], text).unwrap();
    }
    let prefix = format!("{}/", folder.path().display());
    let bare = |error: &dyn std::fmt::Display| error.to_string().replace(&prefix, "");
    let schema = Schema::parse(schema, "s.toml").unwrap();
    let mut records = Records::open(&paths, &schema, options).map_err(|error| bare(&error))?;
    let mut all = Vec::new();
    while let Some(record) = records.read().map_err(|error| bare(&error))? {
        all.push(record.clone());
    }
    Ok((all, records.warnings().iter().map(|warning| bare(warning)).collect()))
}

fn fault(text: &str) -> String {
    read(&[text.as_bytes()], SCHEMA, &NEEDED).unwrap_err()
}

fn row_fault(row: &str) -> String {
    fault(&format!("{HEADER}2018-04-01 10:00:00,t,1.00,0\n{row}\n"))
}

#[test]
fn rows_become_raw_integers() {
    let text = format!("\u{feff}{HEADER}2018-04-01 10:00:00, t1 ,1.005,0\r\n1522540800,t2,NA,1\r\n");
    let (records, warnings) = read(&[text.as_bytes()], SCHEMA, &NEEDED).unwrap();
    let first = Record {
        raw: vec![101, 10],
        label: Some(false),
        time: Some(575_892_000),
        row: 2,
        ..Record::default()
    };
    let second = Record {
        raw: vec![MISSING, 0],
        label: Some(true),
        group: 1,
        time: Some(575_856_000),
        row: 3,
        ..Record::default()
    };
    assert_eq!(records, [first, second]);
    assert!(warnings.is_empty());
}

#[test]
fn rows_are_counted_as_an_editor_shows_them() {
    let text = "\n\nwhen,terminal,amount,label\n1,a,1,0\n\n\n1,\"x\ny\",2,0\n1,c,3,0\n\n1,d,4,0";
    for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
        let (records, _) = read(&[text.as_bytes()], SCHEMA, &NEEDED).unwrap();
        assert_eq!(records.iter().map(|record| record.row).collect::<Vec<_>>(), [4, 7, 9, 11]);
    }
}

#[test]
fn several_files_are_one_stream() {
    let [first, second] = ["1,a,1,0\n1,b,1,0\n", "1,b,2,0\n"].map(|rows| format!("{HEADER}{rows}"));
    let (records, _) = read(&[first.as_bytes(), second.as_bytes()], SCHEMA, &NEEDED).unwrap();
    let places: Vec<_> = records.iter().map(|record| (record.file, record.row, record.group)).collect();
    assert_eq!(places, [(0, 2, 0), (0, 3, 1), (1, 2, 1)]);
    assert_eq!(
        read(&[first.as_bytes(), b"when,terminal,sum,label\n"], SCHEMA, &NEEDED).unwrap_err(),
        "1.csv, row 1: column 3 is `sum`, wanted `amount` as in 0.csv; give files with the same header"
    );
    assert_eq!(
        read(&[first.as_bytes(), b"when,terminal,amount\n"], SCHEMA, &NEEDED).unwrap_err(),
        "1.csv, row 1: column 4 is absent, wanted `label` as in 0.csv; give files with the same header"
    );
}

#[test]
fn columns_that_need_not_be_there() {
    let rows = b"when,terminal,amount,extra\n1,a,1,z\n";
    let (records, warnings) = read(&[rows], SCHEMA, &ReadOptions::default()).unwrap();
    assert_eq!((records[0].label, records[0].time.is_some()), (None, true));
    assert_eq!(
        warnings,
        ["0.csv, column `extra`: not in the schema and not read; add a field for it, or list it in `ignore`"]
    );
    let options =
        ReadOptions { label: ColumnUse::Unread, time: ColumnUse::Unread, text: Some("extra".into()) };
    let (records, warnings) = read(&[rows], SCHEMA, &options).unwrap();
    assert_eq!((records[0].text.as_str(), records[0].time, warnings.len()), ("z", None, 0));
}

#[test]
fn bad_headers() {
    assert_eq!(
        fault("when,terminal,amount,when\n1,2,3,4\n"),
        "0.csv, row 1: columns 1 and 4 are both named `when`, wanted unique names; rename one"
    );
    assert_eq!(
        fault("when,terminal,amount\n1,2,3\n"),
        "0.csv: no label column `label`; name one of the columns `when`, `terminal`, `amount`"
    );
    assert_eq!(
        fault("when,terminal,label\n1,2,3\n"),
        "0.csv: no column `amount`, which the schema's field `amount` reads; the columns are `when`, `terminal`, `label`"
    );
    assert_eq!(
        fault("when,amount,label\n1,2,3\n"),
        "0.csv: no column `terminal`, which the schema's key `group` reads; the columns are `when`, `amount`, `label`"
    );
    assert_eq!(
        fault("when;terminal;amount;label\n"),
        "0.csv: found cells separated by `;`, wanted comma-separated text in UTF-8; convert the file"
    );
    assert_eq!(fault(HEADER), "0.csv: found a header and no row, wanted at least one row of data");
    for empty in ["", "\n\n", "\u{feff}"] {
        assert_eq!(fault(empty), "0.csv: the file is empty, wanted a header and rows of data", "{empty:?}");
    }
    let error = Records::open(&["none.csv"], &Schema::parse(SCHEMA, "s").unwrap(), &NEEDED).err().unwrap();
    assert_eq!(
        (error.to_string().as_str(), error.is_usage()),
        ("none.csv: no such file; check the path", true)
    );
}

#[test]
fn bad_rows() {
    assert_eq!(
        row_fault("1,t,2"),
        "0.csv, row 3: found 3 cells, wanted 4 as in the header; correct the row, or quote cells that hold commas"
    );
    assert_eq!(
        row_fault("1,t,2,0,5"),
        "0.csv, row 3: found 5 cells, wanted 4 as in the header; correct the row, or quote cells that hold commas"
    );
}

#[test]
fn bad_cells() {
    for (row, expected) in [
        (
            "1,t,abc,0",
            "column `amount`: found `abc`, wanted a decimal number; correct the cell, or leave it empty for a missing \
             value",
        ),
        (
            "1,t,NaN,0",
            "column `amount`: found `NaN`, wanted a decimal number; leave the cell empty for a missing value",
        ),
        (
            "1,t,-Inf,0",
            "column `amount`: found `-Inf`, wanted a decimal number; leave the cell empty for a missing value",
        ),
        (
            ",t,1,0",
            "column `when`: found no value, wanted one; fill the cell, or say missing = \"allowed\" in the schema",
        ),
        (
            "noon,t,1,0",
            "column `when`: found `noon`, wanted YYYY-MM-DD HH:MM:SS or unix seconds; correct the cell",
        ),
        (
            "1,t,1,fraud",
            "column `label`: found `fraud`, wanted 0 for normal or 1 for anomalous; correct the cell or name another \
             label column",
        ),
        (
            "1,t,1,",
            "column `label`: found ``, wanted 0 for normal or 1 for anomalous; correct the cell or name another label \
             column",
        ),
    ] {
        assert_eq!(row_fault(row), format!("0.csv, row 3, {expected}"));
    }
    let latin = [HEADER.as_bytes(), b"1,caf\xe9,1,0\n"].concat();
    assert_eq!(
        read(&[&latin], SCHEMA, &NEEDED).unwrap_err(),
        "0.csv, row 2, column `terminal`: found `caf\u{fffd}`, wanted text in UTF-8; convert the file"
    );
    let flag = "[[field]]\nname = \"amount\"\nkind = \"flag\"";
    assert_eq!(
        read(&[b"amount\n2\n"], flag, &NEEDED).unwrap_err(),
        "0.csv, row 2, column `amount`: found `2`, wanted 0, 1, false, true, no or yes; correct the cell"
    );
    let range = "[[field]]\nname = \"amount\"\nkind = \"number\"\nrange = [0, 1]";
    assert_eq!(
        read(&[b"amount\n2\n"], range, &NEEDED).unwrap_err(),
        "0.csv, row 2, column `amount`: found `2`, wanted a value in the field's range; correct the cell, or widen \
         `range` in the schema"
    );
}

#[test]
fn a_quotation_mark_left_open_costs_bounded_memory() {
    let mut text = format!("{HEADER}1,t,1,0\n1,\"t,1,0\n").into_bytes();
    for _ in 0..3_000_000 {
        text.extend(b"1,t,1,0\n");
    }
    assert_eq!(
        read(&[&text], SCHEMA, &NEEDED).unwrap_err(),
        "0.csv, row 3: longer than 16 MiB, wanted a row of a table; close the quotation mark that is open"
    );
}

proptest::proptest! {
    /// Whatever the bytes, reading and guessing end with rows or with an error of one line.
    #[test]
    fn no_bytes_make_it_panic(
        rows in proptest::collection::vec("[-0-9eE.,;:TZ \"\r\n\tNAa\u{e9}\u{0}]{0,40}", 0..12),
        is_bare in proptest::bool::ANY,
    ) {
        let head = if is_bare { "\"a\nb\",c\n" } else { HEADER };
        let text = format!("{head}{}", rows.join("\n"));
        if let Err(message) = read(&[text.as_bytes()], SCHEMA, &NEEDED) {
            proptest::prop_assert!(!message.contains('\n'), "{}", message);
        }
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("t.csv");
        fs::write(&path, &text).unwrap();
        match crate::table::infer(&[&path], None) {
            Ok(inferred) => proptest::prop_assert_eq!(
                Schema::parse(&inferred.to_text(), "s.toml").unwrap(),
                inferred.schema
            ),
            Err(error) => proptest::prop_assert!(!error.to_string().contains('\n'), "{}", error),
        }
    }
}

const TEXT: &str = "[[field]]\nname = \"message\"\nkind = \"text\"\ncolumns = 4\nngram = 3\n";

fn counts(line: &[u8]) -> Vec<i32> {
    let mut counts = vec![0; 4];
    count_ngrams(line, 3, &mut counts);
    counts
}

#[test]
fn a_text_column_becomes_counts() {
    let schema = format!("label = \"bad\"\n{TEXT}[[field]]\nname = \"level\"\nkind = \"number\"\n");
    let text = b"bad,level,message\n0,7, login of root \n1,8,\n0,9,NA\n0,9,\"a, \xff\"\n";
    let (records, warnings) = read(&[text], &schema, &ReadOptions::default()).unwrap();
    let raws: Vec<Vec<i32>> = records.into_iter().map(|record| record.raw).collect();
    let expected = [(&b"login of root"[..], 7), (b"", 8), (b"NA", 9), (b"a, \xff", 9)];
    for (raw, (line, level)) in raws.iter().zip(expected) {
        assert_eq!(*raw, [counts(line), vec![level]].concat());
    }
    assert!(raws[0][..4].iter().any(|&count| count != 0) && raws.len() == 4 && warnings.is_empty());
}

#[test]
fn a_text_file_has_a_record_per_line() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("A.LOG");
    fs::write(&path, b"\"first, line\r\n\r\n  second \xff\nlast").unwrap();
    let schema = Schema::parse(TEXT, "s.toml").unwrap();
    let mut records = Records::open(&[&path], &schema, &ReadOptions::default()).unwrap();
    for (line, row) in [(&b"\"first, line"[..], 1), (b"  second \xff", 3), (b"last", 4)] {
        let record = records.read().unwrap().unwrap();
        assert_eq!((record.raw.clone(), record.row), (counts(line), row));
    }
    assert!(records.read().unwrap().is_none());
    // With another field beside it, the file is a table, whatever its name.
    let two = Schema::parse(&format!("{TEXT}[[field]]\nname = \"a\"\nkind = \"flag\"\n"), "s.toml").unwrap();
    let error = Records::open(&[&path], &two, &ReadOptions::default()).err().unwrap().to_string();
    assert!(error.contains("wanted comma-separated") || error.contains("no column `message`"), "{error}");
    let needed = ReadOptions { label: ColumnUse::Required, ..ReadOptions::default() };
    let labelled = Schema { label: Some("bad".to_owned()), ..schema.clone() };
    let error = Records::open(&[&path], &labelled, &needed).err().unwrap().to_string();
    assert!(error.ends_with("A.LOG: no label column `bad`; name one of the columns `message`"), "{error}");
    fs::write(&path, b"x".repeat(17 << 20)).unwrap();
    let mut records = Records::open(&[&path], &schema, &ReadOptions::default()).unwrap();
    let error = records.read().unwrap_err().to_string();
    assert!(error.contains("A.LOG, row 1: longer than 16 MiB"), "{error}");
}

#[test]
fn users_are_not_streamed() {
    let schema = "[ratings]\nuser = \"u\"\nitem = \"i\"\n";
    assert_eq!(
        read(&[b"u,i\n1,2\n"], schema, &ReadOptions::default()).unwrap_err(),
        "schema, key `ratings`: a user is known when all rows are read, so rows cannot be streamed; read a whole table"
    );
}

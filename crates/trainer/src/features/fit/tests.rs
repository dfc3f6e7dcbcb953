//! Fitting over rows, over windows, and to 0 to 1.

use super::*;
use crate::features::{Codes, FittedPreparation};
use crate::table::ReadOptions;
use std::fmt::Write;
use tillwatch_engine::feature::{Mark, OneHot};

fn read(schema: &str, text: &str) -> (Schema, Table) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    let schema = Schema::parse(schema, "s.toml").unwrap();
    let table = Table::read(&[path], &schema, &ReadOptions::default()).unwrap();
    (schema, table)
}

const TWO: &str = "[[field]]\nname = \"x\"\nkind = \"number\"\n[[field]]\nname = \"c\"\nkind = \"category\"\n\
    vocabulary = [\"p\", \"q\"]\n";

fn two_columns() -> String {
    (0..12).fold("x,c\n".to_owned(), |mut text, x| {
        writeln!(text, "{},{}", x * x, ["p", "q", "p", "zzz"][x % 4]).unwrap();
        text
    })
}

#[test]
fn a_sample_of_several_windows_counts_once() {
    let (rows, samples) = read(TWO, &two_columns());
    let windowed = format!("window = 4\nhop = 1\n{TWO}");
    let (windows, table) = read(&windowed, &two_columns());
    assert_eq!(table.n_rows(), 9);
    // Windows 0 to 3 hold samples 0 to 6.
    let of_windows: Vec<bool> = (0..9).map(|row| row < 4).collect();
    let of_rows: Vec<bool> = (0..12).map(|row| row < 7).collect();
    let fit_windows = fit(&windows, &table, &of_windows, Scaling::Standard).unwrap();
    let fit_rows = fit(&rows, &samples, &of_rows, Scaling::Standard).unwrap();
    assert_eq!(fit_windows.features, fit_rows.features);
}

#[test]
fn codes_of_a_window_are_those_of_its_samples() {
    let (rows, samples) = read(TWO, &two_columns());
    let (_, table) = read(&format!("window = 3\nhop = 2\n{TWO}"), &two_columns());
    let features = fit(&rows, &samples, &[true; 12], Scaling::Standard).unwrap().at(9);
    let (of_rows, of_windows) = (Codes::prepare(&features, &samples), Codes::prepare(&features, &table));
    assert_eq!((of_rows.n_columns, of_windows.n_columns, of_windows.n_features), (4, 12, 2));
    for (row, first) in [0, 2, 4, 6, 8].into_iter().enumerate() {
        assert_eq!(of_windows.row(row).0, of_rows.of(&[first, first + 1, first + 2]), "{row}");
        let is_unknown = (first..first + 3).any(|sample| sample % 4 == 3);
        assert_eq!(of_windows.row(row).1[1].has(Mark::UNKNOWN), is_unknown, "{row}");
        assert_eq!(of_windows.row(row).1[0], Mark::NONE);
    }
    assert_eq!(of_windows.of(&[1, 3]), [of_windows.row(1).0, of_windows.row(3).0].concat());
    assert_eq!(of_windows.column_weights(0).collect::<Vec<_>>(), [1.0; 12]);
}

#[test]
fn missing_columns_weigh_nothing() {
    let nullable = TWO.replace("kind = \"number\"", "kind = \"number\"\nmissing = \"allowed\"");
    let (schema, table) = read(&nullable, "x,c\n1,p\n,q\n2,q\n");
    let features = fit(&schema, &table, &[true; 3], Scaling::Standard).unwrap().at(9);
    let codes = Codes::prepare(&features, &table);
    assert_eq!(codes.column_weights(1).collect::<Vec<_>>(), [0.0, 1.0, 1.0, 1.0]);
    assert_eq!(codes.column_weights(2).collect::<Vec<_>>(), [1.0; 4]);
}

#[test]
fn unit_scaling_spans_declared_and_seen_ranges() {
    let schema = "[[field]]\nname = \"a\"\nkind = \"number\"\nrange = [0, 255]\nfeatures = [\"numeric\", \"log\"]\n\
        [[field]]\nname = \"b\"\nkind = \"number\"\nfeatures = [\"numeric\", \"delta\"]\n\
        [[field]]\nname = \"c\"\nkind = \"category\"\nvocabulary = [\"p\", \"q\"]\nfeatures = [\"one_hot\", \"surprisal\"]\n\
        [[field]]\nname = \"d\"\nkind = \"flag\"\n";
    let text = "a,b,c,d\n0,-3,p,1\n255,7,q,0\n100,2,p,0\n10,2,p,0\n300,9,r,1\n";
    let schema_of_all = schema.replace("range = [0, 255]\n", "");
    let (_, table) = read(&schema_of_all, text);
    let (schema, _) = read(schema, "a,b,c,d\n0,0,p,0\n");
    let trains = [true, true, true, true, false];
    let fitted = fit(&schema, &table, &trains, Scaling::Unit).unwrap();
    for bits in [4, 9, 13] {
        let (one, features) = (1_i16 << bits, fitted.at(bits));
        let codes = Codes::prepare(&features, &table);
        assert_eq!(codes.n_columns, 2 + 2 + 3 + 1 + 1);
        let column = |column: usize| (0..5).map(|row| codes.row(row).0[column]).collect::<Vec<_>>();
        let [a, log, b] = [column(0), column(1), column(2)];
        assert_eq!([a[0], a[1], log[0], log[1], b[0], b[1]], [0, one, 0, one, 0, one]);
        assert_eq!(b[2], one / 2);
        assert!(a[4] > one && log[4] >= one && b[4] > one, "beyond the range is beyond 1");
        assert!(log[3] > a[3]);
        let delta = column(3);
        assert_eq!((delta[..4].iter().min(), delta[..4].iter().max()), (Some(&0), Some(&one)));
        for row in 0..5 {
            let expected = [[0, one, 0], [0, 0, one], [0, one, 0], [0, one, 0], [one, 0, 0]][row];
            assert_eq!(codes.row(row).0[4..7], expected, "{row}");
        }
        let surprisal = column(7);
        assert!(surprisal[4] == one && surprisal[1] < one && surprisal[0] < surprisal[1]);
        assert_eq!(column(8), [one, 0, 0, 0, one]);
        assert_eq!(features[6].preparation, FittedPreparation::Flag(OneHot { off: 0, on: one }));
    }
    assert_eq!(fitted.furthest().1, 1.0);
}

#[test]
fn a_declared_range_outweighs_the_one_seen() {
    let field =
        "[[field]]\nname = \"x\"\nkind = \"number\"\nrange = [0, 1023]\nfeatures = [\"numeric\", \"log\"]\n";
    let (schema, table) = read(field, "x\n31\n31\n0\n");
    let features = fit(&schema, &table, &[true; 3], Scaling::Unit).unwrap().at(10);
    // log2(1 + 31) is half of log2(1 + 1023).
    assert_eq!(Codes::prepare(&features, &table).row(0).0, [31, 512]);
    let seen = Schema::parse(&field.replace("range = [0, 1023]\n", ""), "s.toml").unwrap();
    let features = fit(&seen, &table, &[true; 3], Scaling::Unit).unwrap().at(10);
    assert_eq!(Codes::prepare(&features, &table).row(0).0, [1024, 1024]);
}

#[test]
fn unit_scaling_refuses_turns_and_values_outside() {
    let schema = "[[field]]\nname = \"angle\"\ncolumn = \"Wind\"\nkind = \"number\"\nperiod = 360\nfeatures = [\"cyclic\"]\n";
    let (schema, table) = read(schema, "Wind\n1\n90\n");
    let trains = [true, true];
    assert_eq!(
        fit(&schema, &table, &trains, Scaling::Unit).unwrap_err().to_string(),
        "column `Wind`: its feature \"cyclic\" runs from -1 to 1, and binary cross-entropy wants 0 to 1; change \
         `features`, or train with the mean squared error"
    );
    assert!(fit(&schema, &table, &trains, Scaling::Standard).is_ok());

    let field = "[[field]]\nname = \"x\"\nkind = \"number\"\nresolution = \"0.5\"\n";
    let (_, table) = read(&format!("window = 2\nhop = 1\n{field}"), "x\n1\n2\n3.5\n1\n9\n");
    let declared = Schema::parse(&format!("window = 2\nhop = 1\n{field}range = [0, 3]\n"), "s.toml").unwrap();
    let error = fit(&declared, &table, &[true, true, false, false], Scaling::Unit).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "t.csv, row 4, column `x`: found `3.5`, wanted a value in the field's range; correct the cell, or widen \
             `range` in the schema"
        ),
        "{error}"
    );
    assert!(fit(&declared, &table, &[true, false, false, false], Scaling::Unit).is_ok());
}

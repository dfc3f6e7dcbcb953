//! Training rows that are trimmed on request, and the list of them.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use support::{Folder, cells, fail, fixture, program};

const OPTIONS: [&str; 6] = ["--label", "label", "--epochs", "3", "--alarm-rate", "0.05"];

fn metrics(out: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{out}/metrics.json")).unwrap()).unwrap()
}

#[test]
fn the_list_names_what_is_not_learned_from() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let out = folder.path("model");
    let train = |more: &[&str]| {
        let output = program(&[&["train", "--data", &data, "--out", &out], &OPTIONS[..], more].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    // 357 normal rows: 214 train, 71 calibrate.
    let told = train(&["--trim", "0.05"]);
    let list = format!("{out}/trimmed.csv");
    assert!(told.contains(&format!("trimmed 10 of 214 training rows, listed in {list};")), "{told}");
    let rows = &metrics(&out)["rows"];
    assert_eq!((&rows["train"], &rows["calibration"]), (&Value::from(204), &Value::from(71)));

    let text = fs::read_to_string(&list).unwrap();
    assert!(text.starts_with("file,row,distance\n"), "{text}");
    let table = fs::read_to_string(&data).unwrap();
    let listed = cells(&text);
    assert_eq!(listed.len(), 10);
    for line in listed {
        assert_eq!(line[0], data);
        let row: usize = line[1].parse().unwrap();
        assert!(table.lines().nth(row - 1).unwrap().ends_with(",0"), "row {row} is not a normal one");
    }

    let told = train(&[]);
    assert!(
        !told.contains("trimmed") && !Path::new(&list).exists(),
        "the list of another model stays: {told}"
    );
    assert_eq!(metrics(&out)["rows"]["train"], Value::from(214));
}

#[test]
fn shares_that_are_none_are_refused() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let out = folder.path("model");
    for share in ["0.51", "-0.1", "nan"] {
        let (message, status) =
            fail(&[&["train", "--data", &data, "--out", &out, "--trim", share], &OPTIONS[..]].concat());
        assert!(message.contains("wanted a share of 0 to 0.5 of the training rows"), "{message}");
        assert_eq!(status, 2);
    }
    assert!(!Path::new(&out).exists());
}

//! Everything that users hand in by mistake: one clear line, the documented exit status, nothing half-written.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tillwatch_cli::execute;

const HEADER: &str = "x,y,c,label";

/// A folder with a good table of 800 rows.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "good.csv", HEADER, &rows());
    folder
}

fn rows() -> Vec<String> {
    let row = |i: u32| {
        format!("0.{:03},{},{},0", i * 7919 % 1000, i * 31 % 97, if i.is_multiple_of(3) { "a" } else { "b" })
    };
    (0..800).map(row).collect()
}

fn write(folder: &TempDir, name: &str, header: &str, rows: &[String]) -> PathBuf {
    let path = folder.path().join(name);
    let body: String = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(&path, format!("{header}\n{body}")).unwrap();
    path
}

fn with_row(row: &str) -> Vec<String> {
    let mut rows = rows();
    row.clone_into(&mut rows[400]);
    rows
}

/// Runs a command line; its message and status.
fn fail(arguments: &[&str]) -> (String, u8) {
    let line = std::iter::once("tillwatch").chain(arguments.iter().copied()).map(Into::into);
    let failure = execute(line).expect_err("the command line is wrong");
    (failure.to_string(), failure.status())
}

fn train(folder: &TempDir, data: &Path, more: &[&str]) -> (String, u8) {
    let out = folder.path().join("out");
    let mut arguments = vec!["train", "--data", data.to_str().unwrap(), "--out", out.to_str().unwrap()];
    if !more.contains(&"--label") {
        arguments.extend(["--label", "label"]);
    }
    arguments.extend(more);
    let (message, status) = fail(&arguments);
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(!out.exists(), "a folder was left after {message}");
    (message, status)
}

/// The model of the good table.
fn model(folder: &TempDir) -> PathBuf {
    let (data, out) = (folder.path().join("good.csv"), folder.path().join("model"));
    let line = ["tillwatch", "train", "--epochs", "2", "--label", "label", "--data"].map(Into::into);
    let rest = [data.into_os_string(), "--out".into(), out.clone().into_os_string()];
    execute(line.into_iter().chain(rest)).unwrap();
    out.join("model.tw")
}

#[test]
fn tables_that_cannot_be_learned_from() {
    let folder = folder();
    let all_anomalous: Vec<String> =
        rows().iter().map(|row| row.replace(",0\n", "").trim_end_matches('0').to_owned() + "1").collect();
    let cases: [(&str, &str, Vec<String>, &str); 8] = [
        ("header.csv", HEADER, vec![], "found a header and no row"),
        ("nan.csv", HEADER, with_row("NaN,3,a,0"), "row 402, column `x`: found `NaN`"),
        ("inf.csv", HEADER, with_row("-inf,3,a,0"), "row 402, column `x`: found `-inf`"),
        ("ragged.csv", HEADER, with_row("0.5,3,a"), "row 402: found 3 cells, wanted 4"),
        ("twice.csv", "x,x,c,label", rows(), "both named `x`"),
        ("one.csv", HEADER, rows()[..1].to_vec(), "found 1 rows to learn from"),
        ("all.csv", HEADER, all_anomalous, "found no normal row among 800"),
        ("label.csv", HEADER, with_row("0.5,3,a,maybe"), "found `maybe`, wanted 0 for normal"),
    ];
    for (name, header, rows, wanted) in cases {
        let data = write(&folder, name, header, &rows);
        let (message, status) = train(&folder, &data, &[]);
        assert!(message.contains(name) && message.contains(wanted), "{name}: {message}");
        assert_eq!(status, 1, "{message}");
    }
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, "").unwrap();
    assert!(train(&folder, &empty, &[]).0.contains("the file is empty"));
}

#[test]
fn command_lines_that_cannot_be_meant() {
    let folder = folder();
    let good = folder.path().join("good.csv");
    let (message, status) = train(&folder, &folder.path().join("absent.csv"), &[]);
    assert!(message.contains("no such file") && status == 2, "{status} {message}");
    let (message, status) = train(&folder, &good, &["--label", "fraud"]);
    assert!(message.contains("no label column `fraud`") && status == 2, "{status} {message}");
    let (message, status) = train(&folder, &good, &["--alarm-rate", "0.0001"]);
    assert!(
        message.contains("needs 9999 calibration rows, found 160, 9839 are missing") && status == 1,
        "{status} {message}"
    );
    let (message, status) = train(&folder, &good, &["--alarm-rate", "2"]);
    assert!(message.contains("found 2, wanted 0.000001 to 0.5") && status == 2, "{status} {message}");
    let (message, status) = train(&folder, &good, &["--alarm-rate", "1e-300"]);
    assert!(message.contains("found 1e-300, wanted 0.000001 to 0.5") && status == 2, "{status} {message}");
    let (message, status) = train(&folder, &good, &["--weight-decay", "nan"]);
    assert!(message.contains("weight_decay is NaN") && status == 2, "{status} {message}");
    let (message, status) = train(&folder, &good, &["--epochs", "many"]);
    assert!(message.contains("invalid value 'many' for '--epochs") && status == 2, "{status} {message}");
    let (message, status) = train(&folder, &good, &["--activation", "step"]);
    assert!(message.contains("found `step`, wanted one of") && status == 2, "{status} {message}");
}

#[test]
fn a_text_among_numbers_names_its_place() {
    let folder = folder();
    let model = model(&folder);
    let data = write(&folder, "text.csv", HEADER, &with_row("oops,3,a,0"));
    let (message, status) = train(&folder, &data, &[]);
    assert!(
        message.contains("text.csv, row 402, column `x`: found `oops`, wanted a decimal number"),
        "{message}"
    );
    assert_eq!(status, 1);
    let out = folder.path().join("scores.csv");
    let paths = [&model, &data, &out].map(|path| path.to_str().unwrap().to_owned());
    let (message, status) = fail(&["score", "--model", &paths[0], "--data", &paths[1], "--out", &paths[2]]);
    assert!(message.contains("text.csv, row 402, column `x`: found `oops`"), "{message}");
    assert_eq!(status, 1);
    assert!(!out.exists(), "a half-written file was left");
}

#[test]
fn files_that_are_no_model() {
    let folder = folder();
    let model = model(&folder);
    let good = fs::read(&model).unwrap();
    let mut damaged = good.clone();
    damaged[500] ^= 1;
    let cases: [(&[u8], &str); 3] = [
        (&good[..good.len() - 1], "shorter or longer"),
        (&damaged, "damaged"),
        (b"not a model", "not a model file"),
    ];
    let data = folder.path().join("good.csv");
    for (bytes, wanted) in cases {
        let path = folder.path().join("bad.tw");
        fs::write(&path, bytes).unwrap();
        let (path, data) = (path.to_str().unwrap(), data.to_str().unwrap());
        let (message, status) = fail(&["score", "--model", path, "--data", data]);
        assert!(message.contains("bad.tw") && message.contains(wanted) && status == 1, "{status} {message}");
    }
}

#[test]
fn an_unknown_category_is_scored_and_counted() {
    let folder = folder();
    let model = model(&folder);
    let data = write(&folder, "new.csv", HEADER, &with_row("0.5,3,zzz,0"));
    let out = folder.path().join("scores.csv");
    let line = ["tillwatch", "score", "--model"].map(Into::into).into_iter();
    let rest = [
        model.into_os_string(),
        "--data".into(),
        data.into_os_string(),
        "--out".into(),
        out.clone().into_os_string(),
    ];
    execute(line.chain(rest)).unwrap();
    let text = fs::read_to_string(out).unwrap();
    let line = text.lines().find(|line| line.starts_with("402,")).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    assert_eq!(cells[6], "1", "{line}"); // the column `unknown`
    assert!(cells[7].starts_with("c unexpected") && cells[7].contains("(unknown instead of "), "{line}");
}

#[test]
fn a_model_never_stands_beside_figures_that_could_not_be_written() {
    let folder = folder();
    let (data, out) = (folder.path().join("good.csv"), folder.path().join("out"));
    fs::create_dir_all(out.join("metrics.json")).unwrap(); // a folder is in the way
    let (data, out_text) = (data.to_str().unwrap(), out.to_str().unwrap());
    let (message, status) =
        fail(&["train", "--epochs", "1", "--data", data, "--label", "label", "--out", out_text]);
    assert!(message.contains("metrics.json: cannot be written") && status == 1, "{status} {message}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "only what was there before");
}

#[test]
fn nothing_is_written_onto_what_is_read() {
    let folder = folder();
    let model = model(&folder);
    let data = folder.path().join("good.csv");
    let before = [fs::read(&data).unwrap(), fs::read(&model).unwrap()];
    let (model, data) = (model.to_str().unwrap(), data.to_str().unwrap());
    for (command, option, out) in [
        ("score", "--out", data),
        ("score", "--out", model),
        ("encode", "--out", data),
        ("encode", "--plot", data),
        ("reconstruct", "--out", data),
    ] {
        let (message, status) = fail(&[command, "--model", model, "--data", data, option, out]);
        assert!(message.contains("that this command reads") && status == 2, "{command} {status} {message}");
        assert_eq!([fs::read(data).unwrap(), fs::read(model).unwrap()], before, "{command}");
    }
}

#[test]
fn the_model_does_not_depend_on_the_number_of_threads() {
    let folder = folder();
    let data = folder.path().join("good.csv");
    let model = |threads: &str| {
        let out = folder.path().join(threads);
        let (data, out_text) = (data.to_str().unwrap(), out.to_str().unwrap());
        let line = [
            "tillwatch",
            "train",
            "--epochs",
            "2",
            "--label",
            "label",
            "--name",
            "same",
            "--threads",
            threads,
        ];
        let rest = ["--data", data, "--out", out_text];
        execute(line.into_iter().chain(rest).map(Into::into)).unwrap();
        fs::read(out.join("model.tw")).unwrap()
    };
    assert_eq!(model("1"), model("3"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = folder();
    let model = model(&folder);
    let data = folder.path().join("good.csv");
    let (model, data) = (model.to_str().unwrap(), data.to_str().unwrap());
    let (message, status) = fail(&["score", "--model", model, "--data", data, "--out", "/dev/full"]);
    assert!(message.contains("/dev/full: cannot be written") && status == 1, "{status} {message}");
    let (message, status) = fail(&["train", "--data", data, "--label", "label", "--out", "/proc/absent/out"]);
    assert!(message.contains("cannot be written") && status == 1, "{status} {message}");
}

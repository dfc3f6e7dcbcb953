//! From records to frames, and from frames to the features that changed.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use serde_json::Value;
use std::process::Command;
use support::{Folder, fail, fixture, run};

/// The normal transactions of the fixture, each line changed.
fn transactions(change: impl Fn(&str) -> String) -> String {
    let text = std::fs::read_to_string(fixture("data/transactions.csv")).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap().to_owned();
    let normal = lines.filter(|line| line.contains(",0,normal")).map(change);
    std::iter::once(header).chain(normal).map(|line| line + "\n").collect()
}

/// The frame of these records.
fn frame(folder: &Folder, name: &str, records: &str) -> String {
    let (data, frame) = (folder.write(&format!("{name}.csv"), records), folder.path(name));
    let (model, out) = (fixture("models/point_of_sale.tw"), folder.path("scores.csv"));
    run(&["score", "--model", &model, "--data", &data, "--out", &out, "--frame", &frame]);
    frame
}

/// What the command says of frames, and its status.
fn drift(frames: &[&str], more: &[&str]) -> (Value, i32) {
    let model = fixture("models/point_of_sale.tw");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    command.args(["drift", "--json", "--model", &model, "--frames"]).args(frames).args(more);
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code().unwrap())
}

#[test]
fn fresh_records_do_not_drift_and_a_changed_field_is_named() {
    let folder = Folder::new();
    let normal = frame(&folder, "normal", &transactions(str::to_owned));
    let (found, status) = drift(&[&normal], &[]);
    assert_eq!(
        (status, &found["is_drifting"], &found["drifting"]),
        (0, &false.into(), &Value::Array(vec![]))
    );
    assert_eq!(found["events"], 2516);

    // Every amount six times as large.
    let larger = transactions(|line| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[2] = format!("{:.2}", 6.0 * cells[2].parse::<f64>().unwrap());
        cells.join(",")
    });
    let larger = frame(&folder, "larger", &larger);
    let (found, status) = drift(&[&larger], &[]);
    assert_eq!((status, &found["drifting"][0]), (3, &"amount_log".into()));
    assert!(found["features"][0]["shift"].as_f64().unwrap() > 1.0, "{found}");

    // A way to pay that did not exist.
    let unknown = frame(&folder, "unknown", &transactions(|line| line.replace(",contactless,", ",palm,")));
    let (found, status) = drift(&[&normal, &unknown], &[]);
    assert_eq!((status, &found["frames"], &found["events"]), (3, &2.into(), &(2 * 2516).into()));
    assert!(found["drifting"].as_array().unwrap().contains(&"entry_mode".into()), "{found}");
    assert!(found["strangest_frame"]["file"].as_str().unwrap().ends_with("unknown"));

    // The same counts as what is normal: nothing changed.
    assert_eq!(drift(&[&larger], &["--reference", &larger]).1, 0);
}

#[test]
fn what_is_no_frame_of_the_model_is_refused() {
    let folder = Folder::new();
    let model = fixture("models/point_of_sale.tw");
    let normal = frame(&folder, "normal", &transactions(str::to_owned));
    let bytes = std::fs::read(&normal).unwrap();
    let refused = |path: &str, words: &str, status: u8| {
        let (message, found) = fail(&["drift", "--model", &model, "--frames", path]);
        assert!(message.contains(words) && found == status, "{found} {message}");
    };
    refused(&folder.path("none"), "no such file", 2);
    refused(&model, "not a frame", 1);
    refused(&folder.write("cut", &bytes[..bytes.len() - 1]), "checksum", 1);
    let few: String = transactions(str::to_owned).split_inclusive('\n').take(50).collect();
    refused(&frame(&folder, "few", &few), "wanted at least 100", 1);
    let other = folder.path("other.tw");
    run(&["threshold", "--model", &model, "--alarm-rate", "0.05", "--out", &other]);
    let (message, status) = fail(&["drift", "--model", &other, "--frames", &normal]);
    assert!(message.contains("frame of model 4daa22fadeb2348f") && status == 1, "{message}");
}

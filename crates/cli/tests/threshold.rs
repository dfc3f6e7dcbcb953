//! Another alarm rate for a model that is trained.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use support::{Folder, cells, fail, fixture, program, run};
use tillwatch_loader::Model;
use tillwatch_trainer::calibrate::calibrate;

const OPTIONS: [&str; 4] = ["--label", "label", "--epochs", "20"];

/// The alarm threshold of a model file.
fn alarm(path: &str) -> u64 {
    Model::validate(&fs::read(path).unwrap()).unwrap().thresholds().alarm
}

/// Whether a line of the model card is there.
fn has_line(path: &str, key: &str) -> bool {
    let bytes = fs::read(path).unwrap();
    let model = Model::validate(&bytes).unwrap();
    model.body().card.iter().any(|entry| entry.key == key)
}

#[test]
fn scores_set_the_threshold_and_stay() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let path = folder.train("model", &data, &OPTIONS);
    let text = folder.out(&["score", "--model", &path, "--data", &data]);
    let scores = folder.write("scores.csv", &text);
    let other = folder.path("other.tw");
    run(&["threshold", "--model", &path, "--from-scores", &scores, "--alarm-rate", "0.2", "--out", &other]);

    let read: Vec<u64> = cells(&text).iter().map(|line| line[1].parse().unwrap()).collect();
    assert_eq!(alarm(&other), calibrate(read, 0.2).unwrap().thresholds.alarm);
    assert!(has_line(&path, "recall at the alarm rate") && !has_line(&other, "recall at the alarm rate"));
    let again = folder.out(&["score", "--model", &other, "--data", &data]);
    let column = |text: &str| cells(text).iter().map(|line| line[1].to_owned()).collect::<Vec<_>>();
    assert_eq!(column(&again), column(&text));
    let alarms = |text: &str| cells(text).iter().filter(|line| line[3] == "alarm").count();
    assert_eq!(alarms(&again), 569 / 5);
    run(&["evaluate", "--model", &other, "--data", &data]);
}

#[test]
fn without_scores_the_percentiles_inside_decide() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let path = folder.train("model", &data, &OPTIONS);
    let before = alarm(&path);
    run(&["threshold", "--model", &path, "--alarm-rate", "0.4"]);
    let lower = alarm(&path);
    run(&["threshold", "--model", &path, "--alarm-rate", "0.05"]);
    // The same rate again, at the next percentile.
    assert!(lower < before && alarm(&path) >= before, "{lower} {before}");
}

#[test]
fn what_cannot_be_promised_is_refused() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let path = folder.train("model", &data, &OPTIONS);
    let before = fs::read(&path).unwrap();
    let few = folder.write("few.csv", "row,score\n2,7\n3,9\n");
    let none = folder.write("none.csv", "row,value\n2,7\n");
    let wrong = folder.write("wrong.csv", "row,score\n2,7\n3,many\n");
    for (rate, scores, wanted, status) in [
        ("1/10000", None, "at most 1 alarm per 10,000 events needs 9999 calibration rows, found 71", 1),
        ("0.9", None, "alarm rate: found 0.9", 2),
        ("0.1", Some(&few), "needs 9 calibration rows, found 2", 1),
        ("0.1", Some(&none), "no column `score`", 1),
        ("0.1", Some(&wrong), "row 3, column `score`: found `many`", 1),
    ] {
        let mut line = vec!["threshold", "--model", &path, "--alarm-rate", rate];
        line.extend(scores.iter().flat_map(|scores| ["--from-scores", scores.as_str()]));
        let (message, found) = fail(&line);
        assert!(message.contains(wanted) && found == status, "{found} {message}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn records_calibrate_as_their_scores_do() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let path = folder.train("model", &data, &OPTIONS);
    let table = fs::read_to_string(&data).unwrap();
    let label = table.lines().next().unwrap().split(',').position(|column| column == "label").unwrap();
    let is_normal = |line: &str| line.split(',').nth(label) == Some("0");
    let text = folder.out(&["score", "--model", &path, "--data", &data]);
    let lines = table.lines().skip(1).zip(text.lines().skip(1));
    let normal: Vec<&str> = lines.filter(|(row, _)| is_normal(row)).map(|(_, scored)| scored).collect();
    assert_eq!(normal.len(), 357);
    let scores =
        folder.write("normal.csv", format!("{}\n{}\n", text.lines().next().unwrap(), normal.join("\n")));

    let [by_scores, by_data] = ["scores.tw", "data.tw"].map(|name| folder.path(name));
    let rate = ["--alarm-rate", "1/100", "--confident", "--out"];
    run(&[&["threshold", "--model", &path, "--from-scores", &scores], &rate[..], &[&by_scores]].concat());
    run(&[&["threshold", "--model", &path, "--data", &data], &rate[..], &[&by_data]].concat());
    assert_eq!(fs::read(&by_scores).unwrap(), fs::read(&by_data).unwrap());
    // 357 rows: on average the third largest score, with confidence the largest.
    let mut read: Vec<u64> =
        normal.iter().map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect();
    read.sort_unstable();
    assert_eq!(alarm(&by_data), read[356]);
    assert_eq!(calibrate(read.clone(), 0.01).unwrap().thresholds.alarm, read[354]);
}

#[test]
fn no_anomalies_calibrate_and_only_anomalies_are_refused() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let path = folder.train("model", &data, &OPTIONS);
    let table = fs::read_to_string(&data).unwrap();
    let header = table.lines().next().unwrap();
    let label = header.split(',').position(|column| column == "label").unwrap();
    let only = |wanted: &str| {
        let rows = table.lines().skip(1).filter(|line| line.split(',').nth(label) == Some(wanted));
        std::iter::once(header).chain(rows).collect::<Vec<_>>().join("\n") + "\n"
    };
    let [normal, anomalous] =
        ["0", "1"].map(|wanted| folder.write(&format!("only_{wanted}.csv"), only(wanted)));
    let [all, part] = ["all.tw", "part.tw"].map(|name| folder.path(name));
    run(&["threshold", "--model", &path, "--data", &data, "--alarm-rate", "0.05", "--out", &all]);
    run(&["threshold", "--model", &path, "--data", &normal, "--alarm-rate", "0.05", "--out", &part]);
    assert_eq!(fs::read(&all).unwrap(), fs::read(&part).unwrap());
    let (message, status) =
        fail(&["threshold", "--model", &path, "--data", &anomalous, "--alarm-rate", "0.05"]);
    assert!(message.contains("all of them anomalous") && status == 1, "{status} {message}");
    let one = folder.write("one.csv", only("0").lines().take(2).collect::<Vec<_>>().join("\n") + "\n");
    let (message, status) = fail(&["threshold", "--model", &path, "--data", &one, "--alarm-rate", "0.05"]);
    assert!(
        message.contains("needs 19 calibration rows, found 1, 18 are missing") && status == 1,
        "{message}"
    );
    // What the model says of each kind alone.
    for (file, absent) in [(&normal, "recall"), (&anomalous, "alarm_rate")] {
        let json = program(&["evaluate", "--model", &path, "--data", file, "--json"]).stdout;
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert!(json["auroc"].is_null() && json[absent].is_null(), "{json}");
    }
}

#[test]
fn an_extrapolated_threshold_is_called_so_wherever_it_shows() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let path = folder.train("model", &data, &OPTIONS);
    let rows = (0..600_u64).map(|row| format!("{row},{}\n", 60_000 + 4_000_000 / (row + 1)));
    let scores = folder.write("scores.csv", format!("row,score\n{}", rows.collect::<String>()));
    let line = ["threshold", "--model", &path, "--from-scores", &scores, "--alarm-rate", "1/10000"];
    let (message, status) = fail(&line);
    assert!(
        message.contains("needs 9999 calibration rows, found 600, 9399 are missing") && status == 1,
        "{message}"
    );
    let guess = folder.path("guess.tw");
    let text = |arguments: &[&str]| String::from_utf8(program(arguments).stdout).unwrap().to_lowercase();
    let told = text(&[&line[..], &["--extrapolate", "--out", &guess]].concat());
    assert!(told.contains("extrapolated") && told.contains("a guess, not a promise"), "{told}");
    assert!(alarm(&guess) > 60_000 + 4_000_000);

    assert!(text(&["inspect", "--model", &guess]).matches("extrapolated").count() >= 2);
    assert!(text(&["inspect", "--model", &guess, "--json"]).contains("\"extrapolated\": true"));
    assert!(text(&["evaluate", "--model", &guess, "--data", &data]).contains("extrapolated"));
    let score = program(&["score", "--model", &guess, "--data", &data]);
    assert!(String::from_utf8(score.stderr).unwrap().contains("EXTRAPOLATED"));
    let baked = folder.path("baked");
    run(&["bake", "--model", &guess, "--out", &baked, "--name", "guess"]);
    let source = fs::read_to_string(format!("{baked}/src/lib.rs")).unwrap();
    assert!(source.contains("EXTRAPOLATED"), "{source}");
    // A model whose rows carry the rate says nothing of the kind.
    assert!(!text(&["inspect", "--model", &path]).contains("extrapolated"));
    let (message, status) = fail(&["threshold", "--model", &path, "--alarm-rate", "0.0001", "--extrapolate"]);
    assert!(message.contains("--extrapolate: found no scores") && status == 2, "{message}");
}

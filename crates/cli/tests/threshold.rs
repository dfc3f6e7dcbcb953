//! Another alarm rate for a model that is trained.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use support::{Folder, cells, fail, fixture, run};
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
        ("0.0001", None, "needs 9999 calibration rows, found 71", 1),
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

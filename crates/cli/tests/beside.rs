//! Simpler detectors beside a model that is evaluated.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use support::{Folder, fail, fixture, program};

const DETECTORS: [&str; 5] =
    ["median distance", "nearest rows", "Mahalanobis", "principal components", "isolation forest"];

#[test]
fn evaluate_fits_them_to_the_rows_named() {
    let folder = Folder::new();
    let text = fs::read_to_string(fixture("data/breast_cancer.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let at = header.split(',').position(|column| column == "label").unwrap();
    let is_normal = |line: &&str| line.split(',').nth(at) == Some("0");
    let part = |name: &str, keeps: &dyn Fn(usize, &str) -> bool| {
        let kept: Vec<&str> =
            rows.lines().enumerate().filter(|(row, line)| keeps(*row, line)).map(|(_, line)| line).collect();
        folder.write(name, format!("{header}\n{}\n", kept.join("\n")))
    };
    let train = part("train.csv", &|row, line| row % 2 == 0 && is_normal(&line));
    let test = part("test.csv", &|row, _| row % 2 == 1);
    let anomalies = part("anomalies.csv", &|_, line| !is_normal(&line));
    let model = folder.train("model", &train, &["--label", "label", "--epochs", "5"]);
    let evaluate = ["evaluate", "--model", &model, "--data", &test, "--label", "label"];

    let alone = program(&evaluate);
    let alone = String::from_utf8(alone.stdout).unwrap();
    assert_eq!(alone.matches("note: not compared with simpler detectors").count(), 1, "{alone}");
    assert!(!alone.contains("isolation forest"), "{alone}");

    let compared = program(&[&evaluate[..], &["--train", &train]].concat());
    assert!(compared.stderr.is_empty());
    let compared = String::from_utf8(compared.stdout).unwrap();
    let names: Vec<&str> = compared
        .lines()
        .skip_while(|line| !line.starts_with("this model"))
        .skip(1)
        .take(DETECTORS.len())
        .map(|line| line[..28].trim_end())
        .collect();
    assert_eq!(names, DETECTORS, "{compared}");
    assert!(!compared.contains("not compared"), "{compared}");

    let json = program(&[&evaluate[..], &["--json", "--train", &train]].concat()).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let found = json["baselines"].as_array().unwrap();
    assert_eq!(found.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(), DETECTORS);
    // Tumours are large: whatever ranks the right way up tells most of them.
    assert!(found.iter().all(|one| one["auroc"].as_f64().unwrap() > 0.8), "{json:#}");

    let same = program(&[&evaluate[..], &["--train", &test]].concat()).stderr;
    let same = String::from_utf8(same).unwrap();
    assert!(same.starts_with("note: ") && same.contains("is also evaluated"), "{same}");

    let (message, status) = fail(&[&evaluate[..], &["--train", &anomalies]].concat());
    assert!(message.contains("found no normal row among"), "{message}");
    assert_eq!(status, 1);
}

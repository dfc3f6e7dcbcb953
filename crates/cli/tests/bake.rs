//! Where a baked crate finds the engine.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use std::path::Path;
use support::{Folder, fail, fixture, run};

const OPTIONS: [&str; 4] = ["--label", "label", "--epochs", "2"];

#[test]
fn the_engine_is_found_from_the_crate_whatever_folder_it_was_typed_in() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let model = folder.train("model", &data, &OPTIONS);
    let out = folder.path("deep/baked");
    // Tests run in the folder of their crate.
    run(&["bake", "--model", &model, "--out", &out, "--engine", "../engine"]);
    let manifest = fs::read_to_string(Path::new(&out).join("Cargo.toml")).unwrap();
    let path = manifest.split("path = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let engine = fs::read_to_string(Path::new(&out).join(path).join("Cargo.toml")).unwrap();
    assert!(engine.contains("name = \"tillwatch-engine\""), "{path}");
    assert!(Path::new(path).is_relative(), "{path}");
}

#[test]
fn a_folder_without_an_engine_is_refused() {
    let (folder, data) = (Folder::new(), fixture("data/breast_cancer.csv"));
    let model = folder.train("model", &data, &OPTIONS);
    let out = folder.path("baked");
    let (message, status) = fail(&["bake", "--model", &model, "--out", &out, "--engine", "nowhere"]);
    assert!(message.contains("no Cargo.toml in nowhere") && status == 2, "{status} {message}");
    assert!(!Path::new(&out).exists());
}

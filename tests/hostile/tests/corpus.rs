//! Every seed of every target, and a bounded number of changes to each from a fixed seed.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use tillwatch_engine::seeded::SeededWords;
use tillwatch_hostile::mutation::mutate;
use tillwatch_hostile::{TARGETS, Target};

/// Changed inputs of each target, besides its seeds.
const MUTATIONS: u32 = 3000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder, in order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut paths = files(&root().join("tests/fuzz/corpus").join(target.name));
    assert!(!paths.is_empty(), "{}: no seeds", target.name);
    let is_seed =
        |path: &PathBuf| path.extension().is_some_and(|end| Some(end.to_str().unwrap()) == target.fixtures);
    paths.extend(files(&root().join("fixtures/models")).into_iter().filter(is_seed));
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Runs a target; on a broken promise the input can be written to a file of the corpus.
fn run(target: &Target, input: &[u8], what: &str) {
    let outcome = catch_unwind(|| (target.run)(input));
    assert!(outcome.is_ok(), "{}, {what}: b\"{}\"", target.name, input.escape_ascii());
}

fn hold(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| run(target, seed, "a seed"));
    let mut words = SeededWords::new(1);
    for index in 0..MUTATIONS {
        let [one, other] = [(); 2].map(|()| &seeds[words.next_word() as usize % seeds.len()]);
        run(target, &mutate(one, other, &mut words), &format!("mutation {index}"));
    }
}

#[test]
fn model_files() {
    hold("model_file");
}

#[test]
fn frames() {
    hold("frame");
}

#[test]
fn schemas() {
    hold("schema");
}

#[test]
fn tables_of_rows() {
    hold("csv");
}

#[test]
fn lines() {
    hold("lines");
}

#[test]
fn ratings() {
    hold("ratings");
}

#[test]
fn scores() {
    hold("scores");
}

#[test]
fn arrays() {
    hold("array");
}

#[test]
fn pictures() {
    hold("picture");
}

/// A folder of seeds or a fuzz target without a function is never run.
#[test]
fn folders_programs_and_functions_have_the_same_names() {
    let mut names: Vec<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    names.sort();
    let stems = |folder: &str| -> Vec<String> {
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        files(&root().join(folder)).into_iter().map(stem).collect()
    };
    assert_eq!(stems("tests/fuzz/corpus"), names);
    assert_eq!(stems("tests/fuzz/targets"), names);
    let manifest = fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).unwrap();
    for name in names {
        assert!(manifest.contains(&format!("\nname = \"{name}\"\npath = \"targets/{name}.rs\"\n")), "{name}");
    }
}

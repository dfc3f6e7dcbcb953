//! Files of a baked model: the same every time, in place as a whole or not at all, and compared to the last byte.

use crate::picture::Picture;
use crate::toy::Toy;
use std::fs;
use std::path::Path;
use tillwatch_bake::{BakeError, Baked, Options, bake, bake_module, difference, write};
use tillwatch_model::Model;

fn module(toy: &Toy<'_>) -> Result<Baked, BakeError> {
    bake_module(&Model::validate(&toy.file()).unwrap(), None)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let file = Toy::PLAIN.file();
    let once = |options: &Options| bake(&Model::validate(&file).unwrap(), options).unwrap();
    let options =
        Options { name: Some("till-7".to_owned()), engine: Some("../engine".into()), ..Options::default() };
    assert_eq!(once(&options), once(&options));
    assert_ne!(once(&options).files, once(&Options::default()).files);
    assert_eq!(once(&options).name, "till-7");
}

/// At opt-level z an index of such a range may be a function that is called, with its panic: nine layers that took slices did not link.
#[test]
fn nothing_is_taken_by_a_range_without_an_end() {
    for file in [Toy::PLAIN.file(), Picture::IMAGE.file(), Picture::WINDOW.file(), Picture::WAVE.file()] {
        let baked = bake(&Model::validate(&file).unwrap(), &Options::default()).unwrap();
        for (name, text) in &baked.files {
            let text = String::from_utf8_lossy(text);
            let found =
                text.lines().find(|line| ["[..", "..]", "split_at"].iter().any(|part| line.contains(part)));
            assert_eq!(found, None, "{}", name.display());
        }
    }
}

#[test]
fn a_changed_a_lost_and_a_stray_file_are_noticed() {
    let baked = module(&Toy::PLAIN).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("toy");
    write(&baked, &out).unwrap();
    assert_eq!(difference(&baked, &out).unwrap(), None);

    let weights = out.join("weights.rs");
    let good = fs::read(&weights).unwrap();
    for index in [0, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[index] ^= 1;
        fs::write(&weights, bad).unwrap();
        assert_eq!(difference(&baked, &out).unwrap(), Some(weights.clone()), "byte {index}");
    }
    fs::remove_file(&weights).unwrap();
    assert_eq!(difference(&baked, &out).unwrap(), Some(weights.clone()));
    fs::write(&weights, good).unwrap();

    fs::create_dir(out.join("old")).unwrap();
    fs::write(out.join("old/stray.rs"), "").unwrap();
    assert_eq!(difference(&baked, &out).unwrap(), Some(out.join("old/stray.rs")));
}

#[test]
fn baking_again_replaces_and_leaves_nothing_beside() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/toy");
    write(&module(&Toy::PLAIN).unwrap(), &out).unwrap();
    let other = module(&Toy { hidden: 9, ..Toy::PLAIN }).unwrap();
    assert!(difference(&other, &out).unwrap().is_some());
    write(&other, &out).unwrap();
    assert_eq!(difference(&other, &out).unwrap(), None);
    assert_eq!(names(&folder.path().join("deep")), ["toy"]);
}

#[test]
fn a_folder_with_other_things_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let refused = write(&module(&Toy::PLAIN).unwrap(), folder.path());
    assert!(matches!(refused, Err(BakeError::Occupied { .. })));
    assert_eq!(names(folder.path()), ["thesis.txt"]);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = write(&module(&Toy::PLAIN).unwrap(), &folder.path().join("file/toy")).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn names_that_cannot_be_are_refused_by_name() {
    for name in ["", "fn", "core", "../up", "a b", "x\"]\n[patch]"] {
        let toy = Toy { name, ..Toy::PLAIN };
        assert!(matches!(module(&toy), Err(BakeError::Name { found }) if found == name));
    }
    for field in ["fn", "Amount", "a: u8, b"] {
        let refused = module(&Toy { field, ..Toy::PLAIN }).unwrap_err();
        assert!(matches!(&refused, BakeError::Field { found } if found == field), "{refused}");
    }
    let twice = module(&Toy { field: "count", ..Toy::PLAIN }).unwrap_err();
    assert_eq!(twice.to_string(), "field `count`: two fields have this name; rename one in the schema");
}

//! Files that decode but say something impossible: one case per check of the validation, each with its cause and place,
//! and beside it the nearest case that is allowed.

use crate::run::exercise;
use crate::toy::{Toy, forever};
use tillwatch_model::{Cause, Model, ModelError};

mod network;
mod picture;
mod record;
mod scoring;

type Edit = fn(&mut Toy);

/// Every edit of the toy must be refused for its cause, at its place.
fn refused(cases: &[(&str, Edit, Cause, u16)]) {
    refused_of(Toy::new, cases);
}

/// Every edit of the toy must be accepted, and the model must run.
fn allowed(cases: &[(&str, Edit)]) {
    allowed_of(Toy::new, cases);
}

fn refused_of(whole: fn() -> Toy, cases: &[(&str, Edit, Cause, u16)]) {
    for (what, edit, cause, place) in cases {
        let mut toy = whole();
        edit(&mut toy);
        let found = Model::validate(&toy.file()).err();
        assert_eq!(found, Some(ModelError { cause: *cause, place: *place }), "{what}");
    }
}

fn allowed_of(whole: fn() -> Toy, cases: &[(&str, Edit)]) {
    for (what, edit) in cases {
        let mut toy = whole();
        edit(&mut toy);
        let file = toy.file();
        match Model::validate(&file) {
            Ok(model) => exercise(&model),
            Err(error) => panic!("{what}: {error}"),
        }
    }
}

fn zeros(len: usize) -> &'static [u8] {
    forever(vec![0; len])
}

/// Replaces the 4 bytes at word `index`.
fn with_word(bytes: &[u8], index: usize, word: i32) -> &'static [u8] {
    let mut bytes = bytes.to_vec();
    bytes[4 * index..4 * index + 4].copy_from_slice(&word.to_le_bytes());
    forever(bytes)
}

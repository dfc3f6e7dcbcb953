//! What follows the network: heads, thresholds, known answers, and the float reference.

use super::{allowed, refused, with_word, zeros};
use crate::toy::forever;
use tillwatch_model::{Cause, ReferenceKind};

#[test]
fn heads() {
    refused(&[
        ("a gain short", |toy| toy.body.heads.gains = zeros(60), Cause::Heads, 0),
        ("a factor short", |toy| toy.body.heads.rescale = zeros(12), Cause::Heads, 0),
        ("a factor too many", |toy| toy.body.heads.rescale = zeros(20), Cause::Heads, 0),
        (
            "a factor too large",
            |toy| toy.body.heads.rescale = with_word(toy.body.heads.rescale, 3, i32::MIN),
            Cause::Heads,
            0,
        ),
        ("half a prototype", |toy| toy.body.heads.prototypes = zeros(40), Cause::Heads, 0),
        ("65 prototypes", |toy| toy.body.heads.prototypes = zeros(65 * 16), Cause::Heads, 0),
        ("prototype shift", |toy| toy.body.heads.prototype_shift = 9, Cause::Heads, 0),
        ("another field may be missing", |toy| toy.fields[0].nullable = true, Cause::Heads, 0),
    ]);
    allowed(&[
        ("no prototype", |toy| toy.body.heads.prototypes = &[]),
        ("64 prototypes", |toy| toy.body.heads.prototypes = forever(vec![0x80; 64 * 16])),
        ("the widest prototypes", |toy| {
            toy.body.heads.prototype_shift = 8;
            toy.body.heads.prototype_gain = u32::MAX;
        }),
        ("the largest gains and factors", |toy| {
            toy.body.heads.gains = forever(vec![0xff; 64]);
            toy.body.heads.prototype_gain = u32::MAX;
            toy.body.heads.prototype_shift = 8;
            toy.body.heads.rescale = forever([0xff, 0xff, 0xff, 0x7f].repeat(4));
        }),
    ]);
}

#[test]
fn self_test_vectors() {
    refused(&[
        ("none", |toy| toy.self_test.clear(), Cause::SelfTest, 0),
        ("a value short", |toy| toy.self_test[1].raw = zeros(36), Cause::SelfTest, 1),
        ("a value too many", |toy| toy.self_test[0].raw = zeros(44), Cause::SelfTest, 0),
    ]);
}

#[test]
fn thresholds() {
    refused(&[
        ("watch above alarm", |toy| toy.thresholds.watch = 60_001, Cause::Thresholds, 0),
        ("an anchor short", |toy| toy.thresholds.anchors = zeros(120), Cause::Thresholds, 0),
        (
            "anchors that fall",
            |toy| toy.thresholds.anchors = with_word(toy.thresholds.anchors, 2 * 7, 1),
            Cause::Thresholds,
            0,
        ),
    ]);
    allowed(&[
        ("watch equal to alarm", |toy| toy.thresholds.watch = 60_000),
        ("equal anchors", |toy| toy.thresholds.anchors = zeros(128)),
        ("thresholds that nothing exceeds", |toy| {
            (toy.thresholds.watch, toy.thresholds.alarm) = (u64::MAX, u64::MAX);
        }),
    ]);
}

#[test]
fn references() {
    refused(&[
        ("no layer", |toy| toy.reference_layers.clear(), Cause::Reference, 0),
        (
            "layers that do not meet",
            |toy| {
                toy.reference_layers[1].kind = ReferenceKind::Dense { in_len: 7, out_len: 5 };
                toy.reference_layers[1].weights = zeros(4 * 7 * 5);
            },
            Cause::Reference,
            0,
        ),
        (
            "layers that do not decode",
            |toy| {
                toy.reference_layers.clear();
                toy.broken_reference = true;
            },
            Cause::Reference,
            0,
        ),
        ("a weight short", |toy| toy.reference_layers[2].weights = zeros(316), Cause::Reference, 0),
        ("a bias short", |toy| toy.reference_layers[0].bias = zeros(20), Cause::Reference, 0),
        ("an answer of another width", |toy| _ = toy.reference_layers.pop(), Cause::Reference, 0),
        (
            "a column weight short",
            |toy| toy.reference.as_mut().unwrap().column_weights = zeros(60),
            Cause::Reference,
            0,
        ),
        (
            "half a prototype",
            |toy| toy.reference.as_mut().unwrap().prototypes = zeros(32),
            Cause::Reference,
            0,
        ),
    ]);
    allowed(&[("no prototype", |toy| toy.reference.as_mut().unwrap().prototypes = &[])]);
}

//! The record: contract, fields, features.

use super::{allowed, refused, zeros};
use crate::toy::{Toy, forever, list};
use tillwatch_engine::feature::{Affine, Cyclic, OneHot, Symlog};
use tillwatch_model::{Cause, Feature, Field, FieldKind, Preparation, SequenceBuffer};

fn affine(toy: &mut Toy, change: impl FnOnce(&mut Affine)) {
    let Preparation::Numeric(affine) = &mut toy.features[0].preparation else {
        panic!("feature 0 of the toy is numeric")
    };
    change(affine);
}

fn symlog(toy: &mut Toy, change: impl FnOnce(&mut Symlog)) {
    let affine = Affine { center: 300, multiplier: 1 << 24, shift: 0, fill: -40 };
    let mut rule = Symlog { origin: 20, width_log2: 5, affine };
    change(&mut rule);
    toy.features[1].preparation = Preparation::Symlog(rule);
}

#[test]
fn contract_and_format_of_the_rim() {
    refused(&[
        ("another contract", |toy| toy.body.contract = "tw-w8a8-r16-1", Cause::OtherContract, 0),
        ("no contract", |toy| toy.body.contract = "", Cause::OtherContract, 0),
        ("rim fraction bits", |toy| toy.body.rim_fraction_bits = 16, Cause::Encoding, 0),
    ]);
    allowed(&[("rim fraction bits", |toy| toy.body.rim_fraction_bits = 15)]);
}

#[test]
fn lists_that_do_not_decode() {
    refused(&[
        ("fields", |toy| toy.finish = |body| body.fields = list(&[0xff_u8; 9]), Cause::Encoding, 0),
        ("features", |toy| toy.finish = |body| body.features = list(&[0xff_u8; 9]), Cause::Encoding, 0),
        ("layers", |toy| toy.finish = |body| body.layers = list(&[0xff_u8; 9]), Cause::Encoding, 0),
        ("known answers", |toy| toy.finish = |body| body.self_test = list(&[0xff_u8; 9]), Cause::Encoding, 0),
        ("card", |toy| toy.finish = |body| body.card = list(&[0xff_u8; 9]), Cause::Encoding, 0),
    ]);
}

#[test]
fn fields() {
    refused(&[
        ("no name", |toy| toy.fields[3].name = "", Cause::Field, 3),
        ("low above high", |toy| (toy.fields[0].low, toy.fields[0].high) = (5, 4), Cause::Field, 0),
        ("low is the missing value", |toy| toy.fields[9].low = i32::MIN, Cause::Field, 9),
        ("no field", |toy| toy.fields.clear(), Cause::Field, 0),
        (
            "a vocabulary of another length than it says",
            |toy| {
                // An item of bytes, read as text, is not UTF-8.
                let broken = SequenceBuffer::encode(&[[0xff_u8].as_slice(), &[0xfe], &[0xfd]]).unwrap();
                toy.fields[2].kind = FieldKind::Category { vocabulary: forever(broken).borrow() };
            },
            Cause::Field,
            2,
        ),
    ]);
    allowed(&[
        ("low equal to high", |toy| (toy.fields[0].low, toy.fields[0].high) = (5, 5)),
        ("the widest range", |toy| (toy.fields[9].low, toy.fields[9].high) = (i32::MIN + 1, i32::MAX)),
    ]);
}

#[test]
fn features() {
    refused(&[
        ("no feature", |toy| (toy.features.clear(), toy.columns.clear()).0, Cause::Feature, 0),
        ("a column count short", |toy| _ = toy.columns.pop(), Cause::Feature, 0),
        ("field out of range", |toy| toy.features[4].field = 10, Cause::Feature, 4),
        (
            "32,895 columns",
            |toy| {
                let kind = FieldKind::Category { vocabulary: list(&["a"; 254]) };
                toy.fields[2] = Field { kind, ..toy.fields[2] };
                let wide = Feature { preparation: Preparation::OneHot(zeros(4 * 255)), ..toy.features[2] };
                (toy.features, toy.columns) = (vec![wide; 129], vec![255; 129]);
            },
            Cause::Feature,
            0,
        ),
        ("wrong column count", |toy| toy.columns[1] = 2, Cause::Feature, 1),
        ("shift beyond 30", |toy| affine(toy, |a| a.shift = 31), Cause::Feature, 0),
        ("negative multiplier", |toy| affine(toy, |a| (a.multiplier, a.shift) = (-1, 0)), Cause::Feature, 0),
        (
            "small multiplier under a shift",
            |toy| affine(toy, |a| a.multiplier = (1 << 17) - 1),
            Cause::Feature,
            0,
        ),
        ("fill is no wide code", |toy| affine(toy, |a| a.fill = i16::MIN), Cause::Feature, 0),
        ("symlog width beyond 30", |toy| symlog(toy, |rule| rule.width_log2 = 31), Cause::Feature, 1),
        (
            "symlog fill is no wide code",
            |toy| symlog(toy, |rule| rule.affine.fill = i16::MIN),
            Cause::Feature,
            1,
        ),
        (
            "one-hot levels unlike the vocabulary",
            |toy| (toy.features[2].preparation, toy.columns[2]) = (Preparation::OneHot(zeros(12)), 3),
            Cause::Feature,
            2,
        ),
        (
            "half a level",
            |toy| toy.features[2].preparation = Preparation::OneHot(zeros(18)),
            Cause::Feature,
            2,
        ),
        (
            "no levels",
            |toy| (toy.features[2].preparation, toy.columns[2]) = (Preparation::OneHot(&[]), 0),
            Cause::Feature,
            2,
        ),
        (
            "one-hot of a number",
            |toy| {
                toy.features[0].preparation = Preparation::OneHot(zeros(4));
            },
            Cause::Feature,
            0,
        ),
        (
            "surprisal unlike the vocabulary",
            |toy| toy.features[3].preparation = Preparation::Surprisal(zeros(8)),
            Cause::Feature,
            3,
        ),
        (
            "half a surprisal",
            |toy| toy.features[3].preparation = Preparation::Surprisal(zeros(7)),
            Cause::Feature,
            3,
        ),
        (
            "a surprisal that is no wide code",
            |toy| toy.features[3].preparation = Preparation::Surprisal(&[0, 0, 0, 0x80, 0, 0]),
            Cause::Feature,
            3,
        ),
        (
            "a flag that is no wide code",
            |toy| toy.features[4].preparation = Preparation::Flag(OneHot { off: 0, on: i16::MIN }),
            Cause::Feature,
            4,
        ),
        (
            "negative amplitude",
            |toy| {
                toy.features[5].preparation = Preparation::Cyclic(Cyclic { turn_per_step: 1, amplitude: -1 });
            },
            Cause::Feature,
            5,
        ),
        (
            "window beyond 15",
            |toy| {
                if let Preparation::RatioToMean { window_log2, .. } = &mut toy.features[9].preparation {
                    *window_log2 = 16;
                }
            },
            Cause::Feature,
            9,
        ),
    ]);
    allowed(&[
        ("the widest symlog", |toy| symlog(toy, |rule| (rule.origin, rule.width_log2) = (i32::MIN, 30))),
        ("the largest shift", |toy| affine(toy, |a| (a.shift, a.multiplier) = (30, 1 << 17))),
        ("the largest scale", |toy| affine(toy, |a| (a.shift, a.multiplier) = (30, i32::MAX))),
        ("multiplier 0 without a shift", |toy| affine(toy, |a| (a.shift, a.multiplier) = (0, 0))),
        ("extreme centres", |toy| affine(toy, |a| (a.center, a.shift) = (i32::MIN, 0))),
        ("the widest circle", |toy| {
            toy.features[5].preparation =
                Preparation::Cyclic(Cyclic { turn_per_step: u32::MAX, amplitude: i16::MAX });
        }),
        ("two features of one field", |toy| toy.features[9].field = 0),
    ]);
}

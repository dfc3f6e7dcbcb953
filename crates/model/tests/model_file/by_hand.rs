//! A reader written from `FORMAT.md` alone: it walks a file of every kind to its last byte.

use crate::picture::picture;
use crate::seal::Blocks;
use crate::toy::Toy;
use tillwatch_engine::feature::{Affine, Symlog};
use tillwatch_model::Preparation;

/// The bytes that are left.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn varint(&mut self) -> u64 {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }

    fn signed(&mut self) -> i64 {
        let zigzag = self.varint() as i64;
        if zigzag % 2 == 0 { zigzag / 2 } else { -(zigzag + 1) / 2 }
    }

    fn bytes(&mut self) -> &'a [u8] {
        let len = self.varint() as usize;
        self.take(len)
    }

    fn text(&mut self) -> &'a str {
        core::str::from_utf8(self.bytes()).unwrap()
    }

    fn float(&mut self) -> f32 {
        f32::from_le_bytes(self.take(4).try_into().unwrap())
    }

    /// Reads every item, and nothing may be left.
    fn list<T>(&mut self, item: impl Fn(&mut Reader<'a>) -> T) -> Vec<T> {
        let len = self.varint();
        let mut inner = Reader(self.bytes());
        let items = (0..len).map(|_| item(&mut inner)).collect();
        assert!(inner.0.is_empty(), "{} bytes left in a list", inner.0.len());
        items
    }
}

fn field<'a>(r: &mut Reader<'a>) -> (&'a str, u64, Vec<&'a str>, [i64; 2]) {
    let (name, _unit, _resolution, kind) = (r.text(), r.text(), r.text(), r.varint());
    let vocabulary = if kind == 1 { r.list(Reader::text) } else { Vec::new() };
    let _nullable = r.byte();
    let range = [r.signed(), r.signed()];
    let _range_is_declared = r.byte();
    (name, kind, vocabulary, range)
}

/// The affine map's centre, multiplier, shift, fill.
fn affine(r: &mut Reader<'_>) -> Vec<i64> {
    vec![r.signed(), r.signed(), r.varint() as i64, r.signed()]
}

fn feature<'a>(r: &mut Reader<'a>) -> (&'a str, u64, u64, Vec<i64>) {
    let (name, field, preparation) = (r.text(), r.varint(), r.varint());
    let numbers = match preparation {
        0 | 1 | 6 => affine(r),
        2 | 3 => r.bytes().as_chunks().0.iter().map(|&pair| i16::from_le_bytes(pair).into()).collect(),
        4 => vec![r.signed(), r.signed()],
        5 => vec![r.varint() as i64, r.signed()],
        7 => [affine(r), vec![r.byte().into()]].concat(),
        8 => [vec![r.signed(), r.varint() as i64], affine(r)].concat(),
        other => panic!("preparation {other}"),
    };
    (name, field, preparation, numbers)
}

/// Zero point, smallest code, largest code, shift, shift of biases.
fn requantise(r: &mut Reader<'_>) -> [i64; 5] {
    [r.signed(), r.signed(), r.signed(), r.varint() as i64, r.varint() as i64]
}

fn varints<const N: usize>(r: &mut Reader<'_>) -> Vec<u64> {
    (0..N).map(|_| r.varint()).collect()
}

fn u8s<const N: usize>(r: &mut Reader<'_>) -> Vec<u64> {
    (0..N).map(|_| r.byte().into()).collect()
}

/// Lengths of weights and channels, kind and length of the table.
fn sums(r: &mut Reader<'_>) -> Vec<u64> {
    let lengths = [r.bytes().len() as u64, r.bytes().len() as u64];
    let _rule = requantise(r);
    let activation = r.varint();
    let table = if activation == 0 { 0 } else { r.bytes().len() as u64 };
    vec![lengths[0], lengths[1], activation, table]
}

/// Shapes, kernel, stride, padding.
fn geometry(r: &mut Reader<'_>) -> Vec<u64> {
    [varints::<6>(r), u8s::<6>(r)].concat()
}

/// The kind and the numbers that make it up.
fn layer(r: &mut Reader<'_>) -> (u64, Vec<u64>) {
    let kind = r.varint();
    let numbers = match kind {
        0 => [varints::<2>(r), sums(r)].concat(),
        1 | 2 => [geometry(r), u8s::<1>(r), sums(r)].concat(),
        3 | 4 => [varints::<3>(r), u8s::<4>(r)].concat(),
        5 => [varints::<3>(r), u8s::<2>(r)].concat(),
        6 => [varints::<2>(r), u8s::<1>(r)].concat(),
        other => panic!("layer {other}"),
    };
    (kind, numbers)
}

/// The kind, the numbers that make it up, the activation, lengths of weights and biases.
fn reference_layer(r: &mut Reader<'_>) -> (u64, Vec<u64>, [u64; 3]) {
    let kind = r.varint();
    let numbers = match kind {
        0 | 6 => varints::<2>(r),
        1 | 2 => geometry(r),
        3 | 4 => [varints::<3>(r), u8s::<4>(r)].concat(),
        5 => [varints::<3>(r), u8s::<2>(r)].concat(),
        other => panic!("layer {other}"),
    };
    (kind, numbers, [r.varint(), r.bytes().len() as u64, r.bytes().len() as u64])
}

#[test]
fn the_body_is_as_the_page_says() {
    let blocks = Blocks::of(&Toy::new().file());
    let mut r = Reader(&blocks.0[0]);
    assert_eq!((r.text(), r.text(), r.varint()), ("tw-w8a8-r16-2", "toy", 3));
    assert_eq!((r.take(32), r.take(32)), (&[7; 32][..], &[9; 32][..]));
    assert_eq!((r.text(), r.byte(), r.varint()), ("# a schema in TOML", 9, 0));

    let fields = r.list(field);
    assert_eq!(fields.iter().map(|field| field.1).collect::<Vec<_>>(), [0, 0, 1, 1, 2, 3, 4, 5, 6, 0]);
    assert_eq!((fields[0].0, fields[0].3), ("amount", [-500, 1_000_000]));
    assert_eq!((fields[3].0, &fields[3].2[..]), ("tender", &["debit", "credit"][..]));

    let features = r.list(feature);
    assert_eq!(features.iter().map(|feature| feature.2).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 5, 5, 6, 7]);
    assert_eq!(features[0], ("amount", 0, 0, vec![40, 1 << 27, 5, 12]));
    assert_eq!(features[2], ("entry_mode", 2, 2, vec![-90, 700, -400, 300, -200, 410, -100, 560]));
    assert_eq!(features[3].3, [900, -30, 55]);
    assert_eq!(features[4].3, [-100, 800]);
    assert_eq!(features[5].3, [178_956_971, 724]);
    assert_eq!(features[9], ("items_ratio", 9, 7, vec![300, 1 << 24, 0, -40, 4]));

    assert_eq!(r.bytes(), [1, 1, 4, 1, 1, 2, 2, 2, 1, 1]);
    assert_eq!((r.signed(), requantise(&mut r)), (1 << 26, [3, -128, 127, 0, 0]));
    let layers = [vec![16, 6, 96, 24, 0, 0], vec![6, 5, 30, 20, 1, 256], vec![5, 16, 80, 64, 2, 1026]];
    assert_eq!(r.list(layer), layers.map(|numbers| (0, numbers)));
    assert_eq!((r.byte(), r.varint(), r.byte() as i8, r.float().to_bits()), (1, 1, -5, 0.25_f32.to_bits()));

    assert_eq!((r.bytes(), r.bytes().len(), r.bytes().len()), (&[0, 0, 1, 0].repeat(16)[..], 16, 48));
    assert_eq!((r.byte(), r.varint(), r.varint()), (4, 1 << 15, 1 << 20));
    let vectors = r.list(|r| (r.bytes(), r.varint()));
    assert_eq!((vectors.len(), &vectors[0].0[..8]), (2, &[40, 0, 0, 0, 7, 0, 0, 0][..]));
    assert_eq!(r.list(|r| (r.text(), r.text())), [("auroc", "0.93")]);
    assert!(r.0.is_empty());
}

#[test]
fn thresholds_and_reference_are_as_the_page_says() {
    let blocks = Blocks::of(&Toy::new().file());
    let mut r = Reader(&blocks.0[1]);
    assert_eq!([r.varint(), r.varint()], [50_000, 60_000]);
    assert_eq!([r.varint(), r.varint(), r.varint()], [2_000, 200, 9_999]);
    assert_eq!(r.bytes()[8..16], (2_u64 << 12).to_le_bytes());
    assert!(r.0.is_empty());

    let mut r = Reader(&blocks.0[2]);
    let layers = [(16, 6, [1, 384, 24]), (6, 5, [6, 120, 20]), (5, 16, [10, 320, 64])];
    assert_eq!(r.list(reference_layer), layers.map(|(ins, outs, rest)| (0, vec![ins, outs], rest)));
    assert_eq!((r.bytes().len(), r.float().to_bits()), (64, 1.5_f32.to_bits()));
    assert_eq!((r.bytes().len(), r.float().to_bits()), (192, 2.5_f32.to_bits()));
    assert_eq!((r.float().to_bits(), r.float().to_bits()), (0.5_f32.to_bits(), 7.5_f32.to_bits()));
    assert!(r.0.is_empty());
}

#[test]
fn the_layers_of_a_picture_are_as_the_page_says() {
    let blocks = Blocks::of(&picture().file());
    let mut r = Reader(&blocks.0[0]);
    let _ = (r.text(), r.text(), r.varint(), r.take(64), r.text(), r.byte());
    assert_eq!(varints::<3>(&mut r), [2, 6, 5]);
    let _ = (r.list(field), r.list(feature), r.bytes(), r.signed(), requantise(&mut r));
    let layers = [
        (1, vec![6, 5, 2, 6, 5, 4, 3, 3, 1, 1, 1, 1, 253, 72, 16, 0, 0]),
        (3, vec![6, 5, 4, 2, 2, 2, 2]),
        (6, vec![24, 7, 253]),
        (5, vec![3, 2, 4, 1, 2]),
        (4, vec![3, 4, 4, 1, 2, 1, 1]),
        (2, vec![3, 3, 4, 6, 5, 2, 3, 2, 2, 2, 1, 0, 253, 48, 32, 0, 0]),
    ];
    assert_eq!(r.list(layer), layers);

    let mut r = Reader(&blocks.0[2]);
    let layers = [
        (1, vec![6, 5, 2, 6, 5, 4, 3, 3, 1, 1, 1, 1], [1, 288, 16]),
        (3, vec![6, 5, 4, 2, 2, 2, 2], [0, 0, 0]),
        (6, vec![24, 7], [0, 0, 0]),
        (5, vec![3, 2, 4, 1, 2], [0, 0, 0]),
        (4, vec![3, 4, 4, 1, 2, 1, 1], [0, 0, 0]),
        (2, vec![3, 3, 4, 6, 5, 2, 3, 2, 2, 2, 1, 0], [0, 192, 8]),
    ];
    assert_eq!(r.list(reference_layer), layers);
}

#[test]
fn a_symlog_feature_is_as_the_page_says() {
    let mut toy = Toy::new();
    let affine = Affine { center: 300, multiplier: 1 << 24, shift: 0, fill: -40 };
    toy.features[1].preparation = Preparation::Symlog(Symlog { origin: -20, width_log2: 5, affine });
    let blocks = Blocks::of(&toy.file());
    let mut r = Reader(&blocks.0[0]);
    let _ = (r.text(), r.text(), r.varint(), r.take(64), r.text(), r.byte(), r.varint(), r.list(field));
    let features = r.list(feature);
    assert_eq!(features[1], ("tip_log", 1, 8, vec![-20, 5, 300, 1 << 24, 0, -40]));
    // What follows is where it has to be.
    assert_eq!(r.bytes(), [1, 1, 4, 1, 1, 2, 2, 2, 1, 1]);
}

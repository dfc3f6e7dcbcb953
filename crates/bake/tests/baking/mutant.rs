//! Generated source changed beyond a bound: rustc must refuse it and say where.

use crate::emitted_crate::{baked, baked_file, cargo};
use crate::picture::Picture;
use crate::toy::Toy;
use std::fs;
use tempfile::TempDir;

/// In the constant of this name, the first text becomes the second; then rustc must say the third.
type Mutant = (&'static str, &'static str, &'static str, &'static str);

/// Where biases reach to 4,000, one above 2^11 overflows: 2^6 * 2^14 * 2^11 = 2^31.
const BIASES: [&str; 2] = ["shift: 0, bias_shift: 0", "shift: 6, bias_shift: 14"];
const BIAS_SHIFT: [&str; 2] = ["bias_shift: 0", "bias_shift: 15"];
const MULTIPLIER: [&str; 2] = ["multiplier: ", "multiplier: -"];
const WEIGHT: [&str; 2] = ["[\n    [", "[\n    [-128 + 0 * "];
const FEWER_TILES: [&str; 2] = ["[Tile; ", "[Tile; 1] = tiles([[0; 16]]);\nstatic UNUSED: [Tile; "];
const FEWER_REST: [&str; 2] = ["[[i8; 4]; ", "[[i8; 4]; 1] = [[0; 4]];\nstatic UNUSED: [[i8; 4]; "];

const OF_A_ROW: [Mutant; 29] = [
    ("INPUT_RULE", "shift: 0", "shift: 16", "input: the shift is above 15"),
    ("INPUT_RULE", "out_min: -128", "out_min: -129", "input: the range of codes is none"),
    ("INPUT_MULTIPLIER", "= ", "= -", "input: the multiplier is negative"),
    ("FEATURE_AMOUNT_PLAIN", "shift: 2", "shift: 31", "FEATURE_AMOUNT_PLAIN: the shift is above 30"),
    (
        "FEATURE_AMOUNT_PLAIN",
        "multiplier: 67108864",
        "multiplier: 131071",
        "FEATURE_AMOUNT_PLAIN: the multiplier is too small for its shift",
    ),
    ("FEATURE_AMOUNT_LOG", "fill: 11", "fill: -32768", "FEATURE_AMOUNT_LOG: the fill code is -32768"),
    (
        "FEATURE_AMOUNT_TAIL",
        "width_log2: 6",
        "width_log2: 31",
        "FEATURE_AMOUNT_TAIL: the width is above 2^30",
    ),
    (
        "FEATURE_ENTRY_MODE",
        "3] = [",
        "4] = [OneHot { off: 0, on: 0 },",
        "FEATURE_ENTRY_MODE: 4 entries instead of 3",
    ),
    ("FEATURE_OUTCOME", "3] = [", "4] = [0, ", "FEATURE_OUTCOME: 4 entries instead of 3"),
    ("LAYER_0_RULE", BIASES[0], BIASES[1], "layer 0, channel 0: an accumulator could overflow"),
    ("LAYER_0_RULE", BIAS_SHIFT[0], BIAS_SHIFT[1], "layer 0: the shift of biases is above 14"),
    ("INPUT_RULE", BIAS_SHIFT[0], BIAS_SHIFT[1], "input: the shift of biases is above 14"),
    ("INPUT_RULE", BIAS_SHIFT[0], "bias_shift: 1", "input: there are no biases to shift"),
    ("LAYER_1_RULE", "shift: 1", "shift: 15", "layer 1, channel 1: an accumulator could overflow"),
    ("LAYER_2_RULE", "shift: 2", "shift: 16", "layer 2: the shift is above 15"),
    ("LAYER_0_RULE", "zero_point: 3", "zero_point: 99999", "layer 0: the zero point is beyond 2^16"),
    ("LAYER_2_RULE", "out_max: 32767", "out_max: 32768", "layer 2: the range of codes is none"),
    ("LAYER_0_CHANNELS", MULTIPLIER[0], MULTIPLIER[1], "layer 0, channel 0: the multiplier is negative"),
    ("LAYER_0_TILES", WEIGHT[0], WEIGHT[1], "layer 0, channel 0: a weight is -128"),
    ("LAYER_0_TILES", FEWER_TILES[0], FEWER_TILES[1], "layer 0: weights or channels are not as many as"),
    ("LAYER_0_TABLE", "256] = [", "257] = [0, ", "expected an array with a size of 256"),
    ("LAYER_2_TABLE", "513] = [", "514] = [0, ", "expected an array with a size of 513"),
    ("GAINS", "[u32; ", "[u32; 1] = [1];\nconst UNUSED: [u32; ", "GAINS: 1 entries instead of "),
    ("RESCALE", "8] = [", "9] = [1, ", "RESCALE: 9 entries instead of 8"),
    ("PROTOTYPES", "[i8; ", "[i8; 1] = [1];\nconst UNUSED: [i8; ", "PROTOTYPES: 1 entries instead of "),
    ("COLUMNS_OF_FEATURES", "= [\n    1", "= [\n    2", "columns of features: "),
    ("RESCALE", "65536", "2147483648", "score: with 0 missing features the residual sum could overflow"),
    ("RESCALE", "74536", "4294967295", "score: with 1 missing features the residual sum could overflow"),
    ("PROTOTYPE_SHIFT", "= 5", "= 9", "score: the shift of the prototypes is above 8"),
];

/// Of the first layer's six channels four are in tiles; the transposed one at the end has two.
const OF_AN_IMAGE: [Mutant; 10] = [
    ("LAYER_0_RULE", BIASES[0], BIASES[1], "layer 0, channel 0: an accumulator could overflow"),
    ("LAYER_0_TILES", WEIGHT[0], WEIGHT[1], "layer 0, channel 0: a weight is -128"),
    ("LAYER_0_REST", WEIGHT[0], WEIGHT[1], "layer 0, channel 4: a weight is -128"),
    ("LAYER_0_TILES", FEWER_TILES[0], FEWER_TILES[1], "layer 0: weights or channels are not as many as"),
    ("LAYER_0_REST", FEWER_REST[0], FEWER_REST[1], "layer 0: weights or channels are not as many as"),
    ("LAYER_7_RULE", BIASES[0], BIASES[1], "layer 7, channel 0: an accumulator could overflow"),
    ("LAYER_7_CHANNELS", MULTIPLIER[0], MULTIPLIER[1], "layer 7, channel 0: the multiplier is negative"),
    ("LAYER_7_REST", WEIGHT[0], WEIGHT[1], "layer 7, channel 0: a weight is -128"),
    ("LAYER_7_REST", FEWER_REST[0], FEWER_REST[1], "layer 7: weights or channels are not as many as"),
    ("LAYER_7_RULE", "shift: 0", "shift: 16", "layer 7: the shift is above 15"),
];

/// The source with the first `from` behind the constant's name replaced.
fn mutated(source: &str, (name, from, to, _): Mutant) -> String {
    let at = source.find(&format!(" {name}: ")).unwrap_or_else(|| panic!("no {name} in the source"));
    let (before, behind) = source.split_at(at);
    let constant = behind.split_once(";\n\n").map_or(behind, |(constant, _)| constant);
    assert!(constant.contains(from), "{name} has no {from}");
    [before, &behind.replacen(from, to, 1)].concat()
}

/// What rustc says of a crate that must not compile.
fn refusal(folder: &TempDir, what: &str) -> String {
    let output = cargo(folder, &["check", "--offline", "--lib"]);
    assert!(!output.status.success(), "{what} compiles");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn hold(folder: &TempDir, mutants: &[Mutant]) {
    let path = folder.path().join("out/src/weights.rs");
    let source = fs::read_to_string(&path).unwrap();
    for &mutant in mutants {
        let (name, _, to, want) = mutant;
        fs::write(&path, mutated(&source, mutant)).unwrap();
        let said = refusal(folder, &format!("{name} with {to}"));
        assert!(said.contains(want), "{name} with {to}: wanted `{want}` in\n{said}");
    }
    fs::write(&path, source).unwrap();
}

#[test]
fn numbers_of_a_row_beyond_a_bound_do_not_compile() {
    hold(&baked(&Toy { name: "toy_mutant", ..Toy::PLAIN }), &OF_A_ROW);
}

#[test]
fn numbers_of_an_image_beyond_a_bound_do_not_compile() {
    hold(&baked_file(&Picture { name: "mutant_picture", ..Picture::IMAGE }.file(), 1, false), &OF_AN_IMAGE);
}

#[test]
fn a_buffer_that_is_too_short_does_not_compile() {
    let folder = baked(&Toy { name: "toy_arena", ..Toy::PLAIN });
    let path = folder.path().join("out/src/lib.rs");
    let source = fs::read_to_string(&path).unwrap();
    // One group short: activations fit, and the reconstruction would reach into the input of the last layer.
    let groups = source.split("arena: Arena<").nth(1).unwrap().split('>').next().unwrap();
    let shorter = groups.parse::<usize>().unwrap() - 1;
    let changed = source.replace(&format!("arena: Arena<{groups}>"), &format!("arena: Arena<{shorter}>"));
    fs::write(&path, changed).unwrap();
    let said = refusal(&folder, "a shorter arena");
    let want = format!("layer 2: needs a buffer of {groups} groups, which has {shorter}");
    assert!(said.contains(&want), "wanted `{want}` in\n{said}");
}

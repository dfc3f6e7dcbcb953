//! `cargo xtask rates`: instructions per multiply-accumulate of convolutions, against those of a dense layer.
//!
//! Each rate is a difference: of two networks that differ by some layers in their middle, only those layers are left.

use crate::bench::device::{Plan, Shape as Drawn};
use crate::emulate::armagnac;
use crate::emulate::firmware::{Build, Model, Profile, Target, root};
use tillwatch_engine::kernel::{Convolution as Geometry, Shape};
use tillwatch_model::{Model as ModelFile, Samples};

/// Most instructions of a convolution for each instruction of a dense layer, per multiply-accumulate, where there are enough
/// products to an output that they matter more than the rest. Others are shown: an image of one channel has nine products to an
/// output at its first layer and eighteen at its last, and a dense layer as narrow costs as much.
const MOST: f64 = 1.5;
/// The core: the emulator that is always there counts on it.
const TARGET: Target = Target::any("thumbv7m-none-eabi");
/// What lies around the layers under test: an image of a quarter of 28 by 28 pixels.
const IMAGE: Shape = Shape { height: 14, width: 14, channels: 8 };
/// The same for dense layers.
const WIDTH: u16 = 64;

/// Columns of a record.
const COLUMNS: u16 = 19;

/// Layers that begin and end in the same shape.
struct Case {
    name: &'static str,
    around: Shape,
    plans: Vec<Plan>,
    is_bound: bool,
}

pub(super) fn run(_: &[String]) -> Result<(), String> {
    let dense_base = count("rates_dense", WIDTH, &[])?;
    let dense = count("rates_dense_more", WIDTH, &[Plan::Dense([WIDTH; 2])])?.rate(&dense_base);
    println!("{:<44}{:>10}{:>14}{:>9}", "layers", "MACs", "instructions", "per MAC");
    println!("{:<44}{dense}", format!("dense, {WIDTH} to {WIDTH}"));
    let mut slow = Vec::new();
    for (at, case) in cases().into_iter().enumerate() {
        let Case { name, around: shape, plans, is_bound } = case;
        let width = shape.len() as u16;
        let base = count(&format!("rates_base_{width}"), width, &[])?;
        let rate = count(&format!("rates_image_{at}"), width, &plans)?.rate(&base);
        let ratio = rate.per_mac() / dense.per_mac();
        println!("{name:<44}{rate}, {ratio:.2} times dense");
        if is_bound && ratio > MOST {
            slow.push(format!("{name}: {ratio:.2} times the instructions of a dense layer"));
        }
    }
    println!("per multiply-accumulate on Cortex-M3 at opt-level \"s\", counted in emulation");
    if slow.is_empty() { Ok(()) } else { Err(format!("{}, at most {MOST}", slow.join("; "))) }
}

fn cases() -> Vec<Case> {
    let with = |channels| Shape { channels, ..IMAGE };
    let same = |input, output| {
        let (kernel, stride, padding) = ([3, 3], [1, 1], [1, 1]);
        Geometry { input, output, kernel, stride, padding, pad_code: 0 }
    };
    let half = Shape { height: IMAGE.height / 2, width: IMAGE.width / 2, channels: 16 };
    let halved = Geometry { stride: [2, 2], padding: [0, 0], ..same(IMAGE, half) };
    let doubled = Geometry { input: half, output: IMAGE, ..halved };
    let line = Shape { height: 1, width: IMAGE.height * IMAGE.width, ..IMAGE };
    let along = Geometry { kernel: [1, 5], padding: [0, 2], ..same(line, line) };
    let convolution = Plan::Convolution;
    let through =
        |channels| vec![convolution(same(IMAGE, with(channels))), convolution(same(with(channels), IMAGE))];
    let whole = Shape { height: 2 * IMAGE.height, width: 2 * IMAGE.width, channels: 1 };
    let first = Geometry { stride: [2, 2], padding: [0, 0], ..same(whole, IMAGE) };
    let last = Geometry { input: IMAGE, output: whole, ..first };
    let network =
        [convolution(first), convolution(halved), Plan::Transposed(doubled), Plan::Transposed(last)];
    let ends = vec![network[0], network[3]];
    let case = |name, plans| Case { name, around: IMAGE, plans, is_bound: true };
    vec![
        case("3x3, 8 to 8 channels", vec![convolution(same(IMAGE, IMAGE))]),
        case(
            "3x3, stride 2, 8 to 16 channels, and back",
            vec![convolution(halved), Plan::Transposed(doubled)],
        ),
        case("5 along a sequence, 8 to 8 channels", vec![convolution(along)]),
        case("3x3, 8 to 5 to 8 channels", through(5)),
        Case {
            around: whole,
            is_bound: false,
            ..case("3x3, stride 2, 1 to 8 to 16, and back", network.to_vec())
        },
        Case { around: whole, is_bound: false, ..case("its two ends: 1 to 8, and back", ends) },
    ]
}

/// What a network costs.
struct Cost {
    macs: u64,
    instructions: u64,
}

impl Cost {
    /// What it costs beyond another.
    const fn rate(&self, base: &Self) -> Self {
        Self { macs: self.macs - base.macs, instructions: self.instructions - base.instructions }
    }

    fn per_mac(&self) -> f64 {
        self.instructions as f64 / self.macs as f64
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>10}{:>14}{:>9.2}", self.macs, self.instructions, self.per_mac())
    }
}

/// Bakes and runs a network: dense to `width` codes, then the layers under test, then dense again.
fn count(name: &str, width: u16, middle: &[Plan]) -> Result<Cost, String> {
    let ends = [Plan::Dense([COLUMNS, width]), Plan::Dense([width, COLUMNS])];
    let plans: Vec<Plan> = [&ends[..1], middle, &ends[1..]].concat();
    let (fields, samples, latent) = (COLUMNS.into(), Samples::Row, None);
    let bytes = Drawn { name, fields, samples, plans: &plans, latent, prototypes: 0 }.file()?;
    let model = ModelFile::validate(&bytes).map_err(|error| error.to_string())?;
    let (firmware, _) = Model::bake(&model, root().join("target/rates").join(name))?;
    let (profile, features) = (Profile::Size, &[]);
    let build = Build { target: TARGET, profile, model: &firmware, features, digest_records: Some(1) };
    let outcome = armagnac::run(&build.run()?, armagnac::Core::V7m).map_err(|error| error.to_string())?;
    match outcome.instructions().first() {
        // The first record is the same in all.
        Some(&instructions) if outcome.is_complete() => {
            Ok(Cost { macs: model.network_macs() as u64, instructions })
        }
        _ => Err(format!("{name}: the run did not end well:\n{}", outcome.output)),
    }
}

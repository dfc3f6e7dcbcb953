//! Layers by kind: an encoder with the layer less the encoder without it.

use super::drawn::{Plan, Shape};
use super::measure::{Counted, count};
use super::{PROFILES, Row};
use crate::emulate::firmware::{Model, Profile, root};
use crate::witness::{CORES, Core};
use tillwatch_engine::kernel::{Convolution, Shape as Pixels};
use tillwatch_model::{Layer, Model as ModelFile, Samples};

/// Numbers of a record; the first layer makes as many codes of them as every layer under test takes.
const FIELDS: u16 = 8;
/// An image of 14 by 14 pixels, whose codes every layer under test takes, in one shape or another.
const IMAGE: Pixels = Pixels { height: 14, width: 14, channels: 8 };
const CODES: u16 = 1568;

/// The layers, each named as on the page.
fn plans() -> [(&'static str, Plan); 5] {
    let convolution = |input, output, kernel, stride, padding| Convolution {
        input,
        output,
        kernel,
        stride,
        padding,
        pad_code: 0,
    };
    let line = Pixels { height: 1, width: IMAGE.height * IMAGE.width, ..IMAGE };
    let half = Pixels { height: IMAGE.height / 2, width: IMAGE.width / 2, channels: 16 };
    let (low, high) = (Pixels { width: IMAGE.width, ..half }, Pixels { width: 2 * IMAGE.width, ..IMAGE });
    let along = convolution(line, line, [1, 5], [1, 1], [0, 2]);
    let same = convolution(IMAGE, IMAGE, [3, 3], [1, 1], [1, 1]);
    let halved = convolution(IMAGE, half, [3, 3], [2, 2], [0, 0]);
    let doubled = convolution(low, high, [3, 3], [2, 2], [0, 0]);
    [
        ("dense, 1568 to 64", Plan::Dense([CODES, 64])),
        ("conv1d, 5 taps, 8 to 8 channels", Plan::Convolution(along)),
        ("conv2d, 3x3, 8 to 8 channels", Plan::Convolution(same)),
        ("conv2d, 3x3, stride 2, 8 to 16", Plan::Convolution(halved)),
        ("transposed, 3x3, stride 2, 16 to 8", Plan::Transposed(doubled)),
    ]
}

/// Every kind on every core, at both levels; each row is told as soon as it is there.
///
/// # Errors
/// One of the encoders does not bake, build or run.
pub(crate) fn kinds(tell: &mut dyn FnMut(&Row)) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for profile in PROFILES {
        for core in &CORES {
            let base = encoder(core, profile, "kind_base", None)?.0;
            for (at, (name, plan)) in plans().into_iter().enumerate() {
                let (with, macs) = encoder(core, profile, &format!("kind_{at}"), Some(plan))?;
                let row = Row::new(name, core.name, profile, macs, &less(&with, &base));
                tell(&row);
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

/// What the layer alone takes: the fewest and the most over all records, each less the same without it.
fn less(with: &Counted, base: &Counted) -> Counted {
    let cycles = with.cycles.zip(base.cycles).map(|(with, base)| with - base);
    let instructions = (with.instructions.0 - base.instructions.0, with.instructions.1 - base.instructions.1);
    Counted { instructions, cycles, stack: with.stack }
}

/// Counts an encoder whose second layer, if any, is the one under test; gives that one's multiply-accumulates too.
fn encoder(core: &Core, profile: Profile, name: &str, plan: Option<Plan>) -> Result<(Counted, u64), String> {
    let outputs = plan.map_or(CODES, Plan::out_len);
    let plans: Vec<Plan> = [Plan::Dense([FIELDS, CODES])]
        .into_iter()
        .chain(plan)
        .chain([Plan::Dense([outputs, FIELDS])])
        .collect();
    let (fields, samples) = (usize::from(FIELDS), Samples::Row);
    let latent = Some(plans.len() as u16 - 2);
    let bytes = Shape { name, fields, samples, plans: &plans, latent, prototypes: 0 }.file()?;
    let file = ModelFile::validate(&bytes).map_err(|error| format!("{name}: {error}"))?;
    let (model, _) = Model::bake_encoder(&file, root().join("target/device").join(name))?;
    let macs = file.body().layers.get(1).map_or(0, |layer: Layer<'_>| layer.macs());
    Ok((count(core, profile, &model)?, macs as u64))
}

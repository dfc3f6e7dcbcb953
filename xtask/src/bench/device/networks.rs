//! Whole networks and whole scores: the committed model and two shapes that others have published figures of.

use super::drawn::{Plan, Shape};
use super::measure::{Weighed, count, weigh};
use super::{PROFILES, Row};
use crate::emulate::firmware::{Model, Profile, root};
use crate::witness::{CORES, Core, read};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tillwatch_model::{Model as ModelFile, Samples};

/// A network that is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network {
    /// Its name on the page.
    pub(crate) name: &'static str,
    /// Its widths, or none where it is the committed model.
    widths: Option<&'static [u16]>,
    samples: Samples,
}

/// The networks, in the order of the page.
pub(crate) const NETWORKS: [Network; 3] = [
    Network { name: "point_of_sale", widths: None, samples: Samples::Row },
    Network { name: "fraud", widths: Some(&[30, 16, 8, 16, 30]), samples: Samples::Row },
    Network {
        name: "ad01",
        widths: Some(&[640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640]),
        samples: Samples::Window { length: 640, hop: 4 },
    },
];

/// Prototypes in the bank of the two shapes: as many as the committed model has.
const PROTOTYPES: usize = 16;

/// What of a model is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Its layers, from narrow codes to the reconstruction.
    Network,
    /// Preparation, network, score, percentile, verdict and reasons.
    Score,
}

impl Part {
    /// As it stands on the page.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Score => "whole score",
        }
    }
}

impl Network {
    /// True for the committed model, which `cargo xtask size` counts as well.
    pub(crate) const fn is_committed(&self) -> bool {
        self.widths.is_none()
    }

    /// What a row of it is called.
    pub(crate) fn subject(&self, part: Part) -> String {
        format!("{}, {}", self.name, part.name())
    }

    /// Its model file.
    ///
    /// # Errors
    /// The committed one cannot be read.
    pub(crate) fn file(&self) -> Result<Vec<u8>, String> {
        let Some(widths) = self.widths else {
            return read(&root().join("fixtures/models/point_of_sale.tw"));
        };
        let plans: Vec<Plan> = widths.windows(2).map(|pair| Plan::Dense([pair[0], pair[1]])).collect();
        let narrowest = (1..widths.len() - 1).min_by_key(|&at| widths[at]).unwrap_or(1);
        let shape = Shape {
            name: self.name,
            fields: usize::from(widths[0]) / self.samples.count(),
            samples: self.samples,
            plans: &plans,
            latent: Some(narrowest as u16 - 1),
            prototypes: PROTOTYPES,
        };
        shape.file()
    }
}

/// Every network and score on every core, at both levels; each row is told as soon as it is there.
///
/// # Errors
/// As [`network_row`].
pub(crate) fn networks(tell: &mut dyn FnMut(&Row)) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for part in [Part::Network, Part::Score] {
        for network in &NETWORKS {
            for profile in PROFILES {
                for core in &CORES {
                    let row = network_row(network, part, core, profile, true)?;
                    tell(&row);
                    rows.push(row);
                }
            }
        }
    }
    Ok(rows)
}

/// One of them; its bytes only where they are wanted, as that takes another image.
///
/// # Errors
/// The model does not bake, build or run.
pub(crate) fn network_row(
    network: &Network,
    part: Part,
    core: &Core,
    profile: Profile,
    is_weighed: bool,
) -> Result<Row, String> {
    let bytes = network.file()?;
    let file = ModelFile::validate(&bytes).map_err(|error| format!("{}: {error}", network.name))?;
    let folder = root().join("target/device").join(network.subject(part).replace([',', ' '], "_"));
    let (model, macs) = match part {
        Part::Network => (Model::bake_network(&file, &folder)?, file.network_macs()),
        Part::Score => {
            let prototypes = file.body().heads.prototypes.len();
            (Model::bake(&file, folder.clone())?.0, file.network_macs() + prototypes)
        }
    };
    let counted = count(core, profile, &model)?;
    let row = Row::new(&network.subject(part), core.name, profile, macs as u64, &counted);
    if !is_weighed {
        return Ok(row);
    }
    let weighed = weigh(core, profile, &model)?;
    let weighed = match part {
        // Without preparation there is nothing to remember, and neither wide codes nor marks.
        Part::Network => Weighed { ram: arena_bytes(&folder)?, ..weighed },
        Part::Score => weighed,
    };
    Ok(row.with(weighed, counted.stack))
}

/// Bytes of the memory that activations and the reconstruction share.
fn arena_bytes(folder: &Path) -> Result<u64, String> {
    let path: PathBuf = folder.join("tillwatch.json");
    let manifest: Value =
        serde_json::from_slice(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let bytes = manifest["activation_bytes"].as_u64();
    bytes.ok_or_else(|| format!("{}: no activation_bytes", path.display()))
}

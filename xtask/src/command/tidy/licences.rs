//! Licences of every dependency against the list in `deny.toml`, the file that cargo-deny reads as well.

use crate::emulate::firmware::root;
use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};
use std::process::Command;

/// The manifests whose lock files together name every dependency.
const MANIFESTS: [&str; 3] =
    ["Cargo.toml", "tests/firmware/Cargo.toml", "crates/bake/examples/firmware-build-script/Cargo.toml"];

/// Adds a fault for each package whose licence is not allowed.
pub(super) fn check(faults: &mut Vec<String>) -> Result<(), String> {
    let allowed = allowed()?;
    for manifest in MANIFESTS {
        for package in packages(manifest)? {
            let name = format!("{} {}", package["name"], package["version"]).replace('"', "");
            match package["license"].as_str() {
                None => faults.push(format!("{manifest}: package {name} names no licence")),
                Some(licence) => match Expression::parse_mode(licence, ParseMode::LAX) {
                    Err(error) => faults.push(format!("{manifest}: package {name}: {error}")),
                    Ok(expression) if expression.evaluate(|wanted| is_allowed(wanted, &allowed)) => {}
                    Ok(_) => faults.push(format!(
                        "{manifest}: package {name} has the licence {licence}, which deny.toml does not allow"
                    )),
                },
            }
        }
    }
    Ok(())
}

fn is_allowed(wanted: &LicenseReq, allowed: &[String]) -> bool {
    wanted.license.id().is_some_and(|id| allowed.iter().any(|name| name == id.name))
}

/// The list of `deny.toml`.
fn allowed() -> Result<Vec<String>, String> {
    let text = super::text(&root().join("deny.toml"))?;
    let list = text.split_once("allow = [").and_then(|(_, rest)| rest.split_once(']'));
    let (list, _) = list.ok_or("deny.toml: no list `allow`")?;
    let quoted = list.lines().filter_map(|line| line.split('"').nth(1));
    Ok(quoted.map(str::to_owned).collect())
}

/// The packages that a manifest leads to, this repository's own left out.
fn packages(manifest: &str) -> Result<Vec<Value>, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path", manifest])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata of {manifest}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    Ok(packages.into_iter().filter(|package| !package["source"].is_null()).collect())
}
